"""`recount doctor --slurm`: is this cluster ready? A short job per partition looks from inside."""

import re
import shlex
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from recount import files
from recount.cli.doctor import Line
from recount.cli.profiles import known_profile
from recount.cluster import probe, site, slurm
from recount.typed import BadValue

MOST = 6
SLOWEST = 180


@dataclass
class Probe:
    """A submitted probe job and the folder that it shares with us."""

    partition: str
    gpus: int
    folder: Path
    number: str = ""
    refused: str = ""
    lag: list[float] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"{self.partition}{' (1 GPU)' if self.gpus else ''}"


def lines(root: Path, profile: str | None, wait: float) -> Iterator[Line]:
    """The findings, one at a time. Leaves no job behind."""
    if not slurm.here():
        remedy = "run this on a login node of the cluster"
        yield Line("red", "slurm", "no squeue and scancel here", remedy)
        return
    told = site.read(known_profile(root, profile))
    yield from queue_lines(told)
    probes = [submitted(root, one, told) for one in wanted(told)]
    try:
        for one in probes:
            yield from probe_lines(one, told, wait)
    finally:
        numbers = {one.number for one in probes if one.number}
        slurm.cancel(job for job, _, _ in slurm.queued() if job.number in numbers)


def queue_lines(told: dict[str, Any]) -> Iterator[Line]:
    """Which program tells what became of a job, and whether it tells long enough."""
    config = slurm.ask("scontrol", "show", "config")
    found = re.search(r"^MinJobAge\s*=\s*(\d+)", config, re.MULTILINE)
    age = int(found[1]) if found else 0
    accounting = answers("sacct", "--noheader", "--allocations", "--starttime=now-1minutes")
    chosen = told.get("slurm-status-command", "sacct")
    yield Line("green", "accounting", "sacct answers" if accounting else "none; squeue will do")
    if chosen == "sacct" and not accounting:
        remedy = "slurm-status-command: squeue in your profile"
        yield Line("red", "status", "sacct is chosen and does not answer: runs would hang", remedy)
    elif chosen == "squeue" and age < SLOWEST:
        remedy = (
            "slurm-status-command: sacct in your profile"
            if accounting
            else f"ask for MinJobAge >= {SLOWEST} in slurm.conf; squeue forgets jobs before"
        )
        text = f"squeue forgets finished jobs after {age} s (MinJobAge)"
        yield Line("yellow" if accounting else "red", "status", text, remedy)
    else:
        yield Line("green", "status", f"{chosen}; finished jobs are remembered for {age} s")


def answers(*argv: str) -> bool:
    try:
        slurm.ask(*argv)
    except BadValue:
        return False
    return True


def wanted(told: dict[str, Any]) -> list[tuple[str, int]]:
    """(partition, GPUs) to try: the profile's own, else all that this cluster has."""
    path = told.get("slurm-partition-config")
    if path:
        limits = yaml.safe_load(Path(path).read_text())["partitions"]
        return [(name, int(one.get("max_gpu", 0) > 0)) for name, one in limits.items()][:MOST]
    rows = [line.split() for line in slurm.ask("sinfo", "-h", "--format=%R %G").splitlines()]
    found = {(row[0], 0) for row in rows} | {(row[0], 1) for row in rows if "gpu" in row[1]}
    return sorted(found)[:MOST]


def submitted(root: Path, wish: tuple[str, int], told: dict[str, Any]) -> Probe:
    """Hands a two-minute job to SLURM; what it answers is kept in the probe."""
    one = Probe(*wish, folder=root / "logs" / "probe" / uuid.uuid4().hex[:8])
    one.folder.mkdir(parents=True)
    script = one.folder / "probe.sh"
    files.write_text(script, f"#!/bin/sh\nexec {shlex.join(inside(one))}\n")
    argv = ["sbatch", "--parsable", f"--job-name={slurm.PREFIX}_probe", "--time=2", "--mem=2000"]
    argv += [f"--partition={one.partition}", f"--output={one.folder}/job.log", f"--chdir={root}"]
    settings = told.get("default-resources") or {}
    habits = site.of(settings)
    if one.gpus:
        argv.append("--gpus=1" if habits.dialect == "gpu" else "--gres=gpu:1")
    if account := str(settings.get("slurm_account", "")).strip("'"):
        argv.append(f"--account={account}")
    try:
        one.number = slurm.ask(*argv, str(script)).strip().partition(";")[0]
    except BadValue as error:
        one.refused = str(error)
    return one


def inside(one: Probe) -> list[str]:
    return [sys.executable, "-m", "recount.cluster.probe", str(one.folder)]


def probe_lines(one: Probe, told: dict[str, Any], wait: float) -> Iterator[Line]:
    if one.refused:
        remedy = "correct partition, account or GPU dialect: recount init-site --force"
        yield Line("red", one.name, f"job refused: {one.refused}", remedy)
        return
    if not probe.appears(one.folder / "node.json", wait):
        yield silent(one, wait)
        return
    found = probe.read(one.folder)
    yield node_line(one, found)
    lag = round_trip(one.folder)
    latency = int(told.get("latency-wait", 5))
    if lag is None or lag > latency / 2:
        text = "no answer within a minute" if lag is None else f"{lag:.1f} s"
        remedy = f"latency-wait: {max(2 * latency, 120)} in your profile"
        yield Line("red", "files", f"seen on {found['node']} after {text}", remedy)
    else:
        yield Line("green", "files", f"seen on {found['node']} and back within {lag:.1f} s")


def silent(one: Probe, wait: float) -> Line:
    """Why a probe said nothing: it waits in the queue, or it died."""
    waiting = [job for job, _, _ in slurm.queued() if job.number == one.number]
    if waiting:
        reason = answer("squeue", "-h", f"--jobs={one.number}", "--format=%r")
        text = f"still {waiting[0].state.lower()} after {wait:.0f} s ({reason})"
        return Line("yellow", one.name, text, "ask again later, or with a longer --wait")
    log = one.folder / "job.log"
    last = log.read_text(errors="replace").strip().splitlines()[-1:] if log.exists() else []
    text = f"the job ended without a word{': ' + last[0] if last else ''}"
    return Line("red", one.name, text, "is this project's folder shared with the nodes?")


def answer(*argv: str) -> str:
    try:
        return slurm.ask(*argv).strip()
    except (BadValue, subprocess.SubprocessError):
        return "no reason given"


def node_line(one: Probe, found: dict[str, Any]) -> Line:
    where = f"{found['node']}, Python {found['python']}"
    if found["torch"] is None:
        return Line("red", one.name, f"{where}: {found['trouble']}", "make env on a shared disk")
    where += f", torch {found['torch']}"
    if one.gpus and found["device"] != "cuda":
        granted = "granted" if found["gpus_granted"] else "not granted"
        text = f"{where}: GPU {granted}, but torch sees none; training would use the CPU"
        return Line("yellow", one.name, text, "a CUDA build: make env TORCH=torch==2.13.0")
    return Line("green", one.name, where + (f", {found['gpu']}" if one.gpus else ""))


def round_trip(folder: Path) -> float | None:
    """The slowest of a few round trips of a file, in seconds; None without an answer."""
    slowest = 0.0
    for number in range(probe.ROUNDS):
        begun = time.monotonic()
        files.write_text(folder / f"ping{number}", "")
        if not probe.appears(folder / f"pong{number}", probe.PATIENCE):
            return None
        slowest = max(slowest, time.monotonic() - begun)
    return slowest
