"""Peirce's system beta as string diagrams, and what a diagram says as a first-order formula.

A wire is a line of identity, a box a predicate ("spot"), a bubble a cut, that is a negation. A
diagram without open wires is a sentence. Formulas are nested tuples:

    ("spot", name, (x, y))  ("same", x, y)  ("not", f)  ("and", (f, g))  ("if", f, g)
    ("some", x, f)  ("every", x, f)

Source: D. Roberts, The Existential Graphs of Charles S. Peirce; drawn with DisCoPy.
"""

from dataclasses import dataclass, field
from itertools import count

import numpy as np
import z3
from discopy import frobenius
from discopy.cat import Category, factory
from discopy.tensor import Dim, Tensor

Formula = tuple


@factory
class Graph(frobenius.Diagram):
    """A diagram whose objects are numbers of lines."""

    ty_factory = frobenius.PRO


class Cut(frobenius.Bubble, Graph):
    """The negation of what it surrounds; lines may pass through."""

    def dagger(self):
        return Cut(self.arg.dagger())


class Spot(frobenius.Box, Graph):
    """A predicate: as many places as it has wires, those of its domain first."""


class Line(frobenius.Spider, Graph):
    """A line of identity with several ends."""


Graph.bubble_factory = Cut


def line(inputs: int, outputs: int) -> Line:
    return Line(inputs, outputs, frobenius.PRO(1))


def boxes(graph: Graph) -> int:
    """How many spots, lines and cuts a diagram has, those inside of cuts among them."""
    return sum(1 + (boxes(box.arg) if isinstance(box, Cut) else 0) for box in graph.boxes)


def by_tensors(graph: Graph, size: int, model: dict) -> bool:
    """The truth of a closed diagram by contraction of boolean tensors, with DisCoPy.

    `model`: name -> boolean array (size,) or (size, size).
    """

    class Meaning(frobenius.Functor):
        def __call__(self, other):
            if isinstance(other, Cut):
                return self(other.arg).map(lambda value: not value)
            return super().__call__(other)

    meaning = Meaning(
        ob=lambda _: Dim(size), ar=lambda box: model[box.name], cod=Category(Dim, Tensor[bool])
    )
    return bool(meaning(graph).array)


@dataclass
class Level:
    """What stands between two cuts: variables made here, and what is said of them."""

    names: count
    own: list = field(default_factory=list)
    said: list = field(default_factory=list)
    equal: list = field(default_factory=list)

    def new(self, number: int) -> list:
        made = [f"x{next(self.names)}" for _ in range(number)]
        self.own += made
        return made

    def formula(self) -> Formula:
        """Everything said, joined, with as few variables as the equations leave."""
        other = {}

        def now(name):
            while name in other:
                name = other[name]
            return name

        kept = []
        for left, right in self.equal:
            left, right = now(left), now(right)
            if left != right and left in self.own:
                other[left] = right
            elif left != right and right in self.own:
                other[right] = left
            elif left != right:
                kept.append(("same", left, right))
        body = ("and", tuple(renamed(one, now) for one in self.said) + tuple(kept))
        for name in self.own:
            body = body if name in other else ("some", name, body)
        return body


def renamed(formula: Formula, now) -> Formula:
    kind = formula[0]
    if kind == "spot":
        return ("spot", formula[1], tuple(now(name) for name in formula[2]))
    if kind == "same":
        return ("same", now(formula[1]), now(formula[2]))
    if kind == "and":
        return ("and", tuple(renamed(one, now) for one in formula[1]))
    if kind == "not":
        return ("not", renamed(formula[1], now))
    return (kind, formula[1], renamed(formula[2], now))


def read(graph: Graph) -> Formula:
    """The first-order formula of a closed diagram: lines are variables, cuts are negations."""
    names = count()
    level = Level(names)
    read_into(level, graph, [], names)
    return level.formula()


def read_into(level: Level, graph: Graph, wires: list, names) -> list:
    """Adds a diagram with the given incoming wires to a level; returns the outgoing wires."""
    for box, offset in zip(graph.boxes, graph.offsets, strict=True):
        inputs = wires[offset : offset + len(box.dom)]
        if isinstance(box, frobenius.Spider):
            one = inputs[0] if inputs else level.new(1)[0]
            level.equal += [(other, one) for other in inputs[1:]]
            outputs = [one] * len(box.cod)
        else:
            outputs = level.new(len(box.cod))
            if isinstance(box, Cut):
                inner = Level(names)
                reached = read_into(inner, box.arg, inputs, names)
                inner.equal += list(zip(reached, outputs, strict=True))
                level.said.append(("not", inner.formula()))
            else:
                places = outputs + inputs if box.is_dagger else inputs + outputs
                level.said.append(("spot", box.name, tuple(places)))
        wires = [*wires[:offset], *outputs, *wires[offset + len(box.dom) :]]
    return wires


def truths(formula: Formula, models: dict, size: int, scope: tuple = ()) -> np.ndarray:
    """Truth in a batch of models of one size: booleans (models, [size or 1 for each in scope]).

    `models`: name -> booleans (models, size) or (models, size, size).
    """
    kind = formula[0]
    if kind == "spot":
        return placed(models[formula[1]], [scope.index(name) for name in formula[2]], len(scope))
    if kind == "same":
        places = [scope.index(name) for name in formula[1:]]
        return placed(np.eye(size, dtype=bool)[None], places, len(scope))
    if kind == "not":
        return ~truths(formula[1], models, size, scope)
    if kind == "and":
        whole = np.ones((1,) * (1 + len(scope)), bool)
        for one in formula[1]:
            whole = whole & truths(one, models, size, scope)
        return whole
    if kind == "if":
        left, right = (truths(one, models, size, scope) for one in formula[1:])
        return ~left | right
    inner = truths(formula[2], models, size, (*scope, formula[1]))
    return inner.any(-1) if kind == "some" else inner.all(-1)


def placed(values: np.ndarray, places: list, depth: int) -> np.ndarray:
    """A predicate's table with its places on the axes of their variables."""
    if len(places) == 2 and places[0] == places[1]:
        values, places = np.einsum("bii->bi", values), places[:1]
    if len(places) == 2 and places[0] > places[1]:
        values, places = values.transpose(0, 2, 1), places[::-1]
    shape = [1] * (1 + depth)
    shape[0] = len(values)
    for axis, place in enumerate(places):
        shape[1 + place] = values.shape[1 + axis]
    return values.reshape(shape)


def spots(formula: Formula) -> dict:
    """name -> number of places of every predicate."""
    if formula[0] == "spot":
        return {formula[1]: len(formula[2])}
    found = {}
    for part in formula[1:]:
        for one in part if formula[0] == "and" else (part,):
            found |= spots(one) if isinstance(one, tuple) else {}
    return found


def models(rng, places: dict, size: int, bits: int, number: int) -> tuple[dict, bool]:
    """(name -> tables (models, size, ...), whether these are all models of that size).

    All of them are listed where at most `bits` bits describe one, else `number` are drawn.
    """
    shapes = {name: (size,) * places[name] for name in sorted(places)}
    widths = [int(np.prod(shape)) for shape in shapes.values()]
    whole = sum(widths) <= bits
    if whole:
        table = np.arange(2 ** sum(widths))[:, None] >> np.arange(sum(widths)) & 1 == 1
    else:
        table = rng.random((number, sum(widths))) < rng.random((number, 1))
    columns = np.split(table, np.cumsum(widths)[:-1], axis=1)
    pairs = zip(shapes.items(), columns, strict=True)
    return {name: one.reshape(-1, *shape) for (name, shape), one in pairs}, whole


def equivalent(left: Formula, right: Formula, milliseconds: int = 2000) -> bool | None:
    """Whether two sentences are true in the same models of any size; None where z3 gives up."""
    sort = z3.DeclareSort("Thing")
    solver = z3.Solver()
    solver.set("timeout", milliseconds)
    solver.add(in_z3(left, sort, {}) != in_z3(right, sort, {}))
    answer = solver.check()
    return None if answer == z3.unknown else answer == z3.unsat


def in_z3(formula: Formula, sort, scope: dict):
    kind = formula[0]
    if kind == "spot":
        places = [scope[name] for name in formula[2]]
        return z3.Function(formula[1], *[sort] * len(places), z3.BoolSort())(*places)
    if kind == "same":
        return scope[formula[1]] == scope[formula[2]]
    if kind == "not":
        return z3.Not(in_z3(formula[1], sort, scope))
    if kind == "and":
        return z3.And(*[in_z3(one, sort, scope) for one in formula[1]])
    if kind == "if":
        return z3.Implies(*[in_z3(one, sort, scope) for one in formula[1:]])
    name = z3.Const(formula[1], sort)
    body = in_z3(formula[2], sort, scope | {formula[1]: name})
    return z3.Exists(name, body) if kind == "some" else z3.ForAll(name, body)
