"""The attempts of recorded evidence: all of them, in their chain, and which gave the rows."""

from pathlib import Path
from typing import Any

import pandas as pd

from recount import attempts, files, hashes, layout, looks, provenance
from recount.typed import BadValue

SOURCE = "workflow_scripts/recount/attempts.py"
SAME = ("arm", "stage", "commit", "design")


def collect(paper, scale: str, results: Path, manifests: dict, root: Path):
    """(bytes of the paper's lines, their account) for the evidence; (b"", None) where all runs are
    older than the log. Raises BadValue where the chain is broken, or a run is not in it."""
    log = results / attempts.NAME
    try:
        whole = attempts.read(log)
        mine = [one for one in whole if (one["paper"], one["scale"]) == (paper.slug, scale)]
        lines = joined(paper, scale, mine, log)
        for arm, stage, one in runs_of(manifests):
            if one.get("attempt") or not before_the_log(one, root):
                registered(lines, arm, stage, one, paper.version)
    except attempts.Broken as error:
        raise BadValue(
            f"{error}; attempts must neither be changed nor dropped: put the file back, or move "
            f"{log.parent} away and run again"
        ) from None
    if not lines:
        return b"", None
    refuse_tried_rules(paper, scale, lines)
    content = b"".join(one["text"] + b"\n" for one in lines)
    head = {"log": whole[-1]["log"], "length": len(whole), "head": whole[-1]["digest"]}
    return content, {"file": files.digest_of(content)} | head | account(lines, manifests)


def joined(paper, scale: str, mine: list[dict], log: Path) -> list[dict]:
    """Lines that were recorded before, of logs that are gone, and then those of this log."""
    path = layout.attempts(paper, scale)
    if not path.exists():
        return mine
    old = attempts.parsed(path.read_bytes(), path.name)
    attempts.linked(old, path.name)
    here = mine[0]["log"] if mine else None
    before = [one for one in old if one["log"] == here]
    if [one["digest"] for one in before] != [one["digest"] for one in mine[: len(before)]]:
        raise attempts.Broken(f"{log.name}: lacks lines of {paper.slug} that were recorded")
    return [one for one in old if one["log"] != here] + mine


def runs_of(manifests: dict[str, dict]):
    """(arm, stage, manifest) of every run that did work of its own."""
    for arm, stages in manifests.items():
        for stage, one in stages.items():
            inherited = stage == "evaluate" and stages.get("train", one)["state"] != "done"
            if one["state"] != "not_run" and not (inherited and "train" in stages):
                yield from ((arm, stage, part) for part in looks.parts(one))


def before_the_log(manifest: dict, root: Path) -> bool:
    """Whether the code that ran knew of no log."""
    return provenance.git(root, "cat-file", "-e", f"{manifest['commit']}:{SOURCE}") is None


def registered(lines: list[dict], arm: str, stage: str, manifest: dict, version: int) -> dict:
    """The line that logged the start of a run. Raises Broken where it is not the very same run."""
    for one in lines:
        if one["event"] == "started" and one["digest"] == manifest.get("attempt"):
            wanted = {key: manifest[key] for key in SAME if key in manifest}
            wanted |= {"arm": arm, "stage": stage, "version": version, "stream": "verdict"}
            other = [key for key, value in wanted.items() if one[key] != value]
            if other:
                raise attempts.Broken(f"{stage} of {arm}: was logged with another {other[0]}")
            return one
    raise attempts.Broken(f"{stage} of {arm}: this run is not in {attempts.NAME}")


def refuse_tried_rules(paper, scale: str, lines: list[dict]) -> None:
    """A rule that was tried on the verdict's seeds, and then changed, has used up its version."""
    for one in verdict_starts(lines):
        if one["version"] != paper.version:
            continue
        rules = {n: hashes.rule_hash(paper, n, scale, one["judge"]) for n in paper.claims}
        changed = [n for n in rules if one["rules"].get(n, rules[n]) != rules[n]]
        if changed:
            raise BadValue(
                f"{paper.folder / 'paper.yaml'}: claims.{changed[0]}: another rule was tried in "
                f"version {paper.version} (attempt {one['n']}, {one['time']}); raise `version` to "
                f"{paper.version + 1} (the page then says post hoc)"
            )


def verdict_starts(lines: list[dict]) -> list[dict]:
    return [one for one in lines if one["event"] == "started" and one["stream"] == "verdict"]


def account(lines: list[dict], manifests: dict) -> dict[str, Any]:
    """What the lines add up to. `used` counts registrations that were tried, whatever came out;
    `without_result` names the runs that no row stems from."""
    whole = [one for stages in manifests.values() for one in stages.values()]
    named = {part.get("attempt") for one in whole for part in looks.parts(one)}
    ended = {one["of"]: one for one in lines if one["event"] == "ended"}
    started = verdict_starts(lines)
    lost = []
    for one in started:
        if one["digest"] not in named:
            end = ended.get(one["digest"])
            state = "abandoned" if end is None else end["state"]
            state = "superseded" if state == "done" else state
            shown = {key: one[key] for key in ("n", "version", "arm", "stage", "time", "design")}
            lost.append(shown | {"state": state, "reason": end["reason"] if end else None})
    return {
        "started": len(started),
        "recorded": len(started) - len(lost),
        "used": len({registration(one) for one in started}),
        "pilots": sum(one["event"] == "started" and one["stage"] == "pilot" for one in lines),
        "without_result": lost,
    }


def told(paper, scale: str, results: Path, source: str) -> dict[str, Any] | None:
    """The account of a paper's attempts as recorded ("evidence"), or as this machine's log has it.

    None where there is none. Raises Broken.
    """
    if source == "evidence":
        path = layout.evidence(paper, scale)[1]
        return files.read_json(path).get("attempts") if path.exists() else None
    lines = attempts.read(results / attempts.NAME)
    mine = [one for one in lines if (one["paper"], one["scale"]) == (paper.slug, scale)]
    place = layout.of(paper, scale, results)
    paths = {"train": place.run, "evaluate": place.evaluated}
    there = {
        arm: {s: files.read_json(path(arm)) for s, path in paths.items() if path(arm).exists()}
        for arm in paper.arms
    }
    return account(mine, there) if mine else None


def registration(line: dict[str, Any]) -> tuple:
    return line["version"], line["design"], tuple(sorted(line["rules"].items()))


def check(entry: dict, content: bytes, frame: pd.DataFrame, name: str) -> None:
    """Raises Broken unless recorded lines are whole and hold every recorded run and its rows."""
    lines = attempts.parsed(content, name)
    attempts.linked(lines, name)
    told = {key: entry["attempts"][key] for key in account([], {})}
    if account(lines, entry["manifests"]) != told:
        raise attempts.Broken(f"{name}: adds up to other attempts than the evidence says")
    for stages in entry["manifests"].values():
        for whole in stages.values():
            if whole["seeds"] != [seed for one in looks.parts(whole) for seed in one["seeds"]]:
                raise attempts.Broken(f"{name}: the looks of a run are not all of its seeds")
    ended = {one["of"]: one for one in lines if one["event"] == "ended"}
    for arm, stage, one in runs_of(entry["manifests"]):
        if not one.get("attempt"):
            continue
        line = registered(lines, arm, stage, one, entry["registration"]["version"])
        rows = ended.get(line["digest"], {}).get("rows")
        mine = frame[frame["arm"] == arm]
        if "looks" in entry["manifests"][arm][stage]:
            mine = mine[mine["seed"].isin(one["seeds"])]
        if stage == "evaluate" and rows != attempts.rows_digest(mine):
            raise attempts.Broken(f"{name}: the rows of {arm} are not those that its run left")
