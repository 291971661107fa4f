"""Signed continued fractions a0 + b0/(a1 + b1/(a2 + ...)) with periodic signs b = +-1, exactly.

A term is the floor of what is left where the sign after it is +1 and the ceiling where it is -1, so
what is left next is above 1.
"""

from collections.abc import Iterable, Iterator
from itertools import chain, cycle, islice, product
from typing import NamedTuple

from mpmath import mp, mpf

Signs = tuple[int, ...]


class Decimals(NamedTuple):
    """A number known to some decimals: between leading / scale and (leading + 1) / scale."""

    leading: int
    scale: int


def sign_patterns(period: int) -> list[Signs]:
    """Every pattern of 1 ... `period` signs that does not repeat a shorter one; (1,) is first."""
    every = [signs for length in range(1, period + 1) for signs in product((1, -1), repeat=length)]
    return [signs for signs in every if not repeats(signs)]


def repeats(signs: Signs) -> bool:
    shorter = [n for n in range(1, len(signs)) if len(signs) % n == 0]
    return any(signs == signs[:n] * (len(signs) // n) for n in shorter)


def signed_terms(number: Decimals, signs: Signs) -> Iterator[int]:
    """The terms on which both ends of the interval agree, one by one, by Euclid's division."""
    top, bottom, high_top, high_bottom = *number, number.leading + 1, number.scale
    for sign in cycle(signs):
        term = sign * (sign * top // bottom)
        rest = sign * (top - term * bottom)
        high_rest = sign * (high_top - term * high_bottom)
        if not (0 < rest < bottom and 0 < high_rest < high_bottom):
            return
        yield term
        top, bottom, high_top, high_bottom = bottom, rest, high_bottom, high_rest


def terms_needed(terms: Iterable[int], signs: Signs, number: Decimals, digits: int) -> int:
    """Terms until a convergent is within 10^-digits of leading / scale; 0 if none is.

    With convergents p / q, the miss p scale - q leading follows the recurrence of p and q.
    """
    old_miss, miss, old_bottom, bottom = -number.leading, number.scale, 1, 0
    error = number.scale // 10**digits
    for count, (term, sign) in enumerate(zip(terms, chain([1], cycle(signs)), strict=False), 1):
        old_miss, miss = miss, term * miss + sign * old_miss
        old_bottom, bottom = bottom, term * bottom + sign * old_bottom
        if abs(miss) < error * abs(bottom):
            return count
    return 0


def terms_by_floats(value: mpf, signs: Signs, count: int) -> list[int]:
    """As `signed_terms`, by subtracting and inverting at mpmath's working precision."""
    terms: list[int] = []
    for sign in islice(cycle(signs), count):
        terms.append(int(mp.floor(value) if sign > 0 else mp.ceil(value)))
        value = sign / (value - terms[-1])
    return terms


def folded(terms: Iterable[int], signs: Signs) -> mpf:
    """The value of finitely many terms, from the last to the first, at working precision."""
    value = mp.inf
    for term, sign in reversed(list(zip(terms, cycle(signs), strict=False))):
        value = term + sign / value
    return value
