"""A plane of tiles as inline SVG: the darker a tile, the larger its number, which it also shows."""

import math
from collections.abc import Callable, Sequence
from typing import Any

from markupsafe import Markup

from recount.reports.numbers import number
from recount.reports.plots import RIGHT, joined, picture, tag

MOST_WORDS, LETTERS = 14, 16  # columns beyond which no number fits in a tile; letters of a name


def tiles(plane: dict[str, Any], across: str, up: str, log: bool = False) -> Markup:
    """`plane`: names of columns and rows, the first row at the bottom, and cells as [column, row,
    value]. `log`: shades by the logarithm, where all values are positive."""
    columns, rows, cells = plane["columns"], plane["rows"], plane["cells"]
    margin = 14 + 6.6 * min(max(map(len, rows)), LETTERS)
    wide = (RIGHT + 16 - margin) / len(columns)
    high = min(24.0, max(9.0, 320 / len(rows)))
    shade = shades([value for *_, value in cells], log)
    spoken = len(columns) <= MOST_WORDS and high >= 14
    parts = []
    for column, row, value in cells:
        left, top = margin + wide * column, 8 + high * (len(rows) - 1 - row)
        words = f"{across} {columns[column]}, {up} {rows[row]}: {number(value)}"
        size = {"width": max(wide - 1, 1.0), "height": high - 1, "rx": 2}
        dark = shade(value)
        mark = tag("rect", x=left, y=top, **size, cls="tile", fill_opacity=f"{dark:.2f}")
        parts.append(tag("g", joined([tag("title", words), mark])))
        if spoken:
            place = {"x": left + wide / 2, "y": top + high / 2 + 4}
            kind = "tile-text dark" if dark > 0.55 else "tile-text"
            parts.append(tag("text", number(value), **place, cls=kind))
    parts += names(rows, columns, margin, wide, high)
    below = 8 + high * len(rows) + 34
    parts.append(tag("text", across.replace("_", " "), x=RIGHT + 16, y=below, cls="tick end"))
    parts.append(tag("text", up.replace("_", " "), x=0, y=below, cls="tick"))
    return picture(below + 8, f"{up} against {across}: {len(cells)} tiles", parts)


def shades(values: Sequence[float | None], log: bool) -> Callable:
    """A function from a value to a shade between 0.06 and 1; no value has none."""
    known = [v for v in values if v is not None]
    log = log and bool(known) and min(known) > 0
    placed = [math.log(v) if log else v for v in known] or [0.0]
    low, high = min(placed), max(placed)

    def shade(value: float | None) -> float:
        if value is None:
            return 0.0
        place = math.log(value) if log else value
        return 0.06 + 0.94 * ((place - low) / (high - low) if high > low else 0.5)

    return shade


def names(
    rows: list[str], columns: list[str], margin: float, wide: float, high: float
) -> list[Markup]:
    """Names of rows and columns, as many as have room."""
    bottom = 8 + high * len(rows)
    skip = max(1, math.ceil(12 / high))
    parts = [
        tag("text", name[:LETTERS], x=margin - 6, y=bottom - high * (k + 0.5) + 4, cls="tick end")
        for k, name in list(enumerate(rows))[::skip]
    ]
    longest = max(len(name) for name in columns)
    skip = max(1, math.ceil(max(18, 7 * min(longest, LETTERS)) / wide))
    return parts + [
        tag("text", name[:LETTERS], x=margin + wide * (k + 0.5), y=bottom + 16, cls="tick mid")
        for k, name in list(enumerate(columns))[::skip]
    ]
