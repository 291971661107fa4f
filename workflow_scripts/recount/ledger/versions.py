"""Amended claims keep both verdicts: what version k recorded stays when version k + 1 is recorded.

The files of an older version lie beside the newer ones, as <scale>.v<k>.json, .parquet and
.calibration.json, with their seal and byte for byte as they were.
"""

import re
import subprocess
from pathlib import Path
from typing import Any

from recount import files, layout
from recount.ledger.verifying import Check, Damaged, attempts_hold, expected, sealed
from recount.typed import BadValue


def keep(paper, scale: str, root: Path) -> list[Path]:
    """Copies recorded evidence of a lower version aside; returns the files that were written."""
    current = layout.evidence(paper, scale)
    if not current[1].exists():
        return []
    entry = files.read_json(current[1])
    version = entry["registration"]["version"]
    if version >= paper.version:
        return []
    digests = {"parquet": entry["rows"], "calibration.json": entry["calibration"]}
    if entry.get("attempts"):
        digests["attempts.jsonl"] = entry["attempts"]["file"]
    contents = {"json": current[1].read_bytes()}
    for ending, digest in digests.items():
        if digest:
            contents[ending] = found(current[1].with_name(f"{scale}.{ending}"), digest, root)
    written = []
    for ending, content in contents.items():
        written.append(current[1].with_name(f"{scale}.v{version}.{ending}"))
        files.write_bytes(written[-1], content)
    return written


def found(path: Path, digest: str, root: Path) -> bytes:
    """The bytes with a digest that a path has now, or had in some commit: calibrating a new rule
    overwrites the old calibration. Raises BadValue where they are nowhere."""
    if path.exists() and files.sha256(path) == digest:
        return path.read_bytes()
    name = path.relative_to(root).as_posix()
    for commit in git(root, "log", "--format=%H", "--", name).decode().split():
        content = git(root, "show", f"{commit}:{name}")
        if files.digest_of(content) == digest:
            return content
    raise BadValue(f"{name}: the bytes that were recorded are gone; restore them from git")


def git(root: Path, *arguments: str) -> bytes:
    done = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, timeout=60)
    return done.stdout if done.returncode == 0 else b""


def kept(paper, scale: str) -> list[int]:
    """The older versions whose evidence was kept, rising."""
    folder = layout.evidence(paper, scale)[1].parent
    pattern = re.compile(rf"{re.escape(scale)}\.v(\d+)\.(json|parquet)")
    names = [pattern.fullmatch(path.name) for path in folder.glob(f"{scale}.v*")]
    return sorted({int(one.group(1)) for one in names if one})


def earlier(paper, scale: str) -> list[dict[str, Any]]:
    """Plain data of every older version, rising: {"version", "registration", "judgements"}.

    What cannot be read is left out here; `verify` says so.
    """
    shown = []
    for version in kept(paper, scale):
        try:
            entry = sealed(layout.evidence(paper, f"{scale}.v{version}")[1])
        except Damaged:
            continue
        parts = ("registration", "judgements")
        shown.append({"version": version} | {part: entry[part] for part in parts})
    return shown


def verify_kept(paper, scale: str) -> list[Check]:
    """Whether the bytes of every older version are those that were sealed."""
    return [one_kept(paper, scale, version) for version in kept(paper, scale)]


def one_kept(paper, scale: str, version: int) -> Check:
    name = f"{scale}.v{version}"
    rows_path, json_path, calibration_path = layout.evidence(paper, name)
    try:
        entry = sealed(json_path)
        registered = entry["registration"]["version"]
        if registered != version or version >= paper.version:
            raise Damaged(f"{json_path.name}: holds version {registered} of {paper.version}")
        rows = expected(rows_path, entry["rows"])
        expected(calibration_path, entry["calibration"])
        attempts_hold(paper, name, entry, rows)
    except Damaged as error:
        return Check(paper.slug, name, "damaged", str(error))
    outcomes = ", ".join(f"{k} {one['outcome']}" for k, one in entry["judgements"].items())
    return Check(paper.slug, name, "ok", f"kept as it was: {outcomes}")
