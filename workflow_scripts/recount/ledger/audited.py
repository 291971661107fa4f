"""Audits in git: drawn by a commit that follows the evidence, and never touched up afterwards."""

import json
import re
from collections.abc import Iterator

from recount.ledger.gitlog import Repository
from recount.ledger.recordings import PATH, read

REPORT = re.compile(r"papers/audits/([0-9a-f]{12})/audit\.json")


def check(repository: Repository) -> tuple[list[str], list[str]]:
    """(faults, what could not be checked) of every audit that history holds."""
    faults: list[str] = []
    unchecked: list[str] = []
    first: dict[str, str] = {}
    for change in repository.changes("papers/audits/*/audit.json"):
        matched = REPORT.fullmatch(change.path)
        if not matched:
            continue
        name = f"audit {matched.group(1)}"
        if not change.blob:
            faults.append(f"{name}: was deleted in {change.commit[:8]}")
        elif first.setdefault(change.path, change.blob) != change.blob:
            faults.append(f"{name}: was changed in {change.commit[:8]}")
        else:
            found, gaps = one(repository, change.commit, change.blob)
            faults += [f"{name}: {text}" for text in found]
            unchecked += [f"{name}: {text}" for text in gaps]
    return faults, unchecked


def one(repository: Repository, added: str, blob: str) -> tuple[list[str], list[str]]:
    try:
        report = json.loads(repository.blob(blob))
        commit, papers = report["commit"], report["papers"]
        told = {one["slug"] + "/" + one["claim"] for one in report["candidates"]}
        told |= set(report["excluded"])
    except (ValueError, KeyError, TypeError):
        return ["its bytes are no audit"], []
    if commit not in repository.order:
        text = f"was drawn by commit {str(commit)[:8]}, which is in no branch"
        return ([], [text]) if repository.shallow else ([text], [])
    faults = []
    if not repository.precedes(commit, added):
        faults.append(f"was drawn by commit {commit[:8]}, which does not precede it")
    for slug, paper in papers.items():
        known = paper["recorded_in"] in repository.order
        if (known or not repository.shallow) and not repository.precedes(
            paper["recorded_in"], commit
        ):
            faults.append(f"the evidence of {slug} does not precede the commit that drew it")
    hidden = sorted(set(claims_at(repository, commit, report["scale"])) - told)
    if hidden:
        faults.append(f"left out {hidden[0]}, which was recorded by then, without a reason")
    return faults, []


def claims_at(repository: Repository, commit: str, scale: str) -> Iterator[str]:
    """slug/claim of every claim that was recorded at a scale as of a commit."""
    listed = repository.git("ls-tree", "-r", commit, "papers") or ""
    for line in listed.splitlines():
        words, path = line.split("\t", 1)
        matched = PATH.fullmatch(path)
        if matched and matched[2] == scale and matched[4] == "json" and not matched[3]:
            entry = read(repository, words.split()[2])
            for claim in entry["judgements"] if entry else ():
                yield f"{matched[1].rsplit('/', 1)[1]}/{claim}"
