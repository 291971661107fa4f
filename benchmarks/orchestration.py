"""How much of a full run is machinery: start-up, hand-over, judging, views and pages.

From the files of the last run at laptop scale or above: seconds of every job as Snakemake took
them, less the seconds that the stages themselves report. Where nothing has run, a toy project runs
instead, and its machinery is set against the minutes that the built papers declare.
"""

import json
import statistics
import sys
import tempfile
from pathlib import Path

import pandas as pd

from benchmarks import catalogue, dry_runs
from benchmarks.table import Row
from benchmarks.timing import child

SCALES = ("paper", "gpu", "laptop")
ALLOWED = 0.05
JOB_SECONDS = {"generate": 3.0, "train_coupled": 6.1, "evaluate_coupled": 6.1}
JOB_SECONDS |= {"train_absolute": 6.1, "evaluate_absolute": 6.1, "judge_main": 1.0}


def rows(quick: bool) -> list[Row]:
    if quick:
        with tempfile.TemporaryDirectory() as folder:
            return [of_logs(planted(Path(folder)), "laptop", planning=0.0)]
    for scale in SCALES:
        if any(benchmarks_of(catalogue.PROJECT, scale)):
            with tempfile.TemporaryDirectory() as folder:
                catalogue.present(Path(folder))
                planning = dry_runs.plan(Path(folder), *dry_runs.ALL, f"scale={scale}")
            return [of_logs(catalogue.PROJECT, scale, planning)]
    with tempfile.TemporaryDirectory() as folder:
        return [of_toy(Path(folder) / "toy")]


def row(what: str, machinery: float, work: float) -> Row:
    share = machinery / (machinery + work)
    ours = f"{100 * share:.3g} % ({machinery:.3g} s)"
    allowed = f"{100 * ALLOWED:g} % allowed; work {work:.3g} s"
    return Row(f"share of machinery, {what}", ours, allowed, ALLOWED / share, 1)


def of_logs(root: Path, scale: str, planning: float) -> Row:
    """From the benchmark files of the jobs and the manifests of the stages."""
    jobs = [seconds_of(path) for path in benchmarks_of(root, scale)]
    work = sum(reported(root / "results" / scale))
    what = f"the last run at {scale} scale, {len(jobs)} jobs"
    return row(what, sum(jobs) + planning - work, work)


def benchmarks_of(root: Path, scale: str) -> list[Path]:
    return sorted((root / "logs" / scale).rglob("*.benchmark.tsv"))


def seconds_of(path: Path) -> float:
    return float(pd.read_csv(path, sep="\t")["s"].mean())


def reported(results: Path) -> list[float]:
    """Seconds that the stages themselves report: data, training, evaluation."""
    names = ("data.json", "run.json", "evaluate.json")
    paths = [path for name in names for path in sorted(results.rglob(name))]
    return [json.loads(path.read_text()).get("seconds") or 0.0 for path in paths]


def of_toy(root: Path) -> Row:
    """The machinery of one small paper, all views included, against a mean paper's minutes."""
    catalogue.with_toy(root)
    run = [sys.executable, "-m", "snakemake", "--cores", "1", "--quiet", "all"]
    machinery = child([*run, *dry_runs.ALL], cwd=root, RECOUNT_ROOT=str(root))
    declared = [paper.scales for paper in catalogue.built()]
    minutes = [scales["laptop"].minutes for scales in declared if "laptop" in scales]
    what = "a toy paper with all views against a mean paper's minutes"
    return row(what, machinery, 60 * statistics.mean(minutes))


def planted(root: Path) -> Path:
    """A project whose logs and manifests are made up: the machinery took 4.4 s of 28.4 s."""
    found = catalogue.with_results(root, 1)
    for paper in found.papers.values():
        folder = root / "logs" / "laptop" / paper.lab / paper.slug
        folder.mkdir(parents=True)
        for job, seconds in JOB_SECONDS.items():
            (folder / f"{job}.benchmark.tsv").write_text(f"s\tcpu_time\n{seconds}\t1.0\n")
    return root
