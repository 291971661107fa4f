"""The shapes of chance that a rule is tried under, all of variance 1 before scaling."""

from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any

import numpy as np

GATED = ("normal", "t3", "uniform")
# In the published shapes only the first arm is odd: in a difference of equal arms skew cancels.
PUBLISHED = ("skew 1", "lognormal", "collapse 5 %", "collapse 15 %")
POOLED = "pooled"  # whole rows of residuals of the lab's other papers
CLUSTERED = (0.0, 0.05, 0.2)  # correlation of the items of one cluster, where items are the units
COLLAPSE = 6.0  # spreads that a collapsed run falls below the others


@dataclass(frozen=True)
class Noise:
    """One setting: shape, correlation of arms within a seed, spread of the first arm against the
    others, and all spreads against the pilots'.

    `clusters`: correlation of the items within a unit, from which its spread then follows; `pool`:
    the residuals of the pooled shape, which bring their own correlation of arms.
    """

    shape: str = "normal"
    correlation: float = 0.0
    ratio: float = 1.0
    scale: float = 1.0
    clusters: float | None = None
    pool: Any = field(default=None, compare=False, repr=False)

    @property
    def plain(self) -> "Noise":
        """The same with a normal shape."""
        return replace(self, shape="normal")

    @property
    def symmetric(self) -> bool:
        return self.shape in GATED

    def label(self) -> dict:
        shown = {
            "shape": self.shape,
            "correlation": self.correlation,
            "ratio": self.ratio,
            "scale": self.scale,
        }
        return shown if self.clusters is None else shown | {"clusters": self.clusters}


def gated(pilot_correlation: float, free_of_shape: bool) -> list[Noise]:
    """All settings of the gate. Rules of order statistics and rates alone hold for any shape and
    any spread of one arm against another; for them fewer settings are tried."""
    correlations = dict.fromkeys((0.0, round(pilot_correlation, 3), 0.9))
    if free_of_shape:
        correlations = dict.fromkeys((0.0, 0.9))
    ratios = (1.0,) if free_of_shape else (1.0, 3.0)
    return [Noise(*one) for one in product(GATED, correlations, ratios, (0.25, 1.0, 4.0))]


def pooled(pool) -> list[Noise]:
    """The settings of the lab's own shape; none where it is not known."""
    if pool is None or not pool.known:
        return []
    settings = product((1.0, 3.0), (0.25, 1.0, 4.0))
    return [Noise(POOLED, 0.0, ratio, scale, pool=pool) for ratio, scale in settings]


def clustered(unit: str) -> list[Noise]:
    """Whole clusters redrawn, where a unit is a cluster of items."""
    if unit != "item":
        return []
    return [Noise("normal", c, clusters=one) for c, one in product((0.0, 0.9), CLUSTERED)]


def draw(rng: np.random.Generator, shape: str, size: tuple[int, ...]) -> np.ndarray:
    """Independent values of variance about 1; symmetric shapes have mean 0, others their own."""
    if shape == "normal":
        return rng.standard_normal(size)
    if shape == "uniform":
        return rng.uniform(-np.sqrt(3), np.sqrt(3), size)
    if shape == "t3":
        chi = rng.chisquare(3, size)
        return rng.standard_normal(size) / np.sqrt(chi)
    if shape == "skew 1":
        return rng.standard_gamma(4.0, size) / 2 - 2
    if shape == "lognormal":
        sigma = 0.8
        return (np.exp(sigma * rng.standard_normal(size)) - np.exp(sigma**2 / 2)) / np.sqrt(
            (np.exp(sigma**2) - 1) * np.exp(sigma**2)
        )
    share = 0.05 if shape == "collapse 5 %" else 0.15
    return rng.standard_normal(size) - COLLAPSE * (rng.random(size) < share)


def rows(
    rng, noise: Noise, size: tuple[int, int], arms: int, extra: int, even: bool = False
) -> np.ndarray:
    """Noise (arms, replays, units, 1 + extra): a level of each arm, correlated over the arms of a
    unit, and `extra` independent values for the points of an axis. `even`: see Pool.draw."""
    if noise.shape == POOLED:
        level = noise.pool.draw(rng, size, arms, even)[..., None]
        own = noise.pool.draw(rng, (arms, *size, extra), 1)[0]
        return np.concatenate([level, own], axis=-1)
    common = draw(rng, noise.shape, (1, *size))
    own = draw(rng, noise.shape, (arms, *size))
    level = np.sqrt(noise.correlation) * common + np.sqrt(1 - noise.correlation) * own
    if not extra:
        return level[..., None]
    return np.concatenate([level[..., None], draw(rng, noise.shape, (arms, *size, extra))], axis=-1)
