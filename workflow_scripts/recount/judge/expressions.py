"""Rule expressions: text to a small tree by a whitelist, then evaluated over replays. No eval.

    reproduced: gain.low > 0.1 and baseline.high <= 2 * train_digits

Numbers, names, `.low` and `.high` of quantities, `reported.x`, + - * /, comparisons, and, or. Each
bound is taken at the error of its place: `and` keeps it, each of j parts of an `or` gets a j-th.
"""

import ast
import functools
import re
from dataclasses import dataclass

import numpy as np

from recount.typed import BadValue

LONGEST = 200
ALLOWED = re.compile(r"[a-z0-9_.+\-*/<>=()\s]+")
OPERATORS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
COMPARISONS = {ast.Gt: ">", ast.GtE: ">=", ast.Lt: "<", ast.LtE: "<=", ast.Eq: "=="}
ARITHMETIC = {"+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide}
JOINS = {"and": np.logical_and, "or": np.logical_or}
TESTS = {
    ">": np.greater,
    ">=": np.greater_equal,
    "<": np.less,
    "<=": np.less_equal,
    "==": np.equal,
}


@dataclass(frozen=True)
class Number:
    value: float


@dataclass(frozen=True)
class Name:
    """A name without a side: a number of the size, or a quantity that is true or false."""

    name: str


@dataclass(frozen=True)
class Reported:
    key: str


@dataclass(frozen=True)
class Bound:
    quantity: str
    side: str


@dataclass(frozen=True)
class Arithmetic:
    sign: str
    left: "Node"
    right: "Node"


@dataclass(frozen=True)
class Comparison:
    sign: str
    left: "Node"
    right: "Node"


@dataclass(frozen=True)
class Joined:
    word: str
    parts: tuple["Node", ...]


Node = Number | Name | Reported | Bound | Arithmetic | Comparison | Joined


def parse(text: str, where: str = "expression") -> Node:
    """The tree of a rule expression. Raises BadValue on everything that is not on the whitelist."""
    if not isinstance(text, str) or not text.strip():
        raise BadValue(f"{where}: is empty; write a comparison")
    if len(text) > LONGEST:
        raise BadValue(f"{where}: has {len(text)} characters; write at most {LONGEST}")
    if not ALLOWED.fullmatch(text):
        odd = sorted(set(re.sub(ALLOWED, "", text)))
        raise BadValue(f"{where}: the characters {odd} have no place in a rule; delete them")
    try:
        tree = ast.parse(" ".join(text.split()), mode="eval").body
        node = convert(tree, where)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        if isinstance(error, BadValue):
            raise
        raise BadValue(f"{where}: cannot be read ({error}); write comparisons") from None
    if not truth(node):
        raise BadValue(f"{where}: is a number, not a statement; compare it with something")
    return node


def convert(tree: ast.AST, where: str) -> Node:
    """One node of Python's tree as one of ours; kinds that are not on the list are refused."""
    if isinstance(tree, ast.Constant) and type(tree.value) in (int, float):
        if not abs(tree.value) < 1e15:
            raise BadValue(f"{where}: {tree.value} is too large; write a smaller number")
        return Number(float(tree.value))
    if isinstance(tree, ast.Name):
        if tree.id.startswith("_"):
            raise BadValue(f"{where}: {tree.id!r} is no name of a quantity; rename it")
        return Name(tree.id)
    if isinstance(tree, ast.Attribute) and isinstance(tree.value, ast.Name):
        return attribute(tree.value.id, tree.attr, where)
    if isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.USub):
        return Arithmetic("-", Number(0.0), number(convert(tree.operand, where), where))
    if isinstance(tree, ast.BinOp) and type(tree.op) in OPERATORS:
        left, right = convert(tree.left, where), convert(tree.right, where)
        return Arithmetic(OPERATORS[type(tree.op)], number(left, where), number(right, where))
    if isinstance(tree, ast.Compare) and all(type(op) in COMPARISONS for op in tree.ops):
        return comparisons(tree, where)
    if isinstance(tree, ast.BoolOp):
        return joined(tree, where)
    raise BadValue(
        f"{where}: {type(tree).__name__} is not allowed; use numbers, names, .low, .high, + - * /, "
        "comparisons, and, or"
    )


def attribute(name: str, key: str, where: str) -> Node:
    if name == "reported" and not key.startswith("_"):
        return Reported(key)
    if key in ("low", "high") and not name.startswith("_"):
        return Bound(name, key)
    raise BadValue(f"{where}: {name}.{key} is not allowed; only .low, .high and reported.KEY are")


def comparisons(tree: ast.Compare, where: str) -> Node:
    """a < b < c is a < b and b < c."""
    sides = [number(convert(one, where), where) for one in (tree.left, *tree.comparators)]
    signs = [COMPARISONS[type(op)] for op in tree.ops]
    parts = tuple(
        Comparison(sign, *two) for sign, two in zip(signs, zip(sides, sides[1:]), strict=True)
    )
    return parts[0] if len(parts) == 1 else Joined("and", parts)


def joined(tree: ast.BoolOp, where: str) -> Node:
    """and, or; an `or` inside an `or` is one `or` with more parts."""
    word = "and" if isinstance(tree.op, ast.And) else "or"
    parts = []
    for one in tree.values:
        part = convert(one, where)
        if not truth(part):
            raise BadValue(f"{where}: joins a number by {word!r}; compare it with something")
        parts += part.parts if isinstance(part, Joined) and part.word == word else (part,)
    return Joined(word, tuple(parts))


def truth(node: Node) -> bool:
    return isinstance(node, (Comparison, Joined, Name))


def number(node: Node, where: str) -> Node:
    if isinstance(node, (Comparison, Joined)):
        raise BadValue(f"{where}: calculates with a statement; calculate with numbers")
    return node


def walk(node: Node):
    """All nodes of a tree."""
    yield node
    for part in getattr(node, "parts", ()):
        yield from walk(part)
    for side in ("left", "right"):
        if hasattr(node, side):
            yield from walk(getattr(node, side))


def comparisons_of(node: Node) -> list[Comparison]:
    return [one for one in walk(node) if isinstance(one, Comparison)]


def quantities_of(node: Node, known) -> set[str]:
    """The names of the quantities in a tree."""
    bounds = {one.quantity for one in walk(node) if isinstance(one, Bound)}
    return bounds | {one.name for one in walk(node) if isinstance(one, Name) and one.name in known}


@dataclass(frozen=True)
class Scope:
    """What names mean: `quantities` name -> estimates (one a baseline), `numbers` and `reported`.

    `any_baseline`: one baseline is enough and each gets its share of the error (`contradicted`);
    otherwise all baselines are needed. `automatic` is the outcome of the guards.
    """

    quantities: dict
    numbers: dict[str, float]
    reported: dict[str, float]
    any_baseline: bool = False
    automatic: bool = True


def evaluate(node: Node, scope: Scope, alpha: float) -> np.ndarray:
    """Truth of a tree in every replay (replays,)."""
    if isinstance(node, Joined):
        part = alpha / len(node.parts) if node.word == "or" else alpha
        values = [evaluate(one, scope, part) for one in node.parts]
        return functools.reduce(JOINS[node.word], values)
    if isinstance(node, Name) and node.name == "automatic":
        return np.array([scope.automatic])
    if isinstance(node, Name):
        node = Comparison(">=", Bound(node.name, "low"), Number(1.0))
    baselines = max((len(scope.quantities[name]) for name in bounds_in(node, scope)), default=1)
    share = alpha / baselines if scope.any_baseline else alpha
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        values = [compare(node, scope, share, index) for index in range(baselines)]
    return functools.reduce(JOINS["or" if scope.any_baseline else "and"], values)


def bounds_in(node: Node, scope: Scope) -> set[str]:
    return quantities_of(node, scope.quantities)


def compare(node: Comparison, scope: Scope, alpha: float, index: int) -> np.ndarray:
    left, right = (value_of(side, scope, alpha, index) for side in (node.left, node.right))
    return np.atleast_1d(TESTS[node.sign](left, right))


def value_of(node: Node, scope: Scope, alpha: float, index: int) -> np.ndarray | float:
    """A number, or (replays,) numbers; of several baselines the one at `index`."""
    if isinstance(node, Number):
        return node.value
    if isinstance(node, Reported):
        return scope.reported[node.key]
    if isinstance(node, Name) and node.name not in scope.quantities:
        return scope.numbers[node.name]
    if isinstance(node, (Name, Bound)):
        name, side = (node.name, "low") if isinstance(node, Name) else (node.quantity, node.side)
        several = scope.quantities[name]
        low, high = several[index if len(several) > 1 else 0].bounds(alpha)
        return low if side == "low" else high
    left, right = (value_of(one, scope, alpha, index) for one in (node.left, node.right))
    return ARITHMETIC[node.sign](left, right)
