"""Puzzles tried with expressions, likely ones first, and what is accepted looked at again."""

from collections.abc import Sequence
from itertools import groupby

import numpy as np

from recount.kits.exact_math import python_expressions as pe
from recount.kits.exact_math.expression_grammar import Enumeration, Expression, Likelihoods
from recount.kits.exact_math.puzzles import Puzzle

NOTHING = {"int": -1, "str": "", "list": []}


def solved(
    puzzles: Sequence[Puzzle], likelihoods: Likelihoods, most: int, rng: np.random.Generator
) -> dict[int, tuple[Expression, int]]:
    """Place of the puzzle -> the first accepted of `most` expressions and its number, if any is.

    Puzzles with answers and inputs of the same types are tried with the same list.
    """
    found = {}
    order = sorted(range(len(puzzles)), key=lambda place: puzzles[place].signature)
    for (kind, *inputs), alike in groupby(order, lambda place: puzzles[place].signature):
        listed = Enumeration(pe.rules(tuple(inputs)), likelihoods).first(kind, most, rng)
        for place in alike:
            first = first_accepted(puzzles[place], listed)
            if first is not None:
                found[place] = first
    return found


def first_accepted(puzzle: Puzzle, listed: list[Expression]) -> tuple[Expression, int] | None:
    known = {}
    for number, one in enumerate(listed, 1):
        answer = pe.value(one, puzzle.inputs, known)
        if answer is not None and puzzle.accepts(answer):
            return one, number
    return None


def confirmed(puzzle: Puzzle, expression: Expression) -> bool:
    """Whether the text of the expression, run by the other interpreter, is accepted too."""
    return puzzle.accepts(pe.value_of_text(pe.text(expression), puzzle.inputs))


def answer_holds(puzzle: Puzzle) -> bool:
    """Whether the verifier accepts the known answer, and refuses what is no answer at all."""
    return puzzle.accepts(puzzle.answer()) and not puzzle.accepts(NOTHING[puzzle.family.kind])


def share_unlike(found: Sequence[tuple]) -> float:
    """How many accepted answers (puzzle, expression, ...) are not the family author's."""
    unlike = [pe.value(one[1], one[0].inputs, {}) != one[0].answer() for one in found]
    return sum(unlike) / max(1, len(unlike))
