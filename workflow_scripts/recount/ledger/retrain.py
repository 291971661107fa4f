"""One paper of an audit: run on new seeds, or again as it was, and compared with its evidence."""

import math
from pathlib import Path
from typing import Any

import pandas as pd

from recount import attempts, files, layout, looks, provenance, stages
from recount.judge.guards import arms_of, watched
from recount.judge.quantities import pairs
from recount.judge.rule import Rule
from recount.judge.table import from_frame
from recount.judge.units import Options, units_of
from recount.ledger import drawing, scores
from recount.typed import BadValue

SEEDS = 4
CLOCK = ("second", "time", "duration")


def cost(entry: dict[str, Any], exact: bool) -> float:
    """Seconds that a paper takes, from what its recorded runs took; new seeds are fewer."""
    runs = [one for stages_of in entry["manifests"].values() for one in stages_of.values()]
    share = 1.0 if exact else min(1.0, SEEDS / max([1, *(len(one["seeds"]) for one in runs)]))
    return share * sum(one["seconds"] for one in runs)


def with_seeds(paper, scale: str, count: int):
    """The same paper with another number of seeds at a scale."""
    fewer = paper.scales[scale].model_copy(update={"seeds": count})
    return paper.model_copy(update={"scales": paper.scales | {scale: fewer}})


def frame_of(paper, scale: str, arms: list[str], folder: Path, stream: str) -> pd.DataFrame:
    """The rows of some arms, run in `folder` on the seeds of a stream. Raises BadValue where a run
    does not end as `done`."""
    place = layout.of(paper, scale, folder)
    stages.generate(paper, scale, place.data, place.data_manifest, stream)
    frames = []
    for arm in arms:
        trained = place.run(arm) if paper.kind == "train" else None
        if trained:
            stages.train(paper, scale, arm, place.data, trained, stream)
        stages.evaluate(paper, scale, arm, place.data, trained, place.metrics(arm), stream)
        state = files.read_json(place.evaluated(arm))
        if state["state"] != "done":
            raise BadValue(f"{arm} {state['state']}: {state['reason']}")
        frames.append(files.read_table(place.metrics(arm)))
    return pd.concat(frames, ignore_index=True)


def again(paper, scale: str, arms: list[str], folder: Path, recorded: int) -> pd.DataFrame:
    """The rows of the verdict's own seeds, look by look where they were run so."""
    ran = [look for look in looks.of(paper, scale) if look <= recorded]
    blocks = [looks.narrowed(paper, scale, look) for look in ran] or [paper]
    frames = [
        frame_of(one, scale, arms, folder / str(place), "verdict")
        for place, one in enumerate(blocks)
    ]
    return frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)


def arms_for(paper, claims: list[str]) -> list[str]:
    """The arms that some of these claims need, in the paper's order."""
    wanted = {arm for claim in claims for arm in watched(paper, paper.claims[claim])}
    return [arm for arm in paper.arms if arm in wanted]


def values(paper, claim: str, frame: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """quantity -> its value for each seed, on the scale on which its mean is judged."""
    rule = paper.claims[claim]
    arms = arms_of(paper, rule)
    table = from_frame(frame[frame["arm"].isin(arms)], paper.unit)
    found = {}
    for name, one in rule.quantities.items():
        if one.take in ("count", "all"):
            continue
        for arm, other in pairs(one):
            units = units_of(one, table, arm, other, paper.metric_range, Options())
            label = name if len(pairs(one)) == 1 else f"{name}.{other or arm}"
            found[label] = {
                "quantity": name,
                "student": one.take in ("mean", "gap", "ratio", "slope", "spearman"),
                "values": [shown(value) for value in units.seen[0]],
            }
    return found


def shown(value: float) -> float | str:
    """JSON has neither infinities nor nan."""
    value = float(value)
    return scores.rounded(value) if math.isfinite(value) else str(value)


def directions(paper, claim: str, scale: str) -> dict[str, int]:
    """quantity -> +1 if larger values speak for the claim, -1 if smaller ones do, 0 if both."""
    found: dict[str, set[int]] = {}
    for name, side, _ in Rule(paper, paper.claims[claim], scale).lines("reproduced"):
        found.setdefault(name, set()).add(1 if side == "low" else -1)
    return {name: sides.pop() if len(sides) == 1 else 0 for name, sides in found.items()}


def compared(paper, claim: str, scale: str, old: pd.DataFrame, new: pd.DataFrame, commit: str):
    """quantity -> recorded values, new values, their score, and which way the claim lies."""
    before, after = values(paper, claim, old), values(paper, claim, new)
    toward = directions(paper, claim, scale)
    return {
        label: {
            "verdict": one["values"],
            "audit": after[label]["values"],
            "student": one["student"],
            "direction": toward.get(one["quantity"], 0),
            "score": scored(one["values"], after[label]["values"], one["student"], commit,
                            f"{paper.slug}/{claim}/{label}"),
        }
        for label, one in before.items()
    }  # fmt: skip


def scored(old: list, new: list, student: bool, commit: str, name: str) -> dict | None:
    numbers = ([float(value) for value in one] for one in (old, new))
    return scores.plain(scores.score(*numbers, student, drawing.tie(commit, name)))


def same_rows(paper, old: pd.DataFrame, new: pd.DataFrame, arms: list[str]) -> dict[str, Any]:
    """Whether runs on the verdict's own seeds gave the recorded rows bit for bit, clocks aside."""
    differing = []
    for arm in arms:
        mine, theirs = (one[one["arm"] == arm] for one in (old, new))
        for metric in sorted(set(mine["metric"]) | set(theirs["metric"])):
            if is_clock(paper, metric):
                continue
            both = [attempts.rows_digest(one[one["metric"] == metric]) for one in (mine, theirs)]
            if both[0] != both[1]:
                differing.append(f"{metric} of {arm}")
    return {"same": not differing, "differing": differing}


def is_clock(paper, metric: str) -> bool:
    declared = paper.metrics.get(metric)
    told = f"{metric} {declared.unit or ''}" if declared else metric
    return any(word in told.lower() for word in CLOCK)


def equal_machine(entry: dict[str, Any]) -> bool:
    """Bits are promised for equal machines and versions only."""
    return entry["fingerprint"] == provenance.fingerprint()
