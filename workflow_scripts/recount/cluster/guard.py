"""Stands between Snakemake's SLURM executor and SLURM, where the executor would be misled.

The executor (2.8.0) believes every answer. It takes the state UNKNOWN for success; it asks for ever
about a job that no answer mentions, and about one that was preempted or lost its node and is not
requeued; after a failed question it forgets the jobs and waits for ever (plugin#157, #207, #331);
one refused submission may end the run (plugin#313, #320). So the Snakefile puts programs of the
same names first on Snakemake's PATH, which call this module:

    squeue, sacct   a doubtful or absent state is answered with the last one that was known; after
                    SILENCE seconds the job is cancelled and answered as FAILED, so that Snakemake
                    tries it again or ends. So is a job that waits for what time does not mend, such
                    as PartitionTimeLimit. COMPLETED is never answered unless SLURM says so.
    sbatch          notes the jobs; asks again when the controller is busy, but not twice for a job
                    that got in, and not for a Snakemake that is gone meanwhile

Every other question is passed on. What was decided is in logs/scheduler/decisions.log.
"""

import contextlib
import json
import os
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path

PROGRAMS = ("squeue", "sacct", "sbatch")
SILENCE = 600.0
PATIENCE = 50.0
PAUSES = (5.0, 20.0, 60.0)
UNHEARD = ("", "UNKNOWN")
DOUBTFUL = (*UNHEARD, "PREEMPTED", "NODE_FAIL")
HOPELESS = ("TimeLimit", "WallDuration", "PerJob", "BadConstraints", "Invalid", "NotAllowed")
OVER = ("COMPLETED", "BOOT_FAIL", "CANCELLED", "DEADLINE", "FAILED", "OUT_OF_MEMORY", "TIMEOUT")
BUSY = ("timed out", "unable to contact", "temporarily", "connection refused", "unexpected message")
FOLDER = Path("logs") / "scheduler"
SNAKEMAKE = "RECOUNT_SNAKEMAKE"


def install(root: Path) -> None:
    """Puts our programs in front of SLURM's, where SLURM is. Safe to call again."""
    os.environ[SNAKEMAKE] = str(os.getpid())
    place = (root / FOLDER / "bin").resolve()
    path = os.environ.get("PATH", "")
    if str(place) in path.split(os.pathsep) or not shutil.which("sbatch"):
        return
    place.mkdir(parents=True, exist_ok=True)
    for name in filter(shutil.which, PROGRAMS):
        call = [sys.executable, "-IS", str(Path(__file__).resolve()), str(place), name]
        program = place / f".{name}.{os.getpid()}"
        program.write_text(f'#!/bin/sh\nexec {shlex.join(call)} "$@"\n')
        program.chmod(0o755)
        program.replace(place / name)
    os.environ["PATH"] = f"{place}{os.pathsep}{path}"


def decisions(root: Path) -> list[str]:
    """What was decided in this folder so far, oldest first."""
    path = root / FOLDER / "decisions.log"
    return path.read_text().splitlines() if path.exists() else []


def recorded(root: Path) -> dict[str, str]:
    """job -> its state as last heard, of every Snakemake that ran here. Asks no scheduler."""
    found = {}
    for path in sorted((root / FOLDER).glob("*.json"), key=lambda one: one.stat().st_mtime):
        with contextlib.suppress(OSError, ValueError):
            found |= {job: state for job, (state, _) in json.loads(path.read_text()).items()}
    return found


def main(place: Path, name: str, argv: list[str]) -> int:
    folders = os.environ.get("PATH", os.defpath).split(os.pathsep)
    others = os.pathsep.join(one for one in folders if Path(one) != place)
    real = shutil.which(name, path=others)
    if real is None:
        print(f"{name}: not found behind {place}", file=sys.stderr)
        return 127
    ours = named(argv, "--job-name" if name == "sbatch" else "--name")
    if ours is None:
        os.execv(real, [real, *argv])
    ledger = Ledger(place.parent, ours)
    if name == "sbatch":
        return submit(real, argv, ledger, shutil.which("squeue", path=others))
    return status(real, argv, ledger, shutil.which("scancel", path=others))


def named(argv: list[str], option: str) -> str | None:
    """The value of `--option value` or `--option=value`."""
    for word, after in zip(argv, [*argv[1:], ""], strict=True):
        if word == option:
            return after
        if word.startswith(f"{option}="):
            return word.partition("=")[2]
    return None


class Ledger:
    """The jobs of one Snakemake: those submitted, the last good state of each, and since when."""

    def __init__(self, folder: Path, name: str):
        self.submitted = folder / f"{name}.submitted"
        self.states = folder / f"{name}.json"
        self.decisions = folder / "decisions.log"

    def note(self, number: str) -> None:
        with self.submitted.open("a") as lines:
            lines.write(f"{number} {time.time()}\n")

    def read(self) -> dict[str, tuple[str, float]]:
        """job -> (state, when that was last heard); a submitted job counts as PENDING."""
        known: dict[str, tuple[str, float]] = {}
        if self.submitted.exists():
            lines = map(str.split, self.submitted.read_text().splitlines())
            known = {number: ("PENDING", float(when)) for number, when in lines}
        with contextlib.suppress(OSError, ValueError):
            known |= {job: tuple(one) for job, one in json.loads(self.states.read_text()).items()}
        return known

    def write(self, known: dict[str, tuple[str, float]]) -> None:
        temporary = self.states.with_name(f".{self.states.name}")
        temporary.write_text(json.dumps(known))
        temporary.replace(self.states)

    def decide(self, text: str) -> None:
        with self.decisions.open("a") as lines:
            lines.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {text}\n")


def status(real: str, argv: list[str], ledger: Ledger, scancel: str | None) -> int:
    """Prints `job|state` for every job of the ledger and every one that SLURM names."""
    told, trouble = asked(real, argv)
    if "PENDING" in told.values() and Path(real).name == "squeue":
        told |= hopeless(real, named(argv, "--name"))
    known = judged(told, ledger.read(), time.time())
    lost = [job for job, (state, _) in known.items() if state == "LOST"]
    for job in lost:
        known[job] = ("FAILED", time.time())
        said = trouble or f"SLURM said {told.get(job) or 'nothing'} of it"
        ledger.decide(f"job {job} given up after {silence():.0f} s: {said}")
    if lost and scancel:
        with contextlib.suppress(OSError, subprocess.TimeoutExpired):
            subprocess.run([scancel, *lost], capture_output=True, timeout=PATIENCE)
    ledger.write(known)
    for job, (state, _) in known.items():
        print(f"{job}|{state}")
    return 0


def asked(real: str, argv: list[str]) -> tuple[dict[str, str], str]:
    """What SLURM tells of the jobs, and its trouble when it tells nothing."""
    try:
        done = subprocess.run([real, *argv], capture_output=True, text=True, timeout=PATIENCE)
    except (OSError, subprocess.TimeoutExpired) as error:
        return {}, str(error)
    if done.returncode:
        return {}, done.stderr.strip() or f"exit code {done.returncode}"
    rows = (line.split("|") for line in done.stdout.splitlines())
    return {row[0].strip(): row[1].split()[0] for row in rows if len(row) > 1 and row[1]}, ""


def hopeless(squeue: str, name: str | None) -> dict[str, str]:
    """The pending jobs that cannot start as they were submitted, with SLURM's reason as state."""
    argv = ["--noheader", f"--name={name}", "--states=PENDING", "--format=%i|%r"]
    reasons = asked(squeue, argv)[0]
    return {job: f"PENDING:{why}" for job, why in reasons.items() if any(map(why.count, HOPELESS))}


def judged(told: dict[str, str], known: dict[str, tuple[str, float]], now: float) -> dict:
    """The state to answer for each job; LOST where doubt lasted too long."""
    heads = {job.partition("_")[0] for job in told}
    found = {}
    for job in [*known, *(one for one in told if one not in known)]:
        before, heard = known.get(job, ("PENDING", now))
        state = told.get(job, "")
        if before in OVER and state in DOUBTFUL:
            found[job] = (before, heard)
        elif ":" in state and now - heard <= silence():
            found[job] = ("PENDING", heard)
        elif ":" not in state and (state not in DOUBTFUL or (not state and job in heads)):
            found[job] = (state or before, now)
        elif now - heard > silence():
            found[job] = ("LOST", heard)
        else:
            found[job] = (before if state in UNHEARD else state, heard)
    return found


def silence() -> float:
    return float(os.environ.get("RECOUNT_SILENCE", SILENCE))


def submit(real: str, argv: list[str], ledger: Ledger, squeue: str | None) -> int:
    """Submits; a busy controller is asked again. Prints what sbatch prints."""
    script = "" if any(word.startswith("--wrap") for word in argv) else sys.stdin.read()
    for pause in (*PAUSES, None):
        done = subprocess.run([real, *argv], input=script, capture_output=True, text=True)
        if done.returncode == 0:
            break
        number = arrived(squeue, named(argv, "--comment"), ledger)
        if number:
            done = subprocess.CompletedProcess(argv, 0, f"{number}\n", "")
            break
        if pause is None or not any(word in done.stderr.lower() for word in BUSY):
            ledger.decide(f"sbatch refused: {done.stderr.strip()}")
            break
        ledger.decide(f"sbatch is asked again in {pause:.0f} s: {done.stderr.strip()}")
        time.sleep(pause)
        if deserted():
            ledger.decide("not submitted: its Snakemake is gone")
            break
    if done.returncode == 0 and (words := done.stdout.strip().split(";")[0].split()):
        ledger.note(words[-1])
    sys.stdout.write(done.stdout)
    sys.stderr.write(done.stderr)
    return done.returncode


def deserted() -> bool:
    """Whether the Snakemake that waits for an answer was killed: a job submitted now would be
    nobody's, after `recount resume` has looked for what is left."""
    number = os.environ.get(SNAKEMAKE)
    try:
        return bool(number) and os.kill(int(number), 0) is not None
    except ProcessLookupError:
        return True


def arrived(squeue: str | None, comment: str | None, ledger: Ledger) -> str | None:
    """The job that got in although sbatch said no: ours by name and comment, and not noted yet."""
    if squeue is None or comment is None:
        return None
    argv = [squeue, "--noheader", f"--name={ledger.states.stem}", "--format=%A|%k"]
    try:
        done = subprocess.run(argv, capture_output=True, text=True, timeout=PATIENCE)
    except (OSError, subprocess.TimeoutExpired):
        return None
    rows = (line.partition("|") for line in done.stdout.splitlines())
    noted = ledger.read()
    fresh = (one.strip() for one, _, what in rows if what == comment and one not in noted)
    return next(fresh, None)


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1]), sys.argv[2], sys.argv[3:]))
