"""Equations of sums, products, quotients and powers: as trees, as LaTeX tokens, as values.

A tree is a whole number, a letter, or (sign, *trees) with the signs + * / ^ and neg; a power has a
whole number above. `written` turns a tree into tokens, in one of many notations; `read` is a parser
of its own; `residue` and `decimal` are two ways to give a tree a value.
"""

import ast
from collections.abc import Iterator

import numpy as np

from recount.typed import BadValue

Tree = int | str | tuple
LETTERS = tuple("abcdmnxy")
TOKENS = ("", "?", "=", "+", "-", "(", ")", "{", "}", "^", "/", r"\cdot", r"\frac")
TOKENS += (*"0123456789", *LETTERS)
NUMBER = {token: number for number, token in enumerate(TOKENS)}
PAD, MASK = 0, 1
PRIME = 2**61 - 1
SIGNS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "^"}


def tree(text: str) -> Tree:
    """From Python's notation, such as (a + b)**2."""
    return from_node(ast.parse(text, mode="eval").body)


def from_node(node: ast.AST) -> Tree:
    match node:
        case ast.Constant(value=int(number)):
            return number
        case ast.Name(id=name):
            return name
        case ast.UnaryOp(op=ast.USub(), operand=of):
            return ("neg", from_node(of))
        case ast.BinOp(left=left, op=op, right=right) if type(op) in SIGNS:
            sign, left, right = SIGNS[type(op)], from_node(left), from_node(right)
            if sign == "-":
                sign, right = "+", ("neg", right)
            return joined(sign, left, right)
    raise BadValue(f"{ast.unparse(node)}: is no formula; use letters, numbers and + - * / **")


def joined(sign: str, *parts: Tree) -> Tree:
    """Sums and products of sums and products are flat."""
    if sign not in "+*":
        return (sign, *parts)
    flat = []
    for one in parts:
        flat += one[1:] if isinstance(one, tuple) and one[0] == sign else [one]
    return (sign, *flat)


def letters(of: Tree) -> list[str]:
    if isinstance(of, tuple):
        return sorted({name for part in of[1:] for name in letters(part)})
    return [of] if isinstance(of, str) else []


def places(of: Tree, path: tuple[int, ...] = ()) -> Iterator[tuple[tuple[int, ...], Tree]]:
    """Every part with the way to it."""
    yield path, of
    if isinstance(of, tuple):
        for number, part in enumerate(of[1:], 1):
            yield from places(part, (*path, number))


def put(of: Tree, path: tuple[int, ...], new: Tree) -> Tree:
    if not path:
        return new
    parts = list(of)
    parts[path[0]] = put(parts[path[0]], path[1:], new)
    return tuple(parts)


def residue(of: Tree, values: dict[str, int]) -> int:
    """The value modulo PRIME. ZeroDivisionError where a denominator is 0 there."""
    if isinstance(of, int):
        return of % PRIME
    if isinstance(of, str):
        return values[of]
    parts = [residue(one, values) for one in of[1:]]
    if of[0] == "+":
        return sum(parts) % PRIME
    if of[0] == "neg":
        return -parts[0] % PRIME
    if of[0] == "^":
        return pow(parts[0], of[2], PRIME)
    if of[0] == "/":
        if not parts[1]:
            raise ZeroDivisionError
        return parts[0] * pow(parts[1], -1, PRIME) % PRIME
    found = 1
    for one in parts:
        found = found * one % PRIME
    return found


def decimal(of: Tree, values: dict[str, float]) -> float:
    if isinstance(of, int | str):
        return float(values.get(of, of))
    parts = [decimal(one, values) for one in of[1:]]
    if of[0] == "neg":
        return -parts[0]
    if of[0] == "^":
        return parts[0] ** parts[1]
    if of[0] == "/":
        return parts[0] / parts[1]
    return float(sum(parts)) if of[0] == "+" else float(np.prod(parts))


LEVEL = {"+": 0, "neg": 0, "*": 1, "/": 2, "^": 2}


def written(of: Tree, rng: np.random.Generator | None = None, least: int = 0) -> list[str]:
    """LaTeX tokens; `rng` chooses among notations, without it the plainest is taken.

    `least` is the level (sum 0, product 1, factor 2, base 3) below which brackets are needed.
    """
    if isinstance(of, int):
        return list(str(of))
    if isinstance(of, str):
        return [of]
    sign, other = of[0], rng is not None and rng.random() < 0.5
    level = LEVEL[sign]
    if sign == "+":
        found = sum_tokens(of[1:], rng)
    elif sign == "neg":
        found = ["-", *written(of[1], rng, 1)]
    elif sign == "*":
        found = product_tokens(of[1:], rng, other)
    elif sign == "^":
        found = [*written(of[1], rng, 3), "^", *written(of[2])]
    elif other:
        found, level = [*written(of[1], rng, 3), "/", *written(of[2], rng, 3)], 0
    else:
        found = [r"\frac", "{", *written(of[1], rng), "}", "{", *written(of[2], rng), "}"]
    return ["(", *found, ")"] if level < least else found


def sum_tokens(parts: tuple, rng) -> list[str]:
    found = []
    for number, part in enumerate(parts):
        minus = isinstance(part, tuple) and part[0] == "neg"
        sign = ["-"] if minus else ["+"] if number else []
        found += [*sign, *written(part[1] if minus else part, rng, 1)]
    return found


def product_tokens(parts: tuple, rng, dots: bool) -> list[str]:
    """Factors side by side; a dot between them everywhere, or only before a digit."""
    found = written(parts[0], rng, 2)
    for part in parts[1:]:
        new = written(part, rng, 2)
        found += [r"\cdot", *new] if dots or new[0].isdigit() else new
    return found


class Reader:
    """A parser of the tokens that `written` makes, with the usual precedence."""

    def __init__(self, tokens: list[str]):
        self.tokens, self.at = [*tokens, ""], 0

    def peek(self) -> str:
        return self.tokens[self.at]

    def take(self, *wanted: str) -> str:
        token = self.peek()
        if not token or (wanted and token not in wanted):
            raise BadValue(f"formula: {token!r} at {self.at}, expected {wanted or 'a token'}")
        self.at += 1
        return token

    def sum(self) -> Tree:
        parts = []
        while not parts or self.peek() in ("+", "-"):
            minus = self.peek() == "-"
            if minus or parts:
                self.take("+", "-")
            part = self.product()
            parts.append(("neg", part) if minus else part)
        return parts[0] if len(parts) == 1 else ("+", *parts)

    def product(self) -> Tree:
        parts = [self.power()]
        while self.peek() not in ("", "+", "-", "=", ")", "}"):
            sign = self.take("/", r"\cdot") if self.peek() in ("/", r"\cdot") else ""
            part = self.power()
            if sign == "/":
                parts[-1] = ("/", parts[-1], part)
            else:
                parts.append(part)
        return parts[0] if len(parts) == 1 else ("*", *parts)

    def power(self) -> Tree:
        base = self.atom()
        if self.peek() != "^":
            return base
        self.take("^")
        return ("^", base, self.number())

    def number(self) -> int:
        digits = self.take(*"0123456789")
        while self.peek().isdigit():
            digits += self.take()
        return int(digits)

    def atom(self) -> Tree:
        token = self.peek()
        if token.isdigit():
            return self.number()
        self.take("(", r"\frac", *LETTERS)
        if token == r"\frac":
            return ("/", self.braced(), self.braced())
        if token == "(":
            inside = self.sum()
            self.take(")")
            return inside
        return token

    def braced(self) -> Tree:
        self.take("{")
        inside = self.sum()
        self.take("}")
        return inside


def read(tokens: list[str]) -> tuple[Tree, Tree]:
    """Both sides of an equation. Raises BadValue where the tokens are none."""
    reader = Reader(tokens)
    left = reader.sum()
    reader.take("=")
    right = reader.sum()
    if reader.peek():
        raise BadValue(f"formula: {reader.peek()!r} after its end")
    return left, right
