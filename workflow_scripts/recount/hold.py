"""One execution at a time works on a run, however many were started.

A driver that was killed leaves its cluster jobs running, and a restarted one submits them again; a
cluster may requeue a job whose first execution still breathes. So train and evaluate hold a lock
file in the run's folder. A second execution waits until the first is done or dead:

    on the same machine   dead when its process is gone: known at once
    on another one        dead when its file was not touched for SILENCE seconds

No clock is compared with another machine's: the waiter watches whether the file's time changes. Who
was taken for dead and is not finds out before it publishes (`Hold.keep`), and writes nothing.
"""

import contextlib
import json
import os
import platform
import signal
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from recount import provenance

NAME = "hold.json"
BEAT = 10.0
SILENCE = 150.0
LOOK = 0.5
TOLD = (signal.SIGTERM, signal.SIGUSR1)


class Lost(SystemExit):
    """Another execution took this run over. Exit code 75: try again."""

    def __init__(self, path: Path):
        print(f"{path}: another execution holds this run now; nothing was written")
        super().__init__(75)


@dataclass
class Hold:
    """The lock of one run while it is ours; `waited` tells that somebody else had it first."""

    path: Path
    token: str
    waited: bool = False
    released: threading.Event = field(default_factory=threading.Event)

    def keep(self) -> None:
        """Call before publishing. Raises Lost when the lock is not ours any more."""
        if read(self.path).get("token") != self.token:
            raise Lost(self.path)

    def beat(self) -> None:
        while not self.released.wait(BEAT):
            with contextlib.suppress(OSError):
                if read(self.path).get("token") == self.token:
                    os.utime(self.path)


@contextlib.contextmanager
def held(folder: Path, name: str = NAME, look: float = LOOK) -> Iterator[Hold]:
    """Holds the run in `folder`; waits for a living holder, takes over from a dead one.

    Another `name` is the lock of something else there; `look` is how often its waiters look, in
    seconds, and below LOOK they say nothing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    hold = Hold(folder / name, uuid.uuid4().hex)
    while not create(hold):
        hold.waited = True
        outlast(hold.path, look)
    beating = threading.Thread(target=hold.beat, daemon=True)
    beating.start()
    try:
        with leaving():
            yield hold
    finally:
        hold.released.set()
        if read(hold.path).get("token") == hold.token:
            hold.path.unlink(missing_ok=True)


@contextlib.contextmanager
def leaving() -> Iterator[None]:
    """SIGTERM and SIGUSR1 end the block with exit code 75 (try again), so that the lock goes too.
    A training that is under way writes a checkpoint first, by its own handlers."""

    def leave(*_) -> None:
        raise SystemExit(75)

    main = threading.current_thread() is threading.main_thread()
    before = {name: signal.signal(name, leave) for name in TOLD if main}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)


def create(hold: Hold) -> bool:
    """False when the file is there already: creation is atomic, also on network file systems."""
    me = psutil.Process()
    facts = {"token": hold.token, "machine": machine(), "pid": me.pid, "begun": me.create_time()}
    try:
        handle = os.open(hold.path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644)
    except FileExistsError:
        return False
    with os.fdopen(handle, "w") as stream:
        stream.write(json.dumps(facts | provenance.job()))
        stream.flush()
        os.fsync(handle)
    return True


def outlast(path: Path, look: float = LOOK) -> None:
    """Returns once the file is gone or was taken away from a dead holder."""
    seen, since, spoken = None, time.monotonic(), look < LOOK
    while (now := changed(path)) is not None:
        if now != seen:
            seen, since = now, time.monotonic()
        facts = read(path)
        if dead(facts) or time.monotonic() - since > SILENCE:
            take_away(path, facts.get("token"))
            return
        if not spoken:
            print(f"waiting: {who(facts)} holds {path}", flush=True)
            spoken = True
        time.sleep(look)


def take_away(path: Path, token: str | None) -> None:
    """Removes the lock of a dead holder; one that was just made by somebody else is put back."""
    aside = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}")
    with contextlib.suppress(FileNotFoundError):
        path.rename(aside)
        if read(aside).get("token") != token:
            with contextlib.suppress(FileExistsError):
                os.link(aside, path)
        aside.unlink(missing_ok=True)


def dead(facts: dict[str, Any]) -> bool:
    """Whether the holder is known to be gone. One on another machine is never known to be."""
    if facts.get("machine") != machine():
        return False
    try:
        return psutil.Process(facts["pid"]).create_time() != facts["begun"]
    except psutil.NoSuchProcess:
        return True


def machine() -> str:
    """This machine's name, and its process numbers' namespace (containers have their own)."""
    try:
        space = Path("/proc/self/ns/pid").readlink().name
    except OSError:
        space = ""
    return f"{platform.node()} {space}".strip()


def changed(path: Path) -> int | None:
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return None


def read(path: Path) -> dict[str, Any]:
    """What the lock says; empty where it is gone or not written yet."""
    try:
        facts = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return facts if isinstance(facts, dict) else {}


def who(facts: dict[str, Any]) -> str:
    if facts.get("job"):
        return f"job {facts['job']} on {facts['node']}"
    return f"process {facts.get('pid', 'unknown')} on {str(facts.get('machine', '?')).split()[0]}"
