"""Pydantic's findings as one plain line each: what was found and what to write instead."""

import re
import types
from collections.abc import Iterable
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from recount.declaration.checks import Fault, suggestion
from recount.declaration.schema import NAME_PATTERN

SHAPES = {
    NAME_PATTERN: "use small letters, digits and _, beginning with a letter (at most 64)",
    r"^\S": "begin with a letter, and no blank in front",
    r"^\S([^\n]*\S)?$": "write it on one line, with no blanks at its ends",
}
FIELD_SHAPES = {
    "arxiv": 'write the bare id in quotes: "2405.20671"',
    "doi": 'write the bare DOI: "10.1145/3292500"',
    "url": "write a whole address: https://...",
    "code": "write owner/name, an address beginning with https://, or null",
    "valid": "use names, numbers, + - * /, comparisons, and, or; at most 200 characters",
}
FIELD_SHAPES |= dict.fromkeys(("reproduced", "contradicted"), FIELD_SHAPES["valid"])
WANTED = {
    "string_type": "write text; a number or a word like true becomes text in quotes",
    "int_type": "write a whole number without quotes",
    "int_from_float": "write a whole number without a decimal point",
    "float_type": "write a number without quotes, as 12 or 0.001",
    "bool_type": "write true or false",
    "list_type": "write a list: [a, b]",
    "dict_type": "write a map: {name: value}",
    "model_type": "write a map: {name: value}",
    "model_attributes_type": "write a map: {name: value}",
    "finite_number": "write a finite number",
    "greater_than_equal": "write a larger number",
    "greater_than": "write a larger number",
    "less_than_equal": "write a smaller number",
    "too_long": "write fewer",
    "too_short": "write more",
    "string_too_long": "shorten it",
    "string_too_short": "write more",
}


def faults_of(error: ValidationError, model: type[BaseModel]) -> list[Fault]:
    """All findings of one validation, without repeats (a union reports one per branch)."""
    found: dict[tuple, list[str]] = {}
    errors = error.errors(include_url=False)
    floats = {one["loc"][:-1] for one in errors if one["type"] == "float_type"}
    for one in errors:
        if one["type"] == "int_type" and one["loc"][:-1] in floats:
            continue
        path, text = fault(one, model)
        found.setdefault(path, [])
        if text not in found[path]:
            found[path].append(text)
    return [(path, " Or: ".join(texts)) for path, texts in found.items()]


def fault(one: dict[str, Any], model: type[BaseModel]) -> Fault:
    kind, given = one["type"], one.get("input")
    path = plain_path(one["loc"], model)
    name = str(path[-1]) if path else ""
    if kind == "extra_forbidden":
        return path, f"unknown key; {suggestion(name, keys_at(path[:-1], model))}"
    if kind == "missing":
        return path, "is missing; add it"
    if kind == "literal_error":
        known = re.findall(r"'([^']+)'", one["ctx"]["expected"])
        return path, f"found {given!r:.60}; {suggestion(str(given), known)}"
    if kind == "value_error":
        return path, str(one["ctx"]["error"])
    if kind == "string_pattern_mismatch":
        shape = one["ctx"]["pattern"]
        remedy = FIELD_SHAPES.get(name) or SHAPES.get(shape, f"its shape is {shape}")
        return path, f"found {given!r:.60}; {remedy}"
    return path, f"{one['msg'].lower()}, found {given!r:.60}; {WANTED.get(kind, 'correct it')}"


def plain_path(loc: Iterable[str | int], model: type[BaseModel]) -> tuple:
    """The place in the file: without pydantic's own marks for unions, keys and types."""
    path: list[str | int] = []
    kinds = {model}
    for part in loc:
        if part == "[key]":
            break
        inner = [step for kind in kinds for step in steps(kind, part)]
        if inner:
            path.append(part)
            kinds = set(branches(inner))
        elif isinstance(part, int) or not path or is_model(kinds):
            path.append(part)
            kinds = set()
    return tuple(path)


def is_model(kinds: Iterable[Any]) -> bool:
    return any(isinstance(kind, type) and issubclass(kind, BaseModel) for kind in kinds)


def steps(kind: Any, part: str | int) -> list[Any]:
    """The types found one step inside `kind`."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return [
            one.annotation for key, one in kind.model_fields.items() if part in (key, one.alias)
        ]
    if get_origin(kind) is dict:
        return [get_args(kind)[1]]
    if get_origin(kind) is list and isinstance(part, int):
        return [get_args(kind)[0]]
    return []


def branches(kinds: Iterable[Any]) -> Iterable[Any]:
    """The members of unions and of annotated types, as plain types."""
    for kind in kinds:
        if get_origin(kind) in (Union, types.UnionType):
            yield from branches(get_args(kind))
        elif hasattr(kind, "__metadata__"):
            yield from branches([kind.__origin__])
        elif get_origin(kind) is not None or isinstance(kind, type):
            yield kind if get_origin(kind) is not None else kind


def keys_at(path: Iterable[str | int], model: type[BaseModel]) -> list[str]:
    """The keys that the model at a place knows, as they are written in the file."""
    kinds = {model}
    for part in path:
        kinds = set(branches(step for kind in kinds for step in steps(kind, part)))
    return [
        one.alias or key
        for kind in kinds
        if is_model([kind])
        for key, one in kind.model_fields.items()
    ]
