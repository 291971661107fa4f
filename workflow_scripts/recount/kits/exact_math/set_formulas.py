"""Formulas of higher-order set theory: read from text, instantiated, compared up to bound names.

Terms and formulas are trees: a name, or (head, *arguments). Heads all, some and lam bind the name
that follows. Everything is a set, except P and Q (properties of sets) and F and G (functions on
sets), which may be bound, applied and instantiated by "x. ..." .
"""

import re
from itertools import count

from recount.typed import BadValue

Tree = str | tuple
BINDERS = ("all", "some", "lam")
PROPERTIES, FUNCTIONS = ("P", "Q"), ("F", "G")
TOKEN = re.compile(r"\s*(<->|->|<=|[A-Za-z0-9_]+|[().,=+*])")
# how tightly a sign between two formulas or terms binds, and where its right side starts
SIGNS = {"<->": (1, 2), "->": (2, 2), "or": (3, 4), "and": (4, 5), "=": (7, 8), "in": (7, 8)}
SIGNS |= {"sub": (7, 8), "<=": (7, 8), "dvd": (7, 8), "cup": (9, 10), "cap": (11, 12)}
SIGNS |= {"+": (9, 10), "*": (11, 12)}
CONNECTIVES = ("<->", "->", "or", "and", "not", "all", "some", "false")
RELATIONS = ("=", "in", "sub", "<=", "dvd", "nat", "even", "odd", *PROPERTIES)


class Reader:
    """A parser by binding strength."""

    def __init__(self, text: str):
        self.text, self.at, self.tokens = text, 0, TOKEN.findall(text)
        if "".join(self.tokens) != re.sub(r"\s", "", text):
            raise BadValue(f"{text!r}: has a sign that no formula has")

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self, wanted: str = "") -> str:
        token = self.peek()
        if not token or (wanted and token != wanted):
            raise BadValue(f"{self.text!r}: {token!r} where {wanted or 'more'} is due")
        self.at += 1
        return token

    def formula(self, least: int = 0) -> Tree:
        left = self.prefix()
        while self.peek() in SIGNS and SIGNS[self.peek()][0] >= least:
            sign = self.take()
            left = (sign, left, self.formula(SIGNS[sign][1]))
        return left

    def prefix(self) -> Tree:
        token = self.take()
        if token == "(":
            inside = self.formula()
            self.take(")")
            return inside
        if token == "not":
            return ("not", self.formula(6))
        if token in ("all", "some"):
            return self.bound(token)
        return self.applied(token)

    def bound(self, head: str) -> Tree:
        names = []
        while self.peek() != ".":
            names.append(self.take())
        self.take(".")
        inside = self.formula()
        for name in reversed(names):
            inside = (head, name, inside)
        return inside

    def applied(self, name: str) -> Tree:
        if self.peek() != "(":
            return name
        self.take("(")
        parts = [self.argument()]
        while self.peek() == ",":
            self.take()
            parts.append(self.argument())
        self.take(")")
        return (name, *parts)

    def argument(self) -> Tree:
        if self.tokens[self.at + 1 : self.at + 2] == ["."]:
            return self.bound("lam")
        return self.formula()


def read(text: str) -> Tree:
    reader = Reader(text)
    found = reader.argument()
    if reader.peek():
        raise BadValue(f"{text!r}: {reader.peek()!r} after its end")
    return found


def free(of: Tree) -> set[str]:
    """Names that stand free, heads of terms included."""
    if isinstance(of, str):
        return {of}
    if of[0] in BINDERS:
        return free(of[2]) - {of[1]}
    return {of[0]}.union(*(free(one) for one in of[1:]))


def substituted(of: Tree, values: dict[str, Tree]) -> Tree:
    """Free names replaced; bound names make way; an applied lambda is worked out."""
    if isinstance(of, str):
        return values.get(of, of)
    if of[0] in BINDERS:
        inner = {name: one for name, one in values.items() if name != of[1]}
        name = of[1]
        taken = set().union(*(free(one) for one in inner.values())) if inner else set()
        if name in taken:
            name = next(n for k in count() if (n := f"{of[1]}{k}") not in taken | free(of[2]))
            inner = inner | {of[1]: name}
        return (of[0], name, substituted(of[2], inner))
    parts = [substituted(one, values) for one in of[1:]]
    head = values.get(of[0], of[0])
    if isinstance(head, tuple):
        return substituted(head[2], {head[1]: parts[0]})
    return (head, *parts)


def instance(of: Tree, values: list[Tree]) -> Tree:
    """A formula that starts with "all", for these values of its first names."""
    for value in values:
        if not isinstance(of, tuple) or of[0] != "all":
            raise BadValue(f"{shown(of)}: cannot be said of {shown(value)}; it has no such name")
        known = value in PROPERTIES + FUNCTIONS or (isinstance(value, tuple) and value[0] == "lam")
        if known != (of[1] in PROPERTIES + FUNCTIONS):
            raise BadValue(f"{shown(value)}: is of another kind than {of[1]} in {shown(of)}")
        of = substituted(of[2], {of[1]: value})
    return of


def normal(of: Tree, names: tuple[str, ...] = ()) -> Tree:
    """Bound names replaced by their depth: equal for formulas that differ in bound names only."""
    if isinstance(of, str):
        return f"#{names.index(of)}" if of in names else of
    if of[0] in BINDERS:
        return (of[0], "", normal(of[2], (of[1], *names)))
    head = f"#{names.index(of[0])}" if of[0] in names else of[0]
    return (head, *(normal(one, names) for one in of[1:]))


def first_order(of: Tree) -> bool:
    """Whether no property or function is bound or handed over; fixed ones may be applied."""
    if isinstance(of, str):
        return of not in PROPERTIES + FUNCTIONS
    if of[0] in BINDERS:
        return of[0] != "lam" and of[1] not in PROPERTIES + FUNCTIONS and first_order(of[2])
    return all(first_order(one) for one in of[1:])


def shown(of: Tree) -> str:
    if isinstance(of, str):
        return of
    if of[0] in BINDERS:
        return f"({'' if of[0] == 'lam' else of[0] + ' '}{of[1]}. {shown(of[2])})"
    if of[0] in SIGNS:
        return f"({shown(of[1])} {of[0]} {shown(of[2])})"
    return f"{of[0]}({', '.join(map(shown, of[1:]))})"
