"""Bounded least squares on a population: the locations under which quantities lie where planted."""

from dataclasses import dataclass

import numpy as np

from recount.judge.coordinates import FAR
from recount.judge.noise import Noise
from recount.judge.planting import Variable
from recount.judge.quantities import estimate, pairs
from recount.judge.worlds import Key, World

POPULATION = 20_000
WEIGHT = 30.0  # of a quantity on its line, against those far from theirs
CLOSE = 0.002  # distances from line to effect by which a line may be missed
EDGE = 0.02  # of a bounded range stays free at both ends
WIDEST = 4.0  # spreads by which a rate's location may lie off its level


@dataclass(frozen=True)
class Goal:
    """What a group of quantities has to meet: coordinates exactly, or sides of lines from afar."""

    met: dict[Variable, float]
    wanted: dict[Variable, list[tuple[float, int]]]
    bend: float

    @property
    def name(self) -> tuple:
        wanted = tuple((v, tuple(lines)) for v, lines in sorted(self.wanted.items()))
        return tuple(sorted(self.met.items())), wanted, self.bend

    @property
    def alone(self) -> tuple:
        """The same without the arms' places in their lists."""
        met, wanted, bend = self.name
        return (
            tuple((name, target) for (name, _), target in met),
            tuple((name, lines) for (name, _), lines in wanted),
            bend,
        )


class Search:
    """One goal under one noise. `free`: the sources whose locations may move."""

    def __init__(self, placement, goal: Goal, free: list[Key], noise: Noise):
        self.rule, self.coordinates = placement.rule, placement.planter.coordinates
        self.met, self.wanted, self.free = goal.met, goal.wanted, free
        self.sources = {key: placement.sources[key] for key in free}
        rng = np.random.Generator(np.random.Philox(key=7))
        units = tuple(range(POPULATION))
        self.world = World(self.sources, noise, 1, units, rng, False, goal.bend)

    def run(self, places: dict, spreads: dict) -> dict:
        """Places that meet the goal, from a first guess; the lines alone if not all can be met."""
        for part in [{**self.met, **self.wanted}, *[self.met] * bool(self.met)]:
            centres = {key: self.sources[key].centre for key in self.free}
            for start in (places, centres):
                found = self.fitted(start, part, spreads)
                if self.good(self.residuals(found, part, places, spreads), part):
                    break
            places = places | dict(zip(self.free, map(float, found), strict=True))
        return places

    def fitted(self, places: dict, part: dict, spreads: dict) -> np.ndarray:
        """Least squares within bounds; one location for one line is found by halving instead, since
        a rate near 0 or 1 has no slope to follow."""
        from scipy.optimize import bisect, least_squares

        low, high = np.array([self.room(key) for key in self.free]).T
        inside = 1e-6 * np.where(np.isfinite(high - low), high - low, 0.0)
        start = np.clip([places[key] for key in self.free], low + inside, high - inside)
        if self.good(self.residuals(start, part, places, spreads), part):
            return start
        if len(start) == len(part) == 1 and part == self.met and np.isfinite(high - low).all():

            def miss(place: float) -> float:
                return float(self.residuals(np.array([place]), part, places, spreads)[0])

            if miss(low[0]) * miss(high[0]) < 0:
                return np.array([bisect(miss, low[0], high[0], xtol=1e-6)])
        arguments = {"bounds": (low, high), "args": (part, places, spreads), "max_nfev": 25}
        scale = self.widths() * 4
        return least_squares(self.residuals, start, self.slopes, x_scale=scale, **arguments).x

    def good(self, residuals: np.ndarray, part: dict) -> bool:
        met = [abs(r) <= CLOSE * WEIGHT for r, v in zip(residuals, part) if v in self.met]
        far = [r < FAR - 0.95 for r, v in zip(residuals, part) if v not in self.met]
        return all(met) and all(far)

    def missed(self, places: dict, spreads: dict) -> float:
        """The most, in distances from line to effect, by which a line is missed."""
        moved = np.array([places[key] for key in self.free])
        values = self.residuals(moved, self.met, places, spreads)
        return float(np.abs(values).max(initial=0.0) / WEIGHT)

    def residuals(self, moved: np.ndarray, part: dict, places: dict, spreads: dict) -> np.ndarray:
        """Misses of the lines, weighted, and what the others lack to be far from theirs."""
        places = places | dict(zip(self.free, moved, strict=True))
        world, values = self.world.at(places, spreads), []
        for name, index in part:
            coordinate = self.coordinates[name]
            one = self.rule.claim.quantities[name]
            found = estimate(one, pairs(one)[index], world, self.rule.paper.metric_range)
            place = coordinate.to(float(found.point[0]))
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
        if source.ranked:
            return low, high
        below, above = self.nearest(source)
        return low + min(EDGE * (high - low), below / 4), high - min(EDGE * (high - low), above / 4)

    def nearest(self, source) -> tuple[float, float]:
        """How near the lines of a metric come to the two ends of its range."""
        low, high = source.range
        lines = [
            line
            for part in ("reproduced", "contradicted")
            for name, _, line in self.rule.lines(part)
            if self.rule.claim.quantities[name].metric == source.key[0] and low < line < high
            if self.rule.claim.quantities[name].minus is None
        ]
        return min([line - low for line in lines], default=high - low), min(
            [high - line for line in lines], default=high - low
        )
