"""In one drive of Snakemake a run is trained once, also when its cluster job is tried again.

A job of several runs that is requeued, runs out of time or loses its node begins with its first
run, and Snakemake has deleted what the finished ones declared. The trained arrays are still there;
so train leaves a copy of its manifest beside them, which counts for as long as the same Snakemake
is at work, or one that `recount resume` put in its place. A later `recount run --again` or a forced
rule trains anew.
"""

import os
import uuid
from collections.abc import Callable
from pathlib import Path

from recount import files

VARIABLE = "RECOUNT_DRIVE"


def begin(name: str | None = None) -> None:
    """Names a new drive, or goes on with a killed one; what it starts inherits the name."""
    os.environ[VARIABLE] = name or uuid.uuid4().hex


def join() -> None:
    """Goes on with the drive that started this process, if one did."""
    if VARIABLE not in os.environ:
        begin()


def note(out: Path) -> Path:
    return out.with_name("trained.json")


def remember(out: Path) -> None:
    """Copies the manifest `out` beside it, with the name of this drive."""
    if drive := os.environ.get(VARIABLE):
        files.write_sealed(note(out), files.read_json(out) | {"drive": drive})


def restored(out: Path, data: Path, whole: Callable[[Path], bool]) -> bool:
    """Whether this drive has trained the run on this data already; then `out` is there again."""
    drive = os.environ.get(VARIABLE)
    if not drive or not note(out).exists():
        return False
    state = files.read_json(note(out))
    same = state.pop("drive") == drive and state["inputs"] == {data.name: files.sha256(data)}
    if same and whole(note(out)):
        files.write_sealed(out, state)
        return True
    return False
