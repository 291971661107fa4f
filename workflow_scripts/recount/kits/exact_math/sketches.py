"""Informal drafts of rewriting proofs, formal sketches, and a prover that closes the gaps.

A sketch is the words between start and target that a proof should pass. A draft tells the same
words as a person would: letters have two names each, a letter that was just said is "again", the
one before it is "back", and now and then a letter is wrong. The prover knows no policy: it is
best-first over a fixed estimate, how much of a word and of its target do not match at either end.
"""

import heapq
from collections.abc import Sequence
from os.path import commonprefix
from random import Random

from recount.kits.exact_math.rewriting import LETTERS, Rules, moves, taken

NAMES = {letter: (1 + at, 1 + len(LETTERS) + at) for at, letter in enumerate(LETTERS)}
AGAIN, BACK = 1 + 2 * len(LETTERS), 2 + 2 * len(LETTERS)
DRAFT = BACK + 1  # numbers of the draft's tokens are below this; 0 is a blank
END = DRAFT + len(LETTERS)  # the formal letters come after the draft's, then the end of a lemma
VOCABULARY = END + 1


def draft(draw: Random, word: str, longest: int, slips: float) -> list[int]:
    """The word told informally, in `longest` tokens; with chance `slips` one letter is wrong."""
    letters = list(word)
    if letters and draw.random() < slips:
        letters[draw.randrange(len(letters))] = draw.choice(LETTERS)
    told = []
    for at, letter in enumerate(letters):
        choices = [draw.choice(NAMES[letter])]
        choices += [AGAIN] * (at > 0 and letters[at - 1] == letter)
        choices += [BACK] * (at > 1 and letters[at - 2] == letter)
        told.append(draw.choice(choices))
    return told + [0] * (longest - len(told))


def formal(word: str, longest: int) -> list[int]:
    """The word in the sketch's tokens, filled up with ends to one more than `longest`."""
    return [DRAFT + LETTERS.index(letter) for letter in word] + [END] * (longest + 1 - len(word))


def read(tokens: Sequence[int]) -> str | None:
    """The word before the first end; None where something else than a letter stands before it."""
    tokens = list(tokens)
    letters = tokens[: tokens.index(END)] if END in tokens else tokens
    if not all(DRAFT <= one < END for one in letters):
        return None
    return "".join(LETTERS[one - DRAFT] for one in letters)


def milestones(words: Sequence[str], gaps: int) -> list[str]:
    """The words that cut a proof into `gaps` parts of about the same number of steps."""
    last = len(words) - 1
    return [words[round(last * part / gaps)] for part in range(1, gaps)]


def unmatched(word: str, target: str) -> int:
    """Letters of the longer word outside the common beginning and the common end."""
    start = len(commonprefix((word, target)))
    rest, other = word[start:], target[start:]
    return max(len(rest), len(other)) - len(commonprefix((rest[::-1], other[::-1])))


def prove(
    start: str, target: str, rules: Rules, longest: int, expansions: int
) -> tuple[list[str] | None, int]:
    """A proof as its words, or None, and the expansions spent. Steps so far plus `unmatched`."""
    before: dict[str, str | None] = {start: None}
    open_, made = [(unmatched(start, target), 0, 0, start)], 0
    spent = 0
    while target not in before and open_ and spent < expansions:
        _, _, depth, word = heapq.heappop(open_)
        spent += 1
        for step in moves(word, rules, longest):
            found = taken(word, rules, step, longest)
            if found not in before:
                before[found] = word
                made += 1
                heapq.heappush(
                    open_, (depth + 1 + unmatched(found, target), made, depth + 1, found)
                )
    if target not in before:
        return None, spent
    words = [target]
    while before[words[-1]] is not None:
        words.append(before[words[-1]])
    return words[::-1], spent


def close(
    chain: Sequence[str | None], rules: Rules, longest: int, expansions: int
) -> tuple[list[str] | None, int]:
    """All gaps of a chain proved one after the other out of one budget; None if one stays open."""
    words, spent = [chain[0]], 0
    for start, target in zip(chain, chain[1:], strict=False):
        if start is None or target is None:
            return None, spent
        part, used = prove(start, target, rules, longest, expansions - spent)
        spent += used
        if part is None:
            return None, spent
        words += part[1:]
    return words, spent
