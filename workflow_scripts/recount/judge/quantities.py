"""Quantities with their one interval each, by kind; several baselines are one quantity each."""

import functools
from dataclasses import dataclass

import numpy as np

from recount.judge import intervals
from recount.judge.table import Table
from recount.judge.units import Options, Units, units_of

STUDENT = ("mean", "gap", "ratio", "slope", "spearman")
ORDER = ("median", "reach", "first")
EXACT_PAIRS = 60  # above this number of units a paired difference of rates uses t


@dataclass(frozen=True)
class Estimate:
    """One quantity for one pair of arms, over all replays."""

    quantity: object
    arm: str
    against: str | None
    units: Units
    options: Options

    @property
    def n(self) -> int:
        return self.units.seen.shape[1]

    @functools.cached_property
    def kind(self) -> str:
        """student | order | rate | pair | exact: which interval it has."""
        take, location = self.quantity.take, self.options.location
        if take == "all":
            return "exact"
        if take == "rate":
            paired = "pair" if self.n <= EXACT_PAIRS else "student"
            return "rate" if self.against is None else paired
        if take in STUDENT:
            return "order" if location == "median" else "student"
        return "student" if take == "median" and location == "mean" else "order"

    @property
    def no_effect(self) -> float | None:
        """The value that means no effect: 0 for differences, 1 for ratios, none for levels."""
        take = self.quantity.take
        if take in ("slope", "spearman"):
            return 0.0
        return None if self.against is None else 1.0 if self.quantity.over else 0.0

    @functools.cached_property
    def point(self) -> np.ndarray:
        """The estimate itself (replays,), lost units left out."""
        return self.stretched(self.units.back(self.centre(self.units.seen)))

    def centre(self, values: np.ndarray) -> np.ndarray:
        lost = np.isnan(values)
        if lost.any():
            rows = [self.centre(row[~gone][None]) for row, gone in zip(values, lost, strict=True)]
            return np.array([row[0] for row in rows])
        if not values.shape[1]:
            return np.full(len(values), np.nan)
        if self.kind == "order":
            n = values.shape[1]
            middle = np.sort(values, axis=1)[:, [(n - 1) // 2, n // 2]]
            with np.errstate(invalid="ignore"):
                mean = middle.mean(axis=1)
            return np.where(middle[:, 0] == middle[:, 1], middle[:, 0], mean)
        with np.errstate(invalid="ignore"):
            return values.mean(axis=1)

    def stretched(self, values: np.ndarray) -> np.ndarray:
        if self.options.stretch == 1 or self.no_effect is None:
            return values
        with np.errstate(invalid="ignore", over="ignore"):
            if self.no_effect == 1:
                return values**self.options.stretch
        return values * self.options.stretch

    def bounds(self, alpha: float) -> tuple[np.ndarray, np.ndarray]:
        """Low and high bound (replays,), each wrong at most at `alpha`, over all looks if there are
        some."""
        look, units, plain = self.options.look, self.units, self.options.interval == "point"
        if look is None or self.kind != "rate" or plain or self.options.aggregate:
            return self.at(self.level(alpha))
        low, high = look.rates(alpha)
        return low[successes(units.low)], high[successes(units.high)]

    def level(self, alpha: float) -> float:
        """The error of one side at this look; `alpha` itself where all units are looked at once."""
        look = self.options.look
        return alpha if look is None else look.level(alpha, self.kind)

    def at(self, level: float) -> tuple[np.ndarray, np.ndarray]:
        """Low and high bound (replays,) at a level of this look alone."""
        kept = self.__dict__.setdefault("kept", {})
        if level not in kept:
            kept[level] = tuple(self.stretched(one) for one in self.interval(level))
        return kept[level]

    def interval(self, alpha: float):
        units, options = self.units, self.options
        if options.aggregate or options.interval == "point":
            value = self.aggregate() if options.aggregate else units.back(self.centre(units.seen))
            missing = np.isnan(value)
            return np.where(missing, -np.inf, value), np.where(missing, np.inf, value)
        if self.kind == "exact":
            return units.low[:, 0], units.high[:, 0]
        if self.kind == "order":
            low, high = intervals.order_bounds(units.low, units.high, alpha)
        elif self.kind in ("rate", "pair"):
            return self.rate_bounds(alpha)
        elif options.interval == "sign flip":
            low = intervals.sign_flip_bounds(units.low, alpha)[0]
            high = intervals.sign_flip_bounds(units.high, alpha)[1]
        else:
            low, high = self.student(alpha)
        return self.natural(low, high)

    def natural(self, low: np.ndarray, high: np.ndarray):
        """Bounds on the scale that expressions speak of; an unbounded side stays unbounded."""
        back = self.units.back
        return (
            np.where(np.isneginf(low), low, back(low)),
            np.where(np.isposinf(high), high, back(high)),
        )

    def student(self, alpha: float):
        units = self.units
        low, high = intervals.t_bounds(units.low, alpha, units.floor)
        if units.high is not units.low:
            high = intervals.t_bounds(units.high, alpha, units.floor)[1]
        return low, high

    def rate_bounds(self, alpha: float):
        units, n = self.units, self.n
        if self.kind == "rate":
            low = intervals.clopper_pearson(successes(units.low), n, alpha)[0]
            return low, intervals.clopper_pearson(successes(units.high), n, alpha)[1]
        sides = []
        for values in (units.low, units.high):
            plus, minus = (values > 0).sum(axis=1), (values < 0).sum(axis=1)
            sides.append(intervals.paired_bounds(plus, minus, n, alpha))
        return sides[0][0], sides[1][1]

    def aggregate(self) -> np.ndarray:
        """The paper's own statistic over the units; a rate stays a rate."""
        name = "mean" if self.quantity.take in ("rate", "all") else self.options.aggregate
        seen = self.units.seen
        with np.errstate(invalid="ignore"):
            return self.units.back(getattr(np, f"nan{name}")(seen, axis=1))

    def text(self, alpha: float) -> str:
        """How the interval was made, as the page prints it."""
        if self.kind == "order":
            place = intervals.rank(self.n, self.level(alpha))
            return f"order statistic {place} of {self.n}" if place else f"none from {self.n} units"
        names = {"exact": "full enumeration", "rate": "Clopper-Pearson"}
        names |= {"pair": "exact paired difference", "student": f"t, {self.n - 1} degrees"}
        return names[self.kind]


def successes(units: np.ndarray) -> np.ndarray:
    """How many units are 1."""
    return units.sum(axis=1).astype(int)


@dataclass(frozen=True)
class Count:
    """At least k of K tests pass, each at alpha / (K - k + 1), and so for all smaller k."""

    quantity: object
    tests: tuple[tuple[Estimate, ...], ...]
    arm = against = None
    kind = "count"

    @property
    def n(self) -> int:
        return len(self.tests)

    @property
    def no_effect(self) -> None:
        return None

    @functools.cached_property
    def point(self) -> np.ndarray:
        above = self.quantity.above
        with np.errstate(invalid="ignore"):
            passed = [np.all([one.point > above for one in test], axis=0) for test in self.tests]
        return np.sum(passed, axis=0).astype(float)

    def bounds(self, alpha: float) -> tuple[np.ndarray, np.ndarray]:
        above, total = self.quantity.above, self.n
        shown = np.zeros((2, len(self.point)))
        still = np.ones_like(shown, dtype=bool)
        for k in range(1, total + 1):
            part = alpha / (total - k + 1)
            over = [np.all([one.bounds(part)[0] > above for one in t], axis=0) for t in self.tests]
            under = [
                np.any([one.bounds(part)[1] <= above for one in t], axis=0) for t in self.tests
            ]
            still &= np.stack([np.sum(over, axis=0), np.sum(under, axis=0)]) >= k
            shown += still
        return shown[0], total - shown[1]

    def text(self, alpha: float) -> str:
        return f"k of {self.n}, each at {alpha:g} / ({self.n} - k + 1)"


def pairs(quantity) -> list[tuple[str, str | None]]:
    """(arm, other arm) of each quantity that a declaration stands for."""
    over = list(quantity.over) if isinstance(quantity.over, (list, tuple)) else quantity.over
    if isinstance(over, list):
        return [(quantity.arm, one) if quantity.arm else (one, None) for one in over]
    return [(quantity.arm, quantity.minus or over)]


def estimate(
    quantity, pair: tuple, table: Table, ranges, options: Options | None = None
) -> Estimate:
    """One quantity for one pair of arms."""
    options = options or Options()
    arm, other = pair
    units = units_of(quantity, table, arm, other, ranges, options)
    return Estimate(quantity, arm, other, units, options)


def estimates(quantities: dict, table: Table, ranges, options: Options | None = None) -> dict:
    """name -> list of estimates, one for each baseline. `ranges(metric)` gives (lowest, highest).

    Raises BadValue where rows that a quantity needs are absent.
    """
    found = {
        name: [estimate(one, pair, table, ranges, options) for pair in pairs(one)]
        for name, one in quantities.items()
        if one.take != "count"
    }
    for name, one in quantities.items():
        if one.take == "count":
            found[name] = [Count(one, tuple(tuple(found[test]) for test in one.tests))]
    return {name: found[name] for name in quantities}
