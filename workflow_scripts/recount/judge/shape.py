"""The shape of chance that a lab has recorded: residuals of many papers, pooled, never of one.

A row is what one unit of one paper showed in all arms of one metric at one point: how far each arm
lay from its own mean, in the paper's own spread. Rows stay whole, so that arms that fail together
do so here too. Every paper has the same weight, whatever it recorded.
"""

import functools
import hashlib
from dataclasses import dataclass

import numpy as np

from recount.judge.quantities import STUDENT, pairs
from recount.judge.table import from_frame
from recount.judge.units import on_scale
from recount.judge.worlds import ALONG, key_of, link_of
from recount.typed import BadValue

FEWEST_PAPERS = 15
FEWEST_UNITS = 5
SHAPED = (*STUDENT, "median")  # takes whose values have a shape, not only two or a few values


@dataclass(frozen=True, eq=False)
class Pool:
    """slug -> residual rows (units, arms), one array for each metric and point; sorted by slug."""

    rows: dict[str, tuple[np.ndarray, ...]]

    @property
    def known(self) -> bool:
        """Whether it holds papers enough to say anything of papers that are not in it."""
        return len(self.rows) >= FEWEST_PAPERS

    @property
    def digest(self) -> str:
        found = hashlib.sha256()
        for slug, arrays in sorted(self.rows.items()):
            found.update(slug.encode())
            for one in arrays:
                found.update(np.round(one, 9).tobytes())
        return found.hexdigest()

    def stated(self) -> dict:
        """What it was made of, for the calibration's own page."""
        number = sum(len(one) for arrays in self.rows.values() for one in arrays)
        return {"papers": sorted(self.rows), "rows": number, "digest": self.digest}

    def draw(self, rng: np.random.Generator, size: tuple, arms: int, even: bool = False):
        """Noise (arms, *size): a paper, then one of its rows. `even`: all rows in turn, for
        populations, whose own mean should be no matter of chance."""
        table, starts, counts = widened(self, arms)
        if even:
            place = (np.arange(np.prod(size)) + 0.5) / np.prod(size) * len(counts)
            paper = place.astype(int).reshape(size)
            share = (place % 1).reshape(size)
        else:
            paper, share = rng.integers(0, len(counts), size), rng.random(size)
        row = starts[paper] + (share * counts[paper]).astype(int)
        return np.moveaxis(table[row], -1, 0)


@functools.lru_cache(maxsize=16)
def widened(pool: Pool, arms: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(rows of `arms` columns, first row of each paper, how many it has). A paper's arms take turns
    in every column; where it has fewer, its next row goes on."""
    papers = [
        np.concatenate([turned(one, arms) for one in arrays])
        for _, arrays in sorted(pool.rows.items())
    ]
    counts = np.array([len(one) for one in papers])
    return np.concatenate(papers), np.cumsum(counts) - counts, counts


def turned(rows: np.ndarray, arms: int) -> np.ndarray:
    number, width = rows.shape
    places = np.arange(arms)
    unit = (np.arange(number)[:, None] + places // width) % number
    return np.concatenate([rows[unit, (places + turn) % width] for turn in range(width)])


def residuals(paper, frame) -> tuple[np.ndarray, ...]:
    """The rows of one paper at one scale, from its recorded metrics; empty where nothing varies."""
    try:
        table = from_frame(frame, paper.unit)
    except BadValue:
        return ()
    found: dict[tuple, list[np.ndarray]] = {}
    for claim in paper.claims.values():
        for one in claim.quantities.values():
            if one.take in SHAPED:
                along = one.along if one.take in ALONG else None
                arms = tuple(dict.fromkeys(arm for pair in pairs(one) for arm in pair if arm))
                name = (key_of(one.metric, "", one.at, along), link_of(one), arms)
                if name not in found:
                    found[name] = rows_of(one, along, arms, table)
    return tuple(row for name in sorted(found, key=str) for row in found[name])


def rows_of(quantity, along: str | None, arms: tuple, table) -> list[np.ndarray]:
    """One array (units, arms that vary) for each point of an axis, of variance 1 as a whole."""
    columns = []
    for arm in arms:
        try:
            _, values, items = table.select(quantity.metric, arm, quantity.at, along)
        except BadValue:
            continue
        columns.append(on_scale(values, items, link_of(quantity))[0])
    found = []
    for point in range(min((one.shape[1] for one in columns), default=0)):
        rows = np.stack([one[:, point] for one in columns], axis=1)
        rows = rows[np.isfinite(rows).all(axis=1)]
        if len(rows) < FEWEST_UNITS:
            continue
        rows = rows - rows.mean(axis=0)
        rows = rows[:, np.abs(rows).max(axis=0) > 1e-12]
        if rows.size:
            found.append(rows / np.sqrt((rows**2).mean()))
    return found
