"""`recount resume`: continues after a killed driver.

First what is left of the killed run on the cluster: its running jobs are waited for, its pending
ones are cancelled (`--cancel` cancels all). Only then the folder is unlocked and the rest is run,
with the same profile as before.
"""

import subprocess
import sys
from pathlib import Path

from recount import driver, registry
from recount.cli import run as runs
from recount.cli.screen import console
from recount.cluster import slurm
from recount.typed import BadValue


def add(parser) -> None:
    runs.add(parser)
    parser.add_argument("--cancel", action="store_true", help="cancel running jobs, too")


def run(args) -> int:
    root = registry.root()
    if where := driver.alive(root):
        raise BadValue(f"a driver is at work here ({where}); let it end, or stop it")
    told = driver.last(root)
    args.profile = args.profile or told.get("profile")
    args.drive = told.get("drive")
    settle(root, told, args)
    done = subprocess.run(
        [sys.executable, "-m", "snakemake", "--unlock", "--directory", str(root)]
        + ["--snakefile", str(root / "Snakefile")],
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise BadValue(f"could not unlock: {done.stderr.strip().splitlines()[-1]}")
    console().print("unlocked; finished runs are kept")
    return runs.run(args)


def settle(root: Path, told: dict, args) -> None:
    """Leaves no job of an earlier run in the queue, and no lock of a dead one."""
    out = console()
    if not slurm.here():
        if told.get("profile"):
            raise BadValue(
                f"the last run used {told['profile']} from {told['host']}, and there is no squeue "
                "here: its jobs may still run. Resume on a machine that sees the cluster"
            )
        return
    try:
        jobs = slurm.ours(root)
    except BadValue as error:
        if told.get("profile"):
            raise
        out.print(f"the last run was a local one, and SLURM does not answer: {error}", markup=False)
        return
    for job in jobs:
        out.print(f"job {job.number}: {job.what}, {job.state.lower()} {job.node}".rstrip())
    cancelled = [job for job in jobs if args.cancel or job.pending]
    slurm.cancel(cancelled)
    if cancelled:
        out.print(f"cancelled {len(cancelled)} jobs; their checkpoints are kept")
    slurm.outlast(root, jobs, out.print)
    freed = slurm.free_holds(root / "results")
    if freed:
        out.print(f"{len(freed)} runs were held by jobs that are over; they are free again")
