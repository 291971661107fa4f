"""What SLURM says of our jobs. Only its own programs are called, with argument lists, no shell."""

import getpass
import shutil
import subprocess
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from recount import hold, layout
from recount.typed import BadValue

PREFIX = "recount"
FORMAT = "%i|%T|%j|%N|%k|%Z"


@dataclass(frozen=True)
class Job:
    """A job in the queue: what it does, as the executor's comment tells, and where it runs."""

    number: str
    state: str
    node: str
    what: str

    @property
    def pending(self) -> bool:
        return self.state == "PENDING"


def here() -> bool:
    return shutil.which("squeue") is not None and shutil.which("scancel") is not None


def ask(*argv: str, seconds: float = 60) -> str:
    """What a SLURM program answers. Raises BadValue with its own words when it fails."""
    try:
        done = subprocess.run(argv, capture_output=True, text=True, timeout=seconds)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise BadValue(f"{argv[0]} does not answer ({error}); is SLURM's controller up?") from None
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()[-1:] or ["no reason given"]
        raise BadValue(f"{argv[0]} failed: {said[0]}")
    return done.stdout


def queued() -> list[tuple[Job, str, str]]:
    """Every job of this user that is not over: the job, its name and its folder."""
    argv = ("squeue", "--noheader", "--array", f"--user={getpass.getuser()}", f"--format={FORMAT}")
    found = []
    for line in ask(*argv).splitlines():
        number, state, name, node, rest = line.split("|", 4)
        what, _, folder = rest.rpartition("|")
        found.append((Job(number.strip(), state, node, what.removeprefix("rule_")), name, folder))
    return found


def ours(root: Path) -> list[Job]:
    """The jobs that a driver of this folder submitted and that are not over."""
    return [
        job
        for job, name, folder in queued()
        if name.startswith(f"{PREFIX}_") and Path(folder).resolve() == root.resolve()
    ]


def cancel(jobs: Iterable[Job]) -> None:
    numbers = [job.number for job in jobs]
    if numbers:
        ask("scancel", *numbers)


def outlast(root: Path, jobs: list[Job], say: Callable[[str], None], pause: float = 3.0) -> None:
    """Returns when none of the jobs is in the queue any more."""
    numbers, left = {job.number for job in jobs}, -1
    while still := [job for job in ours(root) if job.number in numbers]:
        if len(still) != left:
            left = len(still)
            say(f"waiting for {left} jobs: {', '.join(job.number for job in still[:8])}")
        time.sleep(pause)


def free_holds(results: Path) -> list[Path]:
    """Takes away the locks of runs whose job is over, so that nobody waits for the dead."""
    living = {job.number for job, _, _ in queued()}
    freed = []
    folders = [f"*/*/*/{look}{run}" for look in ("", f"{layout.LOOK}*/") for run in ("", "runs/*/")]
    held = [results.glob(f"{folder}{hold.NAME}") for folder in folders]
    for path in sorted(path for paths in held for path in paths):
        facts = hold.read(path)
        if facts.get("job") and facts["job"] not in living:
            hold.take_away(path, facts["token"])
            freed.append(path)
    return freed
