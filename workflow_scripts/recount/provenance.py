"""What stands behind a result: commit, versions, machine. An allow-list, so nothing private."""

import functools
import importlib.metadata
import os
import platform
import re
import subprocess
from pathlib import Path
from typing import Any

PACKAGES = ("numpy", "torch", "pandas", "scipy", "snakemake")
SOURCE = Path(__file__).resolve().parent
HEAD, COMMIT = "# branch.oid ", re.compile("[0-9a-f]{40}|[0-9a-f]{64}")
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
    """{"commit": 40 hex digits or None, "dirty": whether the code that runs, or the paper, differs
    from that commit}."""
    here = [paper_folder / "paper.yaml", paper_folder / "experiment.py"]
    head, changed = state(root, *map(str, here))
    return {"commit": head, "dirty": changed or foreign(root)}


def differs(root: Path, *also: str) -> bool:
    """Whether the code that runs, or a path named, is not that of the last commit (if any)."""
    return state(root, *also)[1] or foreign(root)


def state(root: Path, *also: str) -> tuple[str | None, bool]:
    """The last commit, and whether watched files, or a path named, are changed since; (None, True)
    where there is none. One call of git, since every run asks for it twice."""
    told = git(root, "status", "--porcelain=v2", "--branch", "--", *WATCHED, *also)
    lines = told.splitlines() if told else []
    heads = [line.removeprefix(HEAD) for line in lines if line.startswith(HEAD)]
    if not heads or not COMMIT.fullmatch(heads[0]):
        return None, True
    return heads[0], any(not line.startswith("# ") for line in lines)


@functools.cache
def foreign(root: Path) -> bool:
    """Whether other code runs here than the project's own, as where `recount` was installed from
    another folder: some source file of the project differs from the one that was imported."""
    own = (root / "workflow_scripts" / SOURCE.name).resolve()
    if own == SOURCE:
        return False
    pairs = ((path, SOURCE / path.relative_to(own)) for path in own.rglob("*.py"))
    return any(not mine.is_file() or path.read_bytes() != mine.read_bytes() for path, mine in pairs)


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
