"""Worlds whose truth is known: tables of locations, noise and items, at thousands of replays.

A world answers `select` as a table does, so quantities, intervals and expressions are the judge's
own. Each source of rows has one parameter; they are found so that the quantities, computed on a
large population, take the values that logic asks for, never the values that pilots showed.
"""

from dataclasses import dataclass, field, replace

import numpy as np

from recount.judge import noise as shapes
from recount.judge.noise import Noise
from recount.judge.quantities import pairs
from recount.judge.units import from_scale

STEEP = 2.0  # logits by which accuracy falls over one step of a grid
ALONG = ("slope", "spearman", "reach", "first")
Key = tuple


@dataclass(frozen=True)
class Source:
    """Rows of one metric of one arm, as the quantities of a claim look at them.

    kind: level (one location), line (a slope over the axis), grid (where on the axis the level is
    crossed, in steps of the grid), success (a location above or below the level that counts).
    """

    key: Key
    kind: str
    link: str
    points: np.ndarray
    level: float
    rising: bool
    range: tuple[float, float]
    spread: float
    items: int
    first_arm: bool
    log_axis: bool
    ranked: bool  # only its order counts, so that it may lie on the end of its range

    @property
    def centre(self) -> float:
        """Where a location starts: the middle of the range, or the origin of the link."""
        if self.link != "linear" or self.kind in ("success", "grid"):
            return 0.0
        low, high = self.range
        return (low + high) / 2 if np.isfinite([low, high]).all() else 0.0

    @property
    def axis(self) -> np.ndarray:
        x = np.log(self.points) if self.log_axis else self.points
        return x - x.mean()


def key_of(metric: str, arm: str, at, along: str | None) -> Key:
    return metric, arm, tuple(sorted((name, str(v)) for name, v in dict(at or {}).items())), along


def sources_of(rule, assumed) -> dict[Key, Source]:
    """Every source that a claim's quantities look at. `assumed`: spread, items and grids."""
    found: dict[Key, Source] = {}
    first = next(iter(rule.paper.arms))
    for name, one in rule.claim.quantities.items():
        if one.take in ("count", "all"):
            continue
        along = one.along if one.take in ALONG else None
        for arm in dict.fromkeys(arm for pair in pairs(one) for arm in pair if arm):
            key = key_of(one.metric, arm, one.at, along)
            link = link_of(one)
            if key in found and link == "linear":
                continue
            found[key] = Source(
                key=key,
                kind=kind_of(one),
                link=link,
                points=assumed.grid(rule, name),
                level=1.0 if one.level is None else float(one.level),
                rising=one.take == "first",
                range=rule.paper.metric_range(one.metric),
                spread=assumed.spread(rule, name),
                items=assumed.items(rule, one.metric),
                first_arm=arm == first,
                log_axis=one.axis_scale == "log",
                ranked=one.take == "median",
            )
    return found


def kind_of(quantity) -> str:
    if quantity.take in ("reach", "first"):
        return "grid"
    if quantity.take in ("slope", "spearman"):
        return "line"
    return "success" if quantity.take == "rate" else "level"


def planted(places: np.ndarray, link: str) -> np.ndarray:
    """Values at places on the link's scale; what outgrows a float stays the largest that is one."""
    return from_scale(link)(np.clip(places, -700, 700) if link == "log" else places)


def link_of(quantity) -> str:
    if quantity.take == "ratio" or (quantity.arm and quantity.over):
        return "log"
    return quantity.scale


@dataclass
class World:
    """A table of `replays` x `units`; noise is drawn once, locations may move beneath it.

    `items` False: a population, without item noise; symmetric shapes are drawn in mirrored pairs.
    `kept`: what was drawn at a place is kept for the other truths that have a source there too.
    """

    sources: dict[Key, Source]
    noise: Noise
    replays: int
    units: tuple
    rng: np.random.Generator
    items: bool = True
    bend: float = 0.0
    places: dict[Key, float] = field(default_factory=dict)
    spreads: dict[Key, float] = field(default_factory=dict)
    drawn: dict[Key, np.ndarray] = field(default_factory=dict)
    made: dict[Key, tuple] = field(default_factory=dict)
    kept: dict[tuple, tuple] = field(default_factory=dict)

    def __post_init__(self):
        if self.drawn:
            return
        extra = max((len(s.points) for s in self.sources.values() if s.kind == "line"), default=0)
        mirrored = not self.items and self.noise.symmetric
        size = (self.replays, len(self.units) // 2 if mirrored else len(self.units))
        drawn = shapes.rows(self.rng, self.noise, size, len(self.sources), extra, not self.items)
        if mirrored:
            drawn = np.concatenate([drawn, -drawn], axis=2)
        if self.noise.shape in shapes.PUBLISHED:
            plain = shapes.rows(self.rng, self.noise.plain, size, len(self.sources), extra)
            odd = [source.first_arm for source in self.sources.values()]
            drawn = np.where(np.array(odd)[:, None, None, None], drawn, plain)
        self.drawn = dict(zip(self.sources, drawn, strict=True))

    def at(self, places: dict, spreads: dict, bend: float | None = None) -> "World":
        """The same chance with other locations."""
        bend = self.bend if bend is None else bend
        return replace(self, places=places, spreads=spreads, bend=bend, made={})

    def spread(self, source: Source) -> float:
        wide = self.noise.ratio if source.first_arm else 1.0
        if self.noise.clusters is not None:
            return self.clustered(source, self.noise.clusters)
        return self.spreads.get(source.key, source.spread) * self.noise.scale * wide

    def clustered(self, source: Source, alike: float) -> float:
        """The spread of clusters whose items are `alike` (0 to 1). Of a share it follows from the
        share; otherwise it widens the spread that the items alone would give."""
        if source.range == (0, 1) and source.kind == "level" and source.items:
            place = self.places.get(source.key, source.centre)
            share = float(np.clip(from_scale(source.link)(np.float64(place)), 1e-6, 1 - 1e-6))
            slope = {"linear": 1.0, "log": 1 / share, "logit": 1 / (share * (1 - share))}
            return float(np.sqrt(alike * share * (1 - share)) * slope[source.link])
        plain = self.spreads.get(source.key, source.spread)
        return float(plain * np.sqrt(1 + (max(source.items, 1) - 1) * alike))

    def select(self, metric: str, arm: str, at=None, along: str | None = None):
        """Points, values and counts of one source; the same at every call."""
        key = key_of(metric, arm, at, along)
        if key not in self.made:
            source = self.sources[key]
            where = key, self.places.get(key), self.spread(source), self.bend
            if where not in self.kept:
                made = self.make(source)
                if not self.items:
                    self.made[key] = made
                    return made
                self.kept[where] = made
            self.made[key] = self.kept[where]
        return self.made[key]

    def make(self, source: Source) -> tuple:
        place = self.places.get(source.key, source.centre)
        spread, drawn = self.spread(source), self.drawn[source.key]
        if source.kind == "grid":
            values = self.grid(source, place, spread, drawn)
        elif source.kind == "line":
            x = source.axis
            square = x**2 - (x**2).mean()
            bend = self.bend * source.spread * square / max(float(np.abs(square).max()), 1e-12)
            curve = source.centre + place * x + bend
            level = drawn[..., :1] + drawn[..., 1 : 1 + len(x)]
            values = planted(curve + spread * level, source.link)
        else:
            values = self.flat(source, place, spread, drawn[..., :1])
        counts = np.full(values.shape[1:], source.items if source.kind != "success" else 0)
        if not self.items:
            return source.points, values, np.zeros_like(counts)
        return source.points, self.counted(values, source), counts

    def grid(self, source: Source, place: float, spread: float, drawn: np.ndarray) -> np.ndarray:
        """Accuracy along the grid: at the level where the unit's own place is, steep around it."""
        mine = place + spread * drawn[..., :1]
        away = mine - np.arange(len(source.points))
        away = -away if source.rising else away
        if source.range != (0, 1):
            return source.level + away
        level = min(max(source.level, 0.005), 0.98)
        below = 1 / (1 + (1 / level - 1) * np.exp(-STEEP * np.clip(away, -99, 99)))
        return np.where(away >= 0, np.maximum(below, source.level), np.minimum(below, source.level))

    def flat(self, source: Source, place: float, spread: float, drawn: np.ndarray) -> np.ndarray:
        values = place + spread * drawn
        if source.kind == "success":
            return np.where(values >= 0, source.level, source.level - 1)
        values = planted(values, source.link)
        return np.clip(values, *source.range) if np.isfinite(source.range).all() else values

    def counted(self, values: np.ndarray, source: Source) -> np.ndarray:
        """Shares of `items` trials, where the metric is a share.

        Binomial; where its variance is above 9, a rounded normal, ten times as fast.
        """
        items = source.items
        if source.range != (0, 1) or source.kind == "success" or not items:
            return values
        chance = np.clip(values, 0, 1)
        spread = np.sqrt(items * chance * (1 - chance))
        normal = items * chance + spread * self.rng.standard_normal(chance.shape)
        found = np.clip(np.round(normal), 0, items)
        few = spread < 3
        found[few] = self.rng.binomial(items, chance[few])
        return found / items
