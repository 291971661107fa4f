"""Finds where the sources of a world must lie for its quantities to be true as planted."""

import numpy as np

from recount.judge.noise import Noise
from recount.judge.planting import Plant, Planter
from recount.judge.quantities import estimates, pairs
from recount.judge.worlds import ALONG, Key, Source, World, key_of

POPULATION = 20_000
ROOM = 2.0  # spreads that must fit between a location and the end of its metric's range
CLOSE = 1e-3
PLAIN, EXACT = 0.1, 1.0  # weights of quantities far from a line and on it


class Placement:
    """The sources of one rule, and the search for their places under one noise."""

    def __init__(self, rule, planter: Planter, sources: dict[Key, Source]):
        self.rule, self.planter, self.sources = rule, planter, sources

    def settle(self, plant: Plant, noise: Noise, near: dict | None = None) -> tuple[dict, dict]:
        """(places, spreads) of all sources for a plant; `near`: places under a like noise.

        Quantities on a grid are placed directly. All others are met by Gauss-Newton steps of least
        change on a population: first all together, then those that lie on a line alone.
        """
        places = {key: one.centre for key, one in self.sources.items()}
        for key, place in (near or {}).items():
            places[key] += (place - places[key]) * self.stretch(key, noise)
        places |= self.on_grids(plant)
        free = [key for key, one in self.sources.items() if one.kind != "grid"]
        spreads: dict[Key, float] = {}
        if free:
            rng = np.random.Generator(np.random.Philox(key=7))
            units = tuple(range(POPULATION))
            world = World(self.sources, noise, 1, units, rng, False, plant.bend)
            for _ in range(2):
                places = self.search(plant, world, places, spreads, free)
                spreads = self.capped(places, noise)
        return places, spreads

    def stretch(self, key: Key, noise: Noise) -> float:
        """Places that count in spreads move with the spread; all others stay."""
        source = self.sources[key]
        along = [q for q in self.rule.claim.quantities.values() if q.take == "spearman"]
        relative = source.kind == "success" or source.kind == "line" and along
        return noise.scale if relative else 1.0

    def search(self, plant: Plant, world: World, places: dict, spreads: dict, free: list) -> dict:
        wanted = {v: t for v, t in plant.targets.items() if not self.gridded(v[0])}
        for chosen in (wanted, {v: t for v, t in wanted.items() if v in plant.exact}):
            weights = np.array([EXACT if v in plant.exact else PLAIN for v in chosen])
            for _ in range(8):
                missed = self.missed(chosen, world.at(places, spreads))
                if not len(missed) or np.abs(missed * weights).max() < CLOSE * EXACT:
                    break
                slopes = self.slopes(chosen, missed, world, places, spreads, free)
                step, *_ = np.linalg.lstsq(slopes * weights[:, None], -missed * weights, rcond=1e-6)
                places = places | {k: places[k] + s for k, s in zip(free, step, strict=True)}
                places = {k: self.bounded(k, p) for k, p in places.items()}
        return places

    def gridded(self, name: str) -> bool:
        return self.rule.claim.quantities[name].take in ("reach", "first")

    def bounded(self, key: Key, place: float) -> float:
        """Locations stay where the metric has values, and a rate off 0 and 1."""
        source = self.sources[key]
        if source.kind == "success":
            return float(np.clip(place, -16, 16))
        low, high = source.range
        inside = (
            source.link == "linear" and source.kind == "level" and np.isfinite([low, high]).all()
        )
        return float(np.clip(place, low, high)) if inside else float(place)

    def missed(self, wanted: dict, world: World) -> np.ndarray:
        """How far each quantity is from its target, in its coordinate."""
        named = {name: self.rule.claim.quantities[name] for name, _ in wanted}
        found = estimates(named, world, self.rule.paper.metric_range)
        coordinates = self.planter.coordinates
        gaps = [
            coordinates[name].to(float(found[name][index].point[0])) - target
            for (name, index), target in wanted.items()
        ]
        return np.array(gaps)

    def slopes(self, wanted, missed, world: World, places, spreads, free) -> np.ndarray:
        """Derivative (quantities, free sources) by finite differences of a quarter spread."""
        columns = []
        for key in free:
            source = self.sources[key]
            width = 0.25 * world.spread(source)
            if source.kind == "line":
                width /= max(float(np.abs(source.axis).max()), 1e-12)
            moved = world.at(places | {key: places[key] + width}, spreads)
            columns.append((self.missed(wanted, moved) - missed) / width)
        return np.stack(columns, axis=1)

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
