"""Sparse Walsh-Hadamard spectra from few samples: hash into bins by subsampling, then peel.

A signal of length 2^bits is x[m] = sum_k X[k] (-1)^<m,k> + noise, with few non-zero X[k] = +-1.
Reading it at M l + d for all l, and transforming over l, adds all X[k] (-1)^<d,k> with M^T k = j
into bin j. Several shifts d tell an empty bin, a single coefficient and a collision apart, and
spell out the index of a single one. Sources: Scheibler, Haghighatshoar, Vetterli, arXiv 1310.1803
(no noise); Li, Bradley, Pawar, Ramchandran, arXiv 1508.06336 (noise).
"""

from dataclasses import dataclass

import numpy as np
from numba import njit


def transform(values: np.ndarray) -> np.ndarray:
    """Walsh-Hadamard transform of the last axis, a power of two long, without a factor."""
    shape, size = values.shape, values.shape[-1]
    values, half = values.reshape(-1, size), 1
    while half < size:
        pairs = values.reshape(-1, size // (2 * half), 2, half)
        values = np.stack([pairs[:, :, 0] + pairs[:, :, 1], pairs[:, :, 0] - pairs[:, :, 1]], 2)
        values, half = values.reshape(-1, size), 2 * half
    return values.reshape(shape)


def parity(left, right) -> np.ndarray:
    """<left, right> over the field of two elements, broadcast."""
    return np.bitwise_count(np.bitwise_and(left, right)) & 1


def spanned(basis) -> np.ndarray:
    """All 2^len(basis) sums of the basis, in the order of their coefficients' bits."""
    found = np.zeros(1, np.int64)
    for one in basis:
        found = np.concatenate([found, found ^ one])
    return found


@dataclass(frozen=True)
class Design:
    """Where a signal is read; `columns` are the basis vectors of M in each group."""

    bits: int
    columns: tuple[tuple[int, ...], ...]
    block: int  # bits in a block; 1: one shift a bit, as without noise

    @property
    def bins(self) -> int:
        return 2 ** len(self.columns[0])

    @property
    def shifts(self) -> np.ndarray:
        """(P,) distinct shifts: 0, and the sums of the unit vectors within every block."""
        blocks = [spanned(1 << bit for bit in part)[1:] for part in self.parts]
        return np.concatenate([[0], *blocks])

    @property
    def parts(self) -> list[range]:
        return [
            range(at, min(at + self.block, self.bits)) for at in range(0, self.bits, self.block)
        ]

    def bin_of(self, group: int, index: np.ndarray) -> np.ndarray:
        ones = [parity(index, column).astype(np.int64) for column in self.columns[group]]
        return sum(one << place for place, one in enumerate(ones))

    def reads(self) -> np.ndarray:
        """(groups, P, bins) indices into the signal."""
        lines = np.stack([spanned(basis) for basis in self.columns])
        return lines[:, None, :] ^ self.shifts[None, :, None]


def design(rng, bits: int, bins: int, groups: int, block: int) -> Design:
    """Random full-rank M for every group."""
    columns = []
    for _ in range(groups):
        basis = []
        while 2 ** len(basis) < bins:
            one = int(rng.integers(1, 2**bits))
            if one not in spanned(basis):
                basis.append(one)
        columns.append(tuple(basis))
    return Design(bits, tuple(columns), block)


@njit(cache=True)
def clean_signal(at, index, value):
    """The signal without noise, by its definition, at the places `at` (n,)."""
    found = np.zeros(len(at))
    for i in range(len(at)):
        for k in range(len(index)):
            both = at[i] & index[k]
            for half in (32, 16, 8, 4, 2, 1):
                both ^= both >> half
            found[i] += value[k] if both & 1 == 0 else -value[k]
    return found


@dataclass(frozen=True)
class Samples:
    """All that is read of a signal, each place once; `back` (groups, P, bins) points into it."""

    signal: np.ndarray
    back: np.ndarray

    def bins(self, rng, spread: float) -> np.ndarray:
        """Bins (groups, P, bins) under noise; a place read twice has one noise, as stored."""
        noisy = self.signal + spread * rng.standard_normal(len(self.signal))
        return transform(noisy[self.back]) / self.back.shape[-1]


def read(chosen: Design, index, value) -> Samples:
    reads = chosen.reads()
    places, back = np.unique(reads, return_inverse=True)
    return Samples(clean_signal(places, index, value), back.reshape(reads.shape))


@dataclass
class Peeled:
    """Coefficients found, as index -> value, and additions and multiplications that it took."""

    found: dict[int, float]
    operations: int


def spelled(chosen: Design, seen: np.ndarray) -> np.ndarray:
    """The index of each bin (P, n), were it single: the likeliest bits of every block, jointly
    with the unknown sign of the coefficient (a first-order Reed-Muller code in each block)."""
    index, at = np.zeros(seen.shape[1], np.int64), 1
    for part in chosen.parts:
        more = 2 ** len(part) - 1
        word = np.concatenate([seen[:1], seen[at : at + more]])
        scores = np.abs(transform(np.ascontiguousarray(word.T)))
        index |= scores.argmax(axis=1) << part.start
        at += more
    return index


def peel(chosen: Design, bins: np.ndarray, noise: float, tolerance: float) -> Peeled:
    """Takes single coefficients out of their bins until none is left.

    `noise`: variance of a bin; `tolerance`: largest mean square rest of a bin that counts as empty.
    """
    bins, shifts, found = bins.copy(), chosen.shifts, {}
    groups, count, size = bins.shape
    operations = groups * count * size * (size.bit_length() - 1)
    dirty = np.ones((groups, size), bool)
    budget = 8 * operations  # of a decoder that goes in circles
    limit = noise * (1 + 4 * np.sqrt(2 / count)) + tolerance
    while dirty.any():
        group = int(dirty.any(axis=1).argmax())
        here = np.flatnonzero(dirty[group])
        dirty[group] = False
        seen = bins[group][:, here]
        operations += seen.size * (4 + 2 * chosen.block)
        full = (seen**2).mean(axis=0) > limit
        seen, here = seen[:, full], here[full]
        index = spelled(chosen, seen)
        signs = 1 - 2.0 * parity(shifts[:, None], index)
        value = np.where((seen * signs).sum(axis=0) < 0, -1.0, 1.0)
        rest = ((seen - value * signs) ** 2).mean(axis=0)
        single = (rest <= limit) & (chosen.bin_of(group, index) == here)
        for one, its, sign in zip(index[single], value[single], signs.T[single], strict=True):
            found[int(one)] = found.get(int(one), 0.0) + its
            for other in range(groups):
                place = int(chosen.bin_of(other, one))
                bins[other, :, place] -= its * sign
                dirty[other, place] = True
            operations += groups * (count + chosen.bits)
        if operations > budget:
            break
    return Peeled({one: its for one, its in found.items() if its}, operations)
