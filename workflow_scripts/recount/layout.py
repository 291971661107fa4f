"""Where everything lies: the one place that knows the names of files between the stages."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Layout:
    """`results/<scale>/<lab>/<slug>/` of one paper."""

    results: Path
    scale: str
    lab: str
    slug: str

    @property
    def folder(self) -> Path:
        return self.results / self.scale / self.lab / self.slug

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


def of(paper, scale: str, results: Path) -> Layout:
    return Layout(results, scale, paper.lab, paper.slug)


def evidence(paper, scale: str) -> tuple[Path, Path, Path]:
    """The recorded rows, the recorded verdicts and the calibration of a paper at a scale."""
    folder = paper.folder / "evidence"
    names = f"{scale}.parquet", f"{scale}.json", f"{scale}.calibration.json"
    return folder / names[0], folder / names[1], folder / names[2]


def attempts(paper, scale: str) -> Path:
    """The lines of the attempts log that belong to recorded evidence."""
    return paper.folder / "evidence" / f"{scale}.attempts.jsonl"


def audits(root: Path) -> Path:
    """A folder for each commit that drew an audit: audit.json, and the rows of each paper."""
    return root / "papers" / "audits"
