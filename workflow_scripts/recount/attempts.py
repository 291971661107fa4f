"""The attempts log: every run that was started, chained by hashes, so that none can be dropped.

`results/attempts.jsonl` gets one line when a stage of an arm starts, before any work, and one when
it ends. Every line holds the SHA-256 of the line before it (`previous`) and of the line before it
that has the same paper and scale (`earlier`): the first chain shows that the log is whole, the
second one that a paper's lines, copied out of it into the evidence, are all of them. Any number of
jobs on any number of machines may share the file.
"""

import json
import os
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from recount import files, hashes, hold, looks, provenance

NAME = "attempts.jsonl"
LOCK = "attempts.lock"
FACTS = ("log", "n", "previous", "earlier", "event", "paper", "scale", "version")


class Broken(Exception):
    """A chain that does not hold; the text names line and trouble."""


@dataclass(frozen=True)
class Attempt:
    """A run whose start was logged; `digest` is the hash of that line."""

    log: Path
    facts: dict[str, Any]
    digest: str

    def end(self, state: dict[str, Any], rows=None) -> dict[str, Any]:
        """Logs how it ended; returns what belongs into the manifest, as it was at the start."""
        shown = {"of": self.digest, "state": state["state"], "reason": state["reason"]}
        shown["rows"] = None if rows is None else rows_digest(rows)
        named = ("paper", "scale", "version", "arm", "stage", "stream")
        append(self.log, {"event": "ended"} | {key: self.facts[key] for key in named} | shown)
        begun = {key: self.facts[key] for key in ("commit", "design", "rules")}
        return begun | {"dirty": self.facts["dirty"] or state["dirty"], "attempt": self.digest}


def start(results: Path, paper, scale: str, arm: str, stage: str, stream: str) -> Attempt:
    """Logs that a stage of an arm begins, with what it is made from at this moment."""
    facts = {
        "event": "started",
        "paper": paper.slug,
        "scale": scale,
        "version": paper.version,
        "design": hashes.design_hash(paper, scale),
        "rules": {name: hashes.rule_hash(paper, name, scale) for name in paper.claims},
        "judge": hashes.judge_version(),
        "arm": arm,
        "stage": stage,
        "stream": stream,
        "seeds": len(looks.seeds(paper, scale, stream)),
        "time": datetime.now(UTC).isoformat(timespec="microseconds"),
        **provenance.commit(paper.folder.parents[2], paper.folder),
    }
    log = results / NAME
    return Attempt(log, facts, append(log, facts))


def append(log: Path, facts: dict[str, Any]) -> str:
    """Adds one line and returns its hash. It is on the disk when this returns.

    A last line without its end belongs to a writer that was killed before its run began: it is cut
    off. A chain that was broken before is continued; `read` names the place.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with hold.held(log.parent, LOCK, look=0.02):
        content = log.read_bytes() if log.exists() else b""
        whole = content[: content.rfind(b"\n") + 1]
        lines = whole.split(b"\n")[:-1]
        earlier = last_of(lines, facts["paper"], facts["scale"])
        chain = {
            "log": identity(lines),
            "n": len(lines),
            "previous": files.digest_of(lines[-1]) if lines else None,
            "earlier": files.digest_of(earlier) if earlier else None,
        }
        line = text_of(chain | facts)
        with log.open("rb+" if log.exists() else "xb") as stream:
            stream.seek(len(whole))
            stream.write(line + b"\n")
            stream.truncate()
            stream.flush()
            os.fsync(stream.fileno())
    return files.digest_of(line)


def text_of(facts: dict[str, Any]) -> bytes:
    return json.dumps(facts, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def identity(lines: list[bytes]) -> str:
    """The name of a log, made with its first line and repeated in all."""
    try:
        return json.loads(lines[0])["log"]
    except (IndexError, ValueError, KeyError, TypeError):
        return uuid.uuid4().hex[:16]


def last_of(lines: list[bytes], slug: str, scale: str) -> bytes | None:
    named = f'"paper":{json.dumps(slug)}'.encode(), f'"scale":{json.dumps(scale)}'.encode()
    return next((one for one in reversed(lines) if all(part in one for part in named)), None)


def read(log: Path) -> list[dict[str, Any]]:
    """Every line of a log, each with its own hash as `digest`. Raises Broken."""
    content = log.read_bytes() if log.exists() else b""
    found = parsed(content, log.name)
    previous = None
    for number, one in enumerate(found):
        if one["n"] != number or one["previous"] != previous or one["log"] != found[0]["log"]:
            raise Broken(f"{log.name}:{number + 1}: does not follow from the line before it")
        previous = one["digest"]
    linked(found, log.name)
    return found


def parsed(content: bytes, name: str) -> list[dict[str, Any]]:
    """The lines of a log or of an excerpt. Raises Broken at one that no log has written."""
    found = []
    if content and not content.endswith(b"\n"):
        raise Broken(f"{name}: its last line is cut off")
    for number, line in enumerate(content.split(b"\n")[:-1], 1):
        try:
            facts = json.loads(line)
            canonical = text_of(facts) == line and all(key in facts for key in FACTS)
        except (ValueError, TypeError, RecursionError):
            canonical = False
        if not canonical:
            raise Broken(f"{name}:{number}: is not as it was written")
        found.append(facts | {"digest": files.digest_of(line), "text": line})
    return found


def linked(lines: list[dict[str, Any]], name: str) -> None:
    """Raises Broken unless each line names the one before it of its log, paper and scale."""
    last: dict[tuple, str] = {}
    for number, one in enumerate(lines, 1):
        key = one["log"], one["paper"], one["scale"]
        if one["earlier"] != last.get(key):
            raise Broken(f"{name}:{number}: a line of {one['paper']} before it is missing")
        last[key] = one["digest"]


def rows_digest(frame) -> str:
    """SHA-256 of the metric rows of one arm, whatever table they stand in: columns by name, without
    empty ones, every number as a float, rows sorted by all of them."""
    used = sorted(name for name in frame.columns if name != "arm" and frame[name].notna().any())
    rows = sorted(json.dumps([plain(one) for one in row]) for row in zip(*map(frame.get, used)))
    return files.digest_of("\n".join([*used, *rows]).encode())


def plain(value: Any) -> str | float | None:
    """A cell as JSON: text, a float, or null for what is missing or not a number."""
    if isinstance(value, str):
        return value
    missing = value is None or type(value).__name__ == "NAType" or value != value
    return None if missing else float(value)
