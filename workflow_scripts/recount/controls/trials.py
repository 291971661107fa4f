"""Controls of the judge: equal arms (A/A pairs) and planted faults, really trained, really judged.

`make` runs the toy papers of a family through the stages like any paper and judges them. A null
pair differs in its chance alone, so a verdict on it is wrong; a planted fault must not become the
verdict that it fakes. `record` keeps rows and verdicts in papers/_controls; `verify` judges them
again.
"""

import hashlib
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from recount import files, judge, layout, provenance, stages
from recount.controls.toys import SCALE, families, folder, project
from recount.judge import residuals
from recount.ledger.verifying import Check, seal
from recount.run import KEY_COLUMNS
from recount.typed import BadValue

SOURCES = ("experiment.py", "families.yaml")


def evidence(root: Path) -> tuple[Path, Path]:
    return folder(root) / "evidence.parquet", folder(root) / "evidence.json"


def trained(paper, results: Path) -> tuple[pd.DataFrame, dict[str, Any]]:
    """All stages of one toy paper; a null pair's seeds are one job an arm."""
    place = layout.of(paper, SCALE, results)
    stages.generate(paper, SCALE, place.data, place.data_manifest)
    for arm in paper.arms:
        stages.train(paper, SCALE, arm, place.data, place.run(arm))
        stages.evaluate(paper, SCALE, arm, place.data, place.run(arm), place.metrics(arm))
    return stages.collected(paper, SCALE, results)


def judged(paper, wrong: dict[str, tuple], frame: pd.DataFrame, states: dict) -> dict[str, Any]:
    """claim -> its verdict in brief, and whether that is wrong."""
    found = {}
    for name in paper.claims:
        made = judge.judge(paper, name, SCALE, frame, states)
        one = made["quantities"].get("it") or next(iter(made["quantities"].values()), {})
        found[name] = {key: one.get(key) for key in ("point", "low", "high", "n")} | {
            "outcome": made["outcome"],
            "reason": made["reason"],
            "wrong": made["outcome"] in wrong[name],
            "rule": made["rule"],
            "design": made["design"],
            "units": one.get("per_seed") if name == "main" else None,
        }
    return found


def commit(root: Path) -> str | None:
    """The commit that the controls would run from; None where their code differs from it."""
    sources = [str(folder(root) / name) for name in SOURCES]
    return None if provenance.differs(root, *sources) else provenance.git(root, "rev-parse", "HEAD")


def made(root: Path, slug: str) -> tuple[Path, Path]:
    place = root / "results" / "controls"
    return place / f"{slug}.parquet", place / f"{slug}.json"


def make(root: Path, family: str, say: Callable[[str], None]) -> None:
    """Trains and judges the controls of one family; leaves rows and verdicts in results/.

    What the same commit has made already is kept, so that a killed run goes on.
    """
    begun = commit(root)
    with project(root, family) as papers:
        for slug, (paper, wrong) in papers.items():
            rows, verdict = made(root, slug)
            if begun and verdict.exists() and files.read_json(verdict)["commit"] == begun:
                continue
            frame, ran = trained(paper, paper.folder.parents[2] / "results")
            failed = [f"{arm}: {one['reason']}" for arm, one in ran.items() if one["reason"]]
            if failed:
                raise BadValue(f"{slug}, {failed[0]}; mend it and run again")
            found = judged(paper, wrong, frame, ran)
            files.write_parquet(rows, frame.assign(slug=slug))
            files.write_json(verdict, {"commit": begun, "states": ran, "verdicts": found})
            say(f"{slug}: {len(found)} verdicts, {sum(o['wrong'] for o in found.values())} wrong")


def slugs(root: Path) -> list[str]:
    with project(root) as papers:
        return list(papers)


def record(root: Path) -> Path:
    """Keeps rows and verdicts of all controls, sealed. Raises BadValue where some are not there, or
    did not run from committed code."""
    head, parts = commit(root), {}
    for slug in slugs(root):
        again = "commit, then `recount controls` again"
        parts[slug] = files.read_json(made(root, slug)[1])
        begun = parts[slug]["commit"]
        if head is None or begun is None:
            raise BadValue(f"{slug}: ran from uncommitted code; {again}")
        if provenance.git(root, "merge-base", "--is-ancestor", begun, head) is None:
            raise BadValue(f"{slug}: its commit is not in this history; {again}")
    frame = pd.concat([pd.read_parquet(made(root, slug)[0]) for slug in parts])
    rows_path, json_path = evidence(root)
    axes = sorted(set(frame.columns) - {*KEY_COLUMNS, "slug"})
    keys = ["slug", "arm", "metric", "seed", *axes]
    frame = frame[["slug", *KEY_COLUMNS, *axes]].sort_values(keys).reset_index(drop=True)
    files.write_parquet(rows_path, frame)
    verdicts = {slug: part["verdicts"] for slug, part in parts.items()}
    entry = {
        "states": {slug: part["states"] for slug, part in parts.items()},
        "verdicts": verdicts,
        "commits": {slug: part["commit"] for slug, part in parts.items()},
        "fingerprint": provenance.fingerprint(),
        "rows": files.sha256(rows_path),
        "shape": shapes(root, verdicts),
    }
    files.write_json(json_path, entry | {"seal": seal(entry)})
    return json_path


def shapes(root: Path, verdicts: dict[str, Any]) -> dict[str, Any]:
    """family -> how the null pairs scatter, against the shapes that calibrations try."""
    found = {}
    for family, one in families(root).items():
        units = [v["main"]["units"] for slug, v in verdicts.items() if slug[:-3] == family]
        found[family] = residuals.described(units, "over" in next(iter(one["equal"].values())))
    return found


def verify(root: Path) -> list[Check]:
    """Judges the recorded rows again; empty where nothing is recorded."""
    rows_path, json_path = evidence(root)
    if not json_path.exists():
        return []
    return [Check("controls", SCALE, *checked(root, rows_path, json_path))]


def each(verdicts: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(slug, claim, verdict) of all controls."""
    for slug, claims in verdicts.items():
        for name, one in claims.items():
            yield slug, name, one


def checked(root: Path, rows_path: Path, json_path: Path) -> tuple[str, str]:
    try:
        content, entry = json_path.read_bytes(), files.read_json(json_path)
        plain = {key: value for key, value in entry.items() if key != "seal"}
        if files.json_bytes(entry) != content or seal(plain) != entry["seal"]:
            return "damaged", f"{json_path.name}: bytes differ from its seal"
        rows = rows_path.read_bytes()
        if hashlib.sha256(rows).hexdigest() != entry["rows"]:
            return "damaged", f"{rows_path.name}: bytes differ"
    except (BadValue, OSError, KeyError, TypeError, AttributeError) as error:
        return "damaged", f"{json_path.name}: {error}"
    frame, again = pd.read_parquet(io.BytesIO(rows)), {}
    with project(root) as papers:
        if set(papers) != set(entry["verdicts"]):
            return "stale", "the controls have changed since; run `recount controls` again"
        for slug, (paper, wrong) in papers.items():
            mine = frame[frame.slug == slug].drop(columns="slug").dropna(axis=1, how="all")
            again[slug] = judged(paper, wrong, mine, entry["states"][slug])
    recorded = entry["verdicts"]
    for key in ("rule", "design"):
        if any(
            again[s][c][key] != recorded[s].get(c, {}).get(key) for s in again for c in again[s]
        ):
            return "stale", f"the {key} has changed since; run `recount controls` again"
    if files.json_bytes(again) != files.json_bytes(recorded):
        return "damaged", "judging again differs"
    count = sum(len(one) for one in again.values())
    return "ok", f"{count} verdicts on controls recomputed, byte for byte"
