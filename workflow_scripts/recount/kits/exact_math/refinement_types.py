"""Functions of two whole numbers whose type says what they return, checked by a solver.

A body is made of x, y, whole numbers, + - if <= and calls of a project's helpers. A helper is only
known by its contract, as in F*: a call gives a new number about which the contract is assumed. A
type is the relation between arguments and result, written out without any helper's name.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any

import numpy as np
import z3

from recount.kits.exact_math.expression_grammar import Expression, Rule
from recount.typed import BadValue

Formula = tuple
EFFORT = 500_000


def least(a: Any, b: Any, t: Any) -> list[Formula]:
    return [("<=", t, a), ("<=", t, b), ("or", ("=", t, a), ("=", t, b))]


def most(a: Any, b: Any, t: Any) -> list[Formula]:
    return [("<=", a, t), ("<=", b, t), ("or", ("=", t, a), ("=", t, b))]


def apart(a: Any, b: Any, t: Any) -> list[Formula]:
    return [("<=", 0, t), ("or", ("=", t, ("-", a, b)), ("=", t, ("-", b, a)))]


# name: (what it returns, its contract), both of the helper's own number c and its arguments
ONE: dict[str, tuple[Callable, Callable]] = {
    "floor": (lambda c, x: max(c, x), lambda c, x, t: most(x, c, t)),
    "cap": (lambda c, x: min(c, x), lambda c, x, t: least(x, c, t)),
    "shift": (lambda c, x: x + c, lambda c, x, t: [("=", t, ("+", x, c))]),
    "scale": (lambda c, x: c * x, lambda c, x, t: [("=", t, ("*", c, x))]),
    "magnitude": (lambda c, x: abs(x), lambda c, x, t: apart(x, 0, t)),
    "away": (lambda c, x: abs(x - c), lambda c, x, t: apart(x, c, t)),
}
TWO: dict[str, tuple[Callable, Callable]] = {
    "larger": (lambda c, x, y: max(x, y), lambda c, x, y, t: most(x, y, t)),
    "smaller": (lambda c, x, y: min(x, y), lambda c, x, y, t: least(x, y, t)),
    "apart": (lambda c, x, y: abs(x - y), lambda c, x, y, t: apart(x, y, t)),
    "weighted": (
        lambda c, x, y: c * x + y,
        lambda c, x, y, t: [("=", t, ("+", ("*", c, x), y))],
    ),
    "monus": (lambda c, x, y: max(x - y, 0), lambda c, x, y, t: most(("-", x, y), 0, t)),
    "leads": (
        lambda c, x, y: int(x >= y + c),
        lambda c, x, y, t: [
            ("or", ("<=", ("+", y, c), x), ("=", t, 0)),
            ("or", ("not", ("<=", ("+", y, c), x)), ("=", t, 1)),
        ],
    ),
}


@dataclass(frozen=True)
class Helper:
    arity: int
    kind: str
    number: int

    def value(self, *arguments: int) -> int:
        return (ONE, TWO)[self.arity - 1][self.kind][0](self.number, *arguments)

    def contract(self, *arguments: Any) -> list[Formula]:
        """What is known of the last argument, the result."""
        return (ONE, TWO)[self.arity - 1][self.kind][1](self.number, *arguments)


Helpers = dict[str, Helper]


def drawn_helpers(rng: np.random.Generator, each: int) -> Helpers:
    """f0, f1, ... of one argument and g0, g1, ... of two: which is which says nothing."""
    found = {}
    for letter, arity, kinds in (("f", 1, ONE), ("g", 2, TWO)):
        for place, k in enumerate(rng.permutation(len(kinds))[:each]):
            number = int(rng.integers(2, 10))
            found[f"{letter}{place}"] = Helper(arity, list(kinds)[k], number)
    return found


def rules(helpers: Helpers, numbers: set[int]) -> list[Rule]:
    """The grammar of bodies where these helpers and numbers are in sight."""
    made = [Rule("x", "int"), Rule("y", "int"), *(Rule(str(n), "int") for n in sorted(numbers))]
    made += [Rule(sign, "int", ("int", "int")) for sign in "+-"]
    made += [Rule("if", "int", ("bool", "int", "int")), Rule("<=", "bool", ("int", "int"))]
    return made + [Rule(name, "int", ("int",) * one.arity) for name, one in helpers.items()]


def kind_of(body: Expression, helpers: Helpers) -> str:
    """The plain type of a body, int or bool. BadValue where it has none."""
    name, *parts = body
    kinds = [kind_of(part, helpers) for part in parts]
    ints = ["int"] * len(kinds)
    if name in ("x", "y") or name.isdigit():
        wanted, found = [], "int"
    elif name in helpers:
        wanted, found = ["int"] * helpers[name].arity, "int"
    elif name in ("+", "-", "<="):
        wanted, found = ["int", "int"], "bool" if name == "<=" else "int"
    elif name == "if":
        wanted, found = ["bool", "int", "int"], "int"
    else:
        raise BadValue(f"{name}: is not in sight; use x, y, a number, + - <= if or a helper")
    if kinds != wanted:
        raise BadValue(f"{name}: takes {wanted}, found {kinds or ints}")
    return found


def run(body: Expression, helpers: Helpers, x: int, y: int) -> Any:
    name, *parts = body
    if name == "if":
        return run(parts[1 if run(parts[0], helpers, x, y) else 2], helpers, x, y)
    values = [run(part, helpers, x, y) for part in parts]
    if name in helpers:
        return helpers[name].value(*values)
    if name == "<=":
        return values[0] <= values[1]
    if name in ("+", "-"):
        return values[0] + values[1] if name == "+" else values[0] - values[1]
    return {"x": x, "y": y}[name] if name in ("x", "y") else int(name)


@dataclass(frozen=True)
class Refined:
    """What is assumed of new numbers, and the term that the result equals."""

    assumed: tuple[Formula, ...]
    result: Any

    def parts(self) -> tuple[Formula, ...]:
        return (*self.assumed, ("=", "r", self.result))

    def atoms(self) -> Counter:
        """Its parts as words, the new numbers without their names: what types are compared by."""
        return Counter(map(plain, self.parts()))

    def outline(self) -> Counter:
        """The same with arguments and numbers hidden: what projects have in common."""
        return Counter(plain(one, hidden=True) for one in self.parts())

    def numbers(self) -> set[int]:
        return set().union(*(numbers_in(one) for one in self.parts()))


def plain(of: Any, hidden: bool = False) -> str:
    if isinstance(of, tuple):
        return f"({' '.join([of[0], *(plain(one, hidden) for one in of[1:])])})"
    if hidden and (isinstance(of, int) or of in "xy"):
        return "c" if isinstance(of, int) else "v"
    return "u" if str(of).startswith("u") else str(of)


def numbers_in(of: Any) -> set[int]:
    if isinstance(of, tuple):
        return set().union(*(numbers_in(one) for one in of[1:]))
    return {of} if isinstance(of, int) else set()


def refined(body: Expression, helpers: Helpers, letter: str = "u") -> Refined:
    """A body by its contracts. Every call and every if gives a new number."""
    assumed: list[Formula] = []
    fresh = (f"{letter}{k}" for k in count())

    def term(of: Expression) -> Any:
        name, *parts = of
        terms = [term(part) for part in parts]
        if name in helpers:
            new = next(fresh)
            assumed.extend(helpers[name].contract(*terms, new))
            return new
        if name == "if":
            new = next(fresh)
            assumed.append(("or", ("not", terms[0]), ("=", new, terms[1])))
            assumed.append(("or", terms[0], ("=", new, terms[2])))
            return new
        return (name, *terms) if parts else int(name) if name.isdigit() else name

    result = term(body)
    return Refined(tuple(assumed), result)


def in_z3(of: Any) -> Any:
    if isinstance(of, int):
        return z3.IntVal(of)
    if isinstance(of, str):
        return z3.Int(of)
    parts = [in_z3(one) for one in of[1:]]
    if of[0] in ("or", "not"):
        return z3.Or(*parts) if of[0] == "or" else z3.Not(*parts)
    signs = {"+": "__add__", "-": "__sub__", "*": "__mul__", "<=": "__le__", "=": "__eq__"}
    return getattr(parts[0], signs[of[0]])(parts[1])


def has_type(body: Expression, helpers: Helpers, wanted: Refined) -> bool:
    """Whether z3 proves that the body returns what its type says, from the contracts alone."""
    try:
        if kind_of(body, helpers) != "int":
            return False
    except BadValue:
        return False
    found, solver = refined(body, helpers, "t"), z3.SolverFor("QF_LIA")
    solver.set("rlimit", EFFORT)
    solver.add(*(in_z3(one) for one in (*wanted.assumed, *found.assumed)))
    solver.add(in_z3(found.result) != in_z3(wanted.result))
    return solver.check() == z3.unsat
