"""Would another reasonable judge have said the same? Fixed alternatives, none chosen afterwards."""

import numpy as np

from recount.judge.quantities import STUDENT
from recount.judge.rule import Rule
from recount.judge.table import Table
from recount.judge.units import Options
from recount.typed import BadValue

LEAVE_ONE_OUT = "leave one seed out"
OWN_AGGREGATE = "the paper's own aggregate"
MOST_UNITS = 64  # of more units, this many evenly spaced ones are left out in turn
AGGREGATES = (("median", "median"), ("max", "max"), ("best", "max"), ("min", "min"))
AGGREGATES += (("worst", "min"), ("mean", "mean"), ("average", "mean"))


def own_aggregate(paper) -> str:
    """The paper's own statistic over its seeds; where it is not known, the most flattering one."""
    stated = str(getattr(paper.reported, "aggregate", "unknown")).lower()
    return next((name for word, name in AGGREGATES if word in stated), "max")


def alternatives(rule: Rule) -> list[tuple[str, Options, float]]:
    """(name, how quantities are computed, alpha) of each alternative but leaving seeds out."""
    alpha = rule.alpha
    other = own_aggregate(rule.paper)
    return [
        ("median for mean", Options(location="median"), alpha),
        ("mean for median", Options(location="mean"), alpha),
        ("sign flip for t", Options(interval="sign flip"), alpha),
        ("margin halved", Options(stretch=2.0), alpha),
        ("margin doubled", Options(stretch=0.5), alpha),
        (f"{OWN_AGGREGATE} ({other})", Options(aggregate=other), alpha),
        ("lost runs left out", Options(lost="left out"), alpha),
        ("two-sided 95 % intervals", Options(), alpha / 2),
        ("estimates without intervals", Options(interval="point"), alpha),
        ("no allowance for few items", Options(items=False), alpha),
    ]


def applies(name: str, rule: Rule, found: dict) -> bool:
    """Whether an alternative can change anything at all; those that cannot are listed as such."""
    ones = [one for several in found.values() for one in several if one.kind != "count"]
    takes = {one.quantity.take for one in ones}
    if rule.custom is not None:
        return False
    if name in ("median for mean", "sign flip for t"):
        return bool(takes & set(STUDENT))
    if name == "mean for median":
        return "median" in takes
    if name.startswith("margin"):
        return any(one.no_effect is not None for one in ones)
    if name.startswith("no allowance"):
        return bool(takes & {"reach", "first"})
    if name.startswith("lost"):
        return any(np.isnan(one.units.seen).any() for one in ones)
    return True


def fragility(rule: Rule, table: Table, found: dict, automatic: bool, outcome: str) -> list[dict]:
    """The outcome under every alternative, and whether it differs from the verdict."""
    listed = []
    for name, options, alpha in alternatives(rule):
        able = applies(name, rule, found)
        other = rule.decide(table, options, automatic, alpha).outcome() if able else outcome
        listed.append({"alternative": name, "outcome": other, "flips": other != outcome})
        listed[-1]["applies"] = able
    return [left_out(rule, table, automatic, outcome), *listed]


def without(rule: Rule, table: Table, unit: int, automatic: bool) -> str:
    try:
        return rule.decide(table.without(unit), None, automatic).outcome()
    except BadValue:  # of a paper's own judge, which cannot do with fewer units
        return "inconclusive"


def statistic_decides(listed: list[dict]) -> bool:
    """Whether the paper's own aggregate (a maximum, the best of several) gives another outcome."""
    return any(one["flips"] for one in listed if one["alternative"].startswith(OWN_AGGREGATE))


def left_out(rule: Rule, table: Table, automatic: bool, outcome: str) -> dict:
    """Every unit left out in turn; the first other outcome that this gives."""
    units = np.unique(np.linspace(0, len(table.units) - 1, MOST_UNITS).round().astype(int))
    others = [without(rule, table, int(unit), automatic) for unit in units]
    differing = [other for other in others if other != outcome]
    return {
        "alternative": LEAVE_ONE_OUT,
        "outcome": differing[0] if differing else outcome,
        "flips": bool(differing),
        "applies": True,
        "detail": f"{len(differing)} of {len(units)} change the outcome",
    }
