"""Seeds run in looks: a block of them, a judgement, and the next block only where it is needed.

A scale that declares `looks: [5, 8, 12]` has three blocks: the first 5 seeds, the next 3, the last
4. A block is always trained and measured as a whole and by itself, so the bits of a seed depend on
its block and never on how many blocks there were. After each the judge says which claims are open
(`look_stages.py`); where none is, the other blocks are never run. What stops them is the judge's
own rule for looks: see `judge/sequential.py`.
"""

from typing import Any

from recount.run import verdict_seeds
from recount.typed import BadValue


def of(paper, scale: str) -> list[int]:
    """After how many seeds a paper is looked at; empty where all of its seeds run at once."""
    return list(paper.scales[scale].looks)


def narrowed(paper, scale: str, look: int | str | None):
    """The same paper, whose runs at a scale take the seeds of one look alone; itself without one.
    Raises BadValue."""
    if look is None:
        return paper
    ends, look = of(paper, scale), int(look)
    if look not in ends:
        raise BadValue(f"{paper.slug}: no look after {look} seeds at {scale}; declared are {ends}")
    declared = paper.scales[scale].model_copy()
    declared._part = (([0] + ends)[ends.index(look)], look)
    return paper.model_copy(update={"scales": paper.scales | {scale: declared}})


def seeds(paper, scale: str, stream: str = "verdict") -> tuple[int, ...]:
    """The seeds that a run takes: all that were registered, or those of its look."""
    declared = paper.scales[scale]
    found = verdict_seeds(paper.slug, scale, paper.version, declared.seeds, stream)
    return found if declared._part is None else found[slice(*declared._part)]


def registered(paper, scale: str) -> list[list[int]]:
    """The lists of seeds with which a verdict may end: those of every look, or all."""
    whole = paper.scales[scale].seeds
    known = list(verdict_seeds(paper.slug, scale, paper.version, whole))
    return [known[:end] for end in of(paper, scale) or [whole]]


def share(paper, scale: str, ran: int) -> float:
    """The part of all seeds that a run took, where looks may have ended it."""
    return ran / paper.scales[scale].seeds if of(paper, scale) and ran else 1.0


def parts(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    """The manifests of the looks in a gathered one, or itself."""
    return manifest.get("looks") or [manifest]
