"""What is to be done: runs that are missing or stale, and how long they should take.

Snakemake without its metadata does not see changed params, so staleness is read from the manifests:
a run counts as done only if its manifest carries the design that paper.yaml declares now.
"""

import os
import shutil
from collections.abc import Set
from dataclasses import dataclass
from pathlib import Path

from recount import files, hashes, layout, looks
from recount.cluster import packing
from recount.typed import BadValue


@dataclass(frozen=True)
class Row:
    """One paper: its runs (arms), those still to do, and minutes of one core that they need."""

    slug: str
    claims: int
    runs: int
    waiting: int
    minutes: float
    source: str


@dataclass(frozen=True)
class Plan:
    scale: str
    rows: list[Row]
    stale: list[Path]
    free_gb: float

    @property
    def claims(self) -> int:
        return sum(row.claims for row in self.rows)

    @property
    def runs(self) -> int:
        return sum(row.runs for row in self.rows)

    @property
    def waiting(self) -> int:
        return sum(row.waiting for row in self.rows)

    def wall(self, cores: int) -> float:
        """Minutes on `cores` cores, with 5 s a run for starting up."""
        total = sum(row.minutes for row in self.rows if row.waiting)
        return (total + self.waiting * 5 / 60) / max(cores, 1)


def cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def plan(choice, results: Path) -> Plan:
    rows, stale = [], []
    for paper in choice.selected.values():
        old = stale_files(paper, choice.scale, results)
        stale += old
        place = layout.of(paper, choice.scale, results)
        waiting = [
            arm
            for arm in paper.arms
            if not place.metrics(arm).exists() or place.metrics(arm) in old
        ]
        minutes, source = predicted(paper, choice.scale)
        minutes = (to_decision(paper, choice.scale) or (0, minutes))[1]
        share = len(waiting) / len(paper.arms)
        rows.append(
            Row(
                paper.slug,
                len(paper.claims),
                len(paper.arms),
                len(waiting),
                minutes * share,
                source,
            )
        )
    results.mkdir(parents=True, exist_ok=True)
    return Plan(choice.scale, rows, stale, shutil.disk_usage(results).free / 1e9)


def predicted(paper, scale: str) -> tuple[float, str]:
    """Minutes of one core (or GPU) for all arms and seeds: as recorded in the evidence, else as
    declared."""
    path = layout.evidence(paper, scale)[1]
    if path.exists():
        manifests = files.read_json(path)["manifests"].values()
        stages = [stage for arm in manifests for stage in arm.values()]
        shares = [looks.share(paper, scale, len(stage["seeds"])) for stage in stages]
        spent = sum(needed(one) / share for one, share in zip(stages, shares, strict=True))
        return spent / 60, "recorded"
    return packing.expected(paper, scale), "declared"


def needed(stage: dict) -> float:
    """Seconds of a recorded stage: of the processor, which may have been shared, or of the GPU."""
    return stage["cpu_seconds" if stage["device"] == "cpu" else "seconds"] or 0.0


def to_decision(paper, scale: str) -> tuple[float, float] | None:
    """(seeds, core-minutes) after which a paper with looks should be decided, if it is right: as
    its calibration found them. None without looks, or before calibration."""
    path = layout.evidence(paper, scale)[2]
    if not paper.scales[scale].looks or not path.exists():
        return None
    used = [one.get("seeds_used") for one in files.read_json(path).values()]
    if not used or None in used:
        return None
    seeds = max(one["planted"] for one in used)
    return seeds, predicted(paper, scale)[0] * seeds / paper.scales[scale].seeds


def stale_files(paper, scale: str, results: Path) -> list[Path]:
    """Outputs to make again: another design, a failed run, bytes unlike the manifest's, or gone."""
    place = layout.of(paper, scale, results)
    design = hashes.design_hash(paper, scale)
    found = []
    if is_stale(place.data_manifest, design):
        found.append(place.data)
    for arm in paper.arms:
        freed = place.metrics(arm).exists() and {"model.safetensors"}
        own = paper.kind == "train" and not paper.scales[scale].looks
        if own and is_stale(place.run(arm), design, freed or set()):
            found.append(place.run(arm))
        judged = any(place.judgement(claim).exists() for claim in paper.claims)
        if is_stale(place.evaluated(arm), design) or (judged and not place.metrics(arm).exists()):
            found.append(place.metrics(arm))
    return found


def is_stale(manifest: Path, design: str, freed: Set[str] = frozenset()) -> bool:
    """False for a manifest that is not there: that run is missing, not stale.

    `freed` files may be absent: `recount clean` removes models that have been evaluated.
    """
    if not manifest.exists():
        return False
    try:
        state = files.read_json(manifest)
        if state["design"] != design or state["state"] == "failed":
            return True
        return any(
            files.sha256(path) != digest if path.exists() else path.name not in freed
            for path, digest in ((manifest.with_name(n), d) for n, d in state["files"].items())
        )
    except (BadValue, KeyError, TypeError):
        return True
