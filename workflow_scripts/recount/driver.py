"""Drives Snakemake as a user would, and shows how far it is.

Everything Snakemake says goes to logs/snakemake.log; the screen gets one line of progress, with the
runs that are under way read from their progress files.
"""

import contextlib
import json
import os
import platform
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import psutil
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from recount import files, hold, layout, once
from recount.cluster import guard, slurm
from recount.typed import BadValue

TOUCH = 10.0
POLL = 0.5
LATE = 2.0
STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
STEPS = re.compile(r"^(\d+) of (\d+) steps")
TOTAL = re.compile(r"^total\s+(\d+)$")


@dataclass(frozen=True)
class Done:
    """How Snakemake ended: its exit code, whether there was nothing to do, its log, and whether it
    was told to stop."""

    code: int
    nothing: bool
    log: str = ""
    stopped: bool = False


def drive(
    root: Path,
    choice,
    cores: int,
    stale: list[Path],
    console: Console,
    again: bool = False,
    profile: str | None = None,
    resources: Sequence[str] = (),
    packed: bool = True,
) -> Done:
    """Runs the workflow for the choice; `stale` files are made anew. Ctrl-C stops it cleanly.

    With a `profile` (a folder, or a name that Snakemake knows) jobs go where the profile says,
    several runs in one where it packs them and `packed` is left so.
    """
    log = root / "logs" / "snakemake.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    argv = command(root, choice, cores, stale, again, profile)
    argv += ["--set-resources", *resources] if resources else []
    argv += [] if packed else ["--group-components", "none=1"]
    known = len(guard.decisions(root))
    with log.open("w") as handle, interrupted_by(signal.SIGTERM, signal.SIGHUP):
        process = started(argv, root, handle, profile)
        stopped = watched(process, root, profile, root / "results" / choice.scale, console)
        code = process.wait()
    text = log.read_text(errors="replace")
    for line in guard.decisions(root)[known:][-8:]:
        console.print(f"scheduler: {line}", style="yellow", markup=False, soft_wrap=True)
    if code and not stopped:
        explain(text, console, log.relative_to(root))
    return Done(code, "Nothing to be done" in text, text, stopped)


def started(argv: list[str], root: Path, out: IO, profile: str | None) -> subprocess.Popen:
    """Snakemake, in a session of its own, which the terminal's signals do not reach. They are held
    back from here on until it is watched, so that none comes in between."""
    signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)
    try:
        process = subprocess.Popen(
            argv,
            cwd=root,
            stdout=out,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=heed_interrupts,
        )
        files.write_json(record(root), facts(process.pid, argv, profile))
    except BaseException:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
        raise
    return process


def watched(
    process: subprocess.Popen, root: Path, profile: str | None, results: Path, console: Console
) -> bool:
    """Follows Snakemake to its end; True when it was told to stop."""
    try:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
        follow(process, root / "logs" / "snakemake.log", results, console, record(root))
    except KeyboardInterrupt:
        stop(process, root, profile, console)
        return True
    return False


def stop(process: subprocess.Popen, root: Path, profile: str | None, console: Console) -> None:
    """Ends Snakemake with all that it started; when this returns, no job is left in the queue."""
    process.send_signal(signal.SIGINT)
    console.print("Stopping; finished runs are kept, the rest resumes from checkpoints.")
    if profile is None:
        dismiss(process)
    process.wait()
    if profile is None or not slurm.here():
        return
    try:
        sweep(root)
    except BadValue as error:
        told = f"its jobs may still run: {error}; `recount resume` deals with them"
        console.print(told, style="yellow", markup=False, soft_wrap=True)


def sweep(root: Path) -> None:
    """Cancels the jobs that Snakemake had submitted and not yet noted when it was interrupted; an
    sbatch that is under way then ends in a moment. Raises BadValue where SLURM does not answer."""
    for pause in (0, LATE):
        time.sleep(pause)
        slurm.cancel(slurm.ours(root))


@contextlib.contextmanager
def interrupted_by(*signals: signal.Signals) -> Iterator[None]:
    """These signals act as Ctrl-C: Snakemake, which is in a session of its own, gets one SIGINT,
    cancels its cluster jobs and unlocks. SIGTERM would let them run and start no others."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    heard = [one for one in signals if signal.getsignal(one) != signal.SIG_IGN]
    before = {one: signal.signal(one, signal.default_int_handler) for one in heard}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def dismiss(process: subprocess.Popen) -> None:
    """Tells the local jobs under Snakemake to save and leave; it waits for them and unlocks."""
    told: set[int] = set()
    while process.poll() is None:
        with contextlib.suppress(psutil.Error):
            for job in psutil.Process(process.pid).children(recursive=True):
                if job.pid not in told and job.name().startswith("python"):
                    told.add(job.pid)
                    job.terminate()
        time.sleep(0.2)


def heed_interrupts() -> None:
    """Snakemake must hear SIGINT, also below a script's background job, where it is ignored, and
    although it is started while signals are held back."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)


def record(root: Path) -> Path:
    """Who drives, or drove last, in this folder. Touched every few seconds while it lives."""
    return root / "logs" / "driver.json"


def facts(pid: int, argv: list[str], profile: str | None) -> dict[str, Any]:
    begun = psutil.Process(pid).create_time()
    told = {"pid": pid, "begun": begun, "machine": hold.machine(), "host": platform.node()}
    return told | {"profile": profile, "command": argv, "drive": os.environ.get(once.VARIABLE)}


def last(root: Path) -> dict[str, Any]:
    """The record of the last driver; empty when there was none."""
    return files.read_json(record(root)) if record(root).exists() else {}


def alive(root: Path) -> str | None:
    """Where a driver of this folder still lives, or None. Another machine's is watched a while."""
    told = last(root)
    if not told:
        return None
    if told["machine"] == hold.machine():
        return None if hold.dead(told) or zombie(told["pid"]) else f"process {told['pid']}"
    before = record(root).stat().st_mtime_ns
    time.sleep(3 * TOUCH)
    return None if record(root).stat().st_mtime_ns == before else f"on {told['host']}"


def zombie(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def command(
    root: Path, choice, cores: int, stale: list[Path], again: bool, profile: str | None = None
) -> list[str]:
    """The Snakemake call. A file that is not there any more cannot be forced, only made."""
    argv = [sys.executable, "-m", "snakemake", "--snakefile", str(root / "Snakefile")]
    argv += ["--directory", str(root), "--nocolor"]
    argv += ["--profile", profile] if profile else ["--cores", str(cores)]
    argv += ["--config", f"scale={choice.scale}", f"papers={','.join(choice.selected)}"]
    if again:
        return [*argv, "--forceall"]
    forced = sorted(str(path.relative_to(root)) for path in stale)
    return argv + (["--forcerun", *forced] if forced else [])


def follow(
    process: subprocess.Popen, log: Path, results: Path, console: Console, beat: Path
) -> None:
    """One progress line until the process ends; plain lines where the output is no terminal."""
    columns = [TextColumn("{task.description}"), BarColumn(), TaskProgressColumn()]
    with Progress(*columns, TimeElapsedColumn(), console=console, transient=True) as bar:
        task = bar.add_task("starting", total=None)
        spoken = touched = 0.0
        read, done, total = 0, 0, None
        while process.poll() is None:
            time.sleep(POLL)
            if time.time() - touched > TOUCH:
                touched = time.time()
                beat.touch()
            with log.open("rb") as lines:
                lines.seek(read)
                new = lines.read()
            whole = new[: new.rfind(b"\n") + 1]
            read += len(whole)
            done, total = steps(whole.decode(errors="replace"), done, total)
            note = f"{done} of {total or '?'} jobs  {under_way(results)}"
            bar.update(task, completed=done, total=total, description=note[:90])
            if not console.is_terminal and time.time() - spoken > 30:
                spoken = time.time()
                console.print(note)


def steps(text: str, done: int = 0, total: int | None = None) -> tuple[int, int | None]:
    """Jobs done and jobs in all, as Snakemake's log says; what it said before is given."""
    for line in text.splitlines():
        if found := STEPS.match(line):
            done, total = int(found[1]), int(found[2])
        elif found := TOTAL.match(line):
            total = int(found[1])
    return done, total


def under_way(results: Path) -> str:
    """`slug/arm 40%` of each run whose progress file was written in the last minute."""
    notes = []
    found = [results.glob(f"*/*/{part}runs/*/progress.json") for part in ("", f"{layout.LOOK}*/")]
    for path in sorted(path for paths in found for path in paths):
        try:
            state = json.loads(path.read_text())
        except (OSError, ValueError):
            continue
        if time.time() - state["seen"] < 60:
            share = 100 * state["done"] // max(state["total"], 1)
            slug = path.relative_to(results).parts[1]
            notes.append(f"{slug}/{state['arm']} {share}%")
    return ", ".join(notes)


def explain(text: str, console: Console, log: Path) -> None:
    """The lines that say why, without the noise around them."""
    lines = text.splitlines()
    if "LockException" in text or "cannot be locked" in text:
        console.print("Another run holds this folder, or one was killed: `recount resume`.")
    why = [line for line in lines if re.match(r"^(\S+(Error|Exception)\b|.*paper\.yaml.*:)", line)]
    for line in dict.fromkeys(why[:12]):
        console.print(line, style="red", markup=False, highlight=False, soft_wrap=True)
    console.print(
        f"Some jobs failed: {log}; `recount why CLAIM` shows state, log and remedy.", soft_wrap=True
    )
