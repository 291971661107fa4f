"""How much of a full run is machinery: start-up, hand-over, judging, views and pages.

From the files of the last run at laptop scale or above: seconds of every job as Snakemake took
them, less the seconds that the stages themselves report. Where nothing has run, toy projects run
instead: their seconds per run and per job are set against the seconds of the recorded papers.
"""

import json
import sys
import tempfile
from pathlib import Path

import pandas as pd

from benchmarks import catalogue, dry_runs
from benchmarks.table import Row, faster
from benchmarks.timing import child
from recount import layout, results

SCALES = ("paper", "gpu", "laptop")
ALLOWED = 0.05
TOY_JOBS = 4  # of one toy paper: data, two arms, one claim
JOB = """
import recount.judge, recount.nn.loop, recount.stages
"""
DRIVER = """
import os, shlex, subprocess, sys
from recount.warm import jobs
before = jobs.prefix() if jobs.start() else ""
call = ["bash", "-c", f"{before} {shlex.join([sys.executable, sys.argv[1]])}"]
environment = os.environ | dict.fromkeys(jobs.THREADS, "1")
for _ in range(int(sys.argv[2])):
    subprocess.run(call, env=environment, check=True)
"""
JOB_SECONDS = {"generate": 3.0, "train_coupled": 6.1, "evaluate_coupled": 6.1}
JOB_SECONDS |= {"train_absolute": 6.1, "evaluate_absolute": 6.1, "judge_main": 1.0}


def rows(quick: bool) -> list[Row]:
    return [machinery(quick), forked(2 if quick else 20)]


def machinery(quick: bool) -> Row:
    if quick:
        with tempfile.TemporaryDirectory() as folder:
            return of_logs(planted(Path(folder)), "laptop", planning=0.0)
    for scale in SCALES:
        if benchmarks_of(catalogue.PROJECT, scale) and sum(reported(of_scale(scale))):
            with tempfile.TemporaryDirectory() as folder:
                catalogue.present(Path(folder))
                planning = dry_runs.plan(Path(folder), *dry_runs.ALL, f"scale={scale}")
            return of_logs(catalogue.PROJECT, scale, planning)
    return of_toys()


def forked(number: int) -> Row:
    """Start-up of a job: so many of them, forked from a warm process that is started for them, and
    each in a process of its own."""
    seconds = {}
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "job.py"
        script.write_text(JOB)
        argv = [sys.executable, "-c", DRIVER, str(script), str(number)]
        for told in ("", "no"):
            seconds[told] = child(argv, RECOUNT_WARM=told) / number
    what = f"start-up of a job, one of {number} forked from a warm process"
    return faster(what, seconds[""], seconds["no"], "each a process of its own")


def row(what: str, machinery: float, work: float) -> Row:
    share = machinery / (machinery + work)
    ours = f"{100 * share:.3g} % ({machinery:.3g} s)"
    allowed = f"{100 * ALLOWED:g} % allowed; work {work:.3g} s"
    return Row(f"share of machinery, {what}", ours, allowed, ALLOWED / share, 1)


def of_logs(root: Path, scale: str, planning: float) -> Row:
    """From the benchmark files of the jobs and the manifests of the stages."""
    jobs = [seconds_of(path) for path in benchmarks_of(root, scale)]
    work = sum(reported(of_scale(scale, root)))
    what = f"the last run at {scale} scale, {len(jobs)} jobs"
    return row(what, sum(jobs) + planning - work, work)


def of_scale(scale: str, root: Path = catalogue.PROJECT) -> Path:
    return root / "results" / scale


def benchmarks_of(root: Path, scale: str) -> list[Path]:
    return sorted((root / "logs" / scale).rglob("*.benchmark.tsv"))


def seconds_of(path: Path) -> float:
    return float(pd.read_csv(path, sep="\t")["s"].mean())


def reported(results: Path) -> list[float]:
    """Seconds that the stages themselves report: data, training, evaluation."""
    names = ("data.json", "run.json", "evaluate.json")
    paths = [path for name in names for path in sorted(results.rglob(name))]
    return [json.loads(path.read_text()).get("seconds") or 0.0 for path in paths]


def of_toys() -> Row:
    """Machinery of a full run of the recorded papers, from runs of one and of three toy papers."""
    small, large = run_toys(1), run_toys(3)
    job = max(0.0, large - small) / (2 * TOY_JOBS)
    found = [results.recorded(paper, "laptop") for paper in recorded_papers()]
    stages = [one for paper in found for arm in paper.runs.values() for one in arm.values()]
    jobs = sum(1 + len(one.judgements) for one in found) + len(stages)
    work = sum(one.get("seconds") or 0.0 for one in stages)
    what = f"the {len(found)} recorded papers, {jobs} jobs at {job:.3g} s by toy runs"
    return row(what, small - TOY_JOBS * job + jobs * job, work)


def recorded_papers() -> list:
    """The papers whose evidence at laptop scale is in the project."""
    return [one for one in catalogue.built() if layout.evidence(one, "laptop")[1].exists()]


def run_toys(papers: int) -> float:
    """Processor seconds of a whole run of toy papers, all views included; their work is nothing."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "toys"
        catalogue.with_toys(root, papers)
        argv = [sys.executable, "-m", "snakemake", "--cores", "1", "--quiet", "all"]
        return child([*argv, *dry_runs.ALL], cwd=root, RECOUNT_ROOT=str(root))


def planted(root: Path) -> Path:
    """A project whose logs and manifests are made up: the machinery took 4.4 s of 28.4 s."""
    found = catalogue.with_results(root, 1)
    for paper in found.papers.values():
        folder = root / "logs" / "laptop" / paper.lab / paper.slug
        folder.mkdir(parents=True)
        for job, seconds in JOB_SECONDS.items():
            (folder / f"{job}.benchmark.tsv").write_text(f"s\tcpu_time\n{seconds}\t1.0\n")
    return root
