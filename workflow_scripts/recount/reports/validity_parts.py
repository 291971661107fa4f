"""The parts of the validity page: each function takes the page's data and gives one piece of HTML.

Plots are inline SVG, as in `plots`; every text is escaped.
"""

from markupsafe import Markup

from recount.reports import numbers, plots
from recount.reports.plots import tag
from recount.reports.sections import Page, Part, part

SIDE = 300
LEFT, TOP = 44, 32


def headline(page: Page) -> Part:
    """What the whole page comes to, in four numbers."""
    return part("validity_headline", page=page, total=page["total"])


def families(page: Page) -> Part:
    return part("validity_families", page=page)


def expected(page: Page) -> Part:
    """How many of the claims called reproduced would be wrong, for three shares of true claims."""
    rows = page["expected"]["rows"]
    widest = max((row["right"] + row["wrong"] for row in rows), default=0.0)
    drawn = [(row, bar(row, widest)) for row in rows]
    return part("validity_expected", page=page, one=page["expected"], rows=drawn)


def bar(row: dict, widest: float) -> Markup:
    """Rightly and wrongly reproduced, side by side."""
    scale = 300 / widest if widest else 0.0
    right, wrong = row["right"] * scale, row["wrong"] * scale
    label = f"{numbers.number(row['right'])} right, {numbers.number(row['wrong'])} wrong"
    parts = [tag("title", label), tag("rect", x=0, y=2, width=right, height=14, cls="right")]
    parts.append(tag("rect", x=right + 1.5, y=2, width=max(wrong, 1.0), height=14, cls="wrong"))
    box = "0 0 304 18"
    return tag("svg", plots.joined(parts), viewBox=box, role="img", cls="stack")


def reliability(page: Page) -> Part:
    return part("validity_reliability", page=page, figure=diagram(page["bins"]))


def diagram(bins: list[dict]) -> Markup:
    """Predicted power across, the share that was found upwards; the diagonal is a promise kept."""
    across = plots.Axis(0.0, 1.0, False, LEFT, LEFT + SIDE)
    up = plots.Axis(0.0, 1.0, False, TOP + SIDE, TOP)
    marks = [0.0, 0.25, 0.5, 0.75, 1.0]
    parts = []
    for mark in marks:
        x, y, text = across.at(mark), up.at(mark), f"{100 * mark:.0f} %"
        line = {"x1": LEFT, "x2": LEFT + SIDE, "y1": y, "y2": y}
        parts.append(tag("line", **line, cls="grid"))
        parts.append(tag("text", text, x=LEFT - 6, y=y + 4, cls="tick end"))
        parts.append(tag("text", text, x=x, y=TOP + SIDE + 18, cls="tick mid"))
    ends = {"x1": across.at(0), "y1": up.at(0), "x2": across.at(1), "y2": up.at(1)}
    parts.append(tag("line", **ends, cls="limit"))
    for row in bins:
        parts.append(dot(row, across, up))
    middle = LEFT + SIDE / 2
    text = "power that the calibration predicts"
    parts.append(tag("text", text, x=middle, y=TOP + SIDE + 38, cls="tick mid"))
    parts.append(tag("text", "share that came out reproduced", x=6, y=14, cls="tick"))
    told = "; ".join(
        f"predicted {100 * row['predicted']:.0f} %, found {row['seen']} of {row['n']}"
        for row in bins
    )
    title = tag("title", f"Found against predicted power. {told}")
    box = f"0 0 {LEFT + SIDE + 16} {TOP + SIDE + 46}"
    svg = plots.joined([title, *parts])
    return tag("svg", svg, viewBox=box, role="img", cls="plot square")


def dot(row: dict, across: plots.Axis, up: plots.Axis) -> Markup:
    x, y = across.at(row["predicted"]), up.at(row["share"])
    text = f"{row['seen']} of {row['n']} found, {100 * row['predicted']:.0f} % predicted"
    low, high = up.at(row["low"]), up.at(row["high"])
    line = tag("line", x1=x, x2=x, y1=low, y2=high, cls="whisker a0")
    size = 3.5 + min(row["n"], 40) ** 0.5
    mark = tag("circle", cx=x, cy=y, r=float(size), cls="spot")
    return tag("g", plots.joined([tag("title", text), line, mark]))


def fragility(page: Page) -> Part:
    return part("validity_fragility", page=page)


def weak(page: Page) -> Part:
    return part("validity_weak", page=page)


def controls(page: Page) -> Part:
    return part("validity_controls", page=page, one=page["controls"], leaks=page["leaks"])


def ladder(page: Page) -> Part:
    return part("validity_ladder", page=page, one=page["ladder"])


def audits(page: Page) -> Part:
    return part("validity_audits", page=page)
