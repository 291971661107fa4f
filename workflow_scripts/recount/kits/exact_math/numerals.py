"""Positional numerals in any base, for whole arrays of integers at once."""

import numpy as np

from recount.typed import BadValue


def digits_of(numbers: np.ndarray, base: int, width: int) -> np.ndarray:
    """(...,) integers -> (..., width) digits, most significant first, leading zeros kept."""
    numbers = np.asarray(numbers)
    if base < 2:
        raise BadValue(f"base {base}: a positional numeral needs a base of at least 2")
    if numbers.size and (numbers.min() < 0 or numbers.max() >= base**width):
        raise BadValue(f"base {base}: a number does not fit {width} digits; widen it")
    weights = base ** np.arange(width - 1, -1, -1)
    return numbers[..., None] // weights % base


def number_of(digits: np.ndarray, base: int) -> np.ndarray:
    """The inverse of `digits_of` over the last axis."""
    digits = np.asarray(digits)
    return digits @ base ** np.arange(digits.shape[-1] - 1, -1, -1)
