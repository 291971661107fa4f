"""The audit: claims drawn after they were recorded, run on seeds that nobody could have chosen.

The id of a commit that is younger than the evidence draws the claims and opens the stream of seeds.
What is found lies in papers/audits/<commit>/: audit.json and the new rows of each paper, sealed
like evidence and written by `recount audit` only.
"""

import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from recount import files, layout, provenance
from recount.ledger import drawing, retrain, scores
from recount.ledger.recording import arranged
from recount.ledger.verifying import Check, Damaged, expected, seal
from recount.run import verdict_seeds
from recount.typed import BadValue

Say = Callable[[str], None]


def run(
    papers: dict,
    scale: str,
    root: Path,
    wanted: int | None = None,
    minutes: float | None = None,
    again: bool = False,
    say: Say = print,
) -> Path:
    """Audits at HEAD and returns the file it wrote; see `recount audit --help`. Raises BadValue."""
    commit = clean_head(root)
    found, excluded = drawing.candidates(papers, scale, root, commit)
    drawn = drawing.draw(found, commit, wanted)
    if not drawn:
        raise BadValue("nothing to audit: no recorded claim is older than the last commit")
    by_paper: dict[str, list[drawing.Candidate]] = {}
    for one in drawn:
        by_paper.setdefault(one.slug, []).append(one)
    folder, begun, told = layout.audits(root) / commit[:12], time.monotonic(), {}
    for number, (slug, claims) in enumerate(by_paper.items(), 1):
        entry = files.read_json(layout.evidence(papers[slug], scale)[1])
        due = retrain.cost(entry, claims[0].kind == "exact")
        left = None if minutes is None else 60 * minutes - (time.monotonic() - begun)
        head = f"{number} of {len(by_paper)}: {slug}"
        if left is not None and due > left:
            say(f"{head}: left out, about {due:.0f} s do not fit into the time")
            told[slug] = base(papers[slug], scale, claims, entry) | {"state": "no time left"}
            continue
        say(f"{head}: {', '.join(one.claim for one in claims)}, about {due:.0f} s")
        told[slug] = one_paper(papers[slug], scale, claims, entry, commit, folder, again)
        say(f"  {sentence(told[slug])}")
    report = {
        "commit": commit,
        "stream": drawing.stream(commit),
        "scale": scale,
        "candidates": [asdict(one) for one in sorted(found, key=lambda one: one.name)],
        "excluded": excluded,
        "wanted": wanted,
        "drawn": [one.name for one in drawn],
        "papers": told,
        "fingerprint": provenance.fingerprint(),
        "summary": summary(told),
    }
    files.write_json(folder / "audit.json", report | {"seal": seal(report)})
    return folder / "audit.json"


def clean_head(root: Path) -> str:
    head = provenance.git(root, "rev-parse", "HEAD")
    if not head:
        raise BadValue(f"{root}: no git history here; an audit is drawn by a commit")
    if provenance.differs(root, "papers"):
        raise BadValue("code or papers differ from the last commit; commit first, then audit")
    return head


def base(paper, scale: str, claims: list, entry: dict[str, Any]) -> dict[str, Any]:
    """What is known of a drawn paper before it runs."""
    return {
        "kind": claims[0].kind,
        "recorded_in": claims[0].recorded_in,
        "evidence": entry["rows"],
        "version": paper.version,
        "design": entry["registration"]["design"],
        "state": "done",
        "reason": None,
        "rows": None,
        "seeds": [],
        "seconds": 0.0,
        "claims": {one.claim: {} for one in claims},
        "again": None,
    }


def one_paper(paper, scale: str, claims: list, entry, commit: str, folder: Path, again: bool):
    """Runs a paper and compares it; a run that fails is a state with its reason."""
    told, begun = base(paper, scale, claims, entry), time.monotonic()
    old = files.read_table(layout.evidence(paper, scale)[0])
    try:
        if told["kind"] == "seeds":
            told |= on_new_seeds(paper, scale, claims, old, commit, folder)
        if told["kind"] == "exact" or again:
            told["again"] = once_more(paper, scale, old, entry)
    except (BadValue, OSError) as error:
        told |= {"state": "failed", "reason": str(error).splitlines()[0]}
    return told | {"seconds": round(time.monotonic() - begun, 1)}


def on_new_seeds(paper, scale: str, claims: list, old, commit: str, folder: Path):
    few = retrain.with_seeds(paper, scale, retrain.SEEDS)
    names = [one.claim for one in claims]
    with tempfile.TemporaryDirectory() as place:
        arms = retrain.arms_for(paper, names)
        new = retrain.frame_of(few, scale, arms, Path(place), drawing.stream(commit))
    path = folder / f"{paper.slug}.parquet"
    files.write_parquet(path, arranged(new))
    return {
        "rows": files.sha256(path),
        "seeds": list(seeds_of(paper.slug, scale, paper.version, commit)),
        "claims": {
            name: retrain.compared(paper, name, scale, old, new, commit) for name in names
        },
    }  # fmt: skip


def seeds_of(slug: str, scale: str, version: int, commit: str) -> tuple[int, ...]:
    return verdict_seeds(slug, scale, version, retrain.SEEDS, drawing.stream(commit))


def once_more(paper, scale: str, old: pd.DataFrame, entry: dict[str, Any]) -> dict[str, Any]:
    """The verdict's own seeds again. Bits are compared where machine and versions are the same;
    exact results are compared everywhere."""
    equal = retrain.equal_machine(entry)
    if not equal and paper.unit != "none":
        return {"same": None, "differing": [], "equal_machine": False}
    with tempfile.TemporaryDirectory() as place:
        arms = [arm for arm, run in entry["states"].items() if run["state"] == "done"]
        new = retrain.again(paper, scale, arms, Path(place), old["seed"].nunique())
    return retrain.same_rows(paper, old, new, arms) | {"equal_machine": equal}


def sentence(told: dict[str, Any]) -> str:
    if told["state"] != "done":
        return f"{told['state']}: {told['reason']}"
    parts = [f"{told['seconds']:.0f} s"]
    if told["again"]:
        bits = {True: "the same bits", False: "other values", None: "another machine: no bits"}
        parts.append(bits[told["again"]["same"]] + f" {' '.join(told['again']['differing'][:3])}")
    out = [one["score"]["outside"] for one in scored_of(told)]
    return ", ".join(parts) + (f", {sum(out)} of {len(out)} quantities outside" if out else "")


def scored_of(told: dict[str, Any]) -> list[dict[str, Any]]:
    """Every quantity of a paper that has a score."""
    return [one for claim in told["claims"].values() for one in claim.values() if one["score"]]


def summary(told: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """What the papers of an audit add up to."""
    done = {slug: one for slug, one in told.items() if one["state"] == "done"}
    moved = [
        scores.shrinkage((q["direction"], q["score"]["z"]) for q in scored_of(one))
        for one in done.values()
    ]
    outside = [q["score"]["outside"] for one in done.values() for q in scored_of(one)]
    every = [q for one in done.values() for claim in one["claims"].values() for q in claim.values()]
    again = {slug: one["again"]["same"] for slug, one in done.items() if one["again"]}
    return scores.pool(moved, outside) | {
        "alike": sum(len({*q["verdict"], *q["audit"]}) == 1 for q in every),
        "claims": sum(len(one["claims"]) for one in done.values()),
        "not_audited": sorted(set(told) - set(done)),
        "same_again": sum(same is True for same in again.values()),
        "other_again": sorted(slug for slug, same in again.items() if same is False),
    }


def every(root: Path) -> list[Path]:
    return sorted(layout.audits(root).glob("*/audit.json"))


def verify(root: Path, papers: dict) -> list[Check]:
    """Whether recorded audits are sealed, drawn as they had to be, and add up from their rows."""
    return [one_audit(path, papers) for path in every(root)]


def one_audit(path: Path, papers: dict) -> Check:
    name = path.parent.name
    try:
        report = unsealed(path)
        again = follows(report, path, papers)
    except Damaged as error:
        return Check("audit", name, "damaged", str(error))
    except (BadValue, KeyError, TypeError, ValueError) as error:
        return Check("audit", name, "damaged", f"{path.name}: does not follow: {error}")
    found = report["summary"]
    detail = f"{found['claims']} claims, {found['outside']} of {found['quantities']} outside"
    return Check("audit", name, "ok", f"{detail}, shrinkage {found['shrinkage']:.2f}; {again}")


def unsealed(path: Path) -> dict[str, Any]:
    report = files.read_json(path)
    told = {key: value for key, value in report.items() if key != "seal"}
    if files.json_bytes(report) != path.read_bytes() or seal(told) != report["seal"]:
        raise Damaged(f"{path.name}: bytes differ from its seal")
    return report


def follows(report: dict[str, Any], path: Path, papers: dict) -> str:
    """Draws and scores again. Raises Damaged with what differs; returns what was computed anew."""
    commit, scale = report["commit"], report["scale"]
    found = [drawing.Candidate(**one) for one in report["candidates"]]
    drawn = [one.name for one in drawing.draw(found, commit, report["wanted"])]
    if path.parent.name != commit[:12] or drawn != report["drawn"]:
        raise Damaged(f"{path.name}: these claims are not those that {commit[:8]} draws")
    if {name.split("/")[0] for name in drawn} != set(report["papers"]):
        raise Damaged(f"{path.name}: holds other papers than were drawn")
    fresh = 0
    for slug, told in report["papers"].items():
        wanted = seeds_of(slug, scale, told["version"], commit) if told["rows"] else ()
        if told["seeds"] != list(wanted):
            raise Damaged(f"{path.name}: {slug}: not the seeds of this commit")
        rows_path = path.with_name(f"{slug}.parquet")
        expected(rows_path, told["rows"])
        rescored(told, commit, slug, path)
        fresh += from_rows(told, papers.get(slug), scale, rows_path, path)
    if summary(report["papers"]) != report["summary"]:
        raise Damaged(f"{path.name}: its summary does not follow from its papers")
    return f"{fresh} of {len(drawn)} claims computed anew from rows"


def rescored(told: dict[str, Any], commit: str, slug: str, path: Path) -> None:
    for claim, quantities in told["claims"].items():
        for label, one in quantities.items():
            name = f"{slug}/{claim}/{label}"
            if one["score"] != retrain.scored(
                one["verdict"], one["audit"], one["student"], commit, name
            ):
                raise Damaged(f"{path.name}: {name}: its score does not follow from its values")


def from_rows(told: dict[str, Any], paper, scale: str, rows_path: Path, path: Path) -> int:
    """How many claims were computed anew: those whose rule is still the one that was audited."""
    if paper is None or not told["rows"] or (paper.version != told["version"]):
        return 0
    recorded = layout.evidence(paper, scale)[0]
    if not recorded.exists() or files.sha256(recorded) != told["evidence"]:
        return 0
    frames = [files.read_table(one) for one in (recorded, rows_path)]
    for claim, quantities in told["claims"].items():
        for part, frame in zip(("verdict", "audit"), frames, strict=True):
            again = retrain.values(paper, claim, frame)
            for label, one in quantities.items():
                if again[label]["values"] != one[part]:
                    raise Damaged(f"{path.name}: {claim}.{label}: not the values of its rows")
    return len(told["claims"])


def of_paper(slug: str, root: Path) -> list[dict[str, Any]]:
    """Plain data for pages: every audit of a paper, oldest first: commit, state, seeds, again, and
    for each claim its quantities with values, prediction interval and score."""
    found = []
    for path in every(root):
        report = files.read_json(path)
        if slug in report["papers"]:
            found.append({"commit": report["commit"]} | report["papers"][slug])
    return found


def overview(root: Path) -> list[dict[str, Any]]:
    """Plain data for pages: commit and summary of every audit."""
    reports = [files.read_json(path) for path in every(root)]
    return [{"commit": one["commit"], "scale": one["scale"]} | one["summary"] for one in reports]
