"""Which truths to plant: on every line of a rule, at the paper's effect, its reverse, all equal."""

from dataclasses import dataclass, field, replace

import numpy as np

from recount.judge import expressions
from recount.judge.coordinates import (
    Coordinate,
    Leaf,
    baselines,
    boundaries,
    leaves_of,
    sides,
    tree_of,
)
from recount.judge.limits import excess

Variable = tuple[str, int]


@dataclass(frozen=True)
class Plant:
    """One truth. `errors`: outcomes that are wrong in it; `targets`: coordinate of each quantity
    and baseline; `exact`: those to be met exactly; `wanted`: (line, side) that the others have to
    be far from; `bend`: curvature over an axis, in spreads."""

    label: str
    errors: tuple[str, ...]
    targets: dict[Variable, float]
    exact: frozenset[Variable]
    wanted: dict[Variable, list[tuple[float, int]]] = field(default_factory=dict)
    bend: float = 0.0


class Planter:
    """Turns the logic of one rule into targets."""

    def __init__(self, rule, assumed):
        self.rule = rule
        self.quantities = rule.claim.quantities
        self.coordinates = {
            name: Coordinate(rule, name, assumed.grid(rule, name))
            for name, one in self.quantities.items()
            if one.take not in ("count", "all")
        }
        self.trees = {
            part: tree_of(rule.nodes[part], rule, part == "contradicted")
            for part in ("valid", "reproduced", "contradicted")
        }

    def plants(self) -> list[Plant]:
        """Boundary worlds of both statements, and a world where nothing differs."""
        found = []
        for part in ("reproduced", "contradicted"):
            tree = self.trees[part]
            for number, status in enumerate(boundaries(tree) if tree else []):
                for moved in self.moves(status):
                    targets, exact, wanted = self.targets(status, moved)
                    label = (
                        f"{part} {number + 1}: {' and '.join(sorted(self.names(exact)))} at limit"
                    )
                    found.append(Plant(label, (part,), targets, frozenset(exact), wanted))
        unique = {(one.errors, tuple(sorted(one.targets.items()))): one for one in found}
        return [*unique.values(), *self.equal(), *self.curved(unique.values())]

    def curved(self, plants) -> list[Plant]:
        """The worlds of slopes once more, with the same slope and a curve that levels off."""
        if all(one.take != "slope" for one in self.quantities.values()):
            return []
        return [replace(one, label=f"{one.label}, curved", bend=-1.0) for one in plants]

    def names(self, variables) -> set[str]:
        return {
            name if self.count_of(name) == 1 else f"{name}[{index}]" for name, index in variables
        }

    def count_of(self, name: str) -> int:
        return baselines(self.rule, name)

    def equal(self) -> list[Plant]:
        """All arms alike: every difference 0, every ratio 1; only where that is against both."""
        values = {}
        for name, one in self.quantities.items():
            if one.take not in ("gap", "ratio", "slope", "spearman"):
                return []
            values[name] = 1.0 if one.over and one.arm else 0.0
        errors = tuple(
            part for part in ("reproduced", "contradicted") if not self.clearly(part, values)
        )
        targets = {
            (name, index): self.coordinates[name].to(value)
            for name, value in values.items()
            for index in range(self.count_of(name))
        }
        return [Plant("all arms equal", errors, targets, frozenset(targets))] if errors else []

    def clearly(self, part: str, values: dict[str, float]) -> bool:
        """Whether a statement is true of exact values, a line itself not counting as crossed."""

        def true(node) -> bool:
            if isinstance(node, expressions.Joined):
                join = any if node.word == "or" else all
                return join(true(one) for one in node.parts)
            rule = self.rule
            return excess(node, values, rule.numbers, rule.reported) > 1e-9

        return true(self.rule.nodes[part])

    def moves(self, status: dict[Leaf, str]) -> list[dict[Leaf, str]]:
        """Which quantity of each comparison at its limit is moved there: each in turn."""
        at_limit = [leaf for leaf, state in status.items() if state == "limit"]
        names = {
            leaf: sorted(expressions.quantities_of(leaf.comparison, self.quantities))
            for leaf in at_limit
        }
        longest = max(len(one) for one in names.values())
        return [
            {leaf: one[min(turn, len(one) - 1)] for leaf, one in names.items()}
            for turn in range(longest)
        ]

    def targets(self, status: dict[Leaf, str], moved: dict[Leaf, str]):
        """(coordinate of every variable, which of them lie on a line, lines of the others)."""
        exact: dict[Variable, float] = {}
        wanted: dict[Variable, list[tuple[float, int]]] = {}
        valid = dict.fromkeys(leaves_of(self.trees["valid"]), "true")
        for leaf, state in (valid | status).items():
            for name in expressions.quantities_of(leaf.comparison, self.quantities):
                if self.quantities[name].take == "count":
                    self.count_targets(leaf, name, state, exact, wanted)
                    continue
                variable = (name, leaf.index if self.count_of(name) > 1 else 0)
                for side in sides(leaf.comparison, name)[:1]:
                    line = self.coordinates[name].line(leaf, side)
                    if line is None:
                        continue
                    if state == "limit" and moved.get(leaf) == name:
                        exact.setdefault(variable, line)
                    elif state != "limit":
                        sign = (1 if side == "low" else -1) * (1 if state == "true" else -1)
                        wanted.setdefault(variable, []).append((line, sign))
        return self.placed(exact, wanted), set(exact), wanted

    def placed(self, exact: dict, wanted: dict) -> dict[Variable, float]:
        found = dict(exact)
        for name, coordinate in self.coordinates.items():
            for index in range(self.count_of(name)):
                if (name, index) not in found and (name, index) in wanted:
                    effect = self.effect(name)
                    found[name, index] = coordinate.placed(wanted[name, index], effect)
        return found

    def effect(self, name: str) -> float | None:
        """The coordinate of the paper's effect; on a grid it is found from the line instead."""
        coordinate = self.coordinates[name]
        known = name in self.rule.claim.effect and not coordinate.on_grid
        return coordinate.to(self.rule.claim.effect[name]) if known else None

    def count_targets(self, leaf: Leaf, name: str, state: str, exact: dict, wanted: dict) -> None:
        """k of K: one test too few is clearly true, and all others are at the limit."""
        rule, one = self.rule, self.quantities[name]
        upward = sides(leaf.comparison, name)[0] == "low"
        values = np.arange(len(one.tests) + 1)
        true = [
            excess(leaf.comparison, rule.effects | {name: v}, rule.numbers, rule.reported) >= 0
            for v in values
        ]
        if leaf.comparison.sign in ("<", ">"):
            true = [
                excess(leaf.comparison, rule.effects | {name: v}, rule.numbers, rule.reported) > 0
                for v in values
            ]
        clear = int(np.argmax(true)) - 1 if upward else len(one.tests) - int(np.sum(true))
        for place, test in enumerate(one.tests):
            line = self.coordinates[test].to(one.above)
            for index in range(self.count_of(test)):
                if state == "limit" and place >= clear:
                    exact.setdefault((test, index), line)
                else:
                    up = upward == (state != "false")
                    wanted.setdefault((test, index), []).append((line, 1 if up else -1))

    def planted(self) -> Plant:
        """The paper's effect; on a grid a unit gets to the line with probability 0.95."""
        targets = self.toward("reproduced", 1.0)
        return Plant("planted", (), targets, frozenset(targets))

    def reversed(self) -> Plant:
        """The effect mirrored, or the like distance beyond the lines of `contradicted`."""
        targets = self.toward("contradicted", 1.0)
        for name in self.coordinates:
            one = self.quantities[name]
            if one.take not in ("gap", "ratio", "slope", "spearman") or self.effect(name) is None:
                continue
            mirrored = -self.effect(name)
            for index in range(self.count_of(name)):
                lines = self.lines("contradicted", (name, index))
                if lines and all(
                    (mirrored - x) * s > (targets[name, index] - x) * s for x, s in lines
                ):
                    targets[name, index] = mirrored
        return Plant("reversed", (), targets, frozenset(targets))

    def lines(self, part: str, variable: Variable) -> list[tuple[float, int]]:
        wanted: dict[Variable, list[tuple[float, int]]] = {}
        for leaf in leaves_of(self.trees[part]):
            for name in expressions.quantities_of(leaf.comparison, self.quantities):
                if self.quantities[name].take == "count":
                    self.count_targets(leaf, name, "true", {}, wanted)
                    continue
                index = leaf.index if self.count_of(name) > 1 else 0
                side = sides(leaf.comparison, name)[0]
                line = self.coordinates[name].line(leaf, side)
                if line is not None:
                    sign = 1 if side == "low" else -1
                    wanted.setdefault((name, index), []).append((line, sign))
        return wanted.get(variable, [])

    def toward(self, part: str, distances: float) -> dict[Variable, float]:
        """Every quantity on the true side of its lines, by its distance from line to effect."""
        found = {}
        for name, coordinate in self.coordinates.items():
            effect = self.effect(name)
            for index in range(self.count_of(name)):
                lines = self.lines(part, (name, index))
                valid = self.lines("valid", (name, index))
                if valid:
                    found[name, index] = coordinate.placed(valid, effect)
                elif lines and (effect is None or part == "contradicted"):
                    line, sign = max(lines, key=lambda one: one[0] * one[1])
                    place = line + sign * distances * coordinate.distance(line)
                    found[name, index] = float(place)
                elif effect is not None:
                    found[name, index] = effect
        return found
