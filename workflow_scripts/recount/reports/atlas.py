"""The data of the atlas and of a lab's page: one entry per paper, built or planned."""

from pathlib import Path
from typing import Any

from recount.declaration.schema import ASKERS
from recount.reports import pages
from recount.results import SCALES, find


def atlas(registry, results: Path, scale: str, lab: str | None = None) -> dict[str, Any]:
    """One entry per paper, built or planned, of one lab or of all."""
    papers = [one for one in registry.papers.values() if lab in (None, one.lab)]
    rows = [entry(paper, scale, results) for paper in papers]
    rows += [planned(one) for one in registry.planned if lab in (None, one.lab)]
    rows.sort(key=lambda row: (row["state"] == "planned", row["lab"], row["slug"]))
    others = [one for one in SCALES if one != scale and (results / one / "index.html").exists()]
    return {"scale": scale, "lab": lab, "rows": rows, "scales": list(SCALES[1:]), "others": others}


def entry(paper, scale: str, results: Path) -> dict[str, Any]:
    """A built paper in a table: the verdict that counts, and what else there is."""
    found = list(find(paper, results))
    shown, source = pages.chosen(found, scale)
    judgement = shown.judgements["main"] if shown else pages.not_judged(paper, "main", scale)
    sides = {one.source: pages.brief(one, "main") for one in found if one.scale == scale}
    records = [pages.brief(one, "main") for one in found if one.source == "evidence"]
    keys = ("outcome", "words", "grades", "reason", "counter_example")
    calibration = judgement.get("calibration") or {}
    return pages.picked(judgement, keys) | {
        "slug": paper.slug,
        "lab": paper.lab,
        "level": paper.level,
        "state": "built",
        "title": paper.title,
        "year": paper.year,
        "line": paper.claims["main"].statement,
        "limits": paper.limits,
        "source": source["source"],
        "scale": source["scale"],
        "records": records,
        "agreement": pages.agreement(sides),
        "power": calibration.get("power"),
        "seconds": sum(one["seconds"] or 0.0 for one in pages.runs(shown)),
        "claims": len(paper.claims),
        "asked": asked(paper, shown),
    }


def asked(paper, shown) -> dict[str, dict[str, int]]:
    """How many claims are the paper's and how many are questions of ours; which were denied."""
    found = {by: {"claims": 0, "contradicted": 0} for by in ASKERS}
    for name, claim in paper.claims.items():
        judgement = shown.judgements[name] if shown else {}
        found[claim.asked_by]["claims"] += 1
        found[claim.asked_by]["contradicted"] += judgement.get("outcome") == "contradicted"
    return found


def planned(one) -> dict[str, Any]:
    row = {"slug": one.slug, "lab": one.lab, "level": one.level, "state": "planned"}
    row |= {"title": one.title, "line": one.claim, "outcome": "planned", "words": "planned"}
    row |= {"year": None, "grades": [], "source": "none", "scale": "", "records": []}
    return row | {"agreement": None, "limits": "", "power": None, "seconds": 0.0, "claims": 1}
