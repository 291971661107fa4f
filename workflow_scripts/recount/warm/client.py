"""Hands a job over to the warm process, or becomes the job: client.py PYTHON SCRIPT ...

What `jobs.start` lets Snakemake put before the command of each job. It imports little of the
standard library and nothing of ours, since hundreds of short jobs go through it.
"""

import contextlib
import json
import os
import signal
import socket
import sys

VARIABLE = "RECOUNT_WARM"
PASSED_ON = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2)
PATIENCE = 120.0
TAKEN = b"y"
RUNS = (".generate.py", ".train.py", ".evaluate.py")  # what takes long where a paper does


def main(argv: list[str]) -> None:
    """Lets a fork of the warm process run the script, and ends as it ends; where none does, this
    process becomes the command that it was given."""
    told = os.environ.pop(VARIABLE, "no")
    if told not in ("", "no") and len(argv) > 1:
        wanted = json.loads(told)
        if not is_long(argv[1], wanted["alone"]):
            status = handed_over(wanted["door"], argv)
            if status is not None:
                leave(os.waitstatus_to_exitcode(status))
    os.execvp(argv[0], argv)


def is_long(script: str, papers: list[str]) -> bool:
    """Whether this is a run of one of these papers (lab/slug), by the paths that Snakemake writes
    into a script's head, results/SCALE/LAB/SLUG/..., and by the name that it ends in, .STAGE.py."""
    if not papers or not script.endswith(RUNS):
        return False
    with open(script, "rb") as file:
        text = file.read()
    return any(f"/{paper}/".encode() in text for paper in papers)


def handed_over(door: str, argv: list[str]) -> int | None:
    """The wait status of the fork that took this job; None when none did."""
    with socket.socket(socket.AF_UNIX) as line:
        try:
            line.settimeout(PATIENCE)
            line.connect(door)
        except OSError:
            return None
        return asked(line, argv)


def asked(line: socket.socket, argv: list[str]) -> int | None:
    """Asks at an open line, and waits. Meanwhile every signal that comes is passed on; those that
    come while nobody has taken the job are this process's own again."""
    heard: list[int] = []

    def pass_on(number: int, _) -> None:
        heard.append(number)
        with contextlib.suppress(OSError):
            line.send(bytes([number]))

    before = signal.pthread_sigmask(signal.SIG_BLOCK, PASSED_ON)
    handlers = {one: signal.getsignal(one) for one in PASSED_ON}
    ignored = [one for one, handler in handlers.items() if handler == signal.SIG_IGN]
    try:
        send(line, request(argv, ignored, [*before]))
        for one in handlers.keys() - set(ignored):
            signal.signal(one, pass_on)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        if line.recv(1) == TAKEN:
            line.settimeout(None)
            return status_from(line)
    except OSError:
        pass
    finally:
        for one, handler in handlers.items():
            signal.signal(one, handler)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    for number in heard:
        os.kill(os.getpid(), number)
    return None


def request(argv: list[str], ignored: list[int], blocked: list[int]) -> bytes:
    """All that a fork needs to be this job."""
    here = {"script": os.path.realpath(argv[1]), "folder": os.getcwd(), "argv": argv[1:]}
    source = {"python": argv[0], "source": os.path.realpath(__file__)}
    facts = here | source | {"ignored": ignored, "blocked": blocked}
    return json.dumps(facts | {"environment": dict(os.environ)}).encode()


def send(line: socket.socket, content: bytes) -> None:
    socket.send_fds(line, [len(content).to_bytes(4, "big")], [0, 1, 2])
    line.sendall(content)


def status_from(line: socket.socket) -> int:
    """Ends this process where the warm process is gone, which takes its forks with it."""
    content = b""
    while len(content) < 4:
        try:
            part = line.recv(4 - len(content))
        except OSError:
            part = b""
        if not part:
            sys.exit("the process that this job was handed to is gone; run again")
        content += part
    return int.from_bytes(content, "big")


def leave(code: int) -> None:
    """Ends as the fork did, by the same signal if it was one."""
    if code < 0:
        if -code != signal.SIGKILL:
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    os._exit(code)


if __name__ == "__main__":
    main(sys.argv[1:])
