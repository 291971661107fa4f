"""What stands behind a result: commit, versions, machine. An allow-list, so nothing private."""

import functools
import importlib.metadata
import os
import platform
import subprocess
from pathlib import Path
from typing import Any

PACKAGES = ("numpy", "torch", "pandas", "scipy", "snakemake")
WATCHED = ("workflow_scripts", "rules", "Snakefile", "requirements.lock")


def git(root: Path, *arguments: str) -> str | None:
    """Output of a git command in `root`, or None where there is no git or no repository."""
    try:
        done = subprocess.run(
            ["git", "-C", str(root), *arguments], capture_output=True, text=True, timeout=30
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def commit(root: Path, paper_folder: Path) -> dict[str, Any]:
    """{"commit": 40 hex digits or None, "dirty": whether code or paper differ from that commit}."""
    head = git(root, "rev-parse", "HEAD")
    here = [paper_folder / "paper.yaml", paper_folder / "experiment.py"]
    changed = git(root, "status", "--porcelain", "--", *WATCHED, *map(str, here))
    return {"commit": head, "dirty": head is None or changed is None or changed != ""}


def job() -> dict[str, str | None]:
    """The cluster job that this process is part of, and its node. Stays with the results: it says
    where to look when a run fails, and is never recorded as evidence."""
    number = os.environ.get("SLURM_JOB_ID")
    if number is None:
        return {"job": None, "node": None}
    if task := os.environ.get("SLURM_ARRAY_TASK_ID"):
        number = f"{os.environ.get('SLURM_ARRAY_JOB_ID', number)}_{task}"
    return {"job": number, "node": os.environ.get("SLURMD_NODENAME") or platform.node()}


@functools.cache
def fingerprint() -> dict[str, Any]:
    """Equal fingerprints promise equal bits; unequal ones promise statistical agreement only."""
    return {
        "python": platform.python_version(),
        "machine": platform.machine(),
        "processor": processor(),
        "threads": threads(os.environ.get("OMP_NUM_THREADS", "0")),
        **{name: version(name) for name in PACKAGES},
    }


def threads(told: str) -> int:
    """The number of threads, the outermost of a list such as `4,2`; 0 where it is no number."""
    first = told.split(",")[0].strip()
    return int(first) if first.isascii() and first.isdigit() and len(first) < 6 else 0


def version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def processor() -> str:
    """The processor's model name as Linux tells it, else the platform's word."""
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        return platform.processor()
    return platform.processor()
