"""Which claims an audit looks at: drawn by the id of a commit younger than their evidence."""

import hashlib
import math
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from recount import files, layout, provenance
from recount.ledger.verifying import staleness

SHARE = 0.05
LEAST = {"seeds": 22, "exact": 5}
WHY_NOT = {
    "time": "its units are times of this machine",
    "item": "its units are the items of one object; it has no seeds to draw",
}


@dataclass(frozen=True)
class Candidate:
    """A recorded claim; `kind` is "seeds" (trained anew on new ones) or "exact" (recomputed)."""

    slug: str
    claim: str
    kind: str
    recorded_in: str

    @property
    def name(self) -> str:
        return f"{self.slug}/{self.claim}"


def candidates(papers: dict, scale: str, root: Path, commit: str):
    """(candidates, {claim: why it cannot be audited}) of all recorded claims at a scale."""
    found, excluded = [], {}
    for slug, paper in papers.items():
        path = layout.evidence(paper, scale)[1]
        if not path.exists():
            continue
        entry = files.read_json(path)
        recorded_in, why = youngest(path, root, commit)
        why = why or WHY_NOT.get(paper.unit, "") or staleness(paper, scale, entry["registration"])
        for claim, judged in entry["judgements"].items():
            if judged["outcome"] == "not_run":
                excluded[f"{slug}/{claim}"] = "was not run"
            elif why:
                excluded[f"{slug}/{claim}"] = why
            else:
                kind = "exact" if paper.unit == "none" else "seeds"
                found.append(Candidate(slug, claim, kind, recorded_in))
    return found, excluded


def youngest(path: Path, root: Path, commit: str) -> tuple[str, str]:
    """(commit that brought the evidence, why it cannot be audited by `commit`)."""
    name = str(path.parent)
    recorded_in = provenance.git(root, "log", "-1", "--format=%H", commit, "--", name)
    changed = provenance.git(root, "status", "--porcelain", "--", name)
    if not recorded_in or changed:
        return "", "its evidence is not committed"
    if recorded_in == commit:
        return recorded_in, "its evidence is not older than the commit that draws"
    return recorded_in, ""


def draw(found: list[Candidate], commit: str, wanted: int | None = None) -> list[Candidate]:
    """5 % of the claims of each kind, at least 22 on seeds and 5 exact ones; or `wanted` of each.

    The order is that of SHA-256 of commit and claim, which nobody could know when recording; a
    second claim of a paper comes after the first ones of all, since it shares its seeds.
    """

    def place(one: Candidate) -> str:
        return hashlib.sha256(f"{stream(commit)}/{one.name}".encode()).hexdigest()

    drawn = []
    for kind, least in LEAST.items():
        mine, turns = sorted((one for one in found if one.kind == kind), key=place), Counter()
        for one in mine:
            turns[one.slug] += 1
            turns[one] = turns[one.slug]
        mine.sort(key=lambda one: turns[one])
        count = max(least, math.ceil(SHARE * len(mine))) if wanted is None else wanted
        drawn += mine[:count]
    return drawn


def stream(commit: str) -> str:
    """The stream of seeds that an audit's commit opens."""
    return f"audit:{commit}"


def tie(commit: str, name: str) -> float:
    """A number in (0, 1) that breaks ties of ranks, the same for everybody."""
    digest = hashlib.sha256(f"{stream(commit)}/tie/{name}".encode()).digest()
    return (int.from_bytes(digest[:6]) + 0.5) / 2**48
