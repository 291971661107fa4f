"""A judge of the paper's own, `judge(metrics, size)` in experiment.py: a reviewed exception.

It gets the rows that the claim's quantities name, with numbers for seeds and in an order without
meaning, and says reproduced, contradicted or inconclusive. Guards stay ours; the expressions of the
claim stay as well, since they say where the truth has its limit: there the worlds are, in which it
may err no more often than any other judge. Lost runs it never sees: each is put at either end of
its range, and the verdict has to stand wherever they lie.
"""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from recount.judge.quantities import pairs
from recount.judge.units import ALONG_AXIS
from recount.typed import BadValue, build

OUTCOMES = ("reproduced", "contradicted", "inconclusive")
MOST_LOST = 6  # lost cells of an arm and metric whose ends are combined


@dataclass(frozen=True)
class Custom:
    """The paper's function and the size that it is given."""

    function: Callable[[pd.DataFrame, Any], str]
    size: Any

    def decide(self, rule, table) -> tuple[np.ndarray, np.ndarray]:
        """(reproduced, contradicted), each (replays,), over all replays of a table."""
        frame, values = rows_of(rule, table)
        order = shuffled(len(frame))
        frame, values = frame.iloc[order].reset_index(drop=True), values[:, order]
        said = np.array([self.verdict(rule, frame, one) for one in values])
        return said == "reproduced", said == "contradicted"

    def verdict(self, rule, frame: pd.DataFrame, values: np.ndarray) -> str:
        lost = np.isnan(values)
        if not lost.any():
            return self.asked(frame, values)
        cells = frame[["arm", "metric"]].apply(tuple, axis=1).to_numpy()
        places = sorted(set(cells[lost]))
        if len(places) > MOST_LOST:
            return "inconclusive"
        found = set()
        for ends in itertools.product((0, 1), repeat=len(places)):
            side = dict(zip(places, ends, strict=True))
            fill = {(a, m): rule.paper.metric_range(m)[side[a, m]] for a, m in places}
            ends_of = np.array([fill.get(cell, np.nan) for cell in cells])
            found.add(self.asked(frame, np.where(lost, ends_of, values)))
        return found.pop() if len(found) == 1 else "inconclusive"

    def asked(self, frame: pd.DataFrame, values: np.ndarray) -> str:
        """What the function says of one table. Raises BadValue where it fails or says else."""
        try:
            said = self.function(frame.assign(value=values), self.size)
        except Exception as error:
            raise BadValue(f"judge in experiment.py: {type(error).__name__}: {error}") from None
        if said not in OUTCOMES:
            raise BadValue(f"judge in experiment.py: says {said!r}; say {', '.join(OUTCOMES)}")
        return said


def rows_of(rule, table) -> tuple[pd.DataFrame, np.ndarray]:
    """The rows that the claim names, without values, and the values (replays, rows).

    Units get numbers by a fixed shuffle, so they tell nothing of the seeds.
    """
    frames, values, seen = [], [], set()
    for one in rule.claim.quantities.values():
        along = one.along if one.take in ALONG_AXIS else None
        for arm in dict.fromkeys(arm for pair in pairs(one) for arm in pair if arm):
            name = (one.metric, arm, str(sorted(one.at.items())), along)
            if one.take == "count" or name in seen:
                continue
            seen.add(name)
            points, found, counts = table.select(one.metric, arm, one.at, along)
            units, places = np.indices(counts.shape).reshape(2, -1)
            rows = {"arm": arm, "unit": shuffled(len(counts))[units], "metric": one.metric}
            rows |= {"count": np.maximum(counts, 0).ravel(), **dict(one.at)}
            frames.append(pd.DataFrame(rows | ({along: points[places]} if along else {})))
            values.append(found.reshape(len(found), -1))
    return pd.concat(frames, ignore_index=True), np.concatenate(values, axis=1)


def shuffled(number: int) -> np.ndarray:
    """0 to number - 1 in an order that only the number decides."""
    return np.random.Generator(np.random.Philox(key=number)).permutation(number)


def custom_of(paper, claim, scale: str) -> Custom | None:
    """The paper's own judge, where the claim asks for it. Raises BadValue where there is none."""
    if claim.judge != "custom":
        return None
    from recount.experiment import custom_judge

    function, size = custom_judge(paper.folder)
    where = f"{paper.slug}/paper.yaml: scales.{scale}.size"
    return Custom(function, build(size, paper.scales[scale].size, where))
