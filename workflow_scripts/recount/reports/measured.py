"""What was measured, as a page shows it: metrics per arm and seed, along their axes, and curves.

Values that JSON does not know (infinite, not a number) become null.
"""

import math
from typing import Any

import pandas as pd

from recount import files
from recount.reports import wording
from recount.results import Found
from recount.run import KEY_COLUMNS
from recount.typed import BadValue
from recount.views import series

CURVE_POINTS = 60
CURVE_METRICS = 4
EXCEPTIONS = 10
FIGURES = 12  # of one kind on a page


def metric_rows(found: Found | None) -> pd.DataFrame:
    """All metric rows of what is shown; unreadable files were named by the store already."""
    frames = []
    for path in found.metrics.values() if found else ():
        try:
            frames.append(files.read_table(path))
        except BadValue:
            continue
    filled = [frame for frame in frames if len(frame)]
    return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame()


def profiles(paper, frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Each metric along each axis that a quantity names: arm -> one line of (x, value) per seed."""
    found: dict[tuple, dict[str, Any]] = {}
    for claim in paper.claims.values():
        for one in claim.quantities.values():
            if one.take == "all":
                continue
            key = (one.metric, one.along, tuple(sorted(one.at.items())))
            if one.along is None or one.along not in frame.columns or key in found:
                continue
            rows = at(frame[frame.metric == one.metric], one.at)
            rows = rows[pd.to_numeric(rows[one.along], errors="coerce").notna()]
            log = one.axis_scale == "log" or one.take in ("reach", "first")
            found[key] = {"metric": one.metric, "along": one.along, "level": one.level, "log": log}
            found[key] |= {"at": wording.pairs(one.at), "arms": arms_along(paper, rows, one.along)}
    return [one for one in found.values() if any(one["arms"].values())][:FIGURES]


def arms_along(paper, rows: pd.DataFrame, along: str) -> dict[str, list]:
    lines = {}
    for arm in paper.arms:
        mine = rows[rows.arm == arm].assign(x=pd.to_numeric(rows[along], errors="coerce"))
        seeds = [one.groupby("x").value.mean() for _, one in mine.groupby("seed")]
        lines[arm] = [[[clean(x), clean(y)] for x, y in one.items()] for one in seeds]
    return {arm: seeds for arm, seeds in lines.items() if seeds}


def levels(paper, frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The metric of each quantity without an axis: arm -> one value per seed."""
    found: dict[tuple, dict[str, Any]] = {}
    for claim in paper.claims.values():
        for one in claim.quantities.values():
            key = (one.metric, tuple(sorted(one.at.items())))
            if one.along or one.metric is None or key in found or not len(frame):
                continue
            rows = at(frame[frame.metric == one.metric], one.at)
            means = {
                arm: [clean(v) for v in rows[rows.arm == arm].groupby("seed").value.mean()]
                for arm in paper.arms
            }
            found[key] = {"metric": one.metric, "at": wording.pairs(one.at)}
            found[key] |= {"arms": {arm: values for arm, values in means.items() if values}}
            found[key]["log"] = one.scale == "log" or one.take == "ratio"
    return [one for one in found.values() if one["arms"] and paper.unit != "none"][:FIGURES]


def at(rows: pd.DataFrame, where: dict[str, Any]) -> pd.DataFrame:
    for axis, value in where.items():
        rows = rows[rows[axis] == value] if axis in rows.columns else rows.head(0)
    return rows


def counted(paper, frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Each statement of the main claim that was enumerated: arm, cases, rows that do not hold."""
    found = []
    for one in paper.claims["main"].quantities.values():
        if one.take != "all" or not len(frame):
            continue
        for arm in one.arms:
            rows = at(frame[(frame.metric == one.metric) & (frame.arm == arm)], one.at)
            axes = [name for name in rows.columns if name not in KEY_COLUMNS]
            failed = rows[rows.value != 1]
            first = failed[axes].head(EXCEPTIONS).to_dict("records")
            shown = [{k: v for k, v in row.items() if v == v and v is not None} for row in first]
            found.append(
                {"metric": one.metric, "arm": arm, "failed": len(failed)}
                | {"cases": int(rows["count"].clip(lower=1).sum())}
                | {"exceptions": [wording.pairs(row) for row in shown]}
            )
    return found


def curves(found: Found | None) -> list[dict[str, Any]]:
    """Training curves, thinned: metric -> arm -> one line of (step, value) per seed."""
    lines: dict[str, dict[str, list]] = {}
    for arm, path in (found.curves if found else {}).items():
        try:
            frame = files.read_table(path)
        except BadValue:
            continue
        for (metric, _), rows in frame.groupby(["metric", "seed"]):
            rows = rows.sort_values("step")
            rows = rows.iloc[series.thinned(len(rows), CURVE_POINTS)]
            points = [[clean(x), clean(y)] for x, y in zip(rows.step, rows.value)]
            lines.setdefault(str(metric), {}).setdefault(arm, []).append(points)
    order = sorted(lines, key=lambda name: (name != "loss", name))[:CURVE_METRICS]
    return [{"metric": name, "arms": lines[name]} for name in order]


def clean(value: float) -> float | None:
    """A number that JSON can hold, with at most six digits."""
    value = float(value)
    return float(f"{value:.6g}") if math.isfinite(value) else None
