"""Typed expressions: enumerated from likely to unlikely, and likelihoods learned from solutions.

An expression is a tuple (rule, *arguments). A rule's probability depends on the rule above and on
the place below it, so solutions teach which rule follows which. Costs are quarter bits of
probability, so the cheapest expressions come first; equal ones come in random order.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

Expression = tuple
TOP = ("", 0)
QUARTERS = 4
DEAREST = 400


@dataclass(frozen=True)
class Rule:
    """A way to make a `result` from arguments of the types `takes`."""

    name: str
    result: str
    takes: tuple[str, ...] = ()


class Likelihoods:
    """Probabilities of rules below rules, from counts; with no solution they go by `weights`.

    A rule counts in its place, then by its type alone (weight `prior`), then as one of its type,
    where a rule weighs 1 that `weights` does not name.
    """

    def __init__(
        self,
        solutions: Iterable[Expression] = (),
        prior: float = 1.0,
        weights: Mapping[str, float] | None = None,
    ):
        self.prior = prior
        self.weights = weights or {}
        self.placed: dict[tuple, Counter] = defaultdict(Counter)
        self.used: Counter = Counter()
        for solution in solutions:
            self.add(solution, TOP)

    def add(self, expression: Expression, place: tuple, weight: float = 1.0) -> None:
        name, *parts = expression
        self.placed[place][name] += weight
        self.used[name] += weight
        for number, part in enumerate(parts):
            self.add(part, (name, number), weight)

    def with_added(self, expressions: Iterable[Expression], weight: float) -> "Likelihoods":
        """A copy that has also seen these, each as `weight` solutions."""
        other = Likelihoods(prior=self.prior, weights=self.weights)
        other.used = self.used.copy()
        other.placed.update({place: counts.copy() for place, counts in self.placed.items()})
        for one in expressions:
            other.add(one, TOP, weight)
        return other

    def costs(self, rules: list[Rule], place: tuple) -> dict[Rule, int]:
        """Quarter bits of every rule, at least one, among these alternatives in this place."""
        names = [rule.name for rule in rules]
        used = np.array([self.used[name] for name in names], float)
        here = self.placed.get(place, Counter())
        placed = np.array([here[name] for name in names], float)
        weights = np.array([self.weights.get(name, 1.0) for name in names])
        share = (used + self.prior * weights / weights.sum()) / (used.sum() + self.prior)
        share = (placed + self.prior * share) / (placed.sum() + self.prior)
        quarters = np.maximum(1, np.round(-QUARTERS * np.log2(share))).astype(int)
        return dict(zip(rules, quarters.tolist(), strict=True))


class Enumeration:
    """All expressions of given cost, place by place, each list made once."""

    def __init__(self, rules: Iterable[Rule], likelihoods: Likelihoods):
        self.likelihoods = likelihoods
        self.by_result: dict[str, list[Rule]] = defaultdict(list)
        for rule in rules:
            self.by_result[rule.result].append(rule)
        self.costs: dict[tuple, dict[Rule, int]] = {}
        self.made: dict[tuple, list[Expression]] = {}

    def of_cost(self, kind: str, place: tuple, cost: int) -> list[Expression]:
        """Every expression of type `kind` below `place` that costs exactly this."""
        if cost < 1 or kind not in self.by_result:
            return []
        key = (kind, place, cost)
        if key not in self.made:
            if place not in self.costs:
                self.costs[place] = self.likelihoods.costs(self.by_result[kind], place)
            self.made[key] = [
                (rule.name, *parts)
                for rule, own in self.costs[place].items()
                for parts in self.arguments(rule, 0, cost - own)
            ]
        return self.made[key]

    def arguments(self, rule: Rule, number: int, cost: int) -> list[tuple]:
        """All ways to fill the arguments from `number` on at exactly this cost together."""
        left = len(rule.takes) - number
        if left == 0:
            return [()] if cost == 0 else []
        place = (rule.name, number)
        if left == 1:
            return [(one,) for one in self.of_cost(rule.takes[number], place, cost)]
        return [
            (one, *others)
            for spent in range(1, cost)
            for one in self.of_cost(rule.takes[number], place, spent)
            for others in self.arguments(rule, number + 1, cost - spent)
        ]

    def first(self, kind: str, many: int, rng: np.random.Generator) -> list[Expression]:
        """The `many` most likely expressions of a type, ties in random order."""
        found: list[Expression] = []
        for cost in range(1, DEAREST):
            alike = self.of_cost(kind, TOP, cost)
            found += [alike[k] for k in rng.permutation(len(alike))[: many - len(found)]]
            if len(found) >= many:
                break
        return found


def renamed(expression: Expression, names: dict[str, str]) -> Expression:
    """The same tree with its rules exchanged."""
    name, *parts = expression
    return (names[name], *(renamed(part, names) for part in parts))


def exchange(rules: Iterable[Rule], rng: np.random.Generator) -> dict[str, str]:
    """A random exchange of rules of one shape (result and arguments), so that trees stay typed."""
    shapes = defaultdict(list)
    for rule in rules:
        shapes[rule.result, rule.takes].append(rule.name)
    return {
        name: alike[k]
        for alike in shapes.values()
        for name, k in zip(alike, rng.permutation(len(alike)), strict=True)
    }
