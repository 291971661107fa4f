"""Short papers share a cluster job, so that a job is worth its wait in the queue.

Snakemake does the packing: generate, train and evaluate of a paper form one group job, and a
profile's `group-components` says how many papers of one size go into a job. They run in it one
after the other (`seat`, of which a job has one), so a job asks for one core and one GPU, and for
the sum of their minutes. The sizes are limits asked for, which are about twice what a paper takes;
a full job of 160 minutes so works for 10 to 60 or 80. A paper too long for a job of its own is not
packed: its arms are jobs. Exact CPU papers of a few minutes are no jobs at all, they run where
Snakemake runs.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

FULL = 160
SIZES = (10, 20, 40, 80, 160)
ATTEMPTS = 3
QUICK = 5
SHORT = 1


@dataclass(frozen=True)
class Job:
    """A cluster job as it will be submitted: its papers, and hours expected and asked for."""

    papers: tuple[str, ...]
    gpu: bool
    minutes: float
    limit: int


def full(longest: int | None) -> int:
    """Minutes that a packed job may ask for; its last attempt asks for ATTEMPTS times as many."""
    return FULL if longest is None else min(FULL, longest // ATTEMPTS)


def components(longest: int | None) -> dict[str, int]:
    """Papers a job, by size and kind of node: a profile's `group-components`."""
    sizes = [size for size in SIZES if size <= full(longest)]
    return {f"{kind}_{size}": full(longest) // size for kind in ("cpu", "gpu") for size in sizes}


def on_gpu(paper, scale: str) -> bool:
    return paper.scales[scale].device == "gpu"


def expected(paper, scale: str) -> float:
    """Minutes of all arms one after the other; on a CPU, `minutes` is declared for two cores."""
    return paper.scales[scale].minutes * (1 if on_gpu(paper, scale) else 2)


def limits(paper, scale: str) -> dict[str, int]:
    """Minutes asked for each run of a packed paper: twice the expected, and one to start up."""
    share = expected(paper, scale) / len(paper.arms)
    if paper.kind == "measure":
        return {"generate": 1, "evaluate": 1 + math.ceil(2 * share)}
    return {
        "generate": 1,
        "train": 1 + math.ceil(1.5 * share),
        "evaluate": 1 + math.ceil(share / 2),
    }


def asked(paper, scale: str) -> int:
    """Minutes that a packed paper asks for in all."""
    one = limits(paper, scale)
    return one["generate"] + len(paper.arms) * (one.get("train", 0) + one["evaluate"])


def alone(paper, scale: str) -> int:
    """Minutes that a run asks for when it is a job of its own."""
    return 10 + math.ceil(2 * paper.scales[scale].minutes)


def group(paper, scale: str, packs: Mapping[str, int]) -> str | None:
    """The group that a paper's runs belong to: the smallest that it fits, or none."""
    kind, wanted = "gpu" if on_gpu(paper, scale) else "cpu", asked(paper, scale)
    names = (f"{kind}_{size}" for size in SIZES if wanted <= size)
    return next((name for name in names if name in packs), None)


def stays_here(paper, scale: str) -> bool:
    """Whether a paper is too quick and too light to be sent anywhere."""
    quick = scale in paper.scales and paper.scales[scale].minutes <= QUICK
    return paper.level == "exact" and paper.kind == "measure" and quick and not on_gpu(paper, scale)


def short(paper, scale: str) -> bool:
    """Whether a run is expected to take so little that starting its process would be felt."""
    return scale == "smoke" or expected(paper, scale) <= SHORT * len(paper.arms)


def jobs(choice, rows, packs: Mapping[str, int]) -> list[Job]:
    """What will be submitted for the rows of a plan."""
    waiting = {row.slug: row for row in rows if row.waiting}
    found, shared = [], {}
    for slug, row in waiting.items():
        paper = choice.papers[slug]
        if stays_here(paper, choice.scale):
            continue
        name = group(paper, choice.scale, packs)
        if name:
            shared.setdefault(name, []).append((slug, row.minutes))
        else:
            found += apart(paper, choice.scale, row)
    for name, members in shared.items():
        for start in range(0, len(members), packs[name]):
            chunk = members[start : start + packs[name]]
            slugs = tuple(slug for slug, _ in chunk)
            wanted = sum(asked(choice.papers[slug], choice.scale) for slug in slugs)
            minutes = sum(one for _, one in chunk)
            found.append(Job(slugs, name.startswith("gpu"), minutes, wanted))
    return found


def apart(paper, scale: str, row: Any) -> list[Job]:
    """The jobs of a paper that is not packed: data, and train and evaluate of every arm to do."""
    gpu, share = on_gpu(paper, scale), row.minutes / row.waiting
    stages = 1 if paper.kind == "measure" else 2
    one = Job((paper.slug,), gpu, share / stages, alone(paper, scale))
    return [Job((paper.slug,), False, 0.0, 30)] + [one] * (stages * row.waiting)
