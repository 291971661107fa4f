"""The import into MLflow against logging while training, for the same run."""

import logging
import shutil
import tempfile
from pathlib import Path

import pandas as pd
from mlflow import MlflowClient
from mlflow.entities import Metric

from benchmarks import catalogue
from benchmarks.table import Row, faster
from benchmarks.timing import interleaved
from recount import layout
from recount.views import tracking

STEPS = 2500  # of a run; two metrics a step make 5,000 points


class Logger:
    """A run that logs `calls` times, by point or by step, on a database of its own."""

    def __init__(self, path: Path, calls: int, by_step: bool):
        self.uri, self.calls, self.by_step = f"sqlite:///{path}", calls, by_step

    def __call__(self) -> None:
        client = MlflowClient(self.uri)
        run = client.create_run("0").info.run_id
        for step in range(self.calls):
            if self.by_step:
                pair = [Metric(name, 0.5, step, step) for name in ("loss", "accuracy")]
                client.log_batch(run, pair)
            else:
                client.log_metric(run, "loss", 0.5, step=step)
        client.set_terminated(run)


def rows(quick: bool) -> list[Row]:
    calls, rounds, seeds = (4, 1, 1) if quick else (40, 3, 12)
    for name in ("mlflow", "alembic"):
        logging.getLogger(name).setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        found = catalogue.with_results(root, 1, seeds=seeds)
        paper = next(iter(found.papers.values()))
        place = layout.of(paper, "laptop", root / "results")
        curve = pd.read_parquet(place.run("coupled").with_name("curve.parquet"))
        runs = len(paper.arms) * curve.seed.nunique()
        kept = len(curve) // curve.seed.nunique()
        empty = root / "empty.db"
        tracking.opened(f"sqlite:///{empty}")
        imports = Imports(found, root / "results", empty)
        contestants = {"ours": imports}
        for name in ("point", "step"):
            shutil.copy(empty, root / f"{name}.db")
            contestants[name] = Logger(root / f"{name}.db", calls, name == "step")
        with tracking.quick_sqlite():  # nobody waits for the disk, whose time is not counted
            seconds = interleaved(contestants, rounds)
    ours, point, step = seconds["ours"] / runs, seconds["point"] / calls, seconds["step"] / calls
    what = f"MLflow, a run of {STEPS} steps and two metrics, {kept} points kept"
    return [
        faster(what, ours, 2 * STEPS * point, "a call a point, all points", target=40),
        faster(what, ours, STEPS * step, "a call a step, all points", target=40),
        faster(what, ours, kept * point, "a call a point, the same points kept"),
    ]


class Imports:
    """Imports a results folder into a fresh copy of an empty database."""

    def __init__(self, registry, results: Path, empty: Path):
        self.registry, self.results, self.empty, self.turn = registry, results, empty, 0

    def __call__(self) -> None:
        self.turn += 1
        path = self.empty.with_name(f"import{self.turn}.db")
        shutil.copy(self.empty, path)
        done = tracking.sync(self.registry, self.results, f"sqlite:///{path}")
        if done["imported"] != len(self.registry.papers):
            raise RuntimeError(f"not everything was imported: {done}")
