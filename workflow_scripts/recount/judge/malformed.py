"""Spoiled tables, through rows, guards and rule: none of them may end in a verdict of its own.

A constant metric, a lost run, a row twice, a seed too few or one that nobody registered: each has
to be refused, or, where a run was lost, counted at its worst (rule 7).
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from recount.judge.quantities import pairs
from recount.judge.verdict import Judging
from recount.judge.worlds import ALONG, World
from recount.run import verdict_seeds

AXES = ["arm", "seed", "metric"]
DECIDED = ("reproduced", "contradicted")


def shares_handled(rule, worlds: list[World]) -> dict[str, float]:
    """What was spoiled -> share of its tables that were refused or counted at their worst."""
    found: dict[str, list[bool]] = {}
    for world in worlds:
        frame = frame_of(rule, world)
        for name, spoiled in spoilt(rule, frame):
            handled = withstood(rule, name, spoiled)
            if handled is not None:
                found.setdefault(name, []).append(handled)
    return {name: float(np.mean(several)) for name, several in sorted(found.items())}


def frame_of(rule, world: World) -> pd.DataFrame:
    """The rows of a world of one replay, as an experiment would have left them."""
    paper, frames = rule.paper, []
    for one in rule.claim.quantities.values():
        if one.take in ("count", "all"):
            continue
        along = one.along if one.take in ALONG else None
        for arm in dict.fromkeys(arm for pair in pairs(one) for arm in pair if arm):
            points, values, counts = world.select(one.metric, arm, one.at, along)
            units, places = np.indices(values.shape[1:]).reshape(2, -1)
            rows = {"arm": arm, "unit": units, "metric": one.metric, **dict(one.at)}
            rows |= {"value": values[0].ravel(), "count": counts.ravel()}
            frames.append(pd.DataFrame(rows | ({along: points[places]} if along else {})))
    frame = pd.concat(frames, ignore_index=True)
    frame = frame.drop_duplicates([c for c in frame.columns if c not in ("value", "count")])
    frame = pd.concat([frame, *learned_rows(rule, frame)], ignore_index=True)
    seeds = np.array(verdict_seeds(paper.slug, rule.scale, paper.version, seeds_of(rule)))
    units = frame.pop("unit").to_numpy()
    frame["seed"] = seeds[units % len(seeds)]
    if len(world.units) > len(seeds):
        frame[paper.unit] = units
    return frame


def seeds_of(rule) -> int:
    return rule.paper.scales[rule.scale].seeds


def learned_rows(rule, frame: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """What the guards want of trained arms: a level that was learned, and a print of its own."""
    learned, units = rule.paper.learned, np.unique(frame["unit"])
    for number, arm in enumerate(frame["arm"].unique() if learned else []):
        rows = {"arm": arm, "unit": units, "count": 0}
        yield pd.DataFrame(rows | {"metric": "fingerprint", "value": float(number + 1)})
        if not ((frame["metric"] == learned.metric) & (frame["arm"] == arm)).any():
            level = learned.at_least if learned.at_most is None else learned.at_most
            yield pd.DataFrame(rows | {"metric": learned.metric, "value": float(level)})
    for arm, one in rule.paper.controls.items():
        level = one.at_least if one.at_most is None else one.at_most
        rows = {"arm": arm, "unit": units, "count": 0, "metric": one.metric, **one.at}
        yield pd.DataFrame(rows | {"value": float(level)})


def spoilt(rule, frame: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """(what was spoiled, the spoiled rows)."""
    mine = frame["metric"].isin({one.metric for one in rule.claim.quantities.values()})
    seed = frame["seed"].iloc[0]
    numbered = [name for name in (rule.paper.unit,) if name in frame and name != "seed"]
    units = frame[["seed", *numbered]]
    first = (units == units.iloc[0]).all(axis=1)
    constant = frame.copy()
    means = frame.groupby(["arm", "metric"])["value"].transform("mean")
    constant.loc[mine, "value"], constant.loc[mine, "count"] = means[mine], 0
    yield "constant", constant
    for arm in frame["arm"].unique():
        lost = frame.copy()
        lost.loc[mine & first & (frame["arm"] == arm), "value"] = np.nan
        yield "lost run", lost
        kept = frame[~(mine & first & (frame["arm"] == arm))]
        if not numbered or first[kept.index].any():
            yield "missing row", kept  # an item that no arm has cannot be missed
    yield "duplicate seed", pd.concat([frame, frame[first]], ignore_index=True)
    yield "missing seed", frame[frame["seed"] != seed]
    yield "strange seed", frame.assign(seed=frame["seed"].where(frame["seed"] != seed, seed + 1))


def withstood(rule, name: str, frame: pd.DataFrame) -> bool | None:
    """Whether a spoiled table was refused; None where there was nothing to refuse."""
    judged = judged_on(rule, frame)
    if name == "constant":
        known = judged.decision.found.values() if judged.decision else ()
        ends = [one.bounds(rule.alpha) for few in known for one in few if continuous(one)]
        refused = rule.custom is None or judged.outcome not in DECIDED
        return refused and all(np.isinf(end).all() for end in ends) if ends else None
    if name == "lost run":
        return judged.outcome not in DECIDED or at_its_worst(rule, frame, judged.outcome)
    return judged.outcome not in DECIDED


def continuous(one) -> bool:
    """Whether equal units are suspicious: ranks, rates and order statistics may well be equal."""
    return one.kind == "student" and one.quantity.take not in ("spearman", "rate")


def at_its_worst(rule, frame: pd.DataFrame, outcome: str) -> bool:
    """Whether the verdict stands with the lost values at either end of their ranges."""
    for side in (0, 1):
        ends = frame["metric"].map(
            lambda name, side=side: (
                rule.paper.metric_range(name)[side] if name != "fingerprint" else 0.0
            )
        )
        filled = frame.assign(value=frame["value"].where(frame["value"].notna(), ends))
        if judged_on(rule, filled).outcome != outcome:
            return False
    return True


def judged_on(rule, frame: pd.DataFrame) -> Judging:
    done = {arm: {"state": "done"} for arm in rule.paper.arms}
    return Judging(rule, frame, done)
