"""The warm process: imports what jobs import, then forks one child for each job that asks.

Started by `jobs.start`, as `python -P server.py DOOR FOLDER KNOWN`: the number of a listening
socket, the folder that it lies in, and, as JSON, what is known of the run. Lives as long as its
standard input, a pipe from the driver, is open, and until its last fork has ended. It starts no
thread and computes nothing but hashes of files, so a fork is like a process that has just done its
imports.
"""

import atexit
import contextlib
import ctypes
import gc
import importlib
import json
import os
import runpy
import selectors
import shutil
import signal
import socket
import sys
import tempfile
import threading
import traceback
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]
NAME = "recount-warm"
# What Snakemake puts at the head of a script, and what the stages import: torch by nn.loop.
IMPORTED = (
    "snakemake.iocontainers",
    "snakemake.logging",
    "pandas.core.arrays.arrow.extension_types",
    "pyarrow.dataset",
    "pyarrow.pandas_compat",
    "pyarrow.parquet",
    "safetensors.numpy",
    "scipy.stats",
    "recount.judge",
    "recount.logs",
    "recount.look_stages",
    "recount.nn.loop",
    "recount.data.enumeration",
)
# Modules of packages, imported where a paper of the run needs them: they start no thread and set
# nothing for others.
HARMLESS = {
    "cvc5": "cvc5",
    "discopy": "discopy",
    "jax": "jax",
    "mpmath": "mpmath",
    "networkx": "networkx",
    "numba": "numba",
    "python_flint": "flint",
    "scikit_learn": "sklearn",
    "stim": "stim",
    "sympy": "sympy",
    "torch": "torch._dynamo",  # which every optimizer imports
    "z3_solver": "z3",
}
OWN = {"PWD", "OLDPWD", "SHLVL", "_", "TMPDIR", "TMP", "TEMP", "TEMPDIR", "RECOUNT_WARM"}
QUIET = ("jemalloc_bg_thd",)  # pyarrow's allocator stops and restarts its thread around a fork
HELD = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2)
PR_SET_PDEATHSIG = 1
SECONDS = 10.0


@dataclass(frozen=True)
class Fork:
    """A job under way: who waits for it, and its process."""

    line: socket.socket
    number: int
    handle: int


class Server:
    """Takes jobs at a door until `told` (a pipe) ends and no fork is left."""

    def __init__(self, door: socket.socket, told: int, environment: dict[str, str]):
        self.door, self.told, self.environment = door, told, environment
        self.watch = selectors.DefaultSelector()
        self.watch.register(door, selectors.EVENT_READ, self.answer)
        self.watch.register(told, selectors.EVENT_READ, self.close)
        self.forks: set[Fork] = set()
        self.number = os.getpid()
        self.sources = sources()
        self.stamps = stamps(self.sources)
        self.taken: dict | None = None

    def serve(self, later: list[Callable[[], None]]) -> dict | None:
        """None when all is over; in a fork, what it was asked to do. While nothing is asked, it
        does what can wait until `later`."""
        while self.watch.get_map():
            ready = self.watch.select(0 if later else None)
            for key, _ in ready:
                key.data(key.fileobj)
                if self.taken is not None:
                    return self.taken
            if not ready:
                later.pop(0)()
                settled()
        return None

    def close(self, told: int) -> None:
        """The driver is gone, or wants us to go: no job is taken any more."""
        if not os.read(told, 64):
            self.watch.unregister(told)
            self.watch.unregister(self.door)
            self.door.close()

    def answer(self, door: socket.socket) -> None:
        try:
            line, _ = door.accept()
        except OSError:
            return
        line.settimeout(SECONDS)
        numbers: list[int] = []
        try:
            asked = received(line, numbers)
            number = os.fork() if self.same(asked) else None
        except (OSError, ValueError):
            number = None
        if number == 0:
            self.become(line, asked, numbers)
            return
        for one in numbers:
            os.close(one)
        with contextlib.suppress(OSError):
            line.sendall(b"n" if number is None else b"y")
        if number is None:
            line.close()
        else:
            self.follow(Fork(line, number, os.pidfd_open(number)))

    def same(self, asked: dict) -> bool:
        """Whether a fork of this process is what the job would be by itself."""
        return (
            asked["python"] == sys.executable
            and Path(asked["source"]).parents[1] == PACKAGE
            and plain(asked["environment"]) == plain(self.environment)
            and stamps(self.sources) == self.stamps
            and alone()
        )

    def follow(self, fork: Fork) -> None:
        self.forks.add(fork)
        self.watch.register(fork.line, selectors.EVENT_READ, lambda _: self.hear(fork))
        self.watch.register(fork.handle, selectors.EVENT_READ, lambda _: self.bury(fork))

    def hear(self, fork: Fork) -> None:
        """Signals for a fork, a byte each; SIGKILL when the job that waits for it is gone."""
        if fork not in self.forks:
            return
        try:
            numbers = fork.line.recv(64)
        except OSError:
            numbers = b""
        if not numbers:
            self.watch.unregister(fork.line)
        for number in numbers or [signal.SIGKILL]:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(fork.handle, number)

    def bury(self, fork: Fork) -> None:
        """A fork has ended: tells how."""
        _, status = os.waitpid(fork.number, 0)
        self.forks.remove(fork)
        self.watch.unregister(fork.handle)
        os.close(fork.handle)
        if fork.line in self.watch.get_map():
            self.watch.unregister(fork.line)
        with contextlib.suppress(OSError):
            fork.line.sendall(status.to_bytes(4))
        fork.line.close()

    def become(self, line: socket.socket, asked: dict, numbers: list[int]) -> None:
        """In the fork: leaves all that is the server's, and takes over what is the job's."""
        if ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL) or os.getppid() != self.number:
            os._exit(1)
        os.setpgid(0, 0)
        self.watch.close()
        for one in (line, self.door, *(fork.line for fork in self.forks)):
            one.close()
        for fork in self.forks:
            os.close(fork.handle)
        for place, one in enumerate(numbers):
            os.dup2(one, place)
            os.close(one)
        self.taken = asked


def received(line: socket.socket, numbers: list[int]) -> dict:
    """What a job asks for; `numbers` gets its three standard streams."""
    head, found, _, _ = socket.recv_fds(line, 4, 3)
    numbers += found
    content, length = b"", int.from_bytes(head)
    while len(content) < length:
        if not (part := line.recv(length - len(content))):
            raise OSError("the job is gone")
        content += part
    if len(numbers) != 3:
        raise OSError("no three streams")
    return json.loads(content)


def plain(environment: dict[str, str]) -> dict[str, str]:
    """An environment without what a shell sets for itself, and where temporary files go."""
    return {name: value for name, value in environment.items() if name not in OWN}


def imported(*names: str) -> None:
    """Imports modules, where that is possible: where it is not, the job that needs one tells."""
    for name in names:
        with contextlib.suppress(Exception):
            importlib.import_module(name)


def read(paper: str, scale: str) -> None:
    """Reads a declaration and hashes its code, which forks then need not, while the files are as
    they are now. What is wrong with it, its jobs tell."""
    registry = importlib.import_module("recount.registry")
    with contextlib.suppress(Exception):
        registry.design_hash(registry.paper_of(*paper.split("/")), scale)


def settled() -> None:
    """What is there now is for all forks: not to be collected, nor to be ended by one of them."""
    for one in list(weakref.finalize._registry):
        one.atexit = False
    gc.collect()
    gc.freeze()


def sources() -> list[str]:
    """Every source file of ours that is imported here."""
    files = {getattr(one, "__file__", None) or "" for one in list(sys.modules.values())}
    return sorted(one for one in files if one.startswith(f"{PACKAGE}{os.sep}"))


def stamps(files: list[str]) -> list[tuple[int, int] | None]:
    """Time and size of each file, None where it is not there any more."""
    found: list[tuple[int, int] | None] = []
    for one in map(Path, files):
        try:
            found.append((one.stat().st_mtime_ns, one.stat().st_size))
        except OSError:
            found.append(None)
    return found


def alone() -> bool:
    """Whether no import has left a thread that a fork would lack."""
    tasks = [task / "comm" for task in Path("/proc/self/task").iterdir()]
    names = [task.read_text().strip() for task in tasks]
    return len([one for one in names if one not in QUIET]) == 1


def dressed(asked: dict) -> str:
    """In the fork: environment, folder, arguments and signals of the job. Returns its script."""
    os.environ.clear()
    os.environ.update(asked["environment"])
    os.chdir(asked["folder"])
    sys.argv = asked["argv"]
    sys.path.insert(0, str(Path(asked["script"]).parent))
    tempfile.tempdir = None
    importlib.invalidate_caches()
    for one in HELD:
        usual = signal.default_int_handler if one == signal.SIGINT else signal.SIG_DFL
        signal.signal(one, signal.SIG_IGN if one in asked["ignored"] else usual)
    signal.pthread_sigmask(signal.SIG_SETMASK, asked["blocked"])
    return asked["script"]


def done(script: str) -> int:
    """Runs a script as the interpreter would, and returns its exit code. The interpreter itself
    would then take all modules apart, which costs a fork more than its work."""
    code = 0
    try:
        runpy.run_path(script, run_name="__main__")
    except SystemExit as end:
        code = told(end.code)
    except KeyboardInterrupt:
        traceback.print_exc()
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGINT)
    except BaseException:
        traceback.print_exc()
        code = 1
    threading._shutdown()
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    return code


def told(code: object) -> int:
    """The exit code of a SystemExit: a number, or text for the user."""
    if code is None or isinstance(code, int):
        return (code or 0) & 0xFF
    print(code, file=sys.stderr)
    return 1


def main(door: str, folder: str, facts: str) -> None:
    signal.pthread_sigmask(signal.SIG_BLOCK, HELD)
    environment, known = dict(os.environ), json.loads(facts)
    Path("/proc/self/comm").write_text(NAME)
    sys.path.append(str(PACKAGE.parent))
    imported(*IMPORTED)
    importlib.import_module("recount.provenance").fingerprint()
    settled()
    later = [partial(imported, HARMLESS[one]) for one in known.get("needs", []) if one in HARMLESS]
    later += [partial(read, one, known["scale"]) for one in known.get("papers", [])]
    asked = Server(socket.socket(fileno=int(door)), 0, environment).serve(later)
    if asked is None:
        shutil.rmtree(folder, ignore_errors=True)
        os._exit(0)
    os._exit(done(dressed(asked)))


if __name__ == "__main__":
    main(*sys.argv[1:])
