"""A rule's expressions in words, with what was found beside what was asked."""

import math
from dataclasses import dataclass, replace
from typing import Any

from recount.judge import expressions
from recount.reports.numbers import number
from recount.typed import BadValue

SIGNS = {"<=": "≤", ">=": "≥", "==": "=", "*": "×", "-": "−"}
SIDES = {"low": "lower bound", "high": "upper bound"}


@dataclass(frozen=True)
class Part:
    """One comparison of a rule: how it reads, what was found, and whether it holds."""

    text: str
    found: str
    holds: bool | None
    quantity: str | None = None
    limit: float | None = None


def rule(
    text: str, judgement: dict[str, Any], names: dict[str, float], known: bool | None = None
) -> tuple[str, list[Part]]:
    """`all` or `any`, and the comparisons of an expression with what was found.

    `names` holds the numbers of the scale's size, and those of the paper as `reported.x`; `known`
    is what the judge found of the whole. An expression that is not a plain list of comparisons is
    one part, as it stands.
    """
    try:
        tree = expressions.parse(text)
    except BadValue:
        return "all", [Part(text, "", None)]
    joined = isinstance(tree, expressions.Joined)
    word = "any" if joined and tree.word == "or" else "all"
    parts = [
        part(node, judgement.get("quantities") or {}, names)
        for node in (tree.parts if joined else (tree,))
    ]
    return word, [settled(one, word, known) for one in parts]


def settled(one: Part, word: str, known: bool | None) -> Part:
    """A part as the judge saw it: parts that share the error need more than the shown bound."""
    if one.holds is None or known is None:
        return one
    if word == "all":
        holds = True if known else one.holds
    else:
        holds = one.holds and known
    if holds == one.holds:
        return one
    return replace(one, holds=holds, found=f"{one.found}, at its share of the error")


def part(node, quantities: dict[str, Any], names: dict[str, float]) -> Part:
    if isinstance(node, expressions.Name):
        if node.name == "automatic":
            return Part("every guard passes", "", None)
        node = expressions.Comparison(
            ">=", expressions.Bound(node.name, "low"), expressions.Number(1.0)
        )
    if not isinstance(node, expressions.Comparison):
        return Part(spoken(node), "", None)
    statement = enumerated(node, quantities)
    if statement:
        return Part(statement, "", compared(node, quantities, names)[0])
    ends = baselines(node, quantities)
    found = [compared(node, several(quantities, end), names) for end in ends]
    found = [(holds, f"{end}: {text}" if text else "") for end, (holds, text) in zip(ends, found)]
    found = found or [compared(node, quantities, names)]
    bounds = [one for one in (node.left, node.right) if bounded(one)]
    limit = value(node.right if bounded(node.left) else node.left, quantities, names)
    limit = limit if len(bounds) == 1 and limit is not None and math.isfinite(limit) else None
    holds = None if None in (known for known, _ in found) else all(known for known, _ in found)
    text = "; ".join(text for _, text in found)
    return Part(spoken(node), text, holds, bounds[0].quantity if bounds else None, limit)


def enumerated(node, quantities: dict[str, Any]) -> str:
    """A comparison with 1 or 0, which stands for whether a counted statement holds; else empty."""
    if not bounded(node.left) or not isinstance(node.right, expressions.Number):
        return ""
    name, takes_all = (
        node.left.quantity,
        quantities.get(node.left.quantity, {}).get("take") == "all",
    )
    if not takes_all or not 0 <= node.right.value <= 1:
        return ""
    return f"{name} {'holds in every case' if node.sign in ('>', '>=') else 'fails in some case'}"


def baselines(node, quantities: dict[str, Any]) -> list[str]:
    """What follows the dot in the names of a quantity that has several baselines."""
    wanted = {one.quantity for one in expressions.walk(node) if bounded(one)}
    names = [name.split(".", 1) for name in quantities if "." in name]
    return [end for base, end in names if base in wanted]


def several(quantities: dict[str, Any], end: str) -> dict[str, Any]:
    """The quantities as one baseline sees them."""
    mine = {name.split(".", 1)[0]: one for name, one in quantities.items() if end_of(name) == end}
    return {**quantities, **mine}


def end_of(name: str) -> str:
    return name.partition(".")[2]


def compared(node, quantities: dict[str, Any], names: dict[str, float]) -> tuple[Any, str]:
    """Whether a comparison holds of the bounds that are shown, and its numbers."""
    left, right = value(node.left, quantities, names), value(node.right, quantities, names)
    if left is None or right is None:
        return None, ""
    text = f"{number(left)} {SIGNS.get(node.sign, node.sign)} {number(right)}"
    return bool(expressions.TESTS[node.sign](left, right)), text


def bounded(node) -> bool:
    return isinstance(node, expressions.Bound)


def spoken(node) -> str:
    """A tree as a reader would write it: `lower bound of coupled ≥ 6 × train_digits`."""
    if isinstance(node, expressions.Number):
        return number(node.value)
    if isinstance(node, expressions.Name):
        return node.name
    if isinstance(node, expressions.Reported):
        return f"the paper's {node.key}"
    if isinstance(node, expressions.Bound):
        return f"{SIDES[node.side]} of {node.quantity}"
    if isinstance(node, expressions.Joined):
        return "(" + f" {node.word} ".join(spoken(one) for one in node.parts) + ")"
    sign = SIGNS.get(node.sign, node.sign)
    sides = [
        f"({spoken(one)})" if isinstance(one, expressions.Arithmetic) and bracketed(node) else None
        for one in (node.left, node.right)
    ]
    left, right = (text or spoken(one) for text, one in zip(sides, (node.left, node.right)))
    return f"{left} {sign} {right}"


def bracketed(node) -> bool:
    return isinstance(node, expressions.Arithmetic) and node.sign in "*/-"


def value(node, quantities: dict[str, Any], names: dict[str, float]) -> float | None:
    """The number behind a tree, ±inf for an open bound, None when it is not known."""
    if isinstance(node, expressions.Number):
        return node.value
    if isinstance(node, expressions.Name):
        return names.get(node.name)
    if isinstance(node, expressions.Reported):
        return names.get(f"reported.{node.key}")
    if isinstance(node, expressions.Bound):
        return bound(quantities.get(node.quantity), node.side)
    left, right = value(node.left, quantities, names), value(node.right, quantities, names)
    if left is None or right is None or (node.sign == "/" and right == 0):
        return None
    return float(expressions.ARITHMETIC[node.sign](left, right))


def bound(quantity: dict[str, Any] | None, side: str) -> float | None:
    if quantity is None:
        return None
    if side in (quantity.get("unbounded") or []):
        return -math.inf if side == "low" else math.inf
    return quantity.get(side)
