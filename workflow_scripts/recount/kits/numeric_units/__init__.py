"""Units that are meant to learn exact arithmetic, and the tasks that tell whether they did.

`units` has NAC, NALU, NAU and NMU, with all seeds of a run in one tensor; `subset_sums` the task of
adding, subtracting or multiplying the sums of two parts of a vector, and its criterion of success.
"""

from recount.kits.numeric_units.subset_sums import Size, Study, Sums, ideal_error
from recount.kits.numeric_units.units import (
    NAC,
    NALU,
    NAU,
    NMU,
    Line,
    Network,
    add,
    multiply,
    multiply_logs,
    sparsity_error,
)

VERSION = 1

__all__ = [
    "NAC",
    "NALU",
    "NAU",
    "NMU",
    "VERSION",
    "Line",
    "Network",
    "Size",
    "Study",
    "Sums",
    "add",
    "ideal_error",
    "multiply",
    "multiply_logs",
    "sparsity_error",
]
