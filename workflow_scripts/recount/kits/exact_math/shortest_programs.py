"""Every short program that labels a number, in order of length: arithmetic, comparison, one loop.

An expression is x, the loop's i, 0, 1, 2, 3, or a sum, product or remainder of two expressions; a
condition compares two of them with = or <; a program is a condition on x, or "some i from 2 to
x - 1" or "every i" of it, or the contrary. The length counts the symbols. Programs that label all
of 3 ... N alike are one, of the least length.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Expression:
    text: str
    length: int
    values: np.ndarray  # at every pair (x, i), 2 <= i < x <= N, ordered by x
    loops: bool


@dataclass(frozen=True)
class Labelling:
    text: str
    length: int
    labels: np.ndarray  # (N - 2,) bool, of 3 ... N


def pairs(largest: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """x and i of all pairs, and where the pairs of each x from 3 on begin."""
    x = np.repeat(np.arange(3, largest + 1), np.arange(1, largest - 1))
    starts = np.concatenate([[0], np.cumsum(np.arange(1, largest - 2))])
    i = np.arange(len(x)) - starts[x - 3] + 2
    return x, i, starts


def expressions(largest: int, longest: int) -> list[Expression]:
    """All of length up to `longest`, no two with the same values."""
    x, i, _ = pairs(largest)
    leaves = [("x", x, False), ("i", i, True)]
    leaves += [(str(c), np.full(len(x), c), False) for c in range(4)]
    made = [Expression(text, 1, values, loops) for text, values, loops in leaves]
    seen = {one.values.tobytes() for one in made}
    for length in range(3, longest + 1, 2):
        shorter = list(made)
        for one in shorter:
            for two in shorter:
                if one.length + two.length + 1 == length:
                    for sign, values in operated(one, two):
                        if values.tobytes() not in seen:
                            seen.add(values.tobytes())
                            text = f"({one.text} {sign} {two.text})"
                            made.append(Expression(text, length, values, one.loops or two.loops))
    return made


def operated(one: Expression, two: Expression):
    if one.text <= two.text:
        yield "+", one.values + two.values
        yield "*", one.values * two.values
    if two.text not in ("0", "1") and two.values.min() > 0:
        yield "mod", one.values % two.values


def programs(largest: int, longest: int) -> list[Labelling]:
    """All labellings by programs of length up to `longest`, shortest first."""
    starts = pairs(largest)[2]
    found: dict[bytes, Labelling] = {}
    parts = expressions(largest, longest - 2)
    for one in parts:
        for two in parts:
            length = one.length + two.length + 1
            if length > longest:
                continue
            for sign, holds in (("=", one.values == two.values), ("<", one.values < two.values)):
                if sign == "=" and one.text > two.text:
                    continue
                text = f"{one.text} {sign} {two.text}"
                for labels, said, more in looped(holds, starts, one.loops or two.loops):
                    keep(found, Labelling(said + text, length + more, labels), longest)
    return sorted(found.values(), key=lambda one: (one.length, one.text))


def looped(holds: np.ndarray, starts: np.ndarray, loops: bool):
    """Labels of 3 ... N, what the program says, and how many symbols more it takes."""
    if not loops:
        yield holds[starts], "", 0
        return
    some = np.logical_or.reduceat(holds, starts)
    every = np.logical_and.reduceat(holds, starts)
    yield some, "some i: ", 1
    yield ~some, "no i: ", 1
    yield every, "every i: ", 1
    yield ~every, "not every i: ", 1


def keep(found: dict[bytes, Labelling], one: Labelling, longest: int) -> None:
    key = one.labels.tobytes()
    if one.length <= longest and (key not in found or one.length < found[key].length):
        found[key] = one


def shortest(every: list[Labelling], places: np.ndarray, labels: np.ndarray) -> list[Labelling]:
    """All of the least length that label the sample right; empty if no program does."""
    least: list[Labelling] = []
    for one in every:
        if least and one.length > least[0].length:
            break
        if (one.labels[places] == labels).all():
            least.append(one)
    return least
