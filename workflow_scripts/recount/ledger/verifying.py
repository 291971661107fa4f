"""Recorded evidence checked: are the bytes those that were sealed, do verdicts follow from them?

Nothing here needs the network, the results of this machine, or git.
"""

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recount import attempts, files, hashes, judge, layout
from recount.ledger import chain, plausible
from recount.typed import BadValue

PROSE = ("statement", "limits")
PARTS = ("judgements", "states", "registration", "rows", "calibration", "seal")


class Damaged(Exception):
    """Recorded bytes that are not those that were sealed; the text names the file."""


@dataclass(frozen=True)
class Check:
    """What `verify` found of one paper at one scale: ok, stale, or damaged, and why."""

    slug: str
    scale: str
    state: str
    detail: str


def verify(paper, scale: str) -> Check:
    """Recomputes the verdicts of a paper's evidence; every changed byte makes it `damaged`."""
    json_path = layout.evidence(paper, scale)[1]
    try:
        return Check(paper.slug, scale, *verified(paper, scale))
    except Damaged as error:
        return Check(paper.slug, scale, "damaged", str(error))
    except (BadValue, KeyError, TypeError, AttributeError, ValueError) as error:
        detail = f"{json_path.name}: is not shaped like evidence: {error!r:.200}"
        return Check(paper.slug, scale, "damaged", detail)


def verified(paper, scale: str) -> tuple[str, str]:
    """(ok or stale, why) of evidence. Raises Damaged, naming the file."""
    rows_path, json_path, calibration_path = layout.evidence(paper, scale)
    entry = sealed(json_path)
    belongs(entry, paper, scale, json_path)
    rows = expected(rows_path, entry["rows"])
    stale = staleness(paper, scale, entry["registration"])
    if stale and of_todays_rules(paper, scale, calibration_path):
        return "stale", f"{stale}; its calibration is made already"
    calibration = expected(calibration_path, entry["calibration"])
    told = attempts_hold(paper, scale, entry, rows)
    if stale:
        return "stale", stale
    frame = files.read_table(io.BytesIO(rows))
    if strange := plausible.faults(paper, scale, frame, entry["manifests"]):
        raise Damaged(f"{rows_path.name}: {'; '.join(strange)}")
    rates = files.read_json(calibration_path) if calibration else {}
    again = judgements(paper, scale, frame, entry["states"], rates)
    recorded = entry["judgements"]
    if files.json_bytes(unworded(again)) != files.json_bytes(unworded(recorded)):
        changed = [name for name in again if again[name] != recorded.get(name)]
        raise Damaged(f"{json_path.name}: re-judging differs: {', '.join(changed)}")
    return "ok", f"{len(again)} verdicts recomputed, byte for byte; {told}"


def of_todays_rules(paper, scale: str, path: Path) -> bool:
    """Whether a calibration was made for rules as they are now, ahead of the runs they ask for."""
    try:
        told = files.read_json(path)
        return {name: told[name]["rule"] for name in paper.claims} == {
            name: hashes.rule_hash(paper, name, scale) for name in paper.claims
        }
    except (BadValue, OSError, KeyError, TypeError):
        return False


def sealed(path: Path) -> dict[str, Any]:
    """The entry in an evidence file whose bytes are canonical and agree with its seal."""
    try:
        content = path.read_bytes()
        entry = files.read_json(path)
        absent = [part for part in PARTS if part not in entry]
        unsealed = {key: value for key, value in entry.items() if key != "seal"}
        same = not absent and files.json_bytes(entry) == content
    except (BadValue, OSError, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise Damaged(f"{path.name}: cannot be read: {error}") from None
    if not same or seal(unsealed) != entry["seal"]:
        raise Damaged(f"{path.name}: bytes differ from its seal")
    return entry


def belongs(entry: dict[str, Any], paper, scale: str, path: Path) -> None:
    """Raises Damaged when whole and sealed evidence is that of another paper or scale."""
    for name, one in entry["judgements"].items():
        if (one["slug"], one["scale"], one["claim"]) != (paper.slug, scale, name):
            found = f"claim {one['claim']} of {one['slug']} at {one['scale']}"
            raise Damaged(f"{path.name}: holds {found}; put back its own")


def seal(entry: dict[str, Any]) -> str:
    return files.digest_of(files.json_bytes(entry))


def expected(path: Path, digest: str | None) -> bytes:
    """The bytes of a file whose SHA-256 was sealed; empty where none was recorded and none is."""
    if digest is None:
        if path.exists():
            raise Damaged(f"{path.name}: bytes differ: none were recorded; delete it")
        return b""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise Damaged(f"{path.name}: cannot be read: {error.strerror}") from None
    if files.digest_of(content) != digest:
        raise Damaged(f"{path.name}: bytes differ from what was sealed")
    return content


def attempts_hold(paper, scale: str, entry: dict[str, Any], rows: bytes) -> str:
    """How many attempts are recorded. Raises Damaged where their chain does not hold."""
    path, recorded = layout.attempts(paper, scale), entry.get("attempts")
    content = expected(path, recorded["file"] if recorded else None)
    if not recorded:
        return "recorded before the attempts log"
    try:
        chain.check(entry, content, files.read_table(io.BytesIO(rows)), path.name)
    except attempts.Broken as error:
        raise Damaged(str(error)) from None
    return f"{recorded['recorded']} of {recorded['started']} attempts"


def judgements(paper, scale: str, frame, states, calibration) -> dict[str, Any]:
    return {
        claim: judge.judge(paper, claim, scale, frame, states, calibration.get(claim))
        for claim in paper.claims
    }


def unworded(judged: dict[str, Any]) -> dict[str, Any]:
    """Judgements without their prose, which may be reworded at any time."""
    return {
        claim: {key: value for key, value in one.items() if key not in PROSE}
        for claim, one in judged.items()
    }


def staleness(paper, scale: str, registration: dict[str, Any]) -> str:
    """Why recorded evidence belongs to an older registration; empty when it is current."""
    rules = {name: hashes.rule_hash(paper, name, scale) for name in paper.claims}
    if registration["rules"] != rules:
        return "the rule has changed since; record a new version"
    if registration["design"] != hashes.design_hash(paper, scale):
        return "the experiment has changed since; run and record again"
    return ""
