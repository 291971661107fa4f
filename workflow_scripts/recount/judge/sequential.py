"""Seeds in looks that were declared beforehand: 5, then 8, then 12, until one of them decides.

Each direction spends 0.2, 0.3 and 0.5 of its error at the three looks (0.01, 0.015, 0.025 of 0.05),
so that all looks together err no more often than one. A look also ends the plan where neither
outcome can be hoped for any more (futility): where for both even the 80 % bound of a quantity lies
short of its line. A test that cannot tell yet goes on, since five seeds are too few for many a
control. Units are taken in the order in which they were registered; what lies beyond the look that
decides is not looked at.
"""

from dataclasses import dataclass, replace

import numpy as np

from recount.judge import expressions
from recount.judge.expressions import Joined
from recount.judge.noise import Noise
from recount.judge.table import Table
from recount.run import verdict_seeds

SHARES = (0.2, 0.3, 0.5)
FUTILE = 0.2


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
    for share, number in zip(SHARES, rule.looks, strict=True):
        part = leading(rule, table, number)
        if part is None:
            break
        made = rule.fixed(part, options, automatic, alpha * share)
        one = np.stack(np.broadcast_arrays(made.valid, made.reproduced, made.contradicted))
        one = np.atleast_2d(one)
        lost = np.broadcast_to(hopeless(rule, made.found), one.shape[1:])
        if used is None:
            used, truth = np.zeros(one.shape[1], dtype=int), np.zeros(one.shape, dtype=bool)
            stopped = np.zeros(one.shape[1], dtype=bool)
        ends = (one[0] & (one[1] != one[2])) | lost | (number == rule.looks[-1])
        now = (used == 0) & ends
        used, truth = np.where(now, number, used), np.where(now, one, truth)
        stopped |= now & lost & ~(one[0] & (one[1] != one[2]))
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
        alpha=alpha * share,
        futile=stopped,
    )


def hopeless(rule, found: dict) -> np.ndarray:
    """Where (replays,) neither outcome can be hoped for."""
    return out_of_reach(rule, found, "reproduced") & out_of_reach(rule, found, "contradicted")


def out_of_reach(rule, found: dict, part: str) -> np.ndarray:
    """Where (replays,) even the 80 % bound of a quantity that has to cross a line misses it: one of
    several lines, or all of them where any would do."""
    missed = [np.zeros(1, dtype=bool)]
    for name, side, line in rule.lines(part):
        for one in found[name]:
            if one.kind != "count":
                low, high = one.bounds(FUTILE)
                missed.append(high < line if side == "low" else low > line)
    nodes = expressions.walk(rule.nodes[part])
    if any(isinstance(node, Joined) and node.word == "or" for node in nodes):
        return np.logical_and.reduce(np.broadcast_arrays(*missed[1:] or missed))
    return np.logical_or.reduce(np.broadcast_arrays(*missed))


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
    were `used`, where another claim of the paper needed them."""
    used = int(decision.used[0])
    why = "the rows end before a look decided" if not used else "the last look"
    if used and not decision.valid.all():
        why = "the test could not tell"
    elif used and decision.futile[0]:
        why = "futility"
    elif used and decision.outcome() != "inconclusive":
        why = decision.outcome()
    told = {"looks": list(rule.looks), "used": used, "ran": len(table.units)}
    return told | {"alpha": decision.alpha, "ended_by": why}
