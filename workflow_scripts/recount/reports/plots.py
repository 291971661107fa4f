"""Plots as inline SVG: no script, no network, colours from the page's style sheet.

Every text is escaped. Values are plain lists; None is a value without a place on the axis (never
reached, diverged), drawn in a column of its own at the right edge.
"""

import math
import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup, escape

from recount.reports.numbers import labels, number

WIDTH = 460
LEFT, RIGHT = 8, 436
ROW = 68
DOT = 7
MOST_POINTS = 1500  # of all seeds in one figure; beyond it only their envelope is drawn


@dataclass(frozen=True)
class Row:
    """One line of a strip plot: dots, an interval with its point, the paper's number, limits."""

    name: str
    values: Sequence[float | None] = ()
    point: float | None = None
    low: float | None = None
    high: float | None = None
    unbounded: Sequence[str] = ()
    paper: float | None = None
    limits: Sequence[tuple[str, float]] = ()
    text: str = ""
    shade: int = 0


@dataclass(frozen=True)
class Line:
    """One arm of a line plot: a thin line per seed, a strong one through their medians."""

    name: str
    seeds: Sequence[Sequence[tuple[float, float]]]
    shade: int = 0
    middle: list[tuple[float, float]] = field(default_factory=list)


@dataclass(frozen=True)
class Axis:
    """From values to pixels. A log axis is used where it was asked for and all is positive."""

    low: float
    high: float
    log: bool
    start: float
    end: float

    def at(self, value: float) -> float:
        low, high, value = (self.to(x) for x in (self.low, self.high, value))
        share = 0.5 if high == low else (value - low) / (high - low)
        return self.start + min(max(share, 0.0), 1.0) * (self.end - self.start)

    def to(self, value: float) -> float:
        return math.log10(max(value, 1e-300)) if self.log else value


def axis(values: Iterable[float | None], start: float, end: float, log: bool = False) -> Axis:
    """An axis that holds all finite values with a margin of 4 % on either side."""
    finite = [float(v) for v in values if v is not None and math.isfinite(v)] or [0.0, 1.0]
    log = log and min(finite) > 0
    low, high = min(finite), max(finite)
    if low == high:
        low, high = (low / 2, high * 2) if log else (low - 0.5, high + 0.5)
    if log:
        step = (high / low) ** 0.04
        return Axis(low / step, high * step, True, start, end)
    return Axis(low - 0.04 * (high - low), high + 0.04 * (high - low), False, start, end)


def ticks(scale: Axis, count: int = 5) -> list[float]:
    """Round numbers along an axis, at least two."""
    if scale.log:
        for factors in ((1,), (1, 2, 5), (1, 1.5, 2, 3, 4, 5, 6, 8)):
            powers = range(math.floor(scale.to(scale.low)), math.ceil(scale.to(scale.high)) + 1)
            marks = [f * 10.0**p for p in powers for f in factors]
            marks = [mark for mark in marks if scale.low <= mark <= scale.high]
            if len(marks) >= 3:
                return marks[:: -(-len(marks) // (count + 1))]
    span = scale.high - scale.low
    if span <= 0 or not math.isfinite(span):
        return [scale.low]
    raw = span / count
    unit = 10.0 ** math.floor(math.log10(raw))
    step = min((f * unit for f in (1, 2, 2.5, 5, 10)), key=lambda s: abs(s - raw))
    first = math.ceil(scale.low / step)
    return [round(k * step, 12) for k in range(first, math.floor(scale.high / step) + 1)]


def tag(name: str, content: Any = None, **attributes: Any) -> Markup:
    """One SVG element; `cls` is class, `_` in a name is `-`, numbers keep one decimal."""
    parts = [name]
    for key, value in attributes.items():
        key = "class" if key == "cls" else key.replace("_", "-")
        value = f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else value
        parts.append(f'{key}="{escape(value)}"')
    opening = " ".join(parts)
    if content is None:
        return Markup(f"<{opening}/>")
    return Markup(f"<{opening}>{escape(content)}</{name}>")


def joined(parts: Iterable[Markup]) -> Markup:
    return Markup("").join(parts)


def picture(height: float, label: str, parts: Iterable[Markup]) -> Markup:
    """The SVG itself: an image with `label` as its text for those who do not see it."""
    title = tag("title", label)
    box = f"0 0 {WIDTH} {height:.0f}"
    return tag("svg", joined([title, *parts]), viewBox=box, role="img", cls="plot")


def strip(rows: Sequence[Row], log: bool = False, absent: str = "no value") -> Markup:
    """Dot-and-interval plot: a row per quantity, every seed a dot, all on one axis.

    `absent` names the column of the seeds without a value.
    """
    values = [v for row in rows for v in (*row.values, row.point, row.low, row.high, row.paper)]
    values += [limit for row in rows for _, limit in row.limits]
    gutter = any(value is None for row in rows for value in row.values)
    scale = axis(values, LEFT + 10, RIGHT - (40 if gutter else 8), log)
    parts = [joined(strip_row(row, scale, 4 + ROW * k)) for k, row in enumerate(rows)]
    bottom = 4 + ROW * len(rows)
    parts += bottom_axis(scale, bottom)
    if gutter:
        parts.append(tag("text", absent, x=RIGHT + 16, y=bottom + 17, cls="tick end"))
    label = "; ".join(f"{row.name}: {row.text}" for row in rows)
    return picture(bottom + 26, label, parts)


def strip_row(row: Row, scale: Axis, top: float) -> list[Markup]:
    middle = top + 42
    parts = [
        tag("text", row.name, x=LEFT, y=top + 14, cls="name"),
        tag("text", row.text, x=RIGHT + 16, y=top + 14, cls="value end"),
        tag("line", x1=LEFT, x2=RIGHT + 16, y1=middle, y2=middle, cls="track"),
    ]
    parts += interval(row, scale, middle)
    for text, limit in row.limits:
        x = scale.at(limit)
        mark = tag("line", x1=x, x2=x, y1=middle - 19, y2=middle + 19, cls="limit")
        parts.append(tag("g", joined([tag("title", text), mark])))
    parts.append(dots(row, scale, middle))
    if row.paper is not None:
        x = scale.at(row.paper)
        shape = f"M{x:.1f} {middle - 9:.1f}l7 9l-7 9l-7-9z"
        title = tag("title", f"the paper: {number(row.paper)}")
        parts.append(tag("g", joined([title, tag("path", d=shape, cls="paper")])))
    return parts


def interval(row: Row, scale: Axis, middle: float) -> list[Markup]:
    """A bar from low to high, open where a bound is infinite, and a tick at the point."""
    parts = []
    low, high = row.low, row.high
    if low is not None or high is not None or row.unbounded:
        start = scale.at(low) if low is not None else LEFT
        end = scale.at(high) if high is not None else RIGHT + 16
        width = max(end - start, 3.0)
        rounding = {"rx": 5}
        box = tag("rect", x=start, y=middle - 5, width=width, height=10, **rounding, cls="bar")
        parts.append(box)
    if row.point is not None:
        x = scale.at(row.point)
        parts.append(tag("line", x1=x, x2=x, y1=middle - 11, y2=middle + 11, cls="point"))
    return parts


def dots(row: Row, scale: Axis, middle: float) -> Markup:
    """All seeds as one path of round dots; dots that meet stand in columns of five."""
    if not row.values:
        return Markup("")
    stacks: dict[int, list[float]] = {}
    for value in sorted(row.values, key=lambda v: (v is None, v or 0.0)):
        x = scale.at(value) if value is not None and math.isfinite(value) else RIGHT - 16
        stacks.setdefault(round(x / DOT), []).append(x)
    places = []
    for stack in stacks.values():
        columns = [stack[k : k + 5] for k in range(0, len(stack), 5)]
        for index, column in enumerate(columns):
            shift = (index - (len(columns) - 1) / 2) * DOT
            for rank, x in enumerate(column):
                y = middle + (rank - (len(column) - 1) / 2) * DOT
                places.append(f"M{x + shift:.1f} {y:.1f}h0".replace(".0", ""))
    title = tag("title", ", ".join(number(value) for value in row.values))
    path = tag("path", d="".join(places), cls=f"dots a{row.shade % 6}")
    return tag("g", joined([title, path]))


def bottom_axis(scale: Axis, y: float) -> list[Markup]:
    parts = [tag("line", x1=LEFT, x2=RIGHT + 16, y1=y, y2=y, cls="axis")]
    marks = ticks(scale)
    for mark, text in zip(marks, labels(marks)):
        x = scale.at(mark)
        parts.append(tag("line", x1=x, x2=x, y1=y, y2=y + 4, cls="axis"))
        parts.append(tag("text", text, x=x, y=y + 17, cls="tick mid"))
    return parts


def lines(
    arms: Sequence[Line],
    across: str,
    up: str,
    log: bool = False,
    level: float | None = None,
    log_up: bool = False,
) -> Markup:
    """Line plot: thin lines are seeds, strong ones their medians, a dashed line is `level`.

    `log` and `log_up` ask for logarithmic axes, across and upwards.
    """
    points = [point for arm in arms for seed in (*arm.seeds, arm.middle) for point in seed]
    x_axis = axis((x for x, _ in points), 46, RIGHT + 12, log)
    heights = [*(y for _, y in points), *([level] if level is not None else [])]
    y_axis = axis(heights, 196, 14, log_up)
    parts = left_axis(y_axis) + bottom_axis(x_axis, 202)
    if level is not None:
        y = y_axis.at(level)
        title = tag("title", f"level asked: {number(level)}")
        mark = tag("line", x1=46, x2=RIGHT + 16, y1=y, y2=y, cls="limit")
        parts.append(tag("g", joined([title, mark])))
    dense = sum(len(seed) for arm in arms for seed in arm.seeds) > MOST_POINTS
    for arm in arms:
        draw = envelope if dense else thin_lines
        parts += draw(arm, x_axis.at, y_axis.at)
    for arm in arms:
        path = route(arm.middle, x_axis.at, y_axis.at)
        parts.append(tag("path", d=path, cls=f"median a{arm.shade % 6} d{arm.shade % 6}"))
    parts.append(tag("text", across.replace("_", " "), x=RIGHT + 16, y=236, cls="tick end"))
    ends = "; ".join(
        f"{arm.name} from {number(arm.middle[0][1])} to {number(arm.middle[-1][1])}"
        for arm in arms
        if arm.middle
    )
    return picture(244, f"{up} against {across}: {ends}", parts)


def lines_of(arms: dict[str, list]) -> list[Line]:
    """A line per seed and the medians of each arm; points without a value are left out."""
    found = []
    for shade, (name, seeds) in enumerate(arms.items()):
        known = [[(x, y) for x, y in seed if x is not None and y is not None] for seed in seeds]
        places: dict[float, list[float]] = {}
        for seed in known:
            for x, y in seed:
                places.setdefault(x, []).append(y)
        middle = [(x, statistics.median(values)) for x, values in sorted(places.items())]
        found.append(Line(name, known, shade, middle))
    return found


def thin_lines(arm: Line, x: Callable, y: Callable) -> list[Markup]:
    path = "".join(route(seed, x, y) for seed in arm.seeds)
    return [tag("path", d=path, cls=f"seed a{arm.shade % 6}")] if path else []


def envelope(arm: Line, x: Callable, y: Callable) -> list[Markup]:
    """From the lowest to the highest seed, so that no page grows without bound."""
    steps: dict[float, list[float]] = {}
    for seed in arm.seeds:
        for step, value in seed:
            steps.setdefault(step, []).append(value)
    over = [(step, max(values)) for step, values in sorted(steps.items())]
    under = [(step, min(values)) for step, values in sorted(steps.items(), reverse=True)]
    path = route(over + under, x, y)
    return [tag("path", d=path + "z", cls=f"band a{arm.shade % 6}")] if path else []


def route(points: Sequence[tuple[float, float]], x: Callable, y: Callable) -> str:
    finite = [(a, b) for a, b in points if math.isfinite(a) and math.isfinite(b)]
    spots = [f"{x(a):.1f} {y(b):.1f}".replace(".0", "") for a, b in finite]
    if len(spots) == 1:
        return f"M{spots[0]}h0"
    return f"M{'L'.join(spots)}" if spots else ""


def left_axis(scale: Axis) -> list[Markup]:
    parts = []
    marks = ticks(scale, 4)
    for mark, text in zip(marks, labels(marks)):
        y = scale.at(mark)
        parts.append(tag("line", x1=46, x2=RIGHT + 16, y1=y, y2=y, cls="grid"))
        parts.append(tag("text", text, x=40, y=y + 4, cls="tick end"))
    return parts
