"""Starts the warm process, and hands jobs over to it. Standard library only."""

import atexit
import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

VARIABLE = "RECOUNT_WARM"
LIBRARIES = ("OMP_NUM", "GOTO_NUM", "OPENBLAS_NUM", "MKL_NUM", "VECLIB_MAXIMUM", "NUMEXPR_NUM")
THREADS = tuple(f"{name}_THREADS" for name in LIBRARIES)  # as Snakemake sets them for a job
PASSED_ON = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2)
PATIENCE = 120.0
TAKEN, REFUSED = b"y", b"n"


def start(alone: Iterable[str] = (), needs: Iterable[str] = ()) -> subprocess.Popen | None:
    """Starts the warm process of this driver, and tells the jobs by their environment; None where
    none can be. The papers `alone` have long jobs: each is a process of its own, so that
    Snakemake's benchmark file tells its memory and processor seconds, which it cannot of a fork.
    `needs` are packages that papers of the run import."""
    if os.environ.get(VARIABLE) == "no" or not hasattr(os, "pidfd_open"):
        return None
    folder = Path(tempfile.mkdtemp(prefix="recount-"))
    with socket.socket(socket.AF_UNIX) as door:
        try:
            door.bind(str(folder / "door"))
            door.listen(128)
            argv = [str(Path(__file__).with_name("server.py")), str(door.fileno())]
            process = subprocess.Popen(
                [sys.executable, "-P", *argv, str(folder), *needs],
                stdin=subprocess.PIPE,
                pass_fds=[door.fileno()],
                env=os.environ | dict.fromkeys(THREADS, "1"),
            )
        except OSError:
            shutil.rmtree(folder, ignore_errors=True)
            return None
    os.environ[VARIABLE] = json.dumps({"door": str(folder / "door"), "alone": sorted(alone)})
    atexit.register(end, process, folder)
    return process


def end(process: subprocess.Popen, folder: Path) -> None:
    """Lets the warm process go; it leaves when its last fork has ended."""
    process.stdin.close()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(5)
    shutil.rmtree(folder, ignore_errors=True)


def forget() -> None:
    """For a Snakemake that another one started, maybe elsewhere: the warm process is not its."""
    if os.environ.get(VARIABLE) != "no":
        os.environ.pop(VARIABLE, None)


def hand_over(slug: str | None = None) -> None:
    """Lets a fork of the warm process run this script, and ends as it ends. Returns where the job
    has to be done here. `slug` is the paper that a job works on, unless it is always short."""
    told = os.environ.pop(VARIABLE, "no")
    if told in ("", "no") or slug in (wanted := json.loads(told))["alone"]:
        return
    with socket.socket(socket.AF_UNIX) as line:
        try:
            line.settimeout(PATIENCE)
            line.connect(wanted["door"])
        except OSError:
            return
        status = asked(line)
    if status is not None:
        leave(os.waitstatus_to_exitcode(status))


def asked(line: socket.socket) -> int | None:
    """The wait status of the fork that took this job; None when none did. Meanwhile every signal
    that comes is passed on."""
    heard: list[int] = []

    def pass_on(number: int, _) -> None:
        heard.append(number)
        with contextlib.suppress(OSError):
            line.send(bytes([number]))

    before = signal.pthread_sigmask(signal.SIG_BLOCK, PASSED_ON)
    handlers = {one: signal.getsignal(one) for one in PASSED_ON}
    ignored = [one for one, handler in handlers.items() if handler == signal.SIG_IGN]
    try:
        send(line, request(ignored, [*before]))
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


def request(ignored: list[int], blocked: list[int]) -> bytes:
    """All that a fork needs to be this process."""
    here = {"script": str(Path(sys.argv[0]).resolve()), "folder": str(Path.cwd())}
    source = {"python": sys.executable, "source": str(Path(__file__).resolve())}
    facts = here | source | {"argv": sys.argv, "ignored": ignored, "blocked": blocked}
    return json.dumps(facts | {"environment": dict(os.environ)}).encode()


def send(line: socket.socket, content: bytes) -> None:
    socket.send_fds(line, [len(content).to_bytes(4)], [0, 1, 2])
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
            raise SystemExit("the process that this job was handed to is gone; run again")
        content += part
    return int.from_bytes(content)


def leave(code: int) -> None:
    """Ends as the fork did, by the same signal if it was one."""
    if code < 0:
        if -code != signal.SIGKILL:
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    os._exit(code)
