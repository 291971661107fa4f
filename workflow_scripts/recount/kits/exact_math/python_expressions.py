"""A small part of Python's expressions: numbers, texts, lists; run by two interpreters of our own.

`value` works on trees and keeps what it knows; `value_of_text` reads the text that `text` writes,
through Python's parser, and walks the syntax tree. Neither executes Python code. Inputs are called
i0, i1 (numbers), s0, s1 (texts), l0 (a list of numbers).
"""

import ast
import operator
from collections.abc import Callable
from typing import Any

from recount.kits.exact_math.expression_grammar import Expression, Rule
from recount.typed import BadValue

LONGEST, LARGEST = 1000, 10**30
INPUTS = {"i0": "int", "i1": "int", "s0": "str", "s1": "str", "l0": "list"}
CONSTANTS = {"0": 0, "1": 1, "2": 2, "3": 3, "10": 10, "''": "", "'a'": "a", "'b'": "b", "[]": []}
KINDS = {int: "int", str: "str", list: "list"}


def power(base: int, exponent: int) -> int:
    if not 0 <= exponent <= 64 or abs(base) > LONGEST:
        raise OverflowError
    return base**exponent


def times(many: Any, count: int) -> Any:
    if len(many) * count > LONGEST:
        raise OverflowError
    return many * count


def numbers(*ends: int) -> list[int]:
    if max(map(abs, ends)) > LONGEST:
        raise OverflowError
    return list(range(*ends))


# name: (result, arguments, how it is written, what it does)
OPERATIONS: dict[str, tuple[str, tuple[str, ...], str, Callable]] = {
    "+": ("int", ("int", "int"), "({} + {})", operator.add),
    "-": ("int", ("int", "int"), "({} - {})", operator.sub),
    "*": ("int", ("int", "int"), "({} * {})", operator.mul),
    "//": ("int", ("int", "int"), "({} // {})", operator.floordiv),
    "%": ("int", ("int", "int"), "({} % {})", operator.mod),
    "**": ("int", ("int", "int"), "({} ** {})", power),
    "length": ("int", ("str",), "len({})", len),
    "size": ("int", ("list",), "len({})", len),
    "sum": ("int", ("list",), "sum({})", sum),
    "max": ("int", ("list",), "max({})", max),
    "min": ("int", ("list",), "min({})", min),
    "int": ("int", ("str",), "int({})", int),
    "item": ("int", ("list", "int"), "{}[{}]", operator.getitem),
    "join": ("str", ("str", "str"), "({} + {})", operator.add),
    "repeat": ("str", ("str", "int"), "({} * {})", times),
    "backwards": ("str", ("str",), "{}[::-1]", lambda s: s[::-1]),
    "tail": ("str", ("str", "int"), "{}[{}:]", lambda s, n: s[n:]),
    "head": ("str", ("str", "int"), "{}[:{}]", lambda s, n: s[:n]),
    "str": ("str", ("int",), "str({})", str),
    "upper": ("str", ("str",), "{}.upper()", str.upper),
    "one": ("list", ("int",), "[{}]", lambda n: [n]),
    "append": ("list", ("list", "list"), "({} + {})", operator.add),
    "copies": ("list", ("list", "int"), "({} * {})", times),
    "reverse": ("list", ("list",), "{}[::-1]", lambda s: s[::-1]),
    "sorted": ("list", ("list",), "sorted({})", sorted),
    "range": ("list", ("int",), "list(range({}))", numbers),
    "span": ("list", ("int", "int"), "list(range({}, {}))", numbers),
    "rest": ("list", ("list", "int"), "{}[{}:]", lambda s, n: s[n:]),
    "start": ("list", ("list", "int"), "{}[:{}]", lambda s, n: s[:n]),
}


def rules(inputs: tuple[str, ...] = tuple(INPUTS)) -> list[Rule]:
    """The grammar where these inputs exist."""
    made = [Rule(name, INPUTS[name]) for name in inputs]
    made += [Rule(name, KINDS[type(one)]) for name, one in CONSTANTS.items()]
    return made + [Rule(name, one[0], one[1]) for name, one in OPERATIONS.items()]


def value(expression: Expression, inputs: dict[str, Any], known: dict[Expression, Any]) -> Any:
    """What an expression gives, None where it gives nothing. `known` holds earlier values."""
    if expression not in known:
        known[expression] = fresh_value(expression, inputs, known)
    return known[expression]


def fresh_value(expression: Expression, inputs: dict[str, Any], known: dict) -> Any:
    name, *parts = expression
    if not parts:
        return inputs[name] if name in inputs else CONSTANTS[name]
    values = [value(part, inputs, known) for part in parts]
    if any(one is None for one in values):
        return None
    try:
        found = OPERATIONS[name][3](*values)
    except (ValueError, IndexError, ZeroDivisionError, OverflowError):
        return None
    if isinstance(found, int):
        return found if abs(found) < LARGEST else None
    return found if len(found) <= LONGEST else None


def text(expression: Expression) -> str:
    """The expression in Python."""
    name, *parts = expression
    return OPERATIONS[name][2].format(*map(text, parts)) if parts else name


BINARY = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
}
CALLS = {one.__name__: one for one in (len, sum, max, min, int, str, sorted, list, range)}


def value_of_text(written: str, inputs: dict[str, Any]) -> Any:
    """What a text of this language gives, by its syntax tree. Raises BadValue on anything else."""
    return walked(ast.parse(written, mode="eval").body, inputs)


def walked(node: ast.AST | None, inputs: dict[str, Any]) -> Any:
    match node:
        case None:
            return None
        case ast.Constant(value=found):
            return found
        case ast.Name(id=name) if name in inputs:
            return inputs[name]
        case ast.List(elts=items):
            return [walked(one, inputs) for one in items]
        case ast.UnaryOp(op=ast.USub(), operand=of):
            return -walked(of, inputs)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in BINARY:
            return BINARY[type(op)](walked(left, inputs), walked(right, inputs))
        case ast.Call(func=ast.Name(id=name), args=parts) if name in CALLS:
            return CALLS[name](*(walked(one, inputs) for one in parts))
        case ast.Call(func=ast.Attribute(value=of, attr="upper"), args=[]):
            return walked(of, inputs).upper()
        case ast.Subscript(value=of, slice=ast.Slice(lower=low, upper=high, step=step)):
            return walked(of, inputs)[slice(*(walked(one, inputs) for one in (low, high, step)))]
        case ast.Subscript(value=of, slice=at):
            return walked(of, inputs)[walked(at, inputs)]
    raise BadValue(f"{ast.unparse(node)}: is not in this part of Python; write it otherwise")
