"""What is there: every judgement, run and file of metrics, from this machine and as recorded.

One reader for the store, the tracking and the reports. It reads and never judges. A file that is
missing or damaged becomes a state with its reason; nothing is left out.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from recount import confirmation, files, layout
from recount.typed import BadValue

SCALES = ("smoke", "laptop", "gpu", "paper")
STAGES = ("train", "evaluate")
UNCONFIRMED = "unconfirmed"
MISSING = {"state": "not_run", "reason": "no such run yet"}


@dataclass(frozen=True)
class Found:
    """One paper at one scale, from one source: "run" (made here) or "evidence" (recorded).

    `runs` maps arm -> stage -> manifest, for every declared arm; `metrics` and `curves` map arm ->
    file. Recorded rows of all arms are one file, under the key "".
    """

    paper: Any
    scale: str
    source: str
    judgements: dict[str, dict[str, Any]] = field(default_factory=dict)
    runs: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    metrics: dict[str, Path] = field(default_factory=dict)
    curves: dict[str, Path] = field(default_factory=dict)
    problems: list[tuple[Path, str]] = field(default_factory=list)

    @property
    def key(self) -> tuple[str, str, str]:
        return self.source, self.scale, self.paper.slug


def find_all(registry, results: Path) -> list[Found]:
    """All there is of all papers, in the order of papers, then scales, runs before evidence."""
    return [found for paper in registry.papers.values() for found in find(paper, results)]


def find(paper, results: Path) -> Iterator[Found]:
    evidence = layout.evidence(paper, "laptop")[1].parent
    recorded_scales = {path.stem for path in evidence.glob("*.json")}
    for scale in SCALES:
        folder = layout.of(paper, scale, results).folder
        if folder.is_dir() and begun(paper, folder):
            yield made_here(paper, scale, results)
        if scale in recorded_scales:
            yield recorded(paper, scale)


def begun(paper, folder: Path) -> bool:
    """Whether any stage has left something; a page alone is no run."""
    names = {path.name for path in folder.iterdir()}
    return bool(names & {"runs", "data.json", *(f"{claim}.json" for claim in paper.claims)})


def made_here(paper, scale: str, results: Path) -> Found:
    """What this machine made of a paper at a scale; claims not judged yet are `not_run`."""
    place = layout.of(paper, scale, results)
    found = Found(paper, scale, "run")
    for claim in paper.claims:
        path = place.judgement(claim)
        judgement = read(path, found) or unjudged(paper, claim, scale, path)
        found.judgements[claim] = marked(paper, claim, judgement)
    for arm in paper.arms:
        paths = {"train": place.run(arm), "evaluate": place.evaluated(arm)}
        wanted = STAGES if paper.kind == "train" else ("evaluate",)
        found.runs[arm] = {stage: read(paths[stage], found) or dict(MISSING) for stage in wanted}
        keep(found.metrics, arm, place.metrics(arm), found.runs[arm].get("evaluate"), found)
        curve = place.run(arm).with_name("curve.parquet")
        keep(found.curves, arm, curve, found.runs[arm].get("train"), found)
    return found


def keep(kept: dict[str, Path], arm: str, path: Path, manifest: Any, found: Found) -> None:
    """Takes a table up unless its manifest recorded other bytes; then it is a problem."""
    if not path.exists():
        return
    wanted = ((manifest or {}).get("files") or {}).get(path.name)
    if wanted is None or files.sha256(path) == wanted:
        kept[arm] = path
    else:
        reason = f"{path}: differs from what its manifest recorded; delete it and run again"
        found.problems.append((path, reason))


def recorded(paper, scale: str) -> Found:
    """The recorded evidence of a paper at a scale, as it stands in the repository."""
    rows, verdicts, _ = layout.evidence(paper, scale)
    found = Found(paper, scale, "evidence")
    document = read(verdicts, found) or {}
    if "seal" in document and not sealed(document):
        found.problems.append((verdicts, f"{verdicts}: differs from its seal; restore it"))
        document = {}
    for claim in paper.claims:
        judgement = document.get("judgements", {}).get(claim)
        judgement = judgement or unjudged(paper, claim, scale, verdicts)
        found.judgements[claim] = marked(paper, claim, judgement)
    for arm in paper.arms:
        manifest = document.get("manifests", {}).get(arm) or dict(MISSING)
        stages = {stage: manifest[stage] for stage in STAGES if stage in manifest}
        found.runs[arm] = stages or {"evaluate": manifest}
    if rows.exists() and document.get("rows") not in (None, files.sha256(rows)):
        found.problems.append((rows, f"{rows}: differs from what was recorded; restore it"))
    elif rows.exists():
        found.metrics[""] = rows
    return found


def marked(paper, claim: str, judgement: dict[str, Any]) -> dict[str, Any]:
    """The judgement, with what a fresh batch of seeds said of it: `confirmed` or `not confirmed`.

    Without one, seeds of one batch alone that contradict a claim on trained runs get the grade
    `unconfirmed`; there may be no positive control either. All this follows from paper.yaml, the
    outcome and the confirmation beside the evidence, so it stands in no verdict file.
    """
    if "grades" not in judgement or judgement["outcome"] not in confirmation.DECIDED:
        return judgement
    told = confirmation.of_claim(paper, claim, judgement)
    trained = paper.kind == "train" and paper.unit == "seed"
    lone = trained and judgement["outcome"] == "contradicted"
    if told is None and not lone:
        return judgement
    grade = UNCONFIRMED if told is None else "confirmed" if told["holds"] else "not confirmed"
    if lone and paper.claims[claim].valid.strip() == "automatic":
        grade += " (no positive control)"
    more = {} if told is None else {"confirmation": told}
    return judgement | {"grades": [*judgement["grades"], grade]} | more


def sealed(document: dict[str, Any]) -> bool:
    """Whether recorded evidence is as `recount record` sealed it."""
    content = {key: value for key, value in document.items() if key != "seal"}
    return files.digest_of(files.json_bytes(content)) == document["seal"]


def read(path: Path, found: Found) -> dict[str, Any] | None:
    """The object in a JSON file, or None; what damages it goes to `problems`."""
    if not path.exists():
        return None
    try:
        document = files.read_json(path)
        if not isinstance(document, dict):
            raise BadValue(f"{path}: holds no JSON object; delete it and run again")
        return document
    except BadValue as error:
        found.problems.append((path, str(error)))
        return None


def unjudged(paper, claim: str, scale: str, path: Path) -> dict[str, Any]:
    """The judgement of a claim whose file is not there, or cannot be read."""
    reason = f"{path.name} is damaged; run again" if path.exists() else "not judged yet"
    return {
        "slug": paper.slug,
        "lab": paper.lab,
        "claim": claim,
        "scale": scale,
        "outcome": "not_run",
        "words": "not run",
        "reason": reason,
        "statement": paper.claims[claim].statement,
        "limits": paper.limits,
        "grades": [],
        "quantities": {},
    }
