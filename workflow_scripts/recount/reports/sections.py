"""The parts of the pages: each function takes a page's data and gives one piece of HTML.

Notebooks call these, one cell a part. Text goes through the templates, which escape everything;
plots are made in `plots`.
"""

import functools
import math
import statistics
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from recount.declaration import schema
from recount.reports import figures, numbers, pages, plots, wording

SOURCES = Path(__file__).resolve().parents[3] / "reports"
WIDE = 20  # a log axis where the largest value is at least this many times the smallest
Page = dict[str, Any]


@dataclass(frozen=True)
class Part:
    """A piece of HTML that a notebook shows as such."""

    html: str

    def _repr_html_(self) -> str:
        return self.html

    def __repr__(self) -> str:
        return f"<part of a page, {len(self.html)} characters>"


@functools.cache
def templates() -> jinja2.Environment:
    """The templates in reports/, with escaping on and unknown names refused."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(SOURCES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "number": numbers.number,
        "whole": numbers.whole,
        "duration": wording.duration,
        "percent": wording.percent,
        "about": wording.about,
        "share": lambda value: (
            "–" if value is None else f"{wording.about(100 * value)}\N{NO-BREAK SPACE}%"
        ),
        "pairs": wording.pairs,
        "example": wording.example,
        "interval": wording.interval,
        "plain": lambda text: str(text).replace("_", " "),
        "base": pages.base,
        "lab": lambda name: wording.LABS.get(name, name.replace("_", " ")),
        "mark": lambda outcome: wording.OUTCOMES.get(outcome, "n"),
        "short": short,
    }
    environment.globals |= {"level": wording.level, "UNITS": wording.UNITS, "CODE": wording.CODE}
    environment.globals["OWN_QUESTION"] = schema.OWN_QUESTION
    return environment


def short(text: str, length: int = 180) -> str:
    return text if len(text) <= length else text[: length - 1].rsplit(" ", 1)[0] + "…"


def part(name: str, **values: Any) -> Part:
    """One template of reports/parts/, filled in."""
    return Part(templates().get_template(f"parts/{name}.html").render(**values))


def heading(page: Page) -> Part:
    return part("heading", page=page, claim=page["claims"][0])


def comparison(page: Page) -> Part:
    """The paper's number against ours."""
    claim = page["claims"][0]
    return part("comparison", page=page, claim=claim, figures=strips(claim))


def limits(page: Page) -> Part:
    return part("limits", page=page, claim=page["claims"][0])


def rule(page: Page) -> Part:
    return part("rule", page=page, claim=page["claims"][0])


def quantities(page: Page) -> Part:
    return part("quantities", page=page, claim=page["claims"][0])


def measurements(page: Page) -> Part:
    """Every metric that the rule looks at, per arm and seed."""
    along = [(one, profile(one)) for one in page["profiles"]]
    across = [(one, level_strip(one)) for one in page["levels"]]
    return part("measurements", page=page, along=along, across=across)


def pictures(page: Page) -> Part:
    """The figures that the paper declares, drawn from its rows."""
    return part("pictures", drawn=[(one, figures.picture(one)) for one in page["figures"]])


def curves(page: Page) -> Part:
    """Training curves; one that spans two powers of ten or more has a logarithmic axis."""
    drawn = []
    for one in page["curves"]:
        arms = plots.lines_of(one["arms"])
        heights = [y for arm in arms for seed in arm.seeds for _, y in seed]
        log = bool(heights) and 0 < min(heights) <= max(heights) / 100
        drawn.append((one, plots.lines(arms, "step", one["metric"], log_up=log)))
    return part("curves", page=page, curves=drawn)


def guards(page: Page) -> Part:
    return part("guards", page=page, claim=page["claims"][0])


def fragility(page: Page) -> Part:
    return part("fragility", page=page, claim=page["claims"][0])


def calibration(page: Page) -> Part:
    return part("calibration", page=page, claim=page["claims"][0])


def further_claims(page: Page) -> Part:
    drawn = [(claim, strips(claim)) for claim in page["claims"][1:]]
    return part("further_claims", page=page, claims=drawn)


def cost(page: Page) -> Part:
    total = sum(one["seconds"] or 0.0 for one in page["runs"])
    return part("cost", page=page, total=total)


def provenance(page: Page) -> Part:
    return part("provenance", page=page)


def rerun(page: Page) -> Part:
    return part("rerun", page=page)


def overview(page: Page) -> Part:
    """All papers as small marks by lab, with a legend and counts."""
    labs: dict[str, list] = {}
    for row in page["rows"]:
        labs.setdefault(row["lab"], []).append(row)
    drawn = [(name, rows, tally(rows)) for name, rows in sorted(labs.items())]
    return part(
        "overview", page=page, labs=drawn, counts=tally(page["rows"]), asked=asked(page["rows"])
    )


def asked(rows: list[dict[str, Any]]) -> dict[str, dict[str, int]]:
    """Claims of the papers and questions of ours, and how many of each were contradicted."""
    built = [row["asked"] for row in rows if row["state"] == "built"]
    keys = ("claims", "contradicted")
    return {by: {key: sum(one[by][key] for one in built) for key in keys} for by in schema.ASKERS}


def tally(rows: list[dict[str, Any]]) -> dict[str, int]:
    """How many papers are in each state, in the order of the legend."""
    marks = [row["outcome"] for row in rows]
    return {name: marks.count(name) for name in wording.OUTCOMES}


def table(page: Page) -> Part:
    """Every paper in one table that works without a script; the script adds search and filters."""
    names = {key: sorted({row[key] for row in page["rows"]}) for key in ("lab", "level")}
    return part("table", page=page, names=names)


def lab_entries(page: Page) -> Part:
    return part("lab_entries", page=page)


def lab_heading(page: Page) -> Part:
    return part("lab_heading", page=page, counts=tally(page["rows"]))


def error_rates(page: Page) -> Part:
    """How many verdicts can be expected to be wrong, for several shares of true claims."""
    judged = [row for row in page["rows"] if row["outcome"] in tuple(wording.OUTCOMES)[:3]]
    powers = [row["power"] for row in judged if row["power"] is not None]
    power = statistics.mean(powers) if powers else 0.8
    rows = [
        (share, share * power / (share * power + (1 - share) * 0.05)) for share in (0.1, 0.5, 0.9)
    ]
    at_most = math.floor(0.05 * len(judged))
    return part("error_rates", judged=len(judged), at_most=at_most, rows=rows, power=power)


def strips(claim: dict[str, Any]) -> list[Markup]:
    """A strip plot per metric of a claim: quantities of one kind share an axis."""
    groups: dict[tuple, list[plots.Row]] = {}
    for shade, (name, one) in enumerate((claim["judgement"].get("quantities") or {}).items()):
        if one.get("take") in ("all", "count"):
            continue
        groups.setdefault((one.get("take"), one.get("metric")), []).append(
            strip_row(claim, name, one, shade)
        )
    return [
        plots.strip(rows, wide(rows, take), "never" if take == "first" else "no value")
        for (take, _), rows in groups.items()
    ]


def strip_row(claim: dict[str, Any], name: str, one: dict[str, Any], shade: int) -> plots.Row:
    base = pages.base(name)
    found = [
        (f"{rule['name']} asks: {part['text']}", part["limit"])
        for rule in claim["rules"]
        for part in rule["parts"]
        if part["quantity"] in (name, base) and part["limit"] is not None
    ]
    return plots.Row(
        name=name,
        values=one.get("per_seed") or [],
        point=one.get("point"),
        low=one.get("low"),
        high=one.get("high"),
        unbounded=one.get("unbounded") or [],
        paper=claim["effect"].get(name, claim["effect"].get(base)),
        limits=found,
        text=wording.interval(one),
        shade=shade,
    )


def wide(rows: list[plots.Row], take: str) -> bool:
    values = [v for row in rows for v in (*row.values, row.low, row.high, row.paper, row.point)]
    known = [v for v in values if v is not None]
    if not known or min(known) <= 0:
        return False
    return take in ("ratio", "reach", "first") or max(known) >= WIDE * min(known)


def profile(one: dict[str, Any]) -> Markup:
    return plots.lines(
        plots.lines_of(one["arms"]), one["along"], one["metric"], log=one["log"], level=one["level"]
    )


def level_strip(one: dict[str, Any]) -> Markup:
    rows = []
    for shade, (arm, values) in enumerate(one["arms"].items()):
        known = [value for value in values if value is not None]
        middle = statistics.median(known) if known else None
        text = f"median {numbers.number(middle)}"
        rows.append(plots.Row(name=arm, values=values, point=middle, text=text, shade=shade))
    return plots.strip(rows, log=wide(rows, "level"))
