"""Sums of any length as arrays of digits, and as lines of tokens of one width.

Numbers are arrays (..., n) of digits, most significant first, so a thousand digits are no special
case. Tokens: the digits of the base are ids 0 .. base-1, then the symbols in the order of SYMBOLS.
"""

from collections.abc import Sequence

import numpy as np

from recount.typed import typed

SYMBOLS = "+=$"


def add(a: np.ndarray, b: np.ndarray, base: int = 10) -> np.ndarray:
    """a + b, digits (..., n) each, most significant first -> (..., n + 1)."""
    total = np.zeros((*a.shape[:-1], a.shape[-1] + 1), np.int64)
    carry = np.zeros(a.shape[:-1], np.int64)
    for at in range(a.shape[-1] - 1, -1, -1):
        column = a[..., at] + b[..., at] + carry
        total[..., at + 1], carry = column % base, column // base
    total[..., 0] = carry
    return total


def draw_digits(
    rng: np.random.Generator, lengths: np.ndarray, width: int, base: int = 10
) -> np.ndarray:
    """Uniform numbers of the given lengths (N,), zero-padded on the left to (N, width) digits.

    A number longer than one digit does not start with 0.
    """
    digits = rng.integers(base, size=(len(lengths), width))
    place = np.arange(width)[::-1]  # weight of each column: 0 for units
    digits[place >= lengths[:, None]] = 0
    leads = (place == lengths[:, None] - 1) & (lengths[:, None] > 1)
    digits[leads] = rng.integers(1, base, size=leads.sum())
    return digits


@typed()
class Addition:
    """Lines `$ a + b = c`: operands of n digits, sum of n + 1, all zero-padded, so of one width.

    `reverse` writes the sum units first, `reverse_operands` the operands.
    """

    base: int = 10
    reverse: bool = True
    reverse_operands: bool = False

    @property
    def vocab(self) -> int:
        return self.base + len(SYMBOLS)

    def width(self, digits: int) -> int:
        """Tokens of a line."""
        return 3 * digits + 4

    def first(self, digits: int) -> int:
        """Where the sum starts; everything from there on is to be found."""
        return 2 * digits + 3

    def lines(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        """Operands (..., n) -> ids (..., 3n + 4)."""
        total = add(a, b, self.base)
        if self.reverse:
            total = total[..., ::-1]
        if self.reverse_operands:
            a, b = a[..., ::-1], b[..., ::-1]
        plus, equals, start = (
            np.full((*a.shape[:-1], 1), self.base + at) for at in range(len(SYMBOLS))
        )
        return np.concatenate([start, a, plus, b, equals, total], -1)

    def sums(
        self, rng: np.random.Generator, digits: int, count: int, *, shorter: bool = False
    ) -> np.ndarray:
        """`count` random lines. Both operands have `digits` digits, or with `shorter` at least one.

        `shorter` draws the pair of lengths uniformly among those whose longer one is `digits`.
        """
        lengths = np.full((2, count), digits)
        if shorter:
            pair = rng.integers(2 * digits - 1, size=count)
            lengths[0] = np.where(pair < digits, pair + 1, digits)
            lengths[1] = np.where(pair < digits, digits, pair - digits + 1)
        a, b = (draw_digits(rng, one, digits, self.base) for one in lengths)
        return self.lines(a, b)


def longer_of_two(rng: np.random.Generator, most: int, count: int) -> np.ndarray:
    """The longer of two lengths, each uniform in 1 .. most: (count,)."""
    return rng.integers(1, most + 1, size=(2, count)).max(0)


def stacked(rows: Sequence[np.ndarray]) -> np.ndarray:
    return np.stack(list(rows)).astype(np.int64)
