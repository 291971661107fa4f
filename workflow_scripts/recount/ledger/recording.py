"""Evidence written: results become evidence when they were registered before they were run.

Refused are runs from uncommitted code, under another design or another rule, or from a commit that
is not in this history. Nothing else writes into papers/<lab>/<slug>/evidence/.
"""

from pathlib import Path
from typing import Any

import pandas as pd

from recount import files, hashes, judge, layout, looks, pilot, provenance, stages
from recount.ledger import chain, plausible, versions
from recount.ledger.verifying import judgements, seal
from recount.run import KEY_COLUMNS
from recount.typed import BadValue

KEPT = ("state", "reason", "arm", "seeds", "device", "seconds", "cpu_seconds", "commit", "design")
KEPT += ("attempt",)


def record(paper, scale: str, results: Path, root: Path) -> Path:
    """Writes the evidence of one paper at one scale; returns its JSON file. Raises BadValue."""
    if scale == "smoke":
        raise BadValue("smoke proves the plumbing only; it is never recorded")
    frame, states = stages.collected(paper, scale, results)
    manifests = manifests_of(paper, scale, results)
    refuse(paper, scale, manifests, root)
    refuse_open(paper, scale, frame, states)
    lines, account = chain.collect(paper, scale, results, manifests, root)
    refuse_implausible(paper, scale, results, frame, manifests, account)
    versions.keep(paper, scale, root)
    rows_path, json_path, calibration_path = layout.evidence(paper, scale)
    files.write_parquet(rows_path, arranged(frame))
    if account:
        files.write_bytes(layout.attempts(paper, scale), lines)
    calibration = files.read_json(calibration_path) if calibration_path.exists() else {}
    judged = judgements(paper, scale, files.read_table(rows_path), states, calibration)
    first = next(iter(manifests.values()))["evaluate"]
    entry = {
        "judgements": judged,
        "states": states,
        "registration": {
            "commit": first["commit"],
            "design": first["design"],
            "rules": {name: hashes.rule_hash(paper, name, scale) for name in paper.claims},
            "version": paper.version,
        },
        "manifests": {
            arm: {stage: kept(one) for stage, one in stages_of.items()}
            for arm, stages_of in manifests.items()
        },
        "fingerprint": first["fingerprint"],
        "rows": files.sha256(rows_path),
        "calibration": files.sha256(calibration_path) if calibration_path.exists() else None,
        "attempts": account,
    }
    files.write_json(json_path, entry | {"seal": seal(entry)})
    return json_path


def refuse_implausible(paper, scale: str, results: Path, frame, manifests, account) -> None:
    """Raises BadValue with all that no honest run leaves. A run that was resumed has spent time
    that its manifest does not know of."""
    found = plausible.faults(paper, scale, frame, manifests)
    resumed = {one["arm"] for one in (account or {}).get("without_result", [])}
    for arm in set(manifests) - resumed if paper.kind == "train" else ():
        done = plausible.work(paper, scale, arm, results)
        found += plausible.hurried(paper, scale, arm, manifests[arm]["train"], done)
    if not resumed:
        found += plausible.outran(manifests, pilot.kept(paper, scale, results))
    if found:
        raise BadValue(f"{paper.slug} at {scale} is not plausible: {'; '.join(sorted(found))}")


def arranged(frame: pd.DataFrame) -> pd.DataFrame:
    """Rows in the one order in which they are recorded."""
    axes = sorted(set(frame.columns) - set(KEY_COLUMNS))
    frame = frame[KEY_COLUMNS + axes].sort_values(["arm", "metric", "seed", *axes])
    return frame.reset_index(drop=True)


def kept(manifest: dict[str, Any]) -> dict[str, Any]:
    """What is recorded of a run; runs that are older than the attempts log have no attempt."""
    found = {key: manifest.get(key) for key in KEPT}
    if "looks" in manifest:
        found["looks"] = [{key: part.get(key) for key in KEPT} for part in manifest["looks"]]
    return found


def manifests_of(paper, scale: str, results: Path) -> dict[str, dict[str, Any]]:
    """arm -> stage -> manifest, for the stages that this kind of paper has."""
    place = layout.of(paper, scale, results)
    found = {}
    for arm in paper.arms:
        found[arm] = {"evaluate": files.read_json(place.evaluated(arm))}
        if paper.kind == "train":
            found[arm]["train"] = files.read_json(place.run(arm))
    return found


def refuse(paper, scale: str, manifests: dict[str, Any], root: Path) -> None:
    """Raises BadValue, naming the run and the remedy, unless all was registered beforehand."""
    again = f"commit, then `recount run {paper.slug} --scale {scale} --again`"
    rules = {name: hashes.rule_hash(paper, name, scale) for name in paper.claims}
    ends, first = looks.registered(paper, scale), None
    runs = [(a, s, one) for a, stages_of in manifests.items() for s, one in stages_of.items()]
    for arm, stage, run in runs:
        where = f"{paper.slug}, arm {arm}, {stage}"
        for one in looks.parts(run):
            if one["dirty"] or not one["commit"]:
                raise BadValue(f"{where}: ran from uncommitted or foreign code; {again}")
            if provenance.git(root, "merge-base", "--is-ancestor", one["commit"], "HEAD") is None:
                raise BadValue(f"{where}: its commit is not in this history; {again}")
            if one["rules"] not in by_any_judge(paper, scale):
                raise BadValue(f"{where}: the rule was changed after this run; {again}")
            if one["state"] == "failed":
                raise BadValue(f"{where}: failed ({one['reason']}); mend it and run again")
        if run["state"] == "done":
            first = first or run["seeds"]
            if run["seeds"] not in ends or run["seeds"] != first:
                raise BadValue(f"{where}: not the registered seeds; {again}")
    refuse_post_hoc(paper, scale, rules)


def refuse_open(paper, scale: str, frame: pd.DataFrame, states: dict[str, Any]) -> None:
    """Looks are over when every claim has been decided or given up, or there is no further one."""
    if not looks.of(paper, scale) or frame["seed"].nunique() >= paper.scales[scale].seeds:
        return
    if still := judge.undecided(paper, scale, frame, states):
        raise BadValue(
            f"{paper.slug} at {scale}: claims.{still[0]}: is open after this look; "
            f"`recount run {paper.slug} --scale {scale}` makes the next"
        )


def by_any_judge(paper, scale: str) -> list[dict[str, str]]:
    """The paper's rules with each version of the judge: raising it changes no rule of a paper."""
    return [
        {name: hashes.rule_hash(paper, name, scale, judge) for name in paper.claims}
        for judge in range(1, hashes.judge_version() + 1)
    ]


def refuse_post_hoc(paper, scale: str, rules: dict[str, str]) -> None:
    """A rule that has evidence may only change together with the paper's version.

    A judge that was raised for all papers at once changes no paper's own rule.
    """
    path = layout.evidence(paper, scale)[1]
    if not path.exists():
        return
    entry = files.read_json(path)
    old, judge = entry["registration"], judge_then(entry)
    changed = [
        name
        for name in old["rules"]
        if rules.get(name) not in (None, old["rules"][name])
        and hashes.rule_hash(paper, name, scale, judge) != old["rules"][name]
    ]
    if changed and old["version"] >= paper.version:
        raise BadValue(
            f"{paper.folder / 'paper.yaml'}: claims.{changed[0]}: not the recorded rule; "
            f"raise `version` to {old['version'] + 1} (the page then says post hoc)"
        )


def judge_then(entry: dict[str, Any]) -> int | None:
    """The version of the judge that gave recorded verdicts."""
    return next((one["judge_version"] for one in entry["judgements"].values()), None)
