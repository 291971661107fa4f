"""`recount resume`: continues after a killed driver: unlocks, runs what is missing or stale."""

import subprocess
import sys

from recount import driver, registry
from recount.cli import run as runs
from recount.cli.screen import console
from recount.typed import BadValue


def add(parser) -> None:
    runs.add(parser)


def run(args) -> int:
    root = registry.root()
    if process := driver.alive(root):
        raise BadValue(f"a driver is at work here (process {process}); let it end, or stop it")
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
