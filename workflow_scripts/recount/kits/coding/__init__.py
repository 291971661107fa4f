"""Codes: words under constraints, decoding of errors, and sound that carries characters.

Raise VERSION when a change here can move a result.
"""

from recount.data.enumeration import Case, Exact, Fact, Found, counter_examples, fact
from recount.kits.coding.residues import ResidueCode, index_differences, smallest_modulus
from recount.kits.coding.run_limited import RunLimited, admissible_words, capacity
from recount.kits.coding.substitutions import doubles, singles
from recount.kits.coding.tones import (
    by_matched_filter,
    by_peak,
    error_bound,
    least_information,
    noise_level,
    sounds,
    twelfth_root,
)

VERSION = 1

__all__ = [
    "Case",
    "Exact",
    "Fact",
    "Found",
    "ResidueCode",
    "RunLimited",
    "admissible_words",
    "by_matched_filter",
    "by_peak",
    "capacity",
    "counter_examples",
    "doubles",
    "error_bound",
    "fact",
    "index_differences",
    "least_information",
    "noise_level",
    "singles",
    "smallest_modulus",
    "sounds",
    "twelfth_root",
]
