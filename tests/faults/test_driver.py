"""The driver is told to stop or is killed, and started again: the same verdict, no run done twice.

One project is disturbed again and again until it is done: SIGTERM and SIGINT during training, then
SIGKILL of the driver alone, so that its jobs live on without it.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
import trained_toy
from fault_table import attempt, count
from processes import apart

from recount import attempts, files, layout, registry, stages

RUN = ("slow", "--scale", "laptop", "--yes", "--cores", "2")
CHANCE = random.Random(11)
ARMS = ("treated", "plain")
AS_IF_NOT = "the same bits, no step of training done twice"


@pytest.fixture
def slow(project):
    """A project of one paper that trains for some seconds."""
    trained_toy.plant(project, "slow")
    shutil.rmtree(project / "papers/other/toy")
    return project


@pytest.fixture(autouse=True)
def nobody_is_left(project):
    folder = project
    yield
    for one in family(folder):
        one.kill()


def family(project: Path) -> list[psutil.Process]:
    """Every process that works in the project's folder, and is not this one."""
    found = []
    for one in psutil.process_iter():
        try:
            if one.pid != os.getpid() and one.cwd() == str(project):
                found.append(one)
        except (psutil.Error, OSError):
            continue
    return found


def start(project: Path, command: str = "run", pause: float = 0.1) -> subprocess.Popen:
    environment = os.environ | {"TOY_PAUSE": str(pause)}
    argv = [sys.executable, "-m", "recount.cli", command, *RUN]
    with (project / "said.log").open("a") as out:
        return subprocess.Popen(
            argv, cwd=project, stdout=out, stderr=out, env=environment, preexec_fn=as_in_a_terminal
        )


def as_in_a_terminal() -> None:
    """SIGINT is heard, also where these tests run in the background of a script."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def trace(project: Path, arm: str) -> list[list[str]]:
    path = project / f"results/laptop/other/slow/runs/{arm}/trace.txt"
    return [line.split() for line in path.read_text().splitlines()] if path.exists() else []


def wait_for(until, project: Path, seconds: float = 400) -> None:
    deadline = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < deadline, (project / "said.log").read_text()[-3000:]
        time.sleep(0.05)


def training(project: Path, steps: int):
    return lambda: all(len(trace(project, arm)) >= steps for arm in ARMS)


def kill_driver(process: subprocess.Popen) -> None:
    """SIGKILL to Snakemake and to the command over it; the jobs under them are not touched."""
    under = psutil.Process(process.pid).children() if process.poll() is None else []
    for one in [*under, process]:
        one.kill()
    process.wait(30)


def undisturbed(project: Path, results: Path) -> tuple[dict, dict]:
    """The verdict and the trained bits when nothing goes wrong, made in a process of its own."""

    def made():
        paper = registry.load(project).papers["slow"]
        place = layout.of(paper, "laptop", results)
        stages.generate(paper, "laptop", place.data, place.data_manifest)
        for arm in paper.arms:
            stages.train(paper, "laptop", arm, place.data, place.run(arm))
            stages.evaluate(paper, "laptop", arm, place.data, place.run(arm), place.metrics(arm))
        stages.judge(paper, "main", "laptop", results, place.judgement("main"))
        return what_counts(results)

    fine, answer = apart(made)
    assert fine, answer
    return answer


def what_counts(results: Path) -> tuple[dict, dict]:
    """The verdict without its times, and the hash of every trained and measured file."""
    folder = results / "laptop/other/slow"
    verdict = files.read_json(folder / "main.json")
    for one in verdict["runs"].values():
        one.pop("seconds")
    names = ("model.safetensors", "metrics.parquet", "curve.parquet")
    return verdict, {f"{arm}/{name}": files.sha256(folder / "runs" / arm / name)
                     for arm in ARMS for name in names}  # fmt: skip


def clean(project: Path) -> bool:
    """No process, no lock of Snakemake, no lock of a run."""
    locks = list((project / ".snakemake/locks").glob("*"))
    return not family(project) and not locks and not list((project / "results").rglob("hold.json"))


def told_to_stop(slow: Path, process: subprocess.Popen, told: signal.Signals) -> None:
    with attempt(f"Driver told to stop by {told.name}: no orphan, no lock", 10):
        process.send_signal(told)
        assert process.wait(240) != 0
        assert clean(slow), [one.cmdline() for one in family(slow)]


def test_stopped_and_killed_again_and_again_it_ends_as_if_nothing_had_been(slow, tmp_path):
    """SIGTERM during training, then the driver is killed alone; in a full round SIGINT, too, and a
    second kill while the views are made."""
    want = undisturbed(slow, tmp_path / "here")
    for steps, told in ((3, signal.SIGTERM), (20, signal.SIGINT))[: count(2, 1)]:
        process = start(slow)
        wait_for(training(slow, steps), slow)
        told_to_stop(slow, process, told)
        assert not training(slow, 60)()
    process = start(slow)
    wait_for(training(slow, 35), slow)
    kill_driver(process)
    if count(2, 1) == 2:
        process = start(slow, "resume")
        wait_for((slow / "results/laptop/other/slow/main.json").exists, slow)
        kill_driver(process)
    process = start(slow, "resume", pause=0)
    with attempt(f"Driver stopped and killed during one run, then resumed: {AS_IF_NOT}", 1):
        assert process.wait(600) == 0
        finished(slow, want)


def finished(slow: Path, want) -> None:
    """The same bits, every step of training once, all views made, nothing left behind."""
    results = slow / "results"
    same = what_counts(results) == want
    once = all([int(line[1]) for line in trace(slow, arm)] == list(range(60)) for arm in ARMS)
    text = (slow / "said.log").read_text()
    views = all((results / one).exists() for one in ("recount.duckdb", "laptop/tracked.json"))
    assert same and once and views and clean(slow), (same, once, views, clean(slow), text[-3000:])
    attempts.read(results / attempts.NAME)


def fresh(slow: Path) -> None:
    for path in ("results", "logs", ".snakemake"):
        shutil.rmtree(slow / path, ignore_errors=True)


def lives(process: subprocess.Popen, seconds: float) -> bool:
    """Whether it is still at work after so long."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        time.sleep(0.05)
    return process.poll() is None


if count(50, 0):  # takes minutes, so only where a full round is asked for

    def test_a_driver_killed_at_random_moments_is_resumed(slow, tmp_path):
        """Each kill hits a run or the resume of one, wherever it is, until one comes through."""
        want, kills = undisturbed(slow, tmp_path / "here"), count(50, 0)
        hit = 0
        while hit < kills:
            fresh(slow)
            process = start(slow, pause=0.05)
            with attempt(
                f"Driver killed at a random moment, then resumed: {AS_IF_NOT}", 50
            ) as said:
                said.tries = 0
                while hit + said.tries < kills and lives(process, CHANCE.uniform(0.5, 25)):
                    kill_driver(process)
                    said.tries += 1
                    process = start(slow, "resume", pause=0.05)
                assert process.wait(600) == 0, (slow / "said.log").read_text()[-3000:]
                finished(slow, want)
            hit += said.tries

    def test_a_driver_told_to_stop_at_random_moments_goes_on(slow, tmp_path):
        """SIGINT and SIGTERM in turns; the next run goes on from where it was."""
        want, stops = undisturbed(slow, tmp_path / "here"), 2 * count(10, 0)
        hit = 0
        while hit < stops:
            fresh(slow)
            process = start(slow, pause=0.05)
            while hit < stops and lives(process, CHANCE.uniform(0.5, 25)):
                told_to_stop(slow, process, (signal.SIGINT, signal.SIGTERM)[hit % 2])
                hit += 1
                process = start(slow, pause=0.05)
            assert process.wait(600) == 0, (slow / "said.log").read_text()[-3000:]
            finished(slow, want)
