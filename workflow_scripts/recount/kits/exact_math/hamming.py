"""Hamming distances of a pattern to every alignment in a text, with counted operations.

The distance is m less the matches, and matches are a sum of convolutions, one a character, each
done pair by pair or by a fast transform. A model of a word-RAM charges one operation a pair, one a
butterfly (length / 2 times log2 length of them a transform), and one an output read from a packed
word. Words have 4 log2 n bits.
"""

from dataclasses import dataclass
from math import log2

import numpy as np
from scipy import fft
from sympy import nextprime


@dataclass(frozen=True)
class Distances:
    """`values` (n - m + 1,), operations charged, and certificates that did not hold."""

    values: np.ndarray
    operations: float
    failed: int = 0


def by_definition(text: np.ndarray, pattern: np.ndarray) -> Distances:
    windows = np.lib.stride_tricks.sliding_window_view(text, len(pattern))
    return Distances((windows != pattern).sum(axis=1), len(windows) * len(pattern))


def butterflies(length: int) -> float:
    return length / 2 * log2(length)


def positions(text: np.ndarray, pattern: np.ndarray):
    """(positions in the text, in the pattern) of every character that both have."""
    for one in np.intersect1d(text, pattern):
        yield np.flatnonzero(text == one), np.flatnonzero(pattern == one)


def pairwise(there, here, length: int) -> np.ndarray:
    """Matches of one character at every shift, counted pair by pair, cyclically."""
    return np.bincount((there[:, None] - here[None]).ravel() % length, minlength=length)


def transformed(there, here, length: int) -> np.ndarray:
    """The same by a fast transform."""
    one, other = np.zeros(length), np.zeros(length)
    one[there], other[here] = 1, 1
    return np.rint(fft.irfft(fft.rfft(one) * fft.rfft(other).conj(), length)).astype(np.int64)


def classic(text, pattern, limit: float = 1.0) -> Distances:
    """Heavy and light characters (Abrahamson 1987): whichever of the two ways is cheaper.

    `limit` 0 gives every character its transform. All heavy ones share one transform back.
    """
    length = 2 ** int(np.ceil(log2(len(text))))
    matches, operations, heavy = np.zeros(length, np.int64), 0.0, False
    for there, here in positions(text, pattern):
        pairs = len(there) * len(here)
        if pairs <= limit * 2 * butterflies(length):
            matches += pairwise(there, here, length)
            operations += pairs
        else:
            matches += transformed(there, here, length)
            operations, heavy = operations + 2 * butterflies(length), True
    operations += heavy * butterflies(length)
    return finished(matches, text, pattern, operations)


def packed(text, pattern, rng) -> Distances:
    """Middling characters match rarely at any one shift, so their counts fit in few bits.

    Counts are found modulo a random small prime, several in a word. A residue is never above its
    count, and the counts add up to all pairs, so residues that add up to them are the counts: the
    answer is always right, and only the cost is left to chance. Else the prime gets twice the bits.
    """
    length = 2 ** int(np.ceil(log2(len(text))))
    word = 4 * int(log2(length))
    matches, operations, failed = np.zeros(length, np.int64), 0.0, 0
    for there, here in positions(text, pattern):
        pairs = len(there) * len(here)
        bits = int(np.ceil(log2(8 + 4 * pairs / length)))
        if pairs <= cost(length, word, bits):
            matches += pairwise(there, here, length)
            operations += pairs
            continue
        counts = transformed(there, here, length)
        while True:
            prime = int(nextprime(rng.integers(2 ** (bits - 1), 2**bits)))
            operations += cost(length, word, bits)
            residues = counts % prime
            if residues.sum() == pairs:
                break
            bits, failed = 2 * bits, failed + 1
        matches += residues
    return finished(matches, text, pattern, operations, failed)


def cost(length: int, word: int, bits: int) -> float:
    """Three transforms on packed words, whose products need twice the bits; then all outputs."""
    return 3 * butterflies(length) / max(1, word // (2 * bits)) + length


def finished(matches, text, pattern, operations, failed=0) -> Distances:
    shifts = len(text) - len(pattern) + 1
    return Distances(len(pattern) - matches[:shifts], operations, failed)


def by_differences(text, pattern) -> np.ndarray:
    """Distances by a counting 3SUM with targets in a range: how many x - y are each s in 0..n - m.

    x = 3 n c + i for a character c at i of the text, y alike of the pattern: only equal characters
    have differences so small.
    """
    n, m = len(text), len(pattern)
    x = np.sort(3 * n * text + np.arange(n))
    y = 3 * n * pattern + np.arange(m)
    shifts = np.arange(n - m + 1)
    wanted = y[:, None] + shifts[None]
    place = np.searchsorted(x, wanted)
    return m - (x[np.minimum(place, n - 1)] == wanted).sum(axis=0)
