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
from recount.kits.exact_math.continued_fractions import (
    Decimals,
    folded,
    sign_patterns,
    signed_terms,
    terms_by_floats,
    terms_needed,
)
from recount.kits.exact_math.normal import distance
from recount.kits.exact_math.numerals import digits_of, number_of
from recount.kits.exact_math.orbits import Orbit, orbit, steps_to
from recount.kits.exact_math.recurrences import (
    continued,
    follows,
    hankel_rank,
    shortest_recurrence,
)

VERSION = 1

__all__ = [
    "Case",
    "Decimals",
    "Exact",
    "Fact",
    "Found",
    "Orbit",
    "all_densities",
    "chances_not_to_fall",
    "change_density",
    "continued",
    "counted_changes",
    "counter_examples",
    "density_by_transform",
    "digits_of",
    "distance",
    "fact",
    "folded",
    "follows",
    "hankel_rank",
    "number_of",
    "orbit",
    "runs_of_ones",
    "shortest_recurrence",
    "sign_patterns",
    "signed_terms",
    "steps_to",
    "terms_by_floats",
    "terms_needed",
]
