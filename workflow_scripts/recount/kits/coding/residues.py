"""Residue decoding: only words whose index is divisible by a modulus are used.

A wrong letter moves the index by one of few differences. If these leave different residues, the
residue of the received word's index names the difference, and subtracting it restores the index.
"""

from functools import cache, cached_property
from itertools import product

import numpy as np

from recount.kits.coding.run_limited import LETTERS, RunLimited
from recount.kits.coding.substitutions import singles
from recount.typed import BadValue

LIMB = 24  # bits of a difference that are reduced at once


def index_differences(words: RunLimited) -> set[int]:
    """Every difference of index that one wrong letter in an admissible word can make.

    A letter decides the terms of its own place and of at most `longest_run` places after it, and
    of what stands before only the last run counts: so short windows show everything.
    """
    most, length, out = words.longest_run, words.length, set()
    for place in range(length):
        before, after = min(most, place), min(most, length - 1 - place)
        for pattern in window_patterns(most, before, after):
            out.add(
                sum(
                    weight * words.completions[length - 1 - place - offset][run]
                    for (offset, run), weight in pattern
                )
            )
    return out


@cache
def window_patterns(most: int, before: int, after: int) -> frozenset:
    """Changes of the index as sums over (place after the error, run), each with its weight."""
    out = set()
    for window in product(range(LETTERS), repeat=before + 1 + after):
        if any(len(set(window[i : i + most + 1])) == 1 for i in range(len(window) - most)):
            continue
        right = terms(window, most, before)
        for letter in set(range(LETTERS)) - {window[before]}:
            wrong = terms(window[:before] + (letter,) + window[before + 1 :], most, before)
            change = {key: wrong.get(key, 0) - right.get(key, 0) for key in {**wrong, **right}}
            out.add(tuple(sorted((key, weight) for key, weight in change.items() if weight)))
    return frozenset(out)


def terms(window: tuple[int, ...], most: int, before: int) -> dict[tuple[int, int], int]:
    """How often each count of completions enters the index, from the place of the error on."""
    last, run, out = -1, 0, {}
    for place, letter in enumerate(window):
        for smaller in range(letter if place >= before else 0):
            new = run + 1 if smaller == last else 1
            if new <= most:
                out[place - before, new] = out.get((place - before, new), 0) + 1
        run = min(run + 1, most) if letter == last else 1
        last = letter
    return out


def smallest_modulus(differences: set[int], block: int = 64) -> int:
    """The smallest modulus that leaves 0 and all differences with different residues."""
    values = np.array(sorted(differences | {0}), dtype=object)
    sign = np.where(values < 0, -1, 1).astype(np.int64)
    limbs, rest = [], abs(values)
    while rest.any():
        limbs.insert(0, (rest & ((1 << LIMB) - 1)).astype(np.int64))
        rest = rest >> LIMB
    first = len(values)
    while True:
        moduli = np.arange(first, first + block)[:, None]
        residues = np.zeros((block, len(values)), np.int64)
        for limb in limbs:
            residues = ((residues << LIMB) + limb) % moduli
        residues = np.sort(residues * sign % moduli, axis=1)
        fits = (residues[:, 1:] != residues[:, :-1]).all(1)
        if fits.any():
            return int(first + fits.argmax())
        first += block


class ResidueCode:
    """The words with indices divisible by `modulus`, and their decoders. At most 31 letters."""

    def __init__(self, words: RunLimited, modulus: int, differences: set[int]):
        if modulus < 1:
            raise BadValue(f"modulus {modulus}: must be at least 1")
        self.words, self.modulus = words, modulus
        self.table = np.zeros(modulus, np.int64)
        for difference in sorted(differences, reverse=True):
            self.table[difference % modulus] = difference
        self.table[0] = 0

    @property
    def size(self) -> int:
        return -(-self.words.size // self.modulus)

    @cached_property
    def codewords(self) -> np.ndarray:
        return self.words.unrank(np.arange(0, self.words.size, self.modulus))

    def nearby(self, received: np.ndarray) -> np.ndarray:
        """Index of the codeword that equals a word or differs in one letter; -1 where none."""
        index, admissible = self.words.rank(received)
        residue = index % self.modulus
        sent = index - self.table[residue]
        exact = (residue == 0) & admissible
        possible = (sent >= 0) & (sent < self.words.size) & (sent % self.modulus == 0) & ~exact
        if possible.any():
            close = self.words.unrank(sent[possible])
            possible[possible] = (close != received[possible]).sum(1) == 1
        return np.where(exact | possible, sent, -1)

    def listed(self, received: np.ndarray) -> np.ndarray:
        """All codewords at one or two letters' distance: (N, 3 length) indices, -1 for none.

        A word with a codeword nearby is taken for a single error, and only that one is listed.
        Otherwise each single change is tried and decoded: 3 length words of `length` letters each.
        """
        near = self.nearby(received)
        changed = singles(received)
        found = self.nearby(changed.reshape(-1, received.shape[1])).reshape(changed.shape[:2])
        alone = np.full_like(found, -1)
        alone[:, 0] = near
        return np.where((near >= 0)[:, None], alone, found)
