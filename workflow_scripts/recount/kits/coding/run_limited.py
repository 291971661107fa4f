"""Words over four letters in which no letter stands more than `longest_run` times in a row.

They are numbered in lexicographic order (a LOCO code): the index of a word is a sum over its
letters of the admissible words that pass through a smaller letter there. Each term looks at the
last run only, so the sum can be taken for a received word with errors too, and an error moves it
by little. Words are arrays of 0 ... 3, (N, length).
"""

from functools import cached_property
from math import log2

import numpy as np

from recount.typed import BadValue

LETTERS = 4
LONGEST = 31  # 4^31 indices fit int64


class RunLimited:
    """Counting, ranking and unranking of all admissible words of one length."""

    def __init__(self, longest_run: int, length: int):
        if longest_run < 1 or length < 1:
            raise BadValue(f"longest_run {longest_run}, length {length}: both must be at least 1")
        self.longest_run, self.length = longest_run, length

    @cached_property
    def completions(self) -> list[list[int]]:
        """[left][run]: ways to go on for `left` letters after a run of `run`; exact integers."""
        rows = [[1] * (self.longest_run + 1)]
        for _ in range(self.length):
            last = rows[-1]
            longer = [
                last[run] if run <= self.longest_run else 0 for run in range(1, len(last) + 1)
            ]
            rows.append([4 * last[1]] + [3 * last[1] + one for one in longer[1:]])
        return rows

    @property
    def size(self) -> int:
        return self.completions[self.length][0]

    @cached_property
    def going_on(self) -> np.ndarray:
        """(length, run): ways to go on after repeating a letter of that run, 0 at the end."""
        if self.length > LONGEST:
            raise BadValue(f"length {self.length}: indices fit 64 bits up to length {LONGEST} only")
        left = [self.completions[self.length - 1 - place] for place in range(self.length)]
        return np.array([row[1:] + [0] for row in left], np.int64)

    def rank(self, words: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(index, whether admissible) of each word, (N,) and (N,)."""
        index = np.zeros(len(words), np.int64)
        admissible = np.ones(len(words), bool)
        run, last = np.zeros(len(words), int), np.full(len(words), -1)
        for place in range(self.length):
            letter, free = words[:, place], self.going_on[place, 0]
            index += letter * free
            passed = (last >= 0) & (last < letter)
            index += np.where(passed, self.going_on[place, run] - free, 0)
            repeats = letter == last
            admissible &= ~(repeats & (run == self.longest_run))
            run = np.where(repeats, np.minimum(run + 1, self.longest_run), 1)
            last = letter
        return index, admissible

    def unrank(self, indices: np.ndarray) -> np.ndarray:
        """The admissible words with these indices, (N, length)."""
        rest = np.array(indices, np.int64)
        if rest.size and (rest.min() < 0 or rest.max() >= self.size):
            raise BadValue(f"an index is outside 0 ... {self.size - 1}; there is no such word")
        words = np.zeros((len(rest), self.length), np.int64)
        run, last = np.zeros(len(rest), int), np.full(len(rest), -1)
        for place in range(self.length):
            free, repeat = self.going_on[place, 0], self.going_on[place, run]
            ways = np.where(np.arange(LETTERS) == last[:, None], repeat[:, None], free)
            until = np.cumsum(ways, axis=1)
            letter = (rest[:, None] >= until).sum(1)
            rest -= np.take_along_axis(until - ways, letter[:, None], 1)[:, 0]
            run = np.where(letter == last, run + 1, 1)
            words[:, place], last = letter, letter
        return words


def admissible_words(longest_run: int, length: int) -> tuple[np.ndarray, np.ndarray]:
    """Brute force: all 4^length words in lexicographic order, and which of them are admissible.

    A window of longest_run + 1 equal letters is looked for; no counting is used.
    """
    words = np.stack(np.unravel_index(np.arange(LETTERS**length), (LETTERS,) * length), axis=1)
    good = np.ones(len(words), bool)
    for start in range(length - longest_run):
        window = words[:, start : start + longest_run + 1]
        good &= (window != window[:, :1]).any(1)
    return words, good


def capacity(longest_run):
    """Bits per letter without errors: log2 of the growth rate of the number of words."""
    growth = np.diag(np.ones(longest_run - 1), 1)
    growth[:, 0] = 3
    return log2(abs(np.linalg.eigvals(growth)).max())
