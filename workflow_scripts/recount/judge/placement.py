"""Finds where the sources of a world must lie for its quantities to be true as planted."""

from dataclasses import dataclass

import numpy as np

from recount.judge.noise import Noise
from recount.judge.planting import Plant, Planter
from recount.judge.quantities import pairs
from recount.judge.search import Search
from recount.judge.worlds import ALONG, Key, Source, key_of

ROOM = 2.0  # spreads that must fit between a location and the end of its metric's range


@dataclass(frozen=True)
class Settled:
    """Where the sources of a plant lie, how wide they are, and by what its lines were missed."""

    places: dict[Key, float]
    spreads: dict[Key, float]
    missed: float


class Placement:
    """The sources of one rule, and the search for their places under one noise."""

    def __init__(self, rule, planter: Planter, sources: dict[Key, Source]):
        self.rule, self.planter, self.sources = rule, planter, sources

    def settle(self, plant: Plant, noise: Noise, near: dict | None = None) -> Settled:
        """Places and spreads of all sources for a plant; `near`: places under a like noise.

        Quantities on a grid are placed directly. All others are met by least squares on a
        population: those on a line exactly, the others as far beyond as the metric's range allows.
        """
        places = {key: one.centre for key, one in self.sources.items()}
        for key, place in (near or {}).items():
            places[key] += (place - places[key]) * self.stretch(key, noise)
        places |= self.on_grids(plant)
        free = [key for key, one in self.sources.items() if one.kind != "grid"]
        search = Search(self, plant, noise, free)
        if not search.met:
            return Settled(places, {}, 0.0)
        spreads: dict[Key, float] = {}
        for _ in range(3):
            spreads = self.capped(places, noise)
            places = search.run(places, spreads)
        return Settled(places, spreads, search.missed(places, spreads))

    def stretch(self, key: Key, noise: Noise) -> float:
        """Places that count in spreads move with the spread; all others stay."""
        source = self.sources[key]
        along = [q for q in self.rule.claim.quantities.values() if q.take == "spearman"]
        relative = source.kind == "success" or source.kind == "line" and along
        return noise.scale if relative else 1.0

    def gridded(self, name: str) -> bool:
        return self.rule.claim.quantities[name].take in ("reach", "first")

    def capped(self, places: dict, noise: Noise) -> dict[Key, float]:
        """Spreads that leave room in a bounded range, so that noise stays two-sided there."""
        found = {}
        for key, source in self.sources.items():
            low, high = source.range
            if source.kind != "level" or source.link != "linear" or not np.isfinite(high - low):
                continue
            room = max(min(places[key] - low, high - places[key]), 1e-3 * (high - low)) / ROOM
            wide = noise.scale * (noise.ratio if source.first_arm else 1.0)
            found[key] = min(source.spread, room / wide)
        return found

    def on_grids(self, plant: Plant) -> dict[Key, float]:
        """Places of the sources that are steps along a grid."""
        found: dict[Key, float] = {}
        for name, one in self.rule.claim.quantities.items():
            if not self.gridded(name):
                continue
            for index, (arm, other) in enumerate(pairs(one)):
                key = self.key(one, arm)
                points = self.sources[key].points
                target = plant.targets.get((name, index))
                if other is None:
                    middle = (len(points) - 1) / 2
                    found[key] = middle if target is None else target
                else:
                    found |= self.quotient(key, self.key(one, other), points, target or 0.0)
        return found

    @staticmethod
    def key(quantity, arm: str) -> Key:
        along = quantity.along if quantity.take in ALONG else None
        return key_of(quantity.metric, arm, quantity.at, along)

    @staticmethod
    def quotient(key: Key, other: Key, points: np.ndarray, target: float) -> dict[Key, float]:
        """Two places whose points have a given log ratio, in the middle of the grid."""
        logs, steps = np.log(points), np.arange(len(points))
        middle = (logs[0] + logs[-1]) / 2
        ends = [middle + target / 2, middle - target / 2]
        over = [max(one - logs[-1], 0.0) - max(logs[0] - one, 0.0) for one in ends]
        pace = (logs[-1] - logs[0]) / (len(points) - 1)
        inside = [float(np.interp(one, logs, steps)) for one in ends]
        return {k: i + o / pace for k, i, o in zip((key, other), inside, over, strict=True)}
