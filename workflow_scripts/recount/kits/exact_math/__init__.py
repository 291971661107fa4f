"""Exact mathematics: statements tried on every case of a range, and certified by other code.

Raise VERSION when a change here can move a result.
"""

from recount.data.enumeration import Case, Exact, Fact, Found, counter_examples, fact
from recount.kits.exact_math.numerals import digits_of, number_of
from recount.kits.exact_math.orbits import Orbit, orbit, steps_to

VERSION = 1

__all__ = [
    "Case",
    "Exact",
    "Fact",
    "Found",
    "Orbit",
    "counter_examples",
    "digits_of",
    "fact",
    "number_of",
    "orbit",
    "steps_to",
]
