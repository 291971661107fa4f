"""Position coupling: digits of the same weight share one position id.

A line is $a+b=c with n-digit operands, most significant digit first, and an (n+1)-digit sum, units
first. `coupled` numbers each digit by its weight, and the symbols 0; `absolute` numbers the places
of the line. Both start at an offset drawn anew for each line, so that late ids are seen as well.
`relative` has no ids but a learned attention bias per distance (T5).
"""

from typing import Literal

import numpy as np

from recount.kits.arithmetic import ByLength, LengthSize, Study
from recount.run import Run
from recount.typed import typed


@typed()
class Arm:
    positions: Literal["coupled", "absolute", "relative"]
    layers: int


def width(digits: int) -> int:
    return 3 * digits + 4


def span(run: Run) -> int:
    """How many ids: enough for the longest test, and the same at training."""
    longest = max(run.size.lengths.values())
    return longest + 2 if run.arm.positions == "coupled" else width(longest)


def places(run: Run, digits: int, count: int, rng: np.random.Generator) -> np.ndarray | None:
    """Position ids of `count` lines `$ a + b = c`, (count, 3 digits + 4)."""
    if run.arm.positions == "relative":
        return None
    if run.arm.positions == "coupled":
        down = np.arange(digits, 0, -1)
        ids = np.concatenate([[0], down, [0], down, [0], np.arange(1, digits + 2)])
    else:
        ids = np.arange(width(digits))
    return ids + rng.integers(span(run) - ids.max(), size=(count, 1))


experiment = Study(
    arm=Arm,
    size=LengthSize,
    lines=ByLength(
        places=places,
        span=span,
        positions=lambda run: "t5" if run.arm.positions == "relative" else "learned",
        layers=lambda run: run.arm.layers,
    ),
)
