"""Bounded least squares on a population: the locations under which quantities lie where planted."""

import numpy as np

from recount.judge.coordinates import FAR
from recount.judge.noise import Noise
from recount.judge.planting import Plant
from recount.judge.quantities import estimates
from recount.judge.worlds import Key, World

POPULATION = 20_000
WEIGHT = 30.0  # of a quantity on its line, against those far from theirs
CLOSE = 0.002  # distances from line to effect by which a line may be missed
EDGE = 0.02  # of a bounded range stays free at both ends
WIDEST = 4.0  # spreads by which a rate's location may lie off its level


class Search:
    """One plant under one noise. `free`: the sources whose locations may move."""

    def __init__(self, placement, plant: Plant, noise: Noise, free: list[Key]):
        self.rule, self.coordinates = placement.rule, placement.planter.coordinates
        self.plant, self.free = plant, free
        self.sources = placement.sources
        off_grid = {v for v in plant.targets if not placement.gridded(v[0])}
        self.met = {v: plant.targets[v] for v in off_grid & plant.exact}
        self.wanted = {v: plant.wanted[v] for v in off_grid - plant.exact if v in plant.wanted}
        self.names = sorted({name for name, _ in (*self.met, *self.wanted)})
        if self.met:
            rng = np.random.Generator(np.random.Philox(key=7))
            units = tuple(range(POPULATION))
            self.world = World(self.sources, noise, 1, units, rng, False, plant.bend)

    def run(self, places: dict, spreads: dict) -> dict:
        """Places that meet the plant, from a first guess; the lines alone if not all can be met."""
        from scipy.optimize import least_squares

        low, high = np.array([self.room(key) for key in self.free]).T
        inside = 1e-6 * np.where(np.isfinite(high - low), high - low, 0.0)
        for part in ({**self.met, **self.wanted}, self.met):
            start = np.clip([places[key] for key in self.free], low + inside, high - inside)
            if self.good(self.residuals(start, part, places, spreads), part):
                places = places | dict(zip(self.free, map(float, start), strict=True))
                continue
            found = least_squares(
                self.residuals,
                start,
                jac=self.slopes,
                bounds=(low, high),
                x_scale=self.widths() * 4,
                max_nfev=25,
                args=(part, places, spreads),
            )
            places = places | dict(zip(self.free, map(float, found.x), strict=True))
        return places

    def good(self, residuals: np.ndarray, part: dict) -> bool:
        met = [abs(r) <= CLOSE * WEIGHT for r, v in zip(residuals, part) if v in self.met]
        far = [r < FAR - 1 for r, v in zip(residuals, part) if v not in self.met]
        return all(met) and all(far)

    def missed(self, places: dict, spreads: dict) -> float:
        """The most, in distances from line to effect, by which a line is missed."""
        values = self.residuals(np.array([places[k] for k in self.free]), self.met, places, spreads)
        return float(np.abs(values).max() / WEIGHT)

    def residuals(self, moved: np.ndarray, part: dict, places: dict, spreads: dict) -> np.ndarray:
        """Misses of the lines, weighted, and what the others lack to be far from theirs."""
        places = places | dict(zip(self.free, moved, strict=True))
        named = {name: self.rule.claim.quantities[name] for name in self.names}
        world = self.world.at(places, spreads)
        found = estimates(named, world, self.rule.paper.metric_range)
        values = []
        for name, index in part:
            coordinate = self.coordinates[name]
            place = coordinate.to(float(found[name][index].point[0]))
            if (name, index) in self.met:
                line = self.met[name, index]
                values.append(WEIGHT * (place - line) / coordinate.distance(line))
                continue
            room = [(place - x) * s / coordinate.distance(x) for x, s in self.wanted[name, index]]
            values.append(max(0.0, FAR - min(room)))
        return np.array(values)

    def slopes(self, moved: np.ndarray, part: dict, places: dict, spreads: dict) -> np.ndarray:
        """Derivatives by central differences of a quarter spread, as populations are finite."""
        columns = []
        for step in np.diag(self.widths()):
            ahead = self.residuals(moved + step, part, places, spreads)
            behind = self.residuals(moved - step, part, places, spreads)
            columns.append((ahead - behind) / (2 * step.max()))
        return np.stack(columns, axis=1)

    def widths(self) -> np.ndarray:
        found = []
        for key in self.free:
            source = self.sources[key]
            reach = float(np.abs(source.axis).max()) if source.kind == "line" else 1.0
            found.append(0.25 * self.world.spread(source) / max(reach, 1e-12))
        return np.array(found)

    def room(self, key: Key) -> tuple[float, float]:
        """Between which places a source may lie."""
        source = self.sources[key]
        if source.kind == "success":
            widest = WIDEST * self.world.spread(source)
            return -widest, widest
        low, high = source.range
        if source.link != "linear" or source.kind != "level" or not np.isfinite(high - low):
            return -np.inf, np.inf
        edge = EDGE * (high - low)
        return low + edge, high - edge
