"""Where everything lies: the one place that knows the names of files between the stages."""

from dataclasses import dataclass
from pathlib import Path

LOOK = "look-"  # a hyphen, which no paper has in its name


@dataclass(frozen=True)
class Layout:
    """`results/<scale>/<lab>/<slug>/` of a paper, or `look-<seeds>/` in it, of a look."""

    results: Path
    scale: str
    lab: str
    slug: str
    look: int = 0

    @property
    def folder(self) -> Path:
        whole = self.results / self.scale / self.lab / self.slug
        return whole / f"{LOOK}{self.look}" if self.look else whole

    @property
    def decision(self) -> Path:
        """Which claims a look left open."""
        return self.folder / "decision.json"

    @property
    def data(self) -> Path:
        return self.folder / "data.npz"

    @property
    def data_manifest(self) -> Path:
        return self.folder / "data.json"

    def run(self, arm: str) -> Path:
        return self.folder / "runs" / arm / "run.json"

    def metrics(self, arm: str) -> Path:
        return self.folder / "runs" / arm / "metrics.parquet"

    def evaluated(self, arm: str) -> Path:
        return self.folder / "runs" / arm / "evaluate.json"

    def progress(self, arm: str) -> Path:
        return self.folder / "runs" / arm / "progress.json"

    def checkpoints(self, arm: str, design: str) -> Path:
        return checkpoints(self.run(arm), design)

    def judgement(self, claim: str) -> Path:
        return self.folder / f"{claim}.json"

    @property
    def report(self) -> Path:
        return self.folder / "report.html"


def checkpoints(run: Path, design: str) -> Path:
    """Where a training keeps its checkpoints: another design never finds them."""
    return run.with_name(f"checkpoints-{design[:16]}")


def of(paper, scale: str, results: Path, look: int = 0) -> Layout:
    return Layout(results, scale, paper.lab, paper.slug, look)


def results_of(out: Path) -> Path:
    """The results folder above a file of a run, also of a run of one look."""
    return out.parents[6 if out.parents[2].name.startswith(LOOK) else 5]


def evidence(paper, scale: str) -> tuple[Path, Path, Path]:
    """The recorded rows, the recorded verdicts and the calibration of a paper at a scale."""
    folder = paper.folder / "evidence"
    names = f"{scale}.parquet", f"{scale}.json", f"{scale}.calibration.json"
    return folder / names[0], folder / names[1], folder / names[2]


def attempts(paper, scale: str) -> Path:
    """The lines of the attempts log that belong to recorded evidence."""
    return paper.folder / "evidence" / f"{scale}.attempts.jsonl"


def confirmation(paper, scale: str) -> tuple[Path, Path]:
    """The rows of the confirmation batch of recorded verdicts, and what it said."""
    folder = paper.folder / "evidence"
    return folder / f"{scale}.confirmation.parquet", folder / f"{scale}.confirmation.json"


def audits(root: Path) -> Path:
    """A folder for each commit that drew an audit: audit.json, and the rows of each paper."""
    return root / "papers" / "audits"
