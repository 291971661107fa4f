"""Exact claims: every case of a finite range is tried, and other code checks what was found.

A case is a dict of axes, such as {"base": 10}. `find` computes what the claim speaks of; `check`
computes the same by a second, simpler algorithm, and whether they agree is a row `agreement`.
`facts` turns what was found into rows: 1 where a statement holds, 0 at a counter-example (the axes
name it), or a plain number. So a judge can name the first counter-example and plant others.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from recount.experiment import Arrays, Measure
from recount.run import Rows, Run

Case = dict[str, Any]
Found = dict[str, Any]


@dataclass(frozen=True)
class Fact:
    """One row: True or False for a statement, else a number; `axes` are added to the case."""

    metric: str
    value: float
    count: int = 1
    axes: Case = field(default_factory=dict)


def fact(metric: str, value: float, count: int = 1, **axes: Any) -> Fact:
    return Fact(metric, float(value), count, axes)


def nothing_to_check(run: Run, case: Case) -> Found | None:
    return None


def nothing_more(run: Run, rows: Rows) -> None:
    return None


def Exact(
    *,
    arm: type,
    size: type,
    cases: Callable[[Run], Iterable[Case]],
    find: Callable[[Run, Case], Found],
    facts: Callable[[Run, Case, Found], Iterable[Fact]],
    check: Callable[[Run, Case], Found | None] = nothing_to_check,
    tolerance: float = 0.0,
    whole: Callable[[Run, Rows], None] = nothing_more,
) -> Measure:
    """A Measure over all cases. `check` returns None where a case is too large for it.

    `tolerance` is the largest absolute difference between floats that still counts as agreement;
    integers must be equal. `whole` adds rows on the enumeration as a whole, such as an average.
    """

    def measure(run: Run, data: Arrays) -> Rows:
        rows, listed = Rows(run), list(cases(run))
        for done, case in enumerate(listed):
            found, other = find(run, case), check(run, case)
            if other is not None:
                same = agree(found, other, tolerance)
                rows.add("agreement", float(same), len(other), **case)
            for one in facts(run, case, found):
                rows.add(one.metric, one.value, one.count, **case, **one.axes)
            run.report(done + 1, len(listed), str(case))
        rows.add("cases", len(listed), len(listed))
        whole(run, rows)
        rows.fingerprint([values_of(rows, seed) for seed in run.seeds])
        return rows

    return Measure(arm=arm, size=size, measure=measure)


def agree(found: Found, other: Found, tolerance: float = 0.0) -> bool:
    """Whether every quantity in `other` was found alike; a quantity missing in `found` is not."""
    return bool(other) and all(
        name in found and same(found[name], value, tolerance) for name, value in other.items()
    )


def same(left: Any, right: Any, tolerance: float) -> bool:
    left, right = np.asarray(left), np.asarray(right)
    if left.shape != right.shape:
        return False
    if left.dtype.kind == "f" or right.dtype.kind == "f":
        return bool(np.all(np.abs(left - right) <= tolerance))
    return bool(np.all(left == right))


def values_of(rows: Rows, seed: int) -> np.ndarray:
    of_seed = [row for row in rows.rows if row["seed"] == seed]
    return np.array([(row["value"], row["count"]) for row in of_seed])


def counter_examples(frame: pd.DataFrame, metric: str) -> pd.DataFrame:
    """The rows of a statement that do not hold, in the order of the enumeration."""
    return frame[(frame["metric"] == metric) & (frame["value"] == 0)]
