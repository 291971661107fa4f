"""Every state of evidence that history holds, with the commit that brought it."""

import hashlib
import io
import json
import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from recount import files
from recount.ledger.gitlog import Repository

PATH = re.compile(
    r"(papers/[^/]+/[^/]+)/evidence/(laptop|gpu|paper)(?:\.v(\d+))?"
    r"\.(json|parquet|calibration\.json|attempts\.jsonl)"
)


@dataclass
class Recording:
    """One state of <scale>.json: `place` is papers/<lab>/<slug>, `kept` the version of a kept file.

    `entry` is None where the bytes are no evidence.
    """

    commit: str
    place: str
    scale: str
    blob: str
    entry: dict[str, Any] | None
    beside: dict[str, bytes | None] = field(default_factory=dict)

    @property
    def slug(self) -> str:
        return self.place.rsplit("/", 1)[1]

    @property
    def where(self) -> str:
        return f"{self.slug} at {self.scale}, recorded in {self.commit[:8]}"

    @property
    def version(self) -> int:
        return self.entry["registration"]["version"]

    @property
    def judge(self) -> int | None:
        return next((one["judge_version"] for one in self.entry["judgements"].values()), None)

    def runs(self):
        """(arm, stage, manifest) of every run."""
        for arm, stages in self.entry["manifests"].items():
            for stage, one in stages.items():
                yield arm, stage, one

    def commits(self) -> set[str]:
        """Every commit from which something ran."""
        first = str(self.entry["registration"]["commit"])
        return {first, *(str(one["commit"]) for _, _, one in self.runs())}

    def rows(self) -> pd.DataFrame:
        return files.read_table(io.BytesIO(self.beside["parquet"]))


def recordings(repository: Repository) -> tuple[list[Recording], dict[tuple, list[Recording]]]:
    """All of them, oldest first, and the same by (place, scale). Kept files are `kept_files`."""
    changes = repository.changes("papers/*/*/evidence/*")
    current = [c for c in changes if (m := PATH.fullmatch(c.path)) and m[4] == "json" and not m[3]]
    current = [change for change in current if change.blob]
    beside = ("parquet", "calibration.json", "attempts.jsonl")
    stems = {change: change.path.removesuffix(".json") for change in current}
    repository.prefetch(change.blob for change in current)
    repository.prefetch(f"{c.commit}:{stems[c]}.{ending}" for c in current for ending in beside)
    found, grouped = [], defaultdict(list)
    for change in current:
        place, scale = PATH.fullmatch(change.path).group(1, 2)
        one = Recording(change.commit, place, scale, change.blob, read(repository, change.blob))
        for ending in beside:
            one.beside[ending] = repository.blob(f"{change.commit}:{stems[change]}.{ending}")
        found.append(one)
        grouped[place, scale].append(one)
    return found, grouped


def read(repository: Repository, blob: str) -> dict[str, Any] | None:
    try:
        entry = json.loads(repository.blob(blob))
        shaped = all(isinstance(entry[key], dict) for key in ("judgements", "manifests", "states"))
        whole = shaped and {"commit", "design", "rules", "version"} <= set(entry["registration"])
        return entry if whole and entry["manifests"] else None
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def digest(content: bytes | None) -> str | None:
    return None if content is None else hashlib.sha256(content).hexdigest()
