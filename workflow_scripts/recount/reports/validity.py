"""The data of the validity page: how often rules err, from calibrations, verdicts and controls.

Only recorded files and judgements are read. Nothing is computed here but counts, means and exact
bounds of counts.
"""

import csv
import io
import statistics
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from recount import files, layout
from recount.controls import toys, trials
from recount.judge.intervals import clopper_pearson
from recount.reports import pages
from recount.results import Found, find
from recount.typed import BadValue

JUDGED = ("reproduced", "contradicted", "inconclusive")
ALPHA, GATE = 0.05, 0.06
# family -> (its name, the quantities that it holds); a claim counts where it is promised least
FAMILIES = {
    "slope": ("Slope, rank correlation", {"slope", "spearman"}),
    "ratio": ("Ratio", {"ratio"}),
    "mean": ("Mean, difference of means", {"mean", "gap"}),
    "order": ("Median, reach, first", {"median", "reach", "first"}),
    "rate": ("Rate of success", {"rate"}),
    "exact": ("Full enumeration", {"all"}),
}
LEAK_GUARDS = ("nothing to learn", "test items are new")
STATISTICS = ("median for mean", "mean for median", "sign flip for t", "the paper's own aggregate")
BINS = (0.0, 0.5, 0.8, 0.9, 0.99, 1.01)
SHARES = (0.1, 0.5, 0.9)
MOST = 60  # of any list on the page; the tables behind it hold all


def validity_page(registry, results: Path, scale: str) -> dict[str, Any]:
    """Everything that the validity page shows."""
    claims, ladders = [], []
    for paper in registry.papers.values():
        found = list(find(paper, results))
        claims += claims_of(paper, found, scale)
        ladders += ladder(paper, found)
    judged = [one for one in claims if one["outcome"] in JUDGED]
    return {
        "scale": scale,
        "here": "validity",
        "claims": claims,
        "families": [family(name, judged) for name in FAMILIES],
        "gate": GATE,
        "total": total(judged),
        "expected": expected(judged),
        "bins": bins(judged),
        "alternatives": alternatives(judged),
        "statistic": [one for one in judged if one["by_statistic"]][:MOST],
        "grades": graded(judged),
        "weak": [one for one in judged if one["why_weak"]][:MOST],
        "weak_in_all": sum(bool(one["why_weak"]) for one in judged),
        "controls": of_controls(registry.root),
        "leaks": leaks(judged),
        "ladder": {"rows": ladders[:MOST], **agreement(ladders)},
        "audits": audits(registry.root),
    }


def claims_of(paper, found: list[Found], scale: str) -> Iterable[dict[str, Any]]:
    shown, source = pages.chosen(found, scale)
    rates = calibrations(paper, source["scale"]) if shown else {}
    for name, claim in paper.claims.items():
        judgement = shown.judgements[name] if shown else pages.not_judged(paper, name, scale)
        rate = rates.get(name) or {}
        rate = rate if rate.get("rule") == judgement.get("rule") else {}
        brief = {key: judgement.get(key) for key in ("outcome", "words", "reason")}
        anchor = "calibration" if name == "main" else f"claim-{name}"
        flips = [f["alternative"] for f in judgement.get("fragility") or [] if f["flips"]]
        yield brief | {
            "slug": paper.slug,
            "lab": paper.lab,
            "claim": name,
            "scale": source["scale"],
            "link": f"{paper.lab}/{paper.slug}/report.html#{anchor}",
            "family": family_of(claim.quantities.values()),
            "grades": judgement.get("grades") or [],
            "trained": paper.kind == "train",
            "against_leaks": against_leaks(judgement),
            "rates": rate,
            "power": rate.get("power"),
            "fragility": judgement.get("fragility") or [],
            "flips": flips,
            "by_statistic": [one for one in flips if one.startswith(STATISTICS)],
            "why_weak": why_weak(judgement, rates.get(name), rate),
        }


def calibrations(paper, scale: str) -> dict[str, Any]:
    path = layout.evidence(paper, scale)[2]
    try:
        return files.read_json(path) if path.exists() else {}
    except BadValue:
        return {}


def family_of(quantities: Iterable[Any]) -> str:
    takes = {one.take for one in quantities}
    return next((name for name, (_, own) in FAMILIES.items() if takes & own), "mean")


def why_weak(judgement: dict[str, Any], rates: Any, same: dict[str, Any]) -> list[str]:
    """Why a judged claim is provisional or underpowered, in words; empty when it is neither."""
    grades, found = judgement.get("grades") or [], []
    if judgement["outcome"] not in JUDGED:
        return []
    first = next((one for one in grades if one.startswith("provisional")), "")
    if "shape" in first:
        found.append("provisional: the shape of its lab's noise is not known yet")
    elif "spread" in first:
        found.append("provisional: its seeds scatter unlike the pilots")
    elif first and not rates:
        found.append("provisional: its rule has not been calibrated")
    elif first and not same:
        found.append("provisional: calibrated for another rule")
    elif first:
        found.append("provisional: the calibration was not passed")
    if "underpowered" in grades and same.get("power") is not None:
        power, opposite = (f"{100 * same[key]:.0f} %" for key in ("power", "reversed"))
        found.append(f"underpowered: finds the effect in {power}, its opposite in {opposite}")
    return found


def family(name: str, judged: list[dict[str, Any]]) -> dict[str, Any]:
    """One row: how many claims, worlds and replays, and the worst rates that passed the gate."""
    mine = [one for one in judged if one["family"] == name]
    rates = [one["rates"] for one in mine if one["rates"]]
    passed = [one for one in rates if one.get("passed")]
    powers = [one["power"] for one in rates if one.get("power") is not None]
    row = {"name": FAMILIES[name][0], "key": name, "claims": len(mine)}
    row |= {"calibrated": len(rates), "passed": len(passed)}
    row |= {"worlds": sum(one.get("worlds") or 0 for one in rates)}
    row |= {"replays": max((one.get("replays") or 0 for one in rates), default=0)}
    row |= {"power": statistics.median(powers) if powers else None}
    for error in ("false_reproduced", "false_contradicted"):
        for key in (error, f"{error}_upper"):
            row[key] = max((one[key] for one in passed if one.get(key) is not None), default=None)
    return row


def total(judged: list[dict[str, Any]]) -> dict[str, Any]:
    """All families together, for the headline."""
    rows = [family(name, judged) for name in FAMILIES]
    row = {key: sum(one[key] for one in rows) for key in ("claims", "calibrated", "passed")}
    row["worlds"] = sum(one["worlds"] for one in rows)
    row["replays"] = max((one["replays"] for one in rows), default=0)
    row["fragile"] = sum("fragile" in one["grades"] for one in judged)
    for error in ("false_reproduced_upper", "false_contradicted_upper"):
        known = [one[error] for one in rows if one[error] is not None]
        row[error] = max(known, default=None)
    return row


def expected(judged: list[dict[str, Any]]) -> dict[str, Any]:
    """What would be called reproduced, rightly and wrongly, if a share of the claims were true."""
    powers = [one["power"] for one in judged if one["power"] is not None]
    power, count = statistics.mean(powers) if powers else 0.8, len(judged)
    rows = []
    for share in SHARES:
        right, wrong = share * count * power, (1 - share) * count * ALPHA
        part = wrong / (right + wrong) if right + wrong else None
        rows.append({"share": share, "right": right, "wrong": wrong, "part": part})
    return {"judged": count, "most": ALPHA * count, "power": power, "rows": rows}


def bins(judged: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Claims with chance in them by predicted power: how many were found, with a 90 % interval."""
    known = [one for one in judged if one["power"] is not None and one["family"] != "exact"]
    found = []
    for low, high in zip(BINS, BINS[1:]):
        mine = [one for one in known if low <= one["power"] < high]
        if mine:
            seen = sum(one["outcome"] == "reproduced" for one in mine)
            ends = [float(side[0]) for side in clopper_pearson(np.array([seen]), len(mine), 0.05)]
            row = {"n": len(mine), "seen": seen, "share": seen / len(mine)}
            row |= {"low": ends[0], "high": ends[1]}
            found.append(row | {"predicted": statistics.mean(one["power"] for one in mine)})
    return found


def alternatives(judged: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """alternative -> verdicts that it could change, and that it does change."""
    counts: dict[str, list[int]] = {}
    for one in judged:
        for other in one["fragility"]:
            name = other["alternative"].split(" (")[0]
            count = counts.setdefault(name, [0, 0])
            count[0] += bool(other.get("applies", True))
            count[1] += bool(other["flips"])
    rows = [{"name": name, "tried": t, "flips": f} for name, (t, f) in counts.items() if t]
    return sorted(rows, key=lambda row: (-row["flips"] / row["tried"], row["name"]))


def graded(judged: list[dict[str, Any]]) -> list[tuple[str, int]]:
    counts: dict[str, int] = {}
    for one in judged:
        for grade in one["grades"]:
            counts[grade] = counts.get(grade, 0) + 1
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def ladder(paper, found: list[Found]) -> Iterable[dict[str, Any]]:
    """Recorded outcomes of each claim that has been judged at two scales or more."""
    records = [one for one in found if one.source == "evidence"]
    for name in paper.claims:
        steps = [
            {"scale": one.scale} | pages.picked(one.judgements[name], ("outcome", "words"))
            for one in records
            if one.judgements[name]["outcome"] in JUDGED
        ]
        if len(steps) > 1:
            link = f"{paper.lab}/{paper.slug}/report.html"
            same = len({one["outcome"] for one in steps}) == 1
            yield {"slug": paper.slug, "claim": name, "link": link, "steps": steps, "same": same}


def agreement(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """The share of claims that come out alike at all their scales, with an exact 90 % interval."""
    count, same = len(rows), sum(one["same"] for one in rows)
    if not count:
        return {"count": 0, "same": 0, "low": None, "high": None}
    low, high = (float(side[0]) for side in clopper_pearson(np.array([same]), count, 0.05))
    return {"count": count, "same": same, "low": low, "high": high}


def of_controls(root: Path) -> dict[str, Any] | None:
    """The recorded A/A pairs and planted faults, family by family; None where there are none."""
    path = trials.evidence(root)[1]
    if not path.exists():
        return None
    entry, rows = files.read_json(path), []
    for name, one in toys.families(root).items():
        mine = {s: v for s, v in entry["verdicts"].items() if s.rpartition("_")[0] == name}
        planted = set(toys.planted(one)[0]) - set(toys.NOT_FAULTS)
        row = {"kinds": one["kinds"], "shape": entry["shape"].get(name) or {}}
        row |= {"pairs": sum(v["main"]["n"] or 0 for v in mine.values()), "trials": len(mine)}
        row |= {"null_wrong": sum(v["main"]["wrong"] for v in mine.values())}
        ends = [v for v in mine.values() for c, v in v.items() if c.endswith("_margin")]
        row |= {"margin": len(ends), "margin_wrong": sum(v["wrong"] for v in ends)}
        faults = {c: v for v in mine.values() for c, v in v.items() if c in planted}
        row |= {"faults": len(faults), "missed": [c for c, v in faults.items() if v["wrong"]]}
        row |= {k: told(mine, k) for k in toys.NOT_FAULTS}
        rows.append(row)
    return {"rows": rows} | pooled(rows)


def against_leaks(judgement: dict[str, Any]) -> list[str]:
    """The guards of a verdict that would have seen a leaked test set."""
    return [one["name"] for one in judgement.get("guards") or [] if one["name"] in LEAK_GUARDS]


def leaks(judged: list[dict[str, Any]]) -> dict[str, Any]:
    """Which judged claims on trained runs have such a guard, and how many have none."""
    mine = [one for one in judged if one["trained"]]
    guarded = [one for one in mine if one["against_leaks"]]
    rows = [pages.picked(one, ("slug", "claim", "link", "against_leaks")) for one in guarded]
    return {"trained": len(mine), "guarded": len(guarded), "rows": rows[:MOST]}


def told(verdicts: dict[str, Any], name: str) -> str | None:
    return next((one[name]["outcome"] for one in verdicts.values() if name in one), None)


def pooled(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """All families together, with exact one-sided 95 % bounds."""
    found = {}
    sums = {"null": ("trials", "null_wrong"), "margin": ("margin", "margin_wrong")}
    for name, (all_, wrong) in sums.items():
        found[name] = [sum(row[key] for row in rows) for key in (all_, wrong)]
    found["fault"] = [sum(row["faults"] for row in rows), sum(len(row["missed"]) for row in rows)]
    for name, (n, wrong) in list(found.items()):
        bound = float(clopper_pearson(np.array([wrong]), n, 0.05)[1][0]) if n else None
        found[name] = {"n": n, "wrong": wrong, "upper": bound}
    return found


def audits(root: Path) -> list[dict[str, Any]]:
    """One row an audit, oldest first; a file that cannot be read says so."""
    rows = []
    for path in sorted(layout.audits(root).glob("*/audit.json")):
        try:
            entry = files.read_json(path)
            keys = ("claims", "quantities", "outside", "expected_outside", "shrinkage_p", "shrunk")
            rows.append({"name": path.parent.name} | pages.picked(entry["summary"], keys))
        except (BadValue, KeyError, TypeError, AttributeError):
            rows.append({"name": path.parent.name, "claims": None})
    return rows


def table(rows: Iterable[dict[str, Any]], columns: list[str]) -> str:
    """CSV; a text that a spreadsheet would take for a formula is led by an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([safe(row.get(name)) for name in columns])
    return out.getvalue()


def safe(value: Any) -> Any:
    if isinstance(value, list):
        value = "; ".join(map(str, value))
    return f"'{value}" if isinstance(value, str) and value[:1] in "=+-@\t\r" else value


WORLD = ["lab", "slug", "claim", "scale", "family", "world", "error", "shape", "correlation"]
WORLD += ["ratio", "spread", "rate", "upper", "replays"]
CLAIM = ["lab", "slug", "claim", "scale", "family", "outcome", "grades", "worlds", "replays"]
CLAIM += ["false_reproduced", "false_reproduced_upper", "false_contradicted"]
CLAIM += ["false_contradicted_upper", "power", "reversed", "passed", "flips", "why_weak"]
CLAIM += ["trained", "against_leaks"]


def tables(page: dict[str, Any]) -> dict[str, str]:
    """The rows behind the page: every world of every calibration, and every claim."""
    worlds = [
        one | {k: v for k, v in entry.items() if k != "scale"} | {"spread": entry.get("scale")}
        for one in page["claims"]
        for entry in one["rates"].get("rates") or []
    ]
    claims = [one["rates"] | one for one in page["claims"]]
    return {"worlds.csv": table(worlds, WORLD), "claims.csv": table(claims, CLAIM)}
