"""Exact mathematics: statements tried on every case of a range, and certified by other code.

Raise VERSION when a change here can move a result.
"""

from recount.data.enumeration import Case, Exact, Fact, Found, counter_examples, fact
from recount.kits.exact_math.carries import (
    all_densities,
    chances_not_to_fall,
    change_density,
    counted_changes,
    density_by_transform,
    runs_of_ones,
)
from recount.kits.exact_math.normal import distance
from recount.kits.exact_math.numerals import digits_of, number_of
from recount.kits.exact_math.orbits import Orbit, orbit, steps_to

VERSION = 1

__all__ = [
    "Case",
    "Exact",
    "Fact",
    "Found",
    "Orbit",
    "all_densities",
    "chances_not_to_fall",
    "change_density",
    "counted_changes",
    "counter_examples",
    "density_by_transform",
    "digits_of",
    "distance",
    "fact",
    "number_of",
    "orbit",
    "runs_of_ones",
    "steps_to",
]
