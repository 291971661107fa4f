"""What one unit (seed, item) says about a quantity: arrays (replays, units), one for each side.

A side matters where something is not known: a lost run takes the value that makes the quantity
lowest when its low bound is asked and highest when its high bound is; a grid point near the level,
measured on few items, counts as reached for the one and as missed for the other only when sure.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from recount.judge import intervals
from recount.judge.spending import Look
from recount.judge.table import ABSENT, Table

SHRUNK = 0.95
ALONG_AXIS = ("slope", "spearman", "reach", "first")
OTHER = {"low": "high", "high": "low"}


@dataclass(frozen=True)
class Options:
    """How a quantity is computed; the defaults are the rule, the others serve fragility only.

    `stretch` multiplies the distance from "no effect": 2 is the same as halving every margin.
    `look`: the look at which it is computed, where looks were declared.
    """

    interval: str = "declared"  # declared | sign flip | point
    location: str = "declared"  # declared | median | mean
    aggregate: str = ""  # "" | mean | median | max | min
    stretch: float = 1.0
    items: bool = True
    lost: str = "worst"  # worst | left out
    look: Look | None = None


@dataclass(frozen=True)
class Units:
    """Per-unit values: as `seen` (nan where lost), and as the low and the high bound take them.

    `floor()`: the spread (replays,) that the items alone would give; `back`: to the natural scale.
    """

    seen: np.ndarray
    low: np.ndarray
    high: np.ndarray
    floor: Callable[[], np.ndarray | float] = lambda: 0.0
    back: Callable[[np.ndarray], np.ndarray] = lambda values: values


@dataclass(frozen=True)
class Cells:
    """What a quantity sees of one arm: points (G,), values (R, n, G), counts (n, G)."""

    points: np.ndarray
    values: np.ndarray
    counts: np.ndarray
    range: tuple[float, float]

    def filled(self, side: str) -> np.ndarray:
        """Lost values replaced by the lowest or the highest value that the metric can take."""
        lost = np.isnan(self.values)
        return np.where(lost, self.range[0 if side == "low" else 1], self.values)


def cells(table: Table, quantity, arm: str, bounds: tuple[float, float], options: Options) -> Cells:
    along = quantity.along if quantity.take in ALONG_AXIS else None
    points, values, counts = table.select(quantity.metric, arm, quantity.at, along)
    return Cells(points, values, counts, bounds)


def on_scale(values: np.ndarray, counts: np.ndarray, scale: str) -> np.ndarray:
    """Values on the declared scale; a share on the logit scale is moved half an item inwards."""
    with np.errstate(divide="ignore", invalid="ignore"):
        if scale == "log":
            return np.log(values)
        if scale == "logit":
            items = np.maximum(counts, 0)
            share = np.where(items > 0, (values * items + 0.5) / (items + 1), values)
            return np.log(share / (1 - share))
    return values


def from_scale(scale: str) -> Callable[[np.ndarray], np.ndarray]:
    def back(values: np.ndarray) -> np.ndarray:
        with np.errstate(over="ignore"):
            if scale == "log":
                return np.exp(values)
            return 1 / (1 + np.exp(-values)) if scale == "logit" else values

    return back


def item_variance(one: Cells, scale: str) -> np.ndarray:
    """Variance (R, n, G) that the items give a share; 0 where the metric is no share of items."""
    if scale != "linear" or one.range != (0, 1) or (one.counts <= 0).any():
        return np.zeros(one.values.shape)
    share = (np.nan_to_num(one.values) * one.counts + 2) / (one.counts + 4)
    return share * (1 - share) / (one.counts + 4)


def level_units(quantity, one: Cells, other: Cells | None) -> Units:
    """mean, median, gap, ratio: one value a unit, or the difference of two arms on the scale."""
    quotient = bool(other and quantity.over)
    scale = "log" if quotient else quantity.scale

    def side(name: str | None) -> np.ndarray:
        mine = values_on(one, name, scale)
        if other is None:
            return mine
        with np.errstate(invalid="ignore"):
            return mine - values_on(other, OTHER[name] if name else None, scale)

    def floor():
        parts = [item_variance(cell, scale)[:, :, 0] for cell in (one, other) if cell is not None]
        return np.sqrt(sum(part.mean(axis=1) for part in parts))

    back = from_scale(scale if quotient or other is None else "linear")
    return sided(side, floor, back)


def values_on(cell: Cells, side: str | None, scale: str) -> np.ndarray:
    filled = cell.values if side is None else cell.filled(side)
    return on_scale(filled, cell.counts, scale)[:, :, 0]


def sided(side: Callable, floor: Callable, back=lambda values: values) -> Units:
    """Both sides are what was seen, unless something was lost."""
    seen = side(None)
    if not np.isnan(seen).any():
        return Units(seen, seen, seen, floor, back)
    return Units(seen, side("low"), side("high"), floor, back)


def slope_units(quantity, one: Cells) -> Units:
    """Least-squares slope of the value, on its scale, over the axis, on its own scale."""
    axis = np.log(one.points) if quantity.axis_scale == "log" else one.points
    weights = axis - axis.mean()
    weights = weights / (weights**2).sum()
    worst = {
        "low": np.where(weights > 0, one.range[0], one.range[1]),
        "high": np.where(weights > 0, one.range[1], one.range[0]),
    }

    def slope(values: np.ndarray) -> np.ndarray:
        with np.errstate(invalid="ignore"):
            return on_scale(values, one.counts, quantity.scale) @ weights

    def side(name: str | None) -> np.ndarray:
        if name is None:
            return slope(one.values)
        return slope(np.where(np.isnan(one.values), worst[name], one.values))

    def floor():
        return np.sqrt((item_variance(one, quantity.scale) @ weights**2).mean(axis=1))

    return sided(side, floor)


def spearman_units(quantity, one: Cells) -> Units:
    """Rank correlation of value and axis, one a unit; 0 where all values are equal.

    On Fisher's z of SHRUNK times itself: t errs by 10 % near 0.5 on plain correlations, and
    by 6 % the other way on plain z, which has no place for a correlation of 1 either.
    """
    values, size = one.values, len(one.points)
    step = 12 / max(size * (size**2 - 1), 12)
    ranks = np.zeros_like(values)
    with np.errstate(invalid="ignore", divide="ignore"):
        for i in range(size):
            for k in range(i):
                higher = np.sign(values[..., i] - values[..., k]) / 2
                ranks[..., i] += higher
                ranks[..., k] -= higher
        axis = np.arange(size) - (size - 1) / 2
        rho = (ranks @ axis) / np.sqrt((ranks**2).sum(-1) * (axis**2).sum())
    z = np.arctanh(SHRUNK * np.clip(np.nan_to_num(rho), -1, 1))
    lost, ends = np.isnan(values).any(axis=2), float(np.arctanh(SHRUNK))
    seen, low, high = (np.where(lost, value, z) for value in (np.nan, -ends, ends))
    floor = ends - float(np.arctanh(SHRUNK * (1 - step)))
    return Units(seen, low, high, lambda: floor, correlation)


def correlation(z: np.ndarray) -> np.ndarray:
    """Back from the shrunken z; bounds end at -1 and 1."""
    return np.clip(np.tanh(z) / SHRUNK, -1, 1)


def reached(quantity, one: Cells, side: str | None, options: Options) -> np.ndarray:
    """Which grid points count as at the level (R, n, G): surely, possibly, or as seen."""
    asked = quantity.level
    if side is not None and options.items and one.range == (0, 1):
        allowance = intervals.wilson_allowance(asked, one.counts)
        asked = asked + (allowance if side == "sure" else -allowance)
    with np.errstate(invalid="ignore"):
        return np.where(np.isnan(one.values), side == "possible", one.values >= asked)


def steps(quantity, one: Cells, side: str | None, options: Options) -> np.ndarray:
    """reach: how many grid points in a row are reached; first: how many come before the first."""
    at_level = reached(quantity, one, side, options)
    if quantity.take == "reach":
        return np.cumprod(at_level, axis=2, dtype=np.int8).sum(axis=2)
    return np.cumprod(~at_level, axis=2, dtype=np.int8).sum(axis=2)


def grid_values(points: np.ndarray, take: str):
    """(value, its lower bracket, its upper bracket), each indexed by `steps`."""
    nothing = 0.0 if points[0] > 0 else -np.inf
    before, after = np.concatenate([[nothing], points]), np.concatenate([points, [np.inf]])
    return (before, before, after) if take == "reach" else (after, before, after)


def grid_units(quantity, one: Cells, other: Cells | None, options: Options) -> Units:
    """reach and first, or the ratio of two of them, whose true values lie within grid brackets."""
    low_side, high_side = ("sure", "possible") if quantity.take == "reach" else ("possible", "sure")
    at = {side: steps(quantity, one, side, options) for side in (None, low_side, high_side)}
    value, below, above = grid_values(one.points, quantity.take)
    if other is None:
        high = value[at[high_side]]
        if quantity.take == "reach":
            high = np.where(at[high_side] == len(one.points), np.inf, high)
        return Units(lost_as_nan(value[at[None]], one), value[at[low_side]], high)
    its = {side: steps(quantity, other, side, options) for side in (None, low_side, high_side)}
    its_value, its_below, its_above = grid_values(other.points, quantity.take)
    with np.errstate(divide="ignore", invalid="ignore"):
        seen = value[at[None]] / its_value[its[None]]
        low = np.nan_to_num(below[at[low_side]] / its_above[its[high_side]], nan=0.0, posinf=np.inf)
        high = above[at[high_side]] / its_below[its[low_side]]
    return Units(seen, low, np.where(np.isnan(high), np.inf, high))


def lost_as_nan(values: np.ndarray, one: Cells) -> np.ndarray:
    return np.where(np.isnan(one.values).any(axis=2), np.nan, values)


def success_units(quantity, one: Cells) -> Units:
    """1 where a unit's value is at the level (default 1), else 0; a lost unit may be either."""
    level = 1.0 if quantity.level is None else quantity.level
    values, lost = one.values[:, :, 0], np.isnan(one.values[:, :, 0])
    with np.errstate(invalid="ignore"):
        good = (values >= level).astype(float)
    seen, low, high = (np.where(lost, value, good) for value in (np.nan, 0.0, 1.0))
    return Units(seen, low, high)


def all_units(quantity, table: Table, arm: str) -> Units:
    """One unit: 1 if every row holds. A lost row neither holds nor is a counter-example."""
    keep, block = table.rows(quantity.metric, arm, quantity.at)
    present = (block.counts[:, keep] != ABSENT)[None]
    values = block.values[:, :, keep]
    broken = (present & (values != 1) & ~np.isnan(values)).any(axis=(1, 2))
    lost = (present & np.isnan(values)).any(axis=(1, 2))
    holds = np.where(broken, 0.0, 1.0)
    low = np.where(lost, 0.0, holds)[:, None]
    return Units(np.where(lost & ~broken, np.nan, holds)[:, None], low, holds[:, None])


def units_of(
    quantity, table: Table, arm: str, other: str | None, ranges, options: Options
) -> Units:
    """The per-unit values of a quantity for one pair of arms. Raises BadValue on absent rows."""
    if quantity.take == "all":
        return all_units(quantity, table, arm)
    bounds = ranges(quantity.metric)
    one = cells(table, quantity, arm, bounds, options)
    two = cells(table, quantity, other, bounds, options) if other else None
    if quantity.take in ("reach", "first"):
        found = grid_units(quantity, one, two, options)
    elif quantity.take == "slope":
        found = slope_units(quantity, one)
    elif quantity.take == "spearman":
        found = spearman_units(quantity, one)
    elif quantity.take == "rate":
        found = rate_units(success_units(quantity, one), two and success_units(quantity, two))
    else:
        found = level_units(quantity, one, two)
    return left_out(found) if options.lost == "left out" else found


def rate_units(one: Units, other: Units | None) -> Units:
    if other is None:
        return one
    return Units(one.seen - other.seen, one.low - other.high, one.high - other.low)


def left_out(units: Units) -> Units:
    """Without the lost units; needs one replay, since replays may lose different units."""
    keep = np.isfinite(units.seen[0]) | np.isposinf(units.seen[0])
    low, high = units.low[:, keep], units.high[:, keep]
    return replace(units, seen=units.seen[:, keep], low=low, high=high)
