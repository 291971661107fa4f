"""Puzzles in families: a verifier says whether an answer is right, and says it all.

A family draws inputs (i0, i1 numbers, s0, s1 texts, l0 a list) and its verifier gets them as `p`
and the answer as `x`. `answer` is one right answer, found by other means, for tests and controls
only: no solver sees it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np

Inputs = dict[str, Any]


@dataclass(frozen=True)
class Family:
    """`ranges`: input -> (low, high), for a text the range of its length, for a list (shortest,
    longest, least, largest); `shape` changes drawn inputs so that an answer exists."""

    name: str
    kind: str
    ranges: dict[str, tuple[int, ...]]
    holds: Callable[[Any, Any], bool]
    answer: Callable[[Any], Any]
    shape: Callable[[Any], Inputs] = vars


@dataclass(frozen=True)
class Puzzle:
    family: Family
    inputs: Inputs

    @property
    def signature(self) -> tuple[str, ...]:
        return (self.family.kind, *sorted(self.inputs))

    def accepts(self, answer: Any) -> bool:
        """What the verifier says; an answer on which it fails is wrong."""
        try:
            return bool(self.family.holds(SimpleNamespace(**self.inputs), answer))
        except (ValueError, IndexError, ZeroDivisionError):
            return False

    def answer(self) -> Any:
        return self.family.answer(SimpleNamespace(**self.inputs))


def drawn(family: Family, rng: np.random.Generator) -> Puzzle:
    inputs: Inputs = {}
    for name, (low, high, *values) in family.ranges.items():
        number = int(rng.integers(low, high + 1))
        if name[0] == "i":
            inputs[name] = number
        elif name[0] == "s":
            inputs[name] = "".join(rng.choice(list("cdefgh"), number))
        else:
            inputs[name] = rng.integers(values[0], values[1] + 1, number).tolist()
    return Puzzle(family, dict(family.shape(SimpleNamespace(**inputs))))


def subset(numbers: list[int], total: int) -> list[int]:
    """Some of the numbers with that sum, by sums reached so far."""
    reached = {0: []}
    for one in numbers:
        reached |= {s + one: [*p, one] for s, p in list(reached.items()) if s + one not in reached}
    return reached[total]


def moves(discs: int, start: int = 0, end: int = 2) -> list[int]:
    """Hanoi: 3 * from + to, move by move."""
    if not discs:
        return []
    spare = 3 - start - end
    return [*moves(discs - 1, start, spare), 3 * start + end, *moves(discs - 1, spare, end)]


def hanoi(discs: int, played: list[int]) -> bool:
    pegs = [list(range(discs, 0, -1)), [], []]
    for move in played:
        if not 0 <= move < 9:
            return False
        start, end = divmod(move, 3)
        disc = pegs[start].pop()
        if pegs[end] and pegs[end][-1] < disc:
            return False
        pegs[end].append(disc)
    return len(pegs[2]) == discs


def unlike(x: Any) -> bool:
    return all(a != b for a, b in zip(x, x[1:], strict=False))
