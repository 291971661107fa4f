"""Certifies rewriting proofs without the code that finds them.

A proof comes as its words alone. Neighbouring words must differ by one equation at one place,
looked for by regular expressions, and every word must denote the same permutation of five things:
letter number k swaps the things k and k + 1, and a letter that a local equation brings along
denotes what that equation makes it. The second test needs no rewriting at all; it also tells
statements that have no proof.
"""

import re
from collections.abc import Sequence

Permutation = tuple[int, ...]
THINGS = 5
SAME: Permutation = tuple(range(THINGS))


def after(first: Permutation, second: Permutation) -> Permutation:
    return tuple(first[one] for one in second)


def undone(one: Permutation) -> Permutation:
    return tuple(one.index(k) for k in range(THINGS))


def swap(k: int) -> Permutation:
    order = list(SAME)
    order[k], order[k + 1] = order[k + 1], order[k]
    return tuple(order)


def meanings(local: Sequence[tuple[str, str]] = ()) -> dict[str, Permutation]:
    """Letter -> permutation. A local equation must hold one letter not yet known, once."""
    known = {letter: swap(k) for k, letter in enumerate("abcd")}
    for left, right in local:
        fresh = [letter for letter in left + right if letter not in known]
        if len(fresh) != 1:
            raise ValueError(f"{left} = {right}: must hold exactly one new letter, found {fresh}")
        if fresh[0] in right:
            left, right = right, left
        before, behind = left.split(fresh[0])
        known[fresh[0]] = after(
            after(undone(value(before, known)), value(right, known)), undone(value(behind, known))
        )
    return known


def value(word: str, known: dict[str, Permutation]) -> Permutation:
    """The permutation that a word denotes."""
    found = SAME
    for letter in word:
        found = after(found, known[letter])
    return found


def true(start: str, target: str, local: Sequence[tuple[str, str]] = ()) -> bool:
    """Whether both words denote the same permutation: necessary for a proof to exist."""
    known = meanings(local)
    return value(start, known) == value(target, known)


def one_step(before: str, behind: str, equations: Sequence[tuple[str, str]]) -> bool:
    """Whether one of the equations, used once either way, turns one word into the other."""
    for pair in equations:
        for left, right in (pair, pair[::-1]):
            for found in re.finditer(f"(?={re.escape(left)})", before):
                at = found.start()
                if "".join((before[:at], right, before[at + len(left) :])) == behind:
                    return True
    return False


def certified(
    words: Sequence[str],
    start: str,
    target: str,
    equations: Sequence[tuple[str, str]],
    local: Sequence[tuple[str, str]] = (),
) -> bool:
    """Whether `words` prove start = target from the theory's and the local equations."""
    if not words or words[0] != start or words[-1] != target:
        return False
    known = meanings(local)
    every = (*equations, *local)
    return all(value(word, known) == value(start, known) for word in words) and all(
        one_step(one, other, every) for one, other in zip(words, words[1:], strict=False)
    )
