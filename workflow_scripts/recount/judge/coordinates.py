"""Quantities on scales where "far inside" means the same everywhere, and the lines on them."""

from dataclasses import dataclass

import numpy as np

from recount.judge import expressions, limits
from recount.judge.expressions import Bound, Comparison, Joined, Name, Node
from recount.judge.logic import quantity_range
from recount.judge.quantities import pairs
from recount.judge.units import grid_values

END = 0.005  # of a bounded range; nearer to its ends places are not told apart
FAR = 3.0  # multiples of the distance from line to effect


@dataclass(frozen=True)
class Leaf:
    """One comparison for one of several baselines (index 0 where there is but one)."""

    comparison: Comparison
    index: int


@dataclass(frozen=True)
class Tree:
    """The statement as and/or over leaves; several baselines are an `and`, or in `contradicted` an
    `or`."""

    word: str
    parts: tuple["Tree | Leaf", ...]


def tree_of(node: Node, rule, any_baseline: bool) -> Tree | Leaf | None:
    """None for what worlds do not move: the guards, and comparisons of plain numbers."""
    if isinstance(node, Joined):
        parts = [tree_of(one, rule, any_baseline) for one in node.parts]
        parts = tuple(one for one in parts if one is not None)
        return Tree(node.word, parts) if parts else None
    if isinstance(node, Name):
        return None
    names = expressions.quantities_of(node, rule.claim.quantities)
    if not names:
        return None
    several = max(baselines(rule, name) for name in names)
    leaves = tuple(Leaf(node, index) for index in range(several))
    return leaves[0] if several == 1 else Tree("or" if any_baseline else "and", leaves)


def baselines(rule, name: str) -> int:
    one = rule.claim.quantities[name]
    return 1 if one.take == "count" else len(pairs(one))


def leaves_of(tree: Tree | Leaf | None) -> list[Leaf]:
    if tree is None:
        return []
    return [tree] if isinstance(tree, Leaf) else [x for part in tree.parts for x in leaves_of(part)]


def boundaries(tree: Tree | Leaf) -> list[dict[Leaf, str]]:
    """Every way to be just outside a statement: leaf -> at its limit, true or false.

    `and`: one part at its limit, the others true. `or`: one at its limit, the others false; and all
    at their limits together.
    """
    if isinstance(tree, Leaf):
        return [{tree: "limit"}]
    found = []
    for i, part in enumerate(tree.parts):
        others = [leaf for k, other in enumerate(tree.parts) if k != i for leaf in leaves_of(other)]
        rest = dict.fromkeys(others, "true" if tree.word == "and" else "false")
        found += [one | rest for one in boundaries(part)]
    if tree.word == "or" and len(tree.parts) > 1:
        joint: dict[Leaf, str] = {}
        for part in tree.parts:
            joint |= boundaries(part)[0]
        found.append(joint)
    return found


class Coordinate:
    """One quantity for one baseline on its own axis: log, logit, steps of a grid, or itself."""

    def __init__(self, rule, name: str, grid: np.ndarray):
        self.rule, self.name, self.grid = rule, name, grid
        self.quantity = rule.claim.quantities[name]
        one = self.quantity
        self.on_grid = one.take in ("reach", "first") and not (one.arm and one.over)
        self.low, self.high = quantity_range(rule.paper, one)
        self.finite = bool(np.isfinite([self.low, self.high]).all())
        self.log = not self.on_grid and one.take not in ("mean", "median") and self.low == 0
        self.end = END
        if self.finite:
            shares = [(x - self.low) / (self.high - self.low) for x in self.drawn()]
            inner = [min(x, 1 - x) / 4 for x in shares if 0 < x < 1]
            self.end = min([END, *inner])
        self.log = self.log and np.isinf(self.high) or one.take in ("mean",) and one.scale == "log"

    def drawn(self) -> list[float]:
        """The values at which the rule draws lines for this quantity."""
        both = self.rule.lines("reproduced") + self.rule.lines("contradicted")
        return [line for name, _, line in both if name == self.name]

    def to(self, value: float) -> float:
        if self.log:
            return float(np.log(max(value, 1e-12)))
        if self.finite and not self.on_grid:
            share = np.clip((value - self.low) / (self.high - self.low), self.end, 1 - self.end)
            return float(np.log(share / (1 - share)))
        return float(value)

    def back(self, place: float) -> float:
        if self.log:
            return float(np.exp(place))
        if self.finite and not self.on_grid:
            share = np.clip(1 / (1 + np.exp(-place)), 2 * self.end, 1 - 2 * self.end)
            return float(self.low + (self.high - self.low) * share)
        return float(place)

    def line(self, leaf: Leaf, side: str) -> float | None:
        """Where a comparison turns, the other quantities at their effects."""
        rule, comparison = self.rule, leaf.comparison
        value = limits.limit(comparison, self.name, rule.effects, rule.numbers, rule.reported)
        if value is None or not self.on_grid:
            return None if value is None else self.to(value)
        strict = comparison.sign in ("<", ">")
        return crossing(self.grid, self.quantity.take, value, strict, side == "low")

    def distance(self, line: float) -> float:
        """From a line to the paper's effect; a stated default where they coincide."""
        if self.on_grid:
            return 1.645
        return abs(self.to(self.rule.effects[self.name]) - line) or 1.0

    def placed(self, constraints: list[tuple[float, int]], effect: float | None) -> float:
        """The place farthest, up to FAR distances, from all lines on the wanted sides."""
        options = [] if effect is None else [effect]
        for line, sign in constraints:
            options += [line + sign * FAR * self.distance(line), line + sign * self.distance(line)]
        if len(constraints) > 1:
            options.append(float(np.mean([line for line, _ in constraints])))

        def margin(place: float) -> float:
            room = [(place - line) * sign / self.distance(line) for line, sign in constraints]
            return min([*room, FAR])

        return max(options, key=margin)


def crossing(points: np.ndarray, take: str, line: float, strict: bool, upward: bool) -> float:
    """The place on a grid at which a unit is as likely on the one side of a line as on the other.

    `upward`: the comparison asks for values above the line. Places are in steps of the grid.
    """
    value = grid_values(points, take)[0]
    if upward:
        beyond = value > line if strict else value >= line
    else:
        beyond = ~(value < line if strict else value <= line)
    return float(np.argmax(beyond) - 1) if beyond.any() else float(len(points) - 1)


def sides(comparison: Comparison, name: str) -> list[str]:
    """On which sides a quantity stands in a comparison."""
    bounds = [one for one in expressions.walk(comparison) if isinstance(one, Bound)]
    return [one.side for one in bounds if one.quantity == name]
