"""Finds where the sources of a world must lie for its quantities to be true as planted."""

from dataclasses import dataclass

import numpy as np

from recount.judge.noise import Noise
from recount.judge.planting import Plant, Planter, Variable
from recount.judge.quantities import pairs
from recount.judge.search import Goal, Search
from recount.judge.worlds import ALONG, Key, Source, key_of

ROOM = 2.0  # spreads that must fit between a location and the end of its metric's range


@dataclass(frozen=True)
class Settled:
    """Where the sources of a plant lie, how wide they are, and by what its lines were missed."""

    places: dict[Key, float]
    spreads: dict[Key, float]
    missed: float

    def renamed(self, names: dict[Key, Key]) -> "Settled":
        """The same for other arms."""
        places, spreads = (
            {names.get(key, key): value for key, value in one.items()}
            for one in (self.places, self.spreads)
        )
        return Settled(places, spreads, self.missed)


class Placement:
    """The sources of one rule, and the search for their places under one noise."""

    def __init__(self, rule, planter: Planter, sources: dict[Key, Source]):
        self.rule, self.planter, self.sources = rule, planter, sources
        self.parts = self.independent()
        self.known: dict[tuple, Settled] = {}
        self.latest: dict[tuple, tuple[dict[Key, float], float]] = {}

    def independent(self) -> list[tuple[set[Variable], list[Key]]]:
        """Quantities off the grid with their sources, in groups that share no source."""
        groups: list[tuple[set[Variable], set[Key]]] = []
        for name in self.planter.coordinates:
            if self.gridded(name):
                continue
            one = self.rule.claim.quantities[name]
            for index, pair in enumerate(pairs(one)):
                keys = {self.key(one, arm) for arm in pair if arm}
                variables = {(name, index)}
                for group in [group for group in groups if group[1] & keys]:
                    groups.remove(group)
                    variables, keys = variables | group[0], keys | group[1]
                groups.append((variables, keys))
        return [(found, [key for key in self.sources if key in keys]) for found, keys in groups]

    def settle(self, plant: Plant, noise: Noise) -> Settled:
        """Places and spreads of all sources for a plant.

        Quantities on a grid are placed directly. All others are met by least squares on a
        population: those on a line exactly, the others as far beyond as the metric's range allows.
        """
        places = {key: one.centre for key, one in self.sources.items()} | self.on_grids(plant)
        spreads: dict[Key, float] = {}
        missed = 0.0
        for variables, keys in self.parts:
            met = {v: t for v, t in plant.targets.items() if v in variables & plant.exact}
            wanted = {v: x for v, x in plant.wanted.items() if v in variables - plant.exact}
            found = self.solved(Goal(met, wanted, plant.bend), keys, noise)
            places, spreads = places | found.places, spreads | found.spreads
            missed = max(missed, found.missed)
        if not plant.errors:
            places = {key: self.beyond(key, place, noise) for key, place in places.items()}
        return Settled(places, spreads, missed)

    def beyond(self, key: Key, place: float, noise: Noise) -> float:
        """A truth at the very end of a range means that nearly all units are there, not half."""
        source = self.sources[key]
        low, high = source.range
        if not source.ranked or source.link != "linear" or not np.isfinite(high - low):
            return place
        far, near = 2 * source.spread * noise.scale, 0.005 * (high - low)
        return (
            place - far if place <= low + near else place + far if place >= high - near else place
        )

    def solved(self, goal: Goal, keys: list[Key], noise: Noise) -> Settled:
        """One group of quantities; solved once for all plants that ask the same of it."""
        name = self.named(goal, keys, noise)
        if name in self.known:
            known = self.known[name]
            return known.renamed(dict(zip(known.places, keys, strict=True)))
        places = {key: self.sources[key].centre for key in keys}
        near, width = self.latest.get((tuple(keys), goal.name), (places, 1.0))
        for key in keys:
            change = self.stretch(key, noise.scale / width)
            places[key] += (near[key] - places[key]) * change
        spreads, missed = self.capped(places, noise), 0.0
        if goal.met or goal.wanted:
            search = Search(self, goal, keys, noise)
            for _ in range(3):
                places = search.run(places, spreads)
                before, spreads = spreads, self.capped(places, noise)
                if spreads == before:
                    break
            places = search.run(places, spreads)
            missed = search.missed(places, spreads)
        self.known[name] = Settled(places, spreads, missed)
        self.latest[tuple(keys), goal.name] = (places, noise.scale)
        return self.known[name]

    def named(self, goal: Goal, keys: list[Key], noise: Noise) -> tuple:
        """What a search depends on. One source alone knows nothing of other arms (but the mixture
        that correlation makes is normal only of normals), and arms that are looked at in the same
        way have the same place."""
        mixed = len(keys) > 1 or noise.shape != "normal"
        shape = (noise.shape, noise.scale, noise.clusters, noise.correlation if mixed else None)
        if len(keys) > 1:
            return tuple(keys), goal.name, *shape, noise.ratio
        metric, _, at, along = keys[0]
        ratio = noise.ratio if self.sources[keys[0]].first_arm else 1.0
        return (metric, at, along), goal.alone, *shape, ratio

    def stretch(self, key: Key, wider: float) -> float:
        """Places that count in spreads move with the spread; all others stay."""
        source = self.sources[key]
        along = [q for q in self.rule.claim.quantities.values() if q.take == "spearman"]
        relative = source.kind == "success" or source.kind == "line" and along
        return wider if relative else 1.0

    def gridded(self, name: str) -> bool:
        return self.rule.claim.quantities[name].take in ("reach", "first")

    def capped(self, places: dict, noise: Noise) -> dict[Key, float]:
        """Spreads that leave room in a bounded range, so that noise stays two-sided there."""
        found = {}
        for key in places:
            source = self.sources[key]
            low, high = source.range
            if source.kind != "level" or source.link != "linear" or source.ranked:
                continue
            if not np.isfinite(high - low):
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
