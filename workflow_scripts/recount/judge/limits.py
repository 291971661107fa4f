"""Where a rule draws its line: the value of each quantity at which a comparison just turns.

From it follow the share of the paper's effect that was asked for, and the smallest effect that the
test could have seen with the spread that it met.
"""

from dataclasses import dataclass

import numpy as np

from recount.judge import expressions
from recount.judge.expressions import Bound, Comparison, Scope


@dataclass(frozen=True)
class Fixed:
    """A quantity whose bounds are given, whatever the error: for logic, not for data."""

    low: np.ndarray
    high: np.ndarray

    def bounds(self, alpha: float) -> tuple[np.ndarray, np.ndarray]:
        return self.low, self.high


def numbers_of(paper, scale: str) -> tuple[dict[str, float], dict[str, float]]:
    """The numbers that expressions may name: of the scale's size, and `reported`."""
    size = paper.scales[scale].size
    plain = {k: float(v) for k, v in size.items() if type(v) in (int, float)}
    return plain, {k: float(v) for k, v in paper.reported.numbers.items()}


def fixed_scope(values: dict[str, float], numbers: dict, reported: dict) -> Scope:
    """A scope in which every quantity is known exactly."""
    known = {
        k: [Fixed(np.atleast_1d(float(v)), np.atleast_1d(float(v)))] for k, v in values.items()
    }
    return Scope(known, numbers, reported)


def excess(one: Comparison, values: dict[str, float], numbers: dict, reported: dict) -> float:
    """How far a comparison is on its true side; 0 at its limit, negative on the false side."""
    scope = fixed_scope(values, numbers, reported)
    with np.errstate(all="ignore"):
        left, right = (
            float(np.atleast_1d(expressions.value_of(side, scope, 0.05, 0))[0])
            for side in (one.left, one.right)
        )
        return left - right if one.sign in (">", ">=", "==") else right - left


def limit(one: Comparison, name: str, values: dict, numbers: dict, reported: dict) -> float | None:
    """The value of quantity `name` at which a comparison turns, all others at `values`."""

    def at(value: float) -> float:
        return excess(one, values | {name: value}, numbers, reported)

    start, step = at(0.0), at(1.0)
    if np.isfinite([start, step]).all() and step != start:
        root = -start / (step - start)
        if abs(at(root)) <= 1e-9 * max(1.0, abs(start), abs(step)):
            return root
    places = np.concatenate([-np.logspace(9, -9, 91), np.logspace(-9, 9, 91)])
    found = [at(place) for place in places]
    for i in range(len(places) - 1):
        if np.isfinite(found[i : i + 2]).all() and found[i] * found[i + 1] <= 0:
            return bisected(at, places[i], places[i + 1])
    return None


def bisected(at, low: float, high: float) -> float:
    sign = np.sign(at(low)) or 1.0
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if at(middle) * sign > 0 else (low, middle)
    return (low + high) / 2


def lines(node, values: dict, numbers: dict, reported: dict) -> list[tuple[str, str, float]]:
    """(quantity, side, limit) of every comparison that names a quantity."""
    found = []
    for one in expressions.comparisons_of(node):
        for bound in (part for part in expressions.walk(one) if isinstance(part, Bound)):
            if bound.quantity in values:
                value = limit(one, bound.quantity, values, numbers, reported)
                if value is not None:
                    found.append((bound.quantity, bound.side, float(value)))
    return found


def share(quantity, line: float, effect: float) -> float | None:
    """The part of the effect that a line asks for, on the quantity's scale; None without a zero."""
    if quantity.over and quantity.arm:
        if line <= 0 or effect <= 0 or effect == 1:
            return None
        return float(np.log(line) / np.log(effect))
    return float(line / effect) if effect else None


def asked_share(claim, node, numbers: dict, reported: dict) -> float | None:
    """The share that `reproduced` asks of the first quantity that has to be large."""
    for name, side, line in lines(node, claim.effect, numbers, reported):
        if side == "low":
            return share(claim.quantities[name], line, claim.effect[name])
    return None


def smallest_effect(found: dict, node, alpha: float, numbers: dict, reported: dict) -> dict:
    """name -> the least extreme estimate that would have met its line, with the spread seen."""
    points = {name: float(several[0].point[0]) for name, several in found.items()}
    points = {name: value for name, value in points.items() if np.isfinite(value)}
    needed = {}
    for name, side, line in lines(node, points, numbers, reported):
        one = found[name][0]
        bound = float(one.bounds(alpha)[0 if side == "low" else 1][0])
        if one.kind == "student" and np.isfinite(bound):
            needed[name] = moved(one, line, points[name], bound)
        elif one.kind != "student":
            needed[name] = line
    return needed


def seeds_to_decide(found: dict, drawn: list, alpha: float) -> int | None:
    """Units at which the half width of the widest interval fits between its estimate and its line.

    Of the lines of one quantity the farthest counts, since crossing one of them is enough. None
    where an interval has no half width to scale, as with ranks and rates.
    """
    needed: dict[str, float] = {}
    for name, side, line in drawn:
        for one in found[name]:
            point = float(one.point[0])
            bound = float(one.bounds(alpha)[0 if side == "low" else 1][0])
            scaled = [point, bound, line]
            if one.no_effect == 1:
                scaled = [float(np.log(v)) if v > 0 else np.nan for v in scaled]
            away, half = abs(scaled[0] - scaled[2]), abs(scaled[0] - scaled[1])
            if one.kind != "student" or not np.isfinite([away, half]).all() or not away:
                return None
            needed[name] = min(needed.get(name, np.inf), one.n * (half / away) ** 2)
    worst = max(needed.values(), default=np.inf)
    return int(np.ceil(worst)) if worst < 1e6 else None


def cost_to_decide(judgement: dict) -> dict[str, float] | None:
    """Seeds and minutes of one core that would decide an undecided claim, if spreads stayed as they
    are; None where that cannot be told."""
    seeds = judgement.get("seeds_to_decide")
    used = max((one["n"] for one in judgement.get("quantities", {}).values()), default=0)
    seconds = sum(one.get("seconds") or 0.0 for one in judgement.get("runs", {}).values())
    if not seeds or not used:
        return None
    return {"seeds": seeds, "minutes": round(seconds / 60 * seeds / used, 2)}


def moved(one, line: float, point: float, bound: float) -> float:
    """The line, moved by the half width of the interval on its scale."""
    if one.no_effect == 1 or one.quantity.scale == "log" and one.against is None:
        return float(line * point / bound) if bound > 0 else line
    return float(line + point - bound)
