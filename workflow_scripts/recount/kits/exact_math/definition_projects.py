"""Projects of definitions: helpers of their own, and families of bodies that vary a few shapes."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from math import log, sqrt

import numpy as np

from recount.kits.exact_math import refinement_types as rt
from recount.kits.exact_math.expression_grammar import Expression

X, Y = ("x",), ("y",)
HOLE = ("c",)
# f, h stand for helpers of one argument, g, k for helpers of two, c for a number
SHAPES: tuple[Expression, ...] = (
    ("+", ("g", X, Y), HOLE),
    ("-", ("f", X), Y),
    ("f", ("g", X, Y)),
    ("g", ("f", X), Y),
    ("if", ("<=", X, Y), ("f", X), ("h", Y)),
    ("-", ("g", X, Y), ("f", X)),
    ("+", ("f", ("h", X)), Y),
    ("k", ("g", X, Y), HOLE),
    ("g", X, ("+", Y, HOLE)),
    ("if", ("<=", ("f", X), HOLE), ("g", X, Y), Y),
)


@dataclass(frozen=True)
class Definition:
    body: Expression
    type: rt.Refined

    def calls(self, helpers: rt.Helpers) -> int:
        return sum(name in helpers for name in names(self.body))


@dataclass(frozen=True)
class Project:
    helpers: rt.Helpers
    definitions: list[Definition]


def names(of: Expression) -> list[str]:
    return [of[0], *(name for part in of[1:] for name in names(part))]


def filled(shape: Expression, values: dict[str, Expression | str]) -> Expression:
    name, *parts = shape
    if not parts:
        return values.get(name, shape)
    return (values.get(name, name), *(filled(part, values) for part in parts))


def drawn_project(rng: np.random.Generator, many: int, families: int, each: int) -> Project:
    """`many` different definitions of `families` families; a family is a shape with its helpers."""
    helpers = rt.drawn_helpers(rng, each)
    kept = []
    for shape in rng.permutation(len(SHAPES))[:families]:
        f, h = rng.choice([f"f{k}" for k in range(each)], 2, replace=False).tolist()
        g, k = rng.choice([f"g{k}" for k in range(each)], 2, replace=False).tolist()
        kept.append(filled(SHAPES[shape], {"f": f, "h": h, "g": g, "k": k}))
    found: dict[Expression, Definition] = {}
    while len(found) < many:
        swap = {"x": Y, "y": X} if rng.random() < 0.5 else {}
        number = (str(int(rng.integers(1, 10))),)
        shape = kept[int(rng.integers(families))]
        body = vary(filled(shape, {"c": number, **swap}), rng)
        if body not in found:
            found[body] = Definition(body, rt.refined(body, helpers))
    order = rng.permutation(many)
    bodies = list(found.values())
    return Project(helpers, [bodies[k] for k in order])


def vary(body: Expression, rng: np.random.Generator) -> Expression:
    """A third of all bodies get a number added, so that families do not run out of members."""
    if rng.random() < 1 / 3:
        return ("+", body, (str(int(rng.integers(1, 10))),))
    return body


class Library:
    """Definitions that are found by their types: cosine of parts, rare parts weighing more."""

    def __init__(self, definitions: list[Definition], parts: Callable[[rt.Refined], Counter]):
        self.definitions, self.parts = definitions, parts
        counted = [parts(one.type) for one in definitions]
        seen = Counter(atom for one in counted for atom in one)
        self.weight = {atom: log((1 + len(counted)) / number) for atom, number in seen.items()}
        self.along = [self.direction(one) for one in counted]

    def direction(self, atoms: Counter) -> dict[str, float]:
        found = {atom: times * self.weight.get(atom, 0.0) for atom, times in atoms.items()}
        length = sqrt(sum(value**2 for value in found.values())) or 1.0
        return {atom: value / length for atom, value in found.items()}

    def nearest(self, wanted: rt.Refined, many: int) -> list[Definition]:
        mine = self.direction(self.parts(wanted))
        near = [sum(mine.get(atom, 0.0) * v for atom, v in one.items()) for one in self.along]
        order = np.argsort(-np.array(near), kind="stable")[:many]
        return [self.definitions[k] for k in order]
