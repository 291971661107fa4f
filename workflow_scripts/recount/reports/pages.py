"""The data of a paper's page: plain values, written as one JSON file that a notebook reads.

A page depends on this file, the templates and nothing else.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from recount import files, layout, ledger
from recount.judge.limits import numbers_of
from recount.judge.magnitudes import odd_units
from recount.reports import figures, measured, rules, wording
from recount.results import Found, find

TEXT = ("title", "year", "arxiv", "doi", "url", "code", "whose_code", "level", "fidelity")
TEXT += ("kind", "unit", "limits", "stand_in", "version", "slug", "lab")
BLANK = {"reason": None, "note": None, "scope": None, "version": None, "alpha": None}
BLANK |= {"asked_share": None, "calibration": None, "counter_example": None}
BLANK |= {"sequential": None, "confirmation": None}
BLANK |= {"grades": [], "guards": [], "fragility": [], "quantities": {}, "expressions": {}}


def read(path: str) -> dict[str, Any]:
    """The data of a page from its JSON file: what the first cell of a notebook calls."""
    return files.read_json(Path(path))


def paper_page(paper, scale: str, results: Path) -> dict[str, Any]:
    """Everything that the page of one paper at one scale shows."""
    found = list(find(paper, results))
    shown, source = chosen(found, scale)
    claims = [claim_of(paper, name, found, scale, shown) for name in paper.claims]
    frame = measured.metric_rows(shown)
    return {
        "scale": scale,
        "paper": {key: getattr(paper, key) for key in TEXT}
        | {"authors": list(paper.authors), "reported": wording.reported(paper.reported)},
        "source": source,
        "claims": claims,
        "arms": {arm: wording.pairs(values) for arm, values in paper.arms.items()},
        "scales": [brief(one, "main") for one in found],
        "profiles": measured.profiles(paper, frame),
        "levels": measured.levels(paper, frame),
        "curves": measured.curves(shown),
        "runs": runs(shown),
        "provenance": provenance(paper, scale, shown),
        "counted": measured.counted(paper, frame),
        "figures": figures.drawn(paper, frame),
        "bibtex": wording.bibtex(paper),
    }


def chosen(found: list[Found], scale: str) -> tuple[Found | None, dict[str, Any]]:
    """What a page shows: what ran here at this scale, else its record, else the largest record."""
    here = [one for one in found if (one.source, one.scale) == ("run", scale)]
    records = [one for one in found if one.source == "evidence"]
    same = [one for one in records if one.scale == scale]
    order = here * any(judged(one) for one in here) + same + records[::-1] + here
    if not order:
        return None, {"source": "none", "scale": scale}
    return order[0], {"source": order[0].source, "scale": order[0].scale}


def judged(found: Found) -> bool:
    return found.judgements["main"]["outcome"] != "not_run"


def brief(found: Found, claim: str) -> dict[str, Any]:
    """A verdict in one line, for tables and badges."""
    judgement = found.judgements[claim]
    keys = ("outcome", "words", "reason", "grades", "scope")
    return {"source": found.source, "scale": found.scale, "stale": stale(found)} | {
        key: judgement.get(key) for key in keys
    }


def stale(found: Found) -> str:
    """Why recorded evidence belongs to an older registration; empty when it is current."""
    if found.source != "evidence":
        return ""
    judgement = found.judgements["main"]
    hashes = {name: one.get("rule") for name, one in found.judgements.items()}
    if found.scale not in found.paper.scales or not judgement.get("design"):
        return "the paper no longer declares this scale" if judgement.get("design") else ""
    registration = {"design": judgement["design"], "rules": hashes}
    return ledger.staleness(found.paper, found.scale, registration)


def not_judged(paper, claim: str, scale: str) -> dict[str, Any]:
    text = {"outcome": "not_run", "words": "not run", "grades": [], "quantities": {}}
    return text | {"reason": f"not run at {scale} scale yet", "scale": scale, "claim": claim}


def claim_of(paper, name: str, found: list[Found], scale: str, shown: Found | None):
    """A claim as declared, its judgement, and what the record at the same scale says."""
    declared = paper.claims[name]
    judgement = shown.judgements[name] if shown else not_judged(paper, name, scale)
    judgement = BLANK | judgement
    judgement["quantities"] = in_order(judgement["quantities"], declared.quantities)
    sides = {one.source: brief(one, name) for one in found if one.scale == scale}
    return {
        "name": name,
        "statement": declared.statement,
        "asked_by": declared.asked_by,
        "judgement": judgement,
        "sentence": wording.sentence(judgement),
        "here": sides.get("run"),
        "recorded": sides.get("evidence"),
        "agreement": agreement(sides),
        "rules": rules_of(paper, declared, judgement),
        "quantities": {
            key: wording.quantity(
                declared.quantities[base(key)], paper.metrics, key.partition(".")[2], paper.unit
            )
            for key in judgement["quantities"]
            if base(key) in declared.quantities
        },
        "effect": dict(declared.effect),
        "odd_units": odd_units(paper, name, judgement),
        "margin": declared.margin,
        "why": declared.why,
    }


def in_order(found: dict[str, Any], declared: Iterable[str]) -> dict[str, Any]:
    """Quantities as they are declared, the treatment first; files hold them sorted by name."""
    places = {name: place for place, name in enumerate(declared)}
    names = sorted(found, key=lambda name: (places.get(base(name), len(places)), name))
    return {name: found[name] for name in names}


def base(name: str) -> str:
    """The declared name of a quantity that stands for one of several baselines."""
    return name.split(".")[0].split("[")[0]


def agreement(sides: dict[str, dict[str, Any]]) -> str | None:
    """`agree`, `differ`, or None where one of the two is not there or was not judged."""
    outcomes = [sides[key]["outcome"] for key in ("run", "evidence") if key in sides]
    if len(outcomes) < 2 or "not_run" in outcomes:
        return None
    return "agree" if outcomes[0] == outcomes[1] else "differ"


def rules_of(paper, claim, judgement: dict[str, Any]) -> list[dict[str, Any]]:
    """valid, reproduced and contradicted, each taken apart into its comparisons."""
    sizes, reported = {}, {}
    if judgement.get("scale") in paper.scales:
        sizes, reported = numbers_of(paper, judgement["scale"])
    names = sizes | {f"reported.{key}": value for key, value in reported.items()}
    found = []
    for name in ("valid", "reproduced", "contradicted"):
        text = getattr(claim, name)
        given = (judgement["expressions"].get(name) or {}).get("value")
        joined, parts = rules.rule(text, judgement, names, given)
        parts = [vars(part) for part in parts]
        found.append({"name": name, "text": text, "joined": joined, "parts": parts, "value": given})
    return found


def runs(found: Found | None) -> list[dict[str, Any]]:
    """Each arm's stages: state, reason, device, seconds, and the file of its rows."""
    rows = []
    for arm, stages in (found.runs if found else {}).items():
        for stage, one in stages.items():
            keys = ("state", "reason", "device", "seconds", "cpu_seconds")
            here = found.source == "run" and arm in found.metrics
            link = f"runs/{arm}/metrics.parquet" if here and stage == "evaluate" else None
            rows.append({"arm": arm, "stage": stage, "rows": link} | picked(one, keys))
    return rows


def picked(values: dict[str, Any], keys: Iterable[str]) -> dict[str, Any]:
    return {key: values.get(key) for key in keys}


def provenance(paper, scale: str, found: Found | None) -> dict[str, Any]:
    """Hashes, commit, versions and seeds; an allow-list, so nothing private can slip in."""
    if found is None:
        return {}
    manifests = [one for stages in found.runs.values() for one in stages.values()]
    first = next((one for one in manifests if one.get("commit")), {})
    judgement = found.judgements["main"]
    made = picked(first, ("commit", "dirty", "design", "seeds", "device"))
    rules = {name: one.get("rule") for name, one in found.judgements.items()}
    print_of = picked(first.get("fingerprint") or {}, ("python", "torch", "numpy", "processor"))
    versions = {"paper": paper.version, "judge": judgement.get("judge_version")}
    evidence = layout.evidence(paper, found.scale)[0].name if found.source == "evidence" else None
    return made | {
        "rules": rules,
        "fingerprint": {key: value for key, value in print_of.items() if value},
        "versions": versions,
        "evidence": evidence,
    }
