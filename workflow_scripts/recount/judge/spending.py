"""How much of its error each look may spend, so that all looks together spend it once.

Looks at the same seeds are correlated, so that levels which sum to more than the error still stay
within it together. The levels of a plan are found from the joint distribution of its looks, by the
interval's kind, and hold for any error (a part of an `or` has less of it):

- order statistics: a walk of fair coins, exact. The last look keeps its rank, so that nothing is
  lost against all seeds at once; earlier looks get what is left, the earliest first;
- rates: a walk at every rate, exact; the last look has all that the early ones leave;
- t and paired rates: t statistics of growing samples, simulated with a fixed key, of normal and of
  uniform chance, whichever errs more often: few even values err by a seventh more than normal ones.

Source: Pocock 1977 and Wang and Tsiatis 1987 on levels of repeated looks, here for small samples.
"""

import functools
from dataclasses import dataclass

import numpy as np
from scipy import special

from recount.judge import intervals

FIRST_WEIGHT = 0.5  # the first look's level, as a part of the last one's
REPLAYS = 200_000
EARLY_RATES = 0.5  # of the error, times the weight: the level of early looks at a rate
STEPS = 4000  # of the rates between 0 and 1


@dataclass(frozen=True)
class Look:
    """The look at `number` units, the `index`-th of a plan."""

    plan: tuple[int, ...]
    index: int

    @property
    def number(self) -> int:
        return self.plan[self.index]

    def level(self, alpha: float, kind: str) -> float:
        """The error on one side of an interval of this kind, where the plan may spend `alpha`."""
        if kind in ("count", "exact"):
            return alpha
        return levels(self.plan, float(alpha), kind)[self.index]

    def rates(self, alpha: float) -> tuple[np.ndarray, np.ndarray]:
        """Low and high bound of a rate, for 0, 1, ... `number` successes."""
        return rate_tables(self.plan, float(alpha))[self.index]

    def later(self) -> list["Look"]:
        return [Look(self.plan, index) for index in range(self.index + 1, len(self.plan))]


@functools.lru_cache(maxsize=512)
def levels(plan: tuple[int, ...], alpha: float, kind: str) -> tuple[float, ...]:
    """The level of every look, for intervals of a kind: order; all others as student."""
    if kind == "order":
        return order_levels(plan, alpha)
    scale = min(np.quantile(least, alpha, method="lower") for least in weighted_chances(plan))
    return scaled(plan, scale)


def scaled(plan: tuple[int, ...], scale: float) -> tuple[float, ...]:
    return tuple(float(scale * weight) for weight in weights(plan))


def weights(plan: tuple[int, ...]) -> np.ndarray:
    """Levels rise to the last look, where most of the power is."""
    return np.linspace(FIRST_WEIGHT, 1.0, len(plan))


@functools.lru_cache(maxsize=16)
def weighted_chances(plan: tuple[int, ...]) -> list[np.ndarray]:
    """Least P value over its weight among the looks of a plan, where nothing is to be found: an
    array (replays,) for each shape of chance."""
    rng = np.random.Generator(np.random.Philox(key=REPLAYS))
    size, found = (plan[-1], REPLAYS), []
    for values in (rng.standard_normal(size), rng.uniform(-1, 1, size)):
        least = np.full(REPLAYS, np.inf)
        for number, weight in zip(plan, weights(plan), strict=True):
            part = values[:number]
            statistic = part.mean(axis=0) / (part.std(axis=0, ddof=1) / np.sqrt(number))
            least = np.minimum(least, special.stdtr(number - 1, -statistic) / weight)
        found.append(least)
    return found


def order_levels(plan: tuple[int, ...], alpha: float) -> tuple[float, ...]:
    """Tails of the ranks: the last look's own, then at every look the largest that fits."""
    ranks = [0] * len(plan)
    for index in (len(plan) - 1, *range(len(plan) - 1)):
        for rank in range(1, intervals.rank(plan[index], alpha) + 1):
            tried = ranks[:index] + [rank] + ranks[index + 1 :]
            if crossed(plan, tried) > alpha:
                break
            ranks = tried
    return tuple(
        float(special.bdtr(rank - 1, number, 0.5)) if rank else 0.0
        for number, rank in zip(plan, ranks, strict=True)
    )


def crossed(plan: tuple[int, ...], ranks: list[int]) -> float:
    """How often these order statistics of any look lie above the median."""
    above = [np.arange(n + 1) > n - rank for n, rank in zip(plan, ranks, strict=True)]
    gone, left = walked(plan, [one.astype(float) for one in above[:-1]], np.array([0.5]))
    return float(gone[0] + left[0, above[-1]].sum())


@functools.lru_cache(maxsize=64)
def rate_tables(plan: tuple[int, ...], alpha: float) -> tuple[tuple[np.ndarray, np.ndarray], ...]:
    """Exact bounds (low, high) of a rate at every look, for 0, 1, ... n successes.

    Early looks have Clopper and Pearson's at their level. The last excludes what they leave room
    for: where no early look could exclude a rate, that is as much as all units at once do.
    """
    early = [EARLY_RATES * alpha * weight for weight in weights(plan)[:-1]]
    lows = [intervals.rate_table(n, level)[0] for n, level in zip(plan[:-1], early, strict=True)]
    edges = [np.nextafter(low[1:], 0) for low in lows]
    rates = np.unique(np.concatenate([np.linspace(0, 1, STEPS + 1)[1:-1], *edges]))
    gone, left = walked(plan, lows, rates)
    tails = np.cumsum(left[:, ::-1], axis=1)[:, ::-1]
    fits = np.logical_and.accumulate(gone[:, None] + tails <= alpha, axis=0)
    lows.append(np.concatenate([[0.0], rates])[fits.sum(axis=0)])
    return tuple((low, 1 - low[::-1]) for low in lows)


def walked(plan: tuple[int, ...], lows: list[np.ndarray], rates: np.ndarray):
    """For each true rate: how often an early look excludes it from below, and how often (rates,
    successes) it is not excluded then and the whole plan has so many successes."""
    chance = np.zeros((len(rates), plan[-1] + 1))
    chance[:, 0], gone = 1.0, np.zeros(len(rates))
    for number in range(1, plan[-1] + 1):
        good = chance[:, :-1] * rates[:, None]
        chance *= 1 - rates[:, None]
        chance[:, 1:] += good
        if number in plan[:-1]:
            out = lows[plan.index(number)] > rates[:, None]
            gone += np.where(out, chance[:, : number + 1], 0.0).sum(axis=1)
            chance[:, : number + 1][out] = 0.0
    return gone, chance
