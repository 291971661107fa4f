"""The metrics of one paper as arrays, the same for a real verdict and for its calibration.

A real table holds one replay, a calibration world holds thousands; every quantity is computed over
the replays at once, by the same code. So what is calibrated is what judges.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from recount.run import KEY_COLUMNS
from recount.typed import BadValue

ABSENT = -1  # the count of a row that does not exist, as opposed to one that holds nan


@dataclass(frozen=True)
class Block:
    """One metric of one arm. `axes`: name -> (P,), None where a row lacks it; `values`: (replays,
    units, P), nan where a run was lost; `counts`: (units, P), items of each value, or ABSENT."""

    axes: dict[str, np.ndarray]
    values: np.ndarray
    counts: np.ndarray

    def without(self, unit: int) -> "Block":
        return Block(
            self.axes, np.delete(self.values, unit, axis=1), np.delete(self.counts, unit, axis=0)
        )


@dataclass(frozen=True)
class Table:
    """`units`: seeds in ascending order, or (seed, item); `blocks`: (metric, arm) -> Block."""

    units: tuple
    blocks: dict[tuple[str, str], Block]
    left_out: tuple = ()

    def without(self, unit: int) -> "Table":
        """The same table with one unit left out, in every arm."""
        units = self.units[:unit] + self.units[unit + 1 :]
        blocks = {key: block.without(unit) for key, block in self.blocks.items()}
        return Table(units, blocks, (*self.left_out, self.units[unit]))

    def only(self, places: list[int]) -> "Table":
        """The same table with the units at these places alone."""
        units = tuple(self.units[place] for place in places)
        blocks = {
            key: Block(one.axes, one.values[:, places], one.counts[places])
            for key, one in self.blocks.items()
        }
        return Table(units, blocks, self.left_out)

    def has(self, metric: str, arm: str) -> bool:
        return (metric, arm) in self.blocks

    def select(self, metric: str, arm: str, at=None, along: str | None = None):
        """Points (G,), values (replays, units, G), counts (units, G) of one metric of one arm.

        `at` fixes axes; with `along` the points are that axis, ascending; without it G is 1.
        Raises BadValue where the rows do not exist or are not fixed by `at`.
        """
        block = self.blocks.get((metric, arm))
        if block is None:
            raise BadValue(f"metrics: arm {arm!r} has no rows of {metric!r}; emit them in evaluate")
        at = dict(at or {})
        keep = np.ones(block.values.shape[2], dtype=bool)
        for name, wanted in at.items():
            column = block.axes.get(name, np.full(len(keep), None, dtype=object))
            keep &= np.array([value is not None and value == wanted for value in column])
        for name, column in block.axes.items():
            if name not in at:
                present = np.array([value is not None for value in column])
                keep &= present if name == along else ~present
        if along is not None and along not in block.axes:
            keep[:] = False
        return self._ordered(block, keep, (metric, arm, at, along))

    def rows(self, metric: str, arm: str, at=None) -> tuple[np.ndarray, Block]:
        """Which points (P,) of a block agree with `at`, whatever their other axes."""
        block = self.blocks.get((metric, arm))
        if block is None:
            raise BadValue(f"metrics: arm {arm!r} has no rows of {metric!r}; emit them in measure")
        keep = np.ones(block.values.shape[2], dtype=bool)
        for name, wanted in dict(at or {}).items():
            column = block.axes.get(name, [None] * len(keep))
            keep &= np.array([value is not None and value == wanted for value in column])
        if not keep.any():
            raise BadValue(f"metrics: no row of {metric!r} in arm {arm!r} has {at}; check `at`")
        return keep, block

    def _ordered(self, block: Block, keep: np.ndarray, what) -> tuple:
        metric, arm, at, along = what
        (places,) = np.nonzero(keep)
        if not len(places) or (along is None and len(places) > 1):
            axes = {name: sorted({str(v) for v in col})[:8] for name, col in block.axes.items()}
            raise BadValue(
                f"metrics: {metric!r} of arm {arm!r} with at={at}, along={along!r} names "
                f"{len(places)} rows a unit; axes are {axes}: fix them with `at`, or use `along`"
            )
        points = np.zeros(1)
        if along is not None:
            points = np.array([float(block.axes[along][place]) for place in places])
            order = np.argsort(points)
            points, places = points[order], places[order]
        return points, block.values[:, :, places], block.counts[:, places]


def from_frame(frame: pd.DataFrame, unit: str = "seed") -> Table:
    """A table of one replay from tidy metric rows. Raises BadValue on duplicate or malformed rows.

    For `unit: item | instance | time` a column of that name numbers the units; without such a
    column, and for every other unit, the units are the seeds. Row order never matters.
    """
    absent = [name for name in KEY_COLUMNS if name not in frame.columns]
    if absent:
        raise BadValue(f"metrics: columns {absent} are missing; rows come from Rows.add")
    if frame[["arm", "metric", "seed"]].isna().any().any():
        raise BadValue("metrics: a row lacks its arm, metric or seed; rows come from Rows.add")
    label = "seed" if unit not in frame.columns else unit
    frame = labelled(frame, label) if label != "seed" else frame.copy()
    frame["unit"] = list(zip(frame["seed"].astype("int64"), frame[label], strict=True))
    if label == "seed":
        frame["unit"] = frame["seed"].astype("int64")
    units = tuple(sorted(frame["unit"].unique()))
    index = {one: place for place, one in enumerate(units)}
    names = [c for c in frame.columns if c not in (*KEY_COLUMNS, "unit", label)]
    blocks = {
        (str(metric), str(arm)): block_of(part, names, index)
        for (metric, arm), part in frame.groupby(["metric", "arm"], sort=True)
    }
    return Table(units, blocks)


def labelled(frame: pd.DataFrame, label: str) -> pd.DataFrame:
    """Every row with its unit: a seed's fingerprint, which has none, stands with all its units."""
    prints = frame["metric"].eq("fingerprint") & frame[label].isna()
    if (frame[label].isna() & ~prints).any():
        odd = frame.loc[frame[label].isna() & ~prints, "metric"].iloc[0]
        raise BadValue(f"metrics: a row of {odd!r} lacks its {label}; add it with that axis")
    units = frame.loc[frame[label].notna(), ["arm", "seed", label]].drop_duplicates()
    spread = frame[prints].drop(columns=label).merge(units, on=["arm", "seed"])
    return pd.concat([frame[~prints], spread], ignore_index=True)


def block_of(part: pd.DataFrame, names: list[str], index: dict) -> Block:
    """Rows of one metric and arm, put into arrays; absent rows hold nan and the count ABSENT."""
    names = [name for name in names if part[name].notna().any()]
    columns = [part[name].astype(object).where(part[name].notna(), None) for name in names]
    keys = list(zip(*columns, strict=True)) if names else [()] * len(part)
    points = sorted(set(keys), key=lambda key: [(v is None, str(type(v)), v) for v in key])
    place = {key: i for i, key in enumerate(points)}
    rows = np.array([index[one] for one in part["unit"]])
    cols = np.array([place[key] for key in keys])
    values = np.full((1, len(index), len(points)), np.nan)
    counts = np.full((len(index), len(points)), ABSENT, dtype=np.int64)
    if len(set(zip(rows.tolist(), cols.tolist(), strict=True))) < len(part):
        raise BadValue(
            f"metrics: duplicate rows of {part['metric'].iloc[0]!r} in {part['arm'].iloc[0]!r}; "
            "a row is named by arm, seed, metric and axes, once"
        )
    values[0, rows, cols] = part["value"].to_numpy(dtype=float)
    counts[rows, cols] = part["count"].fillna(0).to_numpy(dtype=np.int64)
    axes = {
        name: np.array([point[i] for point in points] + [None], dtype=object)[:-1]
        for i, name in enumerate(names)
    }
    return Block(axes, values, counts)
