"""Sums of products behind a small interface, stored as they came or as tables, and rules over both.

The rules see a term through `arguments`, `similar` and `is_collected` only, so a storage can be
added without a change to them. `work` is a list that grows by one entry for each look at a pair
of terms or at a table.
"""

from dataclasses import dataclass
from functools import singledispatch


@dataclass(frozen=True)
class Tree:
    """A sum of products; a product is (coefficient, names in order)."""

    parts: tuple


@dataclass(frozen=True)
class Collected:
    """Names in order -> coefficient."""

    table: dict


@singledispatch
def arguments(term):
    return term.parts


@arguments.register
def _(term: Collected):
    return tuple((coefficient, names) for names, coefficient in term.table.items())


@singledispatch
def similar(term, parts, work):
    return Tree(tuple(parts))


@similar.register
def _(term: Collected, parts, work):
    table = {}
    for coefficient, names in parts:
        work.append(1)
        table[names] = table.get(names, 0) + coefficient
    return Collected(table)


@singledispatch
def is_collected(term):
    return False


@is_collected.register
def _(term: Collected):
    return True


def ordered(term, work):
    return similar(term, [(c, tuple(sorted(names))) for c, names in arguments(term)], work)


def like_terms(term, work):
    if is_collected(term):
        return term
    kept = []
    for coefficient, names in arguments(term):
        for place, (other, its) in enumerate(kept):
            work.append(1)
            if its == names:
                kept[place] = (other + coefficient, names)
                break
        else:
            kept.append((coefficient, names))
    return similar(term, kept, work)


def no_zeros(term, work):
    return similar(term, [part for part in arguments(term) if part[0]], work)


RULES = (ordered, like_terms, no_zeros)


def simplified(parts, storage):
    """The simplified sum of `parts`, and how much work it was."""
    work = []
    term = similar(Collected({}) if storage == "collected" else Tree(()), parts, work)
    for rule in RULES:
        term = rule(term, work)
    return term, len(work)
