"""Metrics as points (name, value, step), the form in which trackers and plots want them."""

import itertools
import math
from collections.abc import Iterator
from typing import Any

import pandas as pd

from recount.run import KEY_COLUMNS

CURVE_POINTS = 200
LONGEST_NAME = 250
Point = tuple[str, float, int]


def quantities(judgements: dict[str, dict[str, Any]]) -> Iterator[Point]:
    """`claim.quantity.point`, `.low` and `.high`, where they are finite."""
    for claim, judgement in judgements.items():
        for name, one in (judgement.get("quantities") or {}).items():
            for part in ("point", "low", "high"):
                if isinstance(one.get(part), (int, float)):
                    yield allowed(f"{claim}.{name}.{part}"), float(one[part]), 0


def finals(rows: pd.DataFrame) -> Iterator[Point]:
    """The metrics of one arm and seed; along a single whole-numbered axis that axis is the step."""
    axes = [name for name in rows.columns if name not in KEY_COLUMNS]
    for metric, mine in rows[rows.metric != "fingerprint"].groupby("metric"):
        used = [axis for axis in axes if mine[axis].notna().any()]
        steps = pd.to_numeric(mine[used[0]], errors="coerce") if len(used) == 1 else None
        along = steps is not None and steps.notna().all() and (steps % 1 == 0).all()
        columns = [mine[name].head(CURVE_POINTS).tolist() for name in ("value", *used)]
        for place, (value, *at) in enumerate(zip(*columns, strict=True)):
            if along:
                name, step = f"{metric}/{used[0]}", int(steps.iloc[place])
            else:
                named = (f"{axis} {one}" for axis, one in zip(used, at, strict=True))
                name, step = "/".join([metric, *named]), 0
            yield allowed(name), bounded(value), step


def curve_of(curve: pd.DataFrame | None, seed: int) -> Iterator[Point]:
    """At most CURVE_POINTS of each curve of a seed, the first and the last among them."""
    if curve is None:
        return
    for metric, rows in curve[curve.seed == seed].groupby("metric"):
        rows = rows.sort_values("step").iloc[thinned(len(rows), CURVE_POINTS)]
        for step, value in zip(rows.step, rows.value, strict=True):
            yield allowed(f"train/{metric}"), bounded(value), int(step)


def thinned(length: int, points: int) -> list[int]:
    """At most `points` places of a list, evenly, first and last included."""
    if length <= points:
        return list(range(length))
    return sorted({round(k * (length - 1) / (points - 1)) for k in range(points)})


def bounded(value: float) -> float:
    """Infinite values as the largest numbers that databases hold; nan stays nan."""
    value = float(value)
    return math.copysign(1e308, value) if math.isinf(value) else value


def allowed(name: str) -> str:
    """A name with the characters that trackers take."""
    return "".join(c if c.isalnum() or c in "_-. :/" else "_" for c in name)[:LONGEST_NAME]


def flat(name: str, value: Any) -> dict[str, str]:
    """Nested settings as `size.width: 64`."""
    if isinstance(value, dict):
        parts = [flat(f"{name}.{key}", one) for key, one in value.items()]
        return dict(itertools.chain.from_iterable(part.items() for part in parts))
    return {name: str(value)}
