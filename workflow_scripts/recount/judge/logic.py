"""Logic on rules without data: does each bound help its own side, can both lines be crossed?"""

import numpy as np

from recount.judge import expressions, limits
from recount.judge.expressions import Arithmetic, Bound, Comparison, Scope
from recount.judge.limits import Fixed

DRAWS = 40_000
AIMED = 8_000  # of these for each outcome, all quantities mostly on the side that it asks for
FOLLOW = 0.85
OUTCOMES = ("reproduced", "contradicted")


def quantity_range(paper, quantity) -> tuple[float, float]:
    """Which values a quantity can take at all."""
    take = quantity.take
    if take in ("ratio", "count") or (quantity.arm and quantity.over):
        return 0.0, np.inf
    if take == "rate":
        return (-1.0, 1.0) if quantity.minus else (0.0, 1.0)
    if take in ("reach", "first"):
        return 0.0, np.inf
    if take == "spearman":
        return -1.0, 1.0
    if take in ("mean", "median") and not quantity.minus:
        return paper.metric_range(quantity.metric)
    return -np.inf, np.inf


def wrong_sides(paper, claim, one: Comparison, scale: str):
    """A bound may only be used where moving it outwards makes the statement harder to meet."""
    numbers, reported = limits.numbers_of(paper, scale)
    ranges = {name: quantity_range(paper, q) for name, q in claim.quantities.items()}
    difference = Arithmetic("-", one.left, one.right)
    if one.sign in ("<", "<="):
        difference = Arithmetic("-", one.right, one.left)
    directions = slopes(difference, ranges, numbers, reported)[1]
    for (name, side), direction in sorted(directions.items()):
        wanted = 1 if side == "low" else -1
        if direction == wanted:
            continue
        if direction == 0:
            text = "whose direction cannot be told; write the comparison without a product of signs"
        elif side == "low":
            text = f"although a larger value weakens this statement; write {name}.high"
        else:
            text = f"although a larger value helps this statement; write {name}.low"
        yield f"uses {name}.{side}, {text}"


def slopes(node, ranges: dict, numbers: dict, reported: dict):
    """((lowest, highest) value of a node, {(quantity, side): +1, -1, or 0 for unknown})."""
    if isinstance(node, Bound):
        return ranges[node.quantity], {(node.quantity, node.side): 1}
    if not isinstance(node, Arithmetic):
        known = expressions.value_of(node, Scope({}, numbers, reported), 0.05, 0)
        return (known, known), {}
    (a, da), (b, db) = (slopes(x, ranges, numbers, reported) for x in (node.left, node.right))
    with np.errstate(all="ignore"):
        if node.sign == "+":
            return (a[0] + b[0], a[1] + b[1]), merged(da, 1, db, 1)
        if node.sign == "-":
            return (a[0] - b[1], a[1] - b[0]), merged(da, 1, db, -1)
        if node.sign == "/":
            sign = sign_of(b)
            corners = [float(x / y) if y else np.nan for x in map(np.float64, a) for y in b]
            return spanned(corners, sign), merged(da, sign, db, -sign_of(a) if sign else 0)
        corners = [x * y for x in a for y in b]
        return spanned(corners, 1), merged(da, sign_of(b), db, sign_of(a))


def sign_of(interval: tuple[float, float]) -> int:
    return 1 if interval[0] >= 0 else -1 if interval[1] <= 0 else 0


def spanned(corners: list[float], sign: int) -> tuple[float, float]:
    if not sign:
        return -np.inf, np.inf
    known = [0.0 if np.isnan(one) else one for one in corners]
    low, high = min(known), max(known)
    if any(np.isnan(one) for one in corners):
        low, high = (low, np.inf) if low >= 0 else (-np.inf, high)
    return low, high


def merged(first: dict, sign: int, second: dict, other: int) -> dict:
    """Directions of a sum of two parts; opposite or unknown ones become 0."""
    found = {key: direction * sign for key, direction in first.items()}
    for key, direction in second.items():
        value = direction * other
        found[key] = value if found.get(key, value) == value else 0
    return found


def overlap(paper, claim, nodes: dict, numbers: dict, reported: dict):
    """Whether some intervals make `reproduced` and `contradicted` true at once: random search.

    Values are drawn around every line that the expressions draw, so that all their sides are met.
    """
    values = {name: claim.effect.get(name, 1.0) for name in claim.quantities}
    near: dict[str, list[float]] = {name: [0.0, 1.0, values[name]] for name in claim.quantities}
    sides: dict[str, dict[str, tuple]] = {name: {} for name in claim.quantities}
    for part in OUTCOMES:
        for name, side, line in limits.lines(nodes[part], values, numbers, reported):
            near[name].append(line)
            sides[name][part] = side, line
    rng = np.random.Generator(np.random.Philox(key=1))
    found = {
        name: [drawn(rng, near[name], one, quantity_range(paper, one)) for _ in baselines(one)]
        for name, one in claim.quantities.items()
    }
    for name, one in claim.quantities.items():
        bounds = quantity_range(paper, one)
        found[name] = [aimed(rng, sides[name], it, bounds) for it in found[name]]
    truth = [
        expressions.evaluate(
            nodes[part], Scope(found, numbers, reported, part == "contradicted"), 0.05
        )
        for part in OUTCOMES
    ]
    both = np.flatnonzero(np.logical_and(*truth))
    if len(both):
        example = ", ".join(
            f"{name} in [{one[0].low[both[0]]:.4g}, {one[0].high[both[0]]:.4g}]"
            for name, one in found.items()
        )
        yield f"contradicted: is true together with reproduced, as for {example}; part them"
    for part, one in zip(OUTCOMES, truth, strict=True):
        if not one.any():
            yield f"{part}: cannot come true for any values; correct its numbers"


def baselines(quantity) -> list:
    return list(quantity.over) if isinstance(quantity.over, (list, tuple)) else [quantity.arm]


def drawn(rng, places: list[float], quantity, bounds: tuple[float, float]) -> Fixed:
    """Intervals whose ends lie on, just beside or far from the places; half of them narrow."""
    if quantity.take == "all":
        ends = np.sort(rng.integers(0, 2, (2, DRAWS)).astype(float), axis=0)
        return Fixed(ends[0], ends[1])
    span = max(1.0, *(abs(place) for place in places))
    centre = rng.choice(places, (2, DRAWS))
    spread = span * rng.choice([0.0, 1e-6, 0.01, 0.3, 3.0], (2, DRAWS))
    ends = centre + spread * rng.normal(size=(2, DRAWS))
    sides = np.array([min(places) - span, max(places) + span, *places[2:]])
    narrow = rng.choice(sides, DRAWS) + span * 1e-3 * rng.normal(size=DRAWS)
    ends = np.where(rng.random(DRAWS) < 0.5, narrow, ends)
    ends = np.sort(np.clip(ends, *bounds), axis=0)
    return Fixed(ends[0], ends[1])


def aimed(rng, sides: dict[str, tuple], found: Fixed, bounds: tuple[float, float]) -> Fixed:
    """The draws, of which the first AIMED of each outcome mostly lie where it wants the quantity:
    of many quantities that all have to cross a line, chance alone never meets all."""
    low, high = found.low.copy(), found.high.copy()
    for place, part in enumerate(OUTCOMES):
        if part not in sides:
            continue
        side, line = sides[part]
        here = slice(place * AIMED, (place + 1) * AIMED)
        away = max(1.0, abs(line)) * 10.0 ** rng.uniform(-3, 1, (2, AIMED))
        ends = np.sort(line + (away if side == "low" else -away), axis=0)
        ends = np.clip(ends, *bounds)
        follows = rng.random(AIMED) < FOLLOW
        low[here] = np.where(follows, ends[0], low[here])
        high[here] = np.where(follows, ends[1], high[here])
    return Fixed(low, high)


def effect_passes(claim, nodes: dict, numbers: dict, reported: dict):
    """The effect that the paper claims has to meet the rule that is to show it."""
    values = {name: claim.effect.get(name, 1.0) for name in claim.quantities}
    scope = limits.fixed_scope(values, numbers, reported)
    if not expressions.evaluate(nodes["reproduced"], scope, 0.05).all():
        yield "does not meet `reproduced`, which asks for more than was claimed; lower its lines"
    needed = expressions.quantities_of(nodes["contradicted"], claim.quantities)
    if (
        needed <= set(claim.effect)
        and expressions.evaluate(nodes["contradicted"], scope, 0.05).any()
    ):
        yield "meets `contradicted`; correct the effect or the rule"
