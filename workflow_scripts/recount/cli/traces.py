"""What cluster jobs left behind in files: which job a run had, how it ended, its last words."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from recount import logs
from recount.cluster import guard

LINES = 12
NOISE = ("Select jobs", "Execute 1 jobs", "Building DAG", "Using shell", "Provided", "Job stats")
PROPOSALS = {
    "OUT_OF_MEMORY": "more memory: --set-resources {stage}:mem_mb={mem}",
    "TIMEOUT": "more time: --set-resources {stage}:runtime={minutes}; checkpoints are kept",
    "CANCELLED": "somebody cancelled it: run again; checkpoints are kept",
    "NODE_FAIL": "its node was lost: run again; checkpoints are kept",
    "PREEMPTED": "others went first: run again; checkpoints are kept",
    "FAILED": "see its last lines; logs/scheduler/decisions.log tells whether it was given up",
}
MEMORY = {"generate": 12000, "train": 24000, "evaluate": 24000}


@dataclass(frozen=True)
class Trace:
    """The last thing that happened to a run: its stage, and job, node and state on a cluster."""

    stage: str
    log: Path
    job: str | None
    node: str | None
    state: str | None

    @property
    def died(self) -> bool:
        ended = (*guard.OVER, "NODE_FAIL", "PREEMPTED")
        return self.state in ended and self.state != "COMPLETED"

    def told(self) -> str:
        """`job 12 on node1, TIMEOUT`; empty for a run on this machine."""
        where = f"job {self.job}" + (f" on {self.node}" if self.node else "")
        return f"{where}, {self.state or 'state not heard'}" if self.job else ""

    def proposal(self, minutes: int) -> str | None:
        """What to change, for a run whose job died; `minutes` is what its last attempt had."""
        if not self.died:
            return None
        values = {"stage": self.stage, "mem": MEMORY[self.stage], "minutes": 2 * minutes}
        return PROPOSALS.get(self.state, "run again").format(**values)


def last(root: Path, place, arm: str) -> Trace | None:
    """What wrote last about a run that has no result; None where nothing did."""
    folder = root / "logs" / place.scale / place.lab / place.slug
    names = {"evaluate": f"evaluate_{arm}", "train": f"train_{arm}", "generate": "generate"}
    for stage, name in names.items():
        log = folder / f"{name}.log"
        job, node = logs.job_of(log) or (submitted(root, place, stage, arm), None)
        if job or log.exists():
            return Trace(stage, log, job, node, guard.recorded(root).get(job or ""))
    return None


def submitted(root: Path, place, stage: str, arm: str) -> str | None:
    """The newest job of a run by the executor's logs: one that died before it wrote its own."""
    parts = [place.scale, place.lab, place.slug, *([arm] if stage != "generate" else [])]
    folder = root / ".snakemake" / "slurm_logs" / f"rule_{stage}" / "_".join(parts)
    found = sorted(folder.glob("*.log"), key=lambda path: path.stat().st_mtime)
    return found[-1].stem if found else None


def words(root: Path, trace: Trace) -> Iterator[tuple[Path, list[str]]]:
    """The last lines of the run's log and of its cluster job's."""
    paths = [trace.log]
    if trace.job:
        paths += (root / ".snakemake" / "slurm_logs").glob(f"*/*/{trace.job}.log")
    for path in paths:
        text = path.read_text(errors="replace").splitlines() if path.exists() else []
        kept = [line for line in text if line.strip() and not line.startswith(NOISE)]
        if kept:
            yield path, kept[-LINES:]
