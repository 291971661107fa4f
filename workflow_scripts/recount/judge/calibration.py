"""How often a rule is wrong: the judge's own code on worlds whose truth is known.

Every line of the rule becomes a world that lies on it, where calling it crossed is an error; each
is tried under all noises of the gate. All worlds get a first round of replays, the worst a
second, fresh one, and the published rates are those.
"""

import hashlib

import numpy as np
from scipy import special

from recount.judge import intervals
from recount.judge import noise as shapes
from recount.judge.assumed import Assumed
from recount.judge.malformed import shares_handled
from recount.judge.mutants import exact_rates
from recount.judge.noise import Noise
from recount.judge.pilots import assumed_from, pilot_spread, pilot_table
from recount.judge.placement import Placement, Settled
from recount.judge.planting import Plant, Planter
from recount.judge.rule import Rule
from recount.judge.sequential import expected_seeds
from recount.judge.shape import Pool
from recount.judge.worlds import World, sources_of
from recount.registry import rule_hash

REPLAYS = 20_000
FIRST_ROUND = 4_000
FIRST_CELLS, SECOND_CELLS = 2_000_000, 12_000_000  # values drawn a world; caps the replays
WORST = 4  # worlds of each direction that get the second round
MORE = 5  # times the replays where the bound alone is beyond the gate
OWN_FIRST, OWN_REPLAYS = 200, 2000  # of a paper's own judge, which is asked one by one
GATE = 0.06
WIDE_GATE = 0.07  # of the pooled shape, itself a sample, and of own judges: 120 of 2,000 wrong
MISSED = 0.01  # distances from line to effect; a world farther off its line is left out and named
POWER = 0.8
FREE_OF_SHAPE = ("median", "reach", "first", "rate", "count", "all")


def calibrate(
    paper, claim, scale: str, pilot=None, replays: int = REPLAYS, pool: Pool | None = None
) -> dict:
    """Error rates and power of one claim's rule at one scale, as plain JSON values.

    `pilot`: tidy metric rows of seeds of the stream "pilot", or a dict {spread, correlation, items,
    freedom}, or None for stated defaults. Only pooled spread, correlation, items and axes are taken
    from it. `pool`: residuals of the lab's other papers; of too few, the shape of chance stays
    unknown. Raises BadValue on a rule that does not parse.
    """
    claim = paper.claims[claim] if isinstance(claim, str) else claim
    rule = Rule(paper, claim, scale)
    head = {
        "slug": paper.slug,
        "claim": claim.name,
        "scale": scale,
        "rule": rule_hash(paper, claim, scale),
        "alpha": rule.alpha,
        "gate": GATE,
    }
    if any(one.take == "all" for one in claim.quantities.values()):
        return head | exact(rule, pilot)
    return head | Calibration(rule, assumed_from(rule, pilot), replays, pool).result(pilot)


def exact(rule: Rule, pilot) -> dict:
    """Mutants instead of worlds."""
    rates = exact_rates(rule, pilot_table(rule, pilot), generator(rule, "mutants"))
    number = rates.pop("mutants")
    passed = rates["false_reproduced"] == 0 and rates["false_contradicted"] == 0
    return rates | {
        "false_reproduced_upper": rates["false_reproduced"],
        "false_contradicted_upper": rates["false_contradicted"],
        "passed": passed and rates["power"] == 1,
        "powered": rates["reversed"] == 1,
        "shape": "irrelevant",
        "worlds": number,
        "replays": 1,
        "rates": [],
        "published": {},
        "pilot_spread": {},
        "assumed": {},
    }


def generator(rule: Rule, stage: str) -> np.random.Generator:
    """Chance of a stage of a calibration: the same for everybody, other for each rule."""
    name = f"calibration/{rule.paper.slug}/{rule.claim.name}/{rule.scale}/{stage}"
    key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8])
    return np.random.Generator(np.random.Philox(key=key))


class Calibration:
    """All worlds of one rule, and their rates."""

    def __init__(self, rule: Rule, assumed: Assumed, replays: int, pool: Pool | None = None):
        self.rule, self.assumed, self.pool = rule, assumed, pool
        self.planter = Planter(rule, assumed)
        self.sources = sources_of(rule, assumed)
        self.placement = Placement(rule, self.planter, self.sources)
        takes = {one.take for one in rule.claim.quantities.values()}
        self.free_of_shape = takes <= set(FREE_OF_SHAPE) and rule.custom is None
        self.unreachable: set[str] = set()
        units = len(assumed.units(rule)) * len(self.sources)
        cells = units * max(len(source.points) for source in self.sources.values())
        first = FIRST_ROUND // (2 if self.free_of_shape else 1)
        self.first = min(first, replays, max(1000, FIRST_CELLS // cells))
        self.replays = min(replays, max(5000, SECOND_CELLS // cells))
        self.worst = WORST
        if rule.custom is not None:
            self.first, self.replays = min(OWN_FIRST, replays), min(OWN_REPLAYS, replays)
            self.worst = 2 * WORST

    def places(self, plant: Plant, noise: Noise) -> Settled:
        """Where a plant lies."""
        return self.placement.settle(plant, noise)

    def world(self, noise: Noise, replays: int, stage: str) -> World:
        rng = generator(self.rule, f"{stage}/{noise.label()}")
        return World(self.sources, noise, replays, self.assumed.units(self.rule), rng)

    def rates(self, plant: Plant, noise: Noise, world: World) -> dict:
        """Shares of replays that are valid, and of these the reproduced and the contradicted."""
        where = self.places(plant, noise)
        made = self.rule.decide(world.at(where.places, where.spreads, plant.bend))
        valid, yes, no = (
            np.broadcast_to(one, (world.replays,))
            for one in (made.valid, made.reproduced, made.contradicted)
        )
        runs = int(valid.sum())
        counts = {"reproduced": valid & yes & ~no, "contradicted": valid & no & ~yes}
        return {"runs": runs} | {name: int(one.sum()) for name, one in counts.items()}

    def noises(self) -> list[Noise]:
        """All settings of the gate: library shapes, whole clusters, and the lab's own shape."""
        found = shapes.gated(self.assumed.correlation, self.free_of_shape)
        found = found + shapes.clustered(self.rule.paper.unit)
        return found if self.free_of_shape else found + shapes.pooled(self.pool)

    def gate(self) -> list[dict]:
        """One entry for every world and error: its rate and exact upper 95 % bound."""
        plants = self.planter.plants()
        entries, seen = [], {}
        for noise in self.noises():
            world = self.world(noise, self.first, "first")
            for plant in plants:
                if self.places(plant, noise).missed > MISSED:
                    self.unreachable.add(plant.label)
                    continue
                counts = self.rates(plant, noise, world)
                for error in plant.errors:
                    entry = rated(plant, noise, error, counts, self.allowed(noise))
                    entries.append(entry)
                    seen[id(entry)] = (plant, noise)
        for error in ("reproduced", "contradicted"):
            mine = sorted((e for e in entries if e["error"] == error), key=lambda e: -e["rate"])
            self.again(mine[: self.worst], seen)
            lost = any(entry["rate"] > entry["allowed"] for entry in mine[: self.worst])
            if not lost and self.rule.custom is None:
                rest = mine[self.worst :]
                self.again([e for e in rest if e["upper"] > e["allowed"] - 0.003], seen)
        return entries

    def again(self, entries: list[dict], seen: dict) -> None:
        """A second, fresh round of replays for the worst worlds, and for any that it leaves open a
        third. Where the worst already fail, nothing hangs on the others."""
        for entry in entries if self.replays > self.first else []:
            plant, noise = seen[id(entry)]
            world = self.world(noise, self.replays, "second")
            entry |= self.rerated(plant, noise, entry["error"], world)
            if entry["rate"] <= entry["allowed"] < entry["upper"]:
                world = self.world(noise, MORE * self.replays, "third")
                entry |= self.rerated(plant, noise, entry["error"], world)

    def allowed(self, noise: Noise) -> float:
        wide = noise.shape == shapes.POOLED or self.rule.custom is not None
        return WIDE_GATE if wide else GATE

    def rerated(self, plant: Plant, noise: Noise, error: str, world: World) -> dict:
        return rated(plant, noise, error, self.rates(plant, noise, world), self.allowed(noise))

    def settled(self, entries: list[dict]) -> list[dict]:
        """The entries that decide: all, but of own judges the worst alone have replays enough."""
        if self.rule.custom is None:
            return entries
        return [one for one in entries if one["replays"] > self.first] or entries

    def found(self, plant: Plant, outcome: str) -> float:
        """Power: how often a planted truth is called by its name, at the spread's upper bound."""
        widening = 1.0
        if self.assumed.freedom:
            low = special.chdtri(self.assumed.freedom, 0.8)
            widening = float(np.sqrt(self.assumed.freedom / low))
        noise = Noise("normal", self.assumed.correlation, 1.0, widening)
        world = self.world(noise, self.replays, outcome)
        return self.rates(plant, noise, world)[outcome] / world.replays

    def published(self) -> dict[str, float]:
        """The worst rate under shapes for which no rule on a mean can promise 5 %."""
        if self.free_of_shape:
            return {}
        worst = {}
        for shape in shapes.PUBLISHED:
            noise = Noise(shape, ratio=3.0)
            world = self.world(noise, self.first, "published")
            worst[shape] = max(
                (
                    self.rates(plant, noise, world)[error] / world.replays
                    for plant in self.planter.plants()
                    for error in plant.errors
                    if self.places(plant, noise).missed <= MISSED
                ),
                default=0.0,
            )
        return worst

    def complete(self, entries: list[dict]) -> bool:
        """Every world has been tried under some noise, and both errors by some world."""
        tried = {entry["world"] for entry in entries}
        errors = {entry["error"] for entry in entries}
        return len(errors) == 2 and all(plant.label in tried for plant in self.planter.plants())

    def shape(self) -> str:
        if self.free_of_shape:
            return "irrelevant"
        return "known" if self.pool is not None and self.pool.known else "unknown"

    def malformed(self) -> dict[str, float]:
        """The share of spoiled tables that ended in refusal or in rule 7, by what was spoiled."""
        noise = Noise("normal", self.assumed.correlation, 1.0, 0.25)
        units = self.assumed.units(self.rule)
        found = []
        for plant in (self.planter.planted(), self.planter.reversed()):
            where = self.places(plant, noise)
            rng = generator(self.rule, f"malformed/{plant.label}")
            world = World(self.sources, noise, 1, units, rng)
            found.append(world.at(where.places, where.spreads))
        return shares_handled(self.rule, found)

    def result(self, pilot) -> dict:
        entries, malformed = self.gate(), self.malformed()
        rates = {}
        for error in ("reproduced", "contradicted"):
            mine = [entry for entry in self.settled(entries) if entry["error"] == error]
            final = max((entry["replays"] for entry in mine), default=0)
            mine = [e for e in mine if e["replays"] >= final or e["upper"] > e["allowed"]] or mine
            worst = max(mine, key=lambda entry: (entry["upper"], entry["rate"]), default=None)
            rates[f"false_{error}"] = worst["rate"] if worst else None
            rates[f"false_{error}_upper"] = worst["upper"] if worst else None
        power = self.found(self.planter.planted(), "reproduced")
        reverse = self.found(self.planter.reversed(), "contradicted")
        return rates | {
            "passed": self.complete(entries)
            and all(e["upper"] <= e["allowed"] for e in self.settled(entries))
            and all(share == 1 for share in malformed.values()),
            "power": power,
            "reversed": reverse,
            "powered": power >= POWER and reverse >= POWER,
            "shape": self.shape(),
            "worlds": len(entries),
            "replays": self.replays,
            "rates": worst_of_each(entries),
            "unreachable": sorted(self.unreachable),
            "published": self.published(),
            "malformed": malformed,
            "seeds_used": expected_seeds(self) if self.rule.looks else None,
            "pool": self.pool.stated() if self.pool is not None and self.pool.known else None,
            "pilot_spread": pilot_spread(self.rule, pilot),
            "assumed": self.assumed.stated(self.rule),
        }


def rated(plant: Plant, noise: Noise, error: str, counts: dict, allowed: float) -> dict:
    runs, wrong = max(counts["runs"], 1), counts[error]
    upper = float(intervals.clopper_pearson(np.array([wrong]), runs, 0.05)[1][0])
    entry = {"world": plant.label, "error": error} | noise.label()
    found = {"rate": wrong / runs, "upper": upper, "replays": counts["runs"]}
    return entry | found | {"allowed": allowed}


def worst_of_each(entries: list[dict]) -> list[dict]:
    """Of every world and error, the noise under which it is worst."""
    worst: dict = {}
    for entry in entries:
        key = (entry["world"], entry["error"])
        if key not in worst or entry["upper"] > worst[key]["upper"]:
            worst[key] = entry
    return [worst[key] for key in sorted(worst)]
