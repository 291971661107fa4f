"""The pictures that a paper declares: rows of its metrics as lines, tiles or counts.

`drawn` takes them out of the rows, as plain values for the page's JSON; `picture` draws one.
A figure whose metric or axis no row has is left out: it is no evidence, only a view of it.
"""

from typing import Any

import pandas as pd
from markupsafe import Markup

from recount.reports import measured, plots, tiles, wording
from recount.run import KEY_COLUMNS

MOST_LINES, MOST_POINTS, MOST_TILES = 12, 240, 1200


def drawn(paper, frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Every figure that can be drawn from these rows: its words, and `series` or `panels`."""
    found = []
    for one in paper.figures.values():
        rows = chosen(paper, one, frame)
        if len(rows) == 0:
            continue
        words = {"title": one.title, "draw": one.draw, "at": wording.pairs(one.at)}
        words |= {"metric": one.metric, "along": one.along, "by": one.by, "log": list(one.log)}
        content = series(one, rows) if one.draw == "lines" else panels(one, rows)
        found.append(words | content)
    return found


def chosen(paper, one, frame: pd.DataFrame) -> pd.DataFrame:
    """The rows of a figure as arm, x, y, value, sorted; empty where something is absent."""
    empty = pd.DataFrame(columns=["arm", "x", "y", "value"])
    if not len(frame):
        return empty
    rows = measured.at(frame[frame.metric == one.metric], one.at)
    rows = rows[rows.arm.isin(one.arms or list(paper.arms))]
    if one.draw == "counts":
        return paired(one, rows, frame, empty)
    if one.along not in rows.columns or (one.by and one.by not in rows.columns):
        return empty
    rows = rows[rows[one.along].notna()]
    up = rows[one.by] if one.by else rows.arm
    found = pd.DataFrame({"arm": rows.arm, "x": rows[one.along], "y": up, "value": rows.value})
    return found[found.y.notna()].groupby(["arm", "x", "y"], sort=True).value.mean().reset_index()


def paired(one, rows: pd.DataFrame, frame: pd.DataFrame, empty: pd.DataFrame) -> pd.DataFrame:
    """How many cases have which two values: rows of both metrics with the same axes."""
    other = frame[frame.metric == one.along]
    shared = [name for name in frame.columns if name not in KEY_COLUMNS]
    keys = ["arm", "seed", *(name for name in shared if rows[name].notna().any())]
    if not len(rows) or not len(other) or rows.duplicated(keys).any():
        return empty
    both = rows.merge(other, on=keys, suffixes=("", "_along"))
    counts = both.groupby(["arm", "value_along", "value"], sort=True).size().reset_index()
    return counts.set_axis(["arm", "x", "y", "value"], axis=1)


def series(one, rows: pd.DataFrame) -> dict[str, Any]:
    """Lines by name, at most twelve of them, spread over all where there are more."""
    rows = rows[pd.to_numeric(rows.x, errors="coerce").notna()]
    several, lines = rows.arm.nunique() > 1, {}
    for (arm, up), part in rows.groupby(["arm", "y"], sort=False):
        name = arm if not one.by else f"{one.by} {wording.pairs(up)}"
        name = f"{arm}, {name}" if one.by and several else name
        if "metric" in one.log:
            part = part[part.value > 0]
        points = zip(part.x.astype(float), part.value)
        lines[name] = [[[measured.clean(x), measured.clean(y)] for x, y in points][:MOST_POINTS]]
    names = list(lines)
    step = max(1, -(-len(names) // MOST_LINES))
    return {"series": {name: lines[name] for name in names[::step]}}


def panels(one, rows: pd.DataFrame) -> dict[str, Any]:
    """One panel an arm, or one whose rows are the arms: names of columns and rows, and tiles as
    [column, row, value]."""
    rows = rows.head(MOST_TILES)
    if one.draw == "tiles" and not one.by:
        return {"panels": {"": plane(rows)}}
    return {"panels": {arm: plane(part) for arm, part in rows.groupby("arm", sort=False)}}


def plane(rows: pd.DataFrame) -> dict[str, Any]:
    columns, lines = (sorted(set(rows[side]), key=numbers_first) for side in ("x", "y"))
    cells = [
        [columns.index(x), lines.index(y), measured.clean(value)]
        for x, y, value in zip(rows.x, rows.y, rows.value)
    ]
    named = {"columns": columns, "rows": lines}
    return {side: [wording.pairs(v) for v in values] for side, values in named.items()} | {
        "cells": cells
    }


def numbers_first(value: Any) -> tuple:
    return isinstance(value, str), value


def picture(one: dict[str, Any]) -> list[tuple[str, Markup]]:
    """(name of the panel, its SVG): lines are one panel without a name."""
    if one["draw"] == "lines":
        lines = plots.lines_of(one["series"])
        log = {"log": "along" in one["log"], "log_up": "metric" in one["log"]}
        return [("", plots.lines(lines, one["along"], one["metric"], **log))]
    counts = one["draw"] == "counts"
    up = one["metric"] if counts else one["by"] or "arm"
    return [
        (name, tiles.tiles(found, one["along"], up, "metric" in one["log"] or counts))
        for name, found in one["panels"].items()
    ]
