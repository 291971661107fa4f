"""Seeds in looks that were declared beforehand, such as 5, then 8, then 12, until one decides.

What each look may spend of the error follows from the joint distribution of all of them (see
spending.py), so that they err no more often together than one. A look also ends the plan where
neither outcome can be hoped for any more (futility): where for both even the 80 % bound of a
quantity lies short of its line, or the seeds that are left could not carry it there, whatever they
were. No level counts on that, so going on regardless would be no error. A test that cannot tell yet
goes on, since five seeds are too few for many a control; where it is given up meanwhile, it was not
the control that failed, so the plan counts among those that could tell. Units are taken in the
order in which they were registered; what lies beyond the look that decides is not looked at.
"""

from dataclasses import dataclass, replace

import numpy as np

from recount.judge import expressions
from recount.judge.expressions import Joined
from recount.judge.noise import Noise
from recount.judge.spending import Look
from recount.judge.table import Table
from recount.judge.units import Options
from recount.run import verdict_seeds

FUTILE = 0.2
BEST = {"order": (np.inf, -np.inf), "rate": (1.0, 0.0), "pair": (1.0, -1.0)}  # of a unit


@dataclass(frozen=True)
class Leading:
    """The first `number` units of a world."""

    world: object
    number: int

    def select(self, metric: str, arm: str, at=None, along: str | None = None):
        points, values, counts = self.world.select(metric, arm, at, along)
        return points, values[:, : self.number], counts[: self.number]


def leading(rule, table, number: int):
    """The rows of a look: of a real table by registered seed. None where seeds are missing."""
    if not isinstance(table, Table):
        return Leading(table, number)
    wanted = registered(rule)[:number]
    keep = [place for place, unit in enumerate(table.units) if unit in wanted]
    return table.only(keep) if set(wanted) <= set(table.units) | set(table.left_out) else None


def registered(rule) -> tuple[int, ...]:
    paper = rule.paper
    return verdict_seeds(paper.slug, rule.scale, paper.version, paper.scales[rule.scale].seeds)


def decide(rule, table, options, automatic: bool, alpha: float):
    """The decision of the first look that decides, in every replay.

    `used` (replays,): units of that look, 0 where the rows end before any look decided; `found` are
    the estimates of the last look that was made, which for a real table is the one that decided.
    """
    made, used, truth, stopped = None, None, None, None
    for index, number in enumerate(rule.looks):
        part = leading(rule, table, number)
        if part is None:
            break
        here = replace(options or Options(), look=Look(rule.looks, index))
        made = rule.fixed(part, here, automatic, alpha)
        one = np.stack(np.broadcast_arrays(made.valid, made.reproduced, made.contradicted))
        one = np.atleast_2d(one)
        lost = np.broadcast_to(hopeless(rule, made.found, alpha), one.shape[1:])
        if used is None:
            used, truth = np.zeros(one.shape[1], dtype=int), np.zeros(one.shape, dtype=bool)
            stopped = np.zeros(one.shape[1], dtype=bool)
        ends = (one[0] & (one[1] != one[2])) | lost | (number == rule.looks[-1])
        now = (used == 0) & ends
        given_up = now & lost & ~(one[0] & (one[1] != one[2]))
        used, truth = np.where(now, number, used), np.where(now, one, truth)
        truth[0] |= given_up & (number < rule.looks[-1])
        stopped |= given_up
        if (used > 0).all():
            break
    if made is None:
        return rule.fixed(table, options, automatic, alpha)
    valid, yes, no = truth
    return replace(
        made,
        valid=valid,
        reproduced=yes & ~no,
        contradicted=no & ~yes,
        used=used,
        futile=stopped,
    )


def hopeless(rule, found: dict, alpha: float) -> np.ndarray:
    """Where (replays,) neither outcome can be hoped for."""
    parts = (out_of_reach(rule, found, part, alpha) for part in ("reproduced", "contradicted"))
    return np.logical_and(*parts)


def out_of_reach(rule, found: dict, part: str, alpha: float) -> np.ndarray:
    """Where (replays,) a quantity that has to cross a line is beyond hope of it: one of several
    lines, or all of them where any would do."""
    missed = [np.zeros(1, dtype=bool)]
    for name, side, line in rule.lines(part):
        for one in found[name]:
            if one.kind != "count":
                low, high = one.at(FUTILE)
                short = high < line if side == "low" else low > line
                missed.append(short | never(one, side, line, alpha))
    nodes = expressions.walk(rule.nodes[part])
    if any(isinstance(node, Joined) and node.word == "or" for node in nodes):
        return np.logical_and.reduce(np.broadcast_arrays(*missed[1:] or missed))
    return np.logical_or.reduce(np.broadcast_arrays(*missed))


def never(one, side: str, line: float, alpha: float) -> np.ndarray:
    """Where (replays,) no later look could carry a bound across its line, were all units that are
    left the best that units can be. False for t, which has no best unit."""
    later = one.options.look.later()
    if one.kind not in BEST or not later:
        return np.zeros(1, dtype=bool)
    short = []
    for look in later:
        units = with_best(one, side, look.number)
        best = replace(one, units=units, options=replace(one.options, look=look))
        low, high = best.bounds(alpha)
        short.append(low < line if side == "low" else high > line)
    return np.logical_and.reduce(short)


def with_best(one, side: str, number: int):
    """The units of an estimate, filled up to a number by the best for a bound."""
    best = BEST[one.kind][0 if side == "low" else 1]
    missing = (len(one.units.seen), max(number - one.n, 0))
    low, high = (
        np.concatenate([values, np.full(missing, best)], axis=1)
        for values in (one.units.low, one.units.high)
    )
    return replace(one.units, seen=low, low=low, high=high)


def expected_seeds(calibration) -> dict[str, float]:
    """Mean seeds to a verdict where the paper is right, and where the reverse is true."""
    noise = Noise("normal", calibration.assumed.correlation)
    world, found = calibration.world(noise, calibration.first, "looks"), {}
    planter = calibration.planter
    for name, plant in (("planted", planter.planted()), ("reversed", planter.reversed())):
        where = calibration.places(plant, noise)
        made = calibration.rule.decide(world.at(where.places, where.spreads))
        found[name] = float(np.mean(made.used))
    return found


def told(rule, decision, table) -> dict:
    """What the judgement says of its looks. `ran`: the seeds that have rows, which may be more than
    were `used`, where another claim of the paper needed them; `levels`: the error on one side of
    each kind of interval at the last look that was made, but of rates, whose bounds are exact."""
    used = int(decision.used[0])
    why = "the rows end before a look decided" if not used else "the last look"
    if used and not decision.valid.all():
        why = "the test could not tell"
    elif used and decision.futile[0]:
        why = "futility"
    elif used and decision.outcome() != "inconclusive":
        why = decision.outcome()
    told = {"looks": list(rule.looks), "used": used, "ran": len(table.units)}
    ones = [one for several in decision.found.values() for one in several]
    levels = {one.kind: one.level(rule.alpha) for one in ones if one.kind not in ("count", "rate")}
    return told | {"levels": levels, "ended_by": why}
