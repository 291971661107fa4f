"""Drives Snakemake as a user would, and shows how far it is.

Everything Snakemake says goes to logs/snakemake.log; the screen gets one line of progress, with the
runs that are under way read from their progress files.
"""

import json
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import psutil
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

STEPS = re.compile(r"^(\d+) of (\d+) steps")
TOTAL = re.compile(r"^total\s+(\d+)$")


@dataclass(frozen=True)
class Done:
    """How Snakemake ended: its exit code, and whether there was nothing to do."""

    code: int
    nothing: bool


def drive(root: Path, choice, cores: int, stale: list[Path], console: Console, again=False) -> Done:
    """Runs the workflow for the choice; `stale` files are made anew. Ctrl-C stops it cleanly."""
    log = root / "logs" / "snakemake.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    argv = command(root, choice, cores, stale, again)
    with log.open("w") as handle:
        process = subprocess.Popen(
            argv, cwd=root, stdout=handle, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL
        )
        pid_file(root).write_text(str(process.pid))
        try:
            follow(process, log, root / "results" / choice.scale, console)
        except KeyboardInterrupt:
            process.send_signal(signal.SIGINT)
            console.print("Stopping; finished runs are kept, the rest resumes from checkpoints.")
        code = process.wait()
    text = log.read_text(errors="replace")
    if code:
        explain(text, console, log.relative_to(root))
    return Done(code, "Nothing to be done" in text)


def pid_file(root: Path) -> Path:
    return root / "logs" / "driver.pid"


def alive(root: Path) -> int | None:
    """The process id of a Snakemake that `drive` started here and that still runs."""
    try:
        process = psutil.Process(int(pid_file(root).read_text()))
        return process.pid if "snakemake" in " ".join(process.cmdline()) else None
    except (OSError, ValueError, psutil.Error):
        return None


def command(root: Path, choice, cores: int, stale: list[Path], again: bool) -> list[str]:
    """The Snakemake call. A file that is not there any more cannot be forced, only made."""
    argv = [sys.executable, "-m", "snakemake", "--snakefile", str(root / "Snakefile")]
    argv += ["--directory", str(root), "--cores", str(cores), "--nocolor"]
    argv += ["--config", f"scale={choice.scale}", f"papers={','.join(choice.selected)}"]
    if again:
        return [*argv, "--forceall"]
    forced = sorted(str(path.relative_to(root)) for path in stale)
    return argv + (["--forcerun", *forced] if forced else [])


def follow(process: subprocess.Popen, log: Path, results: Path, console: Console) -> None:
    """One progress line until the process ends; plain lines where the output is no terminal."""
    columns = [TextColumn("{task.description}"), BarColumn(), TaskProgressColumn()]
    with Progress(*columns, TimeElapsedColumn(), console=console, transient=True) as bar:
        task = bar.add_task("starting", total=None)
        spoken = 0.0
        while process.poll() is None:
            time.sleep(0.3)
            done, total = steps(log.read_text(errors="replace"))
            note = f"{done} of {total or '?'} jobs  {under_way(results)}"
            bar.update(task, completed=done, total=total, description=note[:90])
            if not console.is_terminal and time.time() - spoken > 30:
                spoken = time.time()
                console.print(note)


def steps(text: str) -> tuple[int, int | None]:
    done, total = 0, None
    for line in text.splitlines():
        if found := STEPS.match(line):
            done, total = int(found[1]), int(found[2])
        elif found := TOTAL.match(line):
            total = int(found[1])
    return done, total


def under_way(results: Path) -> str:
    """`slug/arm 40%` of each run whose progress file was written in the last minute."""
    notes = []
    for path in sorted(results.glob("*/*/runs/*/progress.json")):
        try:
            state = json.loads(path.read_text())
        except (OSError, ValueError):
            continue
        if time.time() - state["seen"] < 60:
            share = 100 * state["done"] // max(state["total"], 1)
            notes.append(f"{path.parents[2].name}/{state['arm']} {share}%")
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
