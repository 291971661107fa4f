"""One-sided bounds, vectorised over replays: an array (replays, units) in, bounds (replays,) out.

`alpha` is the error on one side. A bound that the data cannot give is infinite, never a guess.
Sources: Clopper and Pearson 1934; Wilson 1927; Tango 1998 (paired rates); Hartigan 1969 (subsets).
"""

import functools

import numpy as np
from scipy import special


def t_bounds(units: np.ndarray, alpha: float, floor: np.ndarray | float = 0.0):
    """Student t for the mean. Not finite, fewer than two units or spread 0: unbounded.

    `floor`, or what it returns, is the spread where the units show none (items of counted metrics).
    """
    n = units.shape[1]
    if n < 2:
        return unbounded(len(units))
    with np.errstate(invalid="ignore", over="ignore"):
        mean, spread = units.mean(axis=1), units.std(axis=1, ddof=1)
        none = spread <= 1e-12 * np.maximum(1.0, np.abs(mean))
        if none.any():
            spread = np.where(none, floor() if callable(floor) else floor, spread)
        half = special.stdtrit(n - 1, 1 - alpha) * spread / np.sqrt(n)
        known = np.isfinite(units).all(axis=1) & (spread > 0)
        return np.where(known, mean - half, -np.inf), np.where(known, mean + half, np.inf)


def unbounded(replays: int):
    return np.full(replays, -np.inf), np.full(replays, np.inf)


@functools.cache
def rank(n: int, alpha: float) -> int:
    """The largest r with P(Binomial(n, 1/2) <= r - 1) <= alpha: the r-th smallest of n units lies
    above their population median at most that often, whatever the shape. 0 if there is none."""
    below = special.bdtr(np.arange(n), n, 0.5)
    return int(np.sum(below <= alpha * (1 + 1e-12)))


def order_bounds(low_units: np.ndarray, high_units: np.ndarray, alpha: float):
    """Order statistics for the median; units may differ for the two sides, and may be infinite."""
    n = low_units.shape[1]
    place = rank(n, alpha)
    if place == 0:
        return unbounded(len(low_units))
    low = np.partition(low_units, place - 1, axis=1)[:, place - 1]
    return low, np.partition(high_units, n - place, axis=1)[:, n - place]


def clopper_pearson(successes: np.ndarray, n: int, alpha: float):
    """Exact bounds of a rate from (replays,) whole numbers of successes out of n."""
    place = np.asarray(successes).astype(np.int64)
    low, high = rate_table(n, alpha)
    return low[place], high[place]


@functools.lru_cache(maxsize=256)
def rate_table(n: int, alpha: float) -> tuple[np.ndarray, np.ndarray]:
    """Clopper and Pearson's bounds for 0, 1, ... n successes."""
    k = np.arange(n + 1.0)
    low = np.where(k > 0, special.betaincinv(np.maximum(k, 1), n - k + 1, alpha), 0.0)
    return low, np.where(k < n, special.betaincinv(k + 1, np.maximum(n - k, 1), 1 - alpha), 1.0)


def wilson_allowance(level: float, count: np.ndarray, alpha: float = 0.05) -> np.ndarray:
    """How far a share of `count` items must lie from a level for Wilson's bound to clear it.

    Wilson's interval inverts the score test, whose spread is taken at the level itself, so the
    allowance is the same above and below. 0 where the count is 0: the share is known exactly.
    """
    z = special.ndtri(1 - alpha)
    size = np.maximum(count, 1)
    level = min(max(level, 0.0), 1.0)
    return np.where(np.asarray(count) > 0, z * np.sqrt(level * (1 - level) / size), 0.0)


@functools.cache
def paired_table(n: int, alpha: float) -> np.ndarray:
    """Lower bounds (n + 1, n + 1) of a difference of paired rates, by pairs (for, against).

    Exact and unconditional: for each difference the outcomes are ordered by their score, and the
    tail is maximised over the share of discordant pairs. At 0 it takes the place of McNemar's exact
    test, with more power and the same guarantee.
    """
    plus, minus = (
        a.ravel() for a in np.meshgrid(np.arange(n + 1), np.arange(n + 1), indexing="ij")
    )
    keep = plus + minus <= n
    plus, minus = plus[keep], minus[keep]
    ways = special.gammaln(n + 1) - special.gammaln(n - plus - minus + 1)
    ways -= special.gammaln(plus + 1) + special.gammaln(minus + 1)
    bound, open_ = np.full(len(plus), -1.0), np.ones(len(plus), dtype=bool)
    for delta in np.linspace(-1, 1, 201)[1:-1]:
        tail = paired_tail(n, float(delta), plus, minus, ways)
        open_ &= tail <= alpha
        bound[open_] = delta
    table = np.full((n + 1, n + 1), np.nan)
    table[plus, minus] = bound
    return table


def paired_tail(n: int, delta: float, plus, minus, ways) -> np.ndarray:
    """P(score at least that of each outcome | difference delta), at the worst discordant share."""
    discordant = np.maximum((plus + minus + 0.5) / (n + 1), abs(delta))
    spread = np.sqrt(np.maximum(discordant - delta**2, 1e-9))
    score = np.round((plus - minus - n * delta) / spread, 9)
    shares = np.linspace(abs(delta), 1, 61)[:, None]
    up, down = (shares + delta) / 2, (shares - delta) / 2
    logs = ways + special.xlogy(plus, up) + special.xlogy(minus, down)
    chance = np.exp(logs + special.xlogy(n - plus - minus, 1 - shares))
    order = np.argsort(-score, kind="stable")
    total = np.cumsum(chance[:, order], axis=1).max(axis=0)
    last = np.searchsorted(-score[order], -score, side="right") - 1
    return total[last]


def paired_bounds(plus: np.ndarray, minus: np.ndarray, n: int, alpha: float):
    """Exact bounds of the difference of two rates seen on the same n units (n <= 60)."""
    table = paired_table(n, alpha)
    return table[plus, minus], -table[minus, plus]


def sign_flip_bounds(units: np.ndarray, alpha: float):
    """Bounds that the exact sign-flip test gives: order statistics of the means of all subsets.

    Beyond 14 units, of 16,383 fixed subsets. `units` (replays, n); meant for few replays.
    """
    n = units.shape[1]
    if n < 2 or not np.isfinite(units).all():
        return unbounded(len(units))
    codes = np.arange(1, 2 ** min(n, 14))
    bits = (codes[:, None] >> np.arange(min(n, 14))) & 1
    if n > 14:
        bits = np.random.Generator(np.random.Philox(key=n)).integers(0, 2, (len(codes), n))
        bits[0] = 1
    bits = bits[bits.sum(axis=1) > 0]
    means = np.sort(units @ bits.T / bits.sum(axis=1), axis=1)
    place = int(np.floor(alpha * (means.shape[1] + 1)))
    if place == 0:
        return unbounded(len(units))
    return means[:, place - 1], means[:, -place]
