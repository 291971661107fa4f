"""Strict, frozen, keyword-only values: how an arm, a size or a setting gets its types.

    @typed()
    class Arm:
        positions: Literal["coupled", "absolute"]

`build(Arm, {"positions": "couplde"}, where="papers/.../paper.yaml: arms.a")` raises `BadValue`,
which names file, field and what to write instead. Nothing is converted: 1 is not "1" or True.
"""

import difflib
from typing import Any, TypeVar, dataclass_transform, get_args, get_origin

import pydantic
from pydantic.dataclasses import dataclass as pydantic_dataclass

T = TypeVar("T")


class BadValue(ValueError):
    """A value from a file that cannot be used. The message names file, field and remedy."""


@dataclass_transform(frozen_default=True, kw_only_default=True)
def typed():
    """Class decorator: a frozen, keyword-only dataclass that refuses unknown keys and types."""
    config = pydantic.ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)
    return pydantic_dataclass(frozen=True, kw_only=True, config=config)


def build(cls: type[T], values: dict[str, Any], where: str) -> T:
    """`cls(**values)`; lists become tuples where the field asks for one. Raises BadValue."""
    try:
        return cls(**tuples(cls, values))
    except pydantic.ValidationError as error:
        known = [field for field in getattr(cls, "__dataclass_fields__", {})]
        raise BadValue(explain(error, where, known)) from None


def tuples(cls: type, values: dict[str, Any]) -> dict[str, Any]:
    """YAML has lists only; a frozen value holds tuples. No other conversion is made."""
    fields = getattr(cls, "__dataclass_fields__", {})
    return {
        key: tuple(value)
        if isinstance(value, list) and key in fields and wants_tuple(fields[key].type)
        else value
        for key, value in values.items()
    }


def wants_tuple(kind: Any) -> bool:
    return get_origin(kind) is tuple or any(get_origin(part) is tuple for part in get_args(kind))


def explain(error: pydantic.ValidationError, where: str, known: list[str]) -> str:
    """One line per fault: where it is, what was found, what is wanted, the nearest known name."""
    lines = []
    for fault in error.errors(include_url=False):
        path = ".".join(str(part) for part in fault["loc"])
        name = str(fault["loc"][-1]) if fault["loc"] else ""
        text = f"{where}{': ' if path else ''}{path}: {fault['msg']}"
        if fault["type"] in ("unexpected_keyword_argument", "extra_forbidden"):
            near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
            hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known)}"
            text = f"{where}: unknown key {path!r}; {hint}"
        elif fault["type"] in ("missing", "missing_argument"):
            text = f"{where}: the key {path!r} is missing; add it"
        elif "input" in fault:
            text += f" (found {fault['input']!r:.80})"
        lines.append(text)
    return "\n".join(lines)
