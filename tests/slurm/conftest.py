"""The cluster, once for all tests here, and how these tests drive it."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
import yaml

sys.path.insert(0, str(Path(__file__).parent))

import trained_toy  # noqa: E402
from cluster import Cluster, NoCluster, ready, wait_for  # noqa: E402

from recount import layout, look_stages, looks, registry, stages  # noqa: E402
from recount.cluster import slurm  # noqa: E402

# The executor waits ten seconds longer after every look at jobs of which none has finished.
OFTEN = """
from snakemake_interface_executor_plugins.executors.remote import RemoteExecutor
RemoteExecutor.next_seconds_between_status_checks = property(lambda _: 2, lambda *_: None)
"""
ROOT = Path(__file__).resolve().parents[2]
STARTED: list["Driver"] = []


@pytest.fixture(scope="session")
def cluster(tmp_path_factory):
    try:
        ready()
    except NoCluster as error:
        pytest.fail(str(error))
    made = Cluster(tmp_path_factory.mktemp("slurm"))
    try:
        yield made.start()
    finally:
        made.stop()


@pytest.fixture
def slow(project, cluster):
    """A project with the toy that trains, and a profile that looks at its jobs often."""
    trained_toy.plant(project)
    hurry(project)
    return project


@pytest.fixture(autouse=True)
def clean_end(request):
    """No driver and no job outlives its test, also when it fails."""
    root = request.getfixturevalue("project") if "cluster" in request.fixturenames else None
    yield
    while STARTED:
        STARTED.pop().kill()
    if root:
        left = slurm.ours(root)
        slurm.cancel(left)
        slurm.outlast(root, left, print, pause=0.5)


def hurry(project: Path, packed: bool = False, **more) -> None:
    """The project's own profile, but it looks at its jobs every two seconds and submits two in a
    second, and unless `packed` every run is a job of its own."""
    snakefile = project / "Snakefile"
    if OFTEN not in snakefile.read_text():
        snakefile.write_text(snakefile.read_text() + OFTEN)
    path = project / "profiles/slurm/profile.yaml"
    told = yaml.safe_load((ROOT / "profiles/slurm/profile.yaml").read_text())
    told |= {"slurm-init-seconds-before-status-checks": 2, "latency-wait": 10}
    told |= {"max-jobs-per-timespan": "2/1s"} | more
    if not packed:
        del told["group-components"]
    path.write_text(yaml.safe_dump(told))


class Driver:
    """A process that submits jobs of one project, and that can be killed. The toy's arms train with
    a `pause` before each step, or one of their own in `pauses`."""

    def __init__(self, project: Path, *argv: str, pause: float = 0.0, pauses: dict | None = None):
        self.log = project / "driver.log"
        STARTED.append(self)
        told = {f"TOY_PAUSE_{arm}": str(one) for arm, one in (pauses or {}).items()}
        with self.log.open("a") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *argv],
                cwd=project,
                stdout=out,
                stderr=subprocess.STDOUT,
                preexec_fn=as_in_a_terminal,
                env=os.environ | {"TOY_PAUSE": str(pause)} | told,
            )

    def wait(self, code: int = 0, seconds: float = 900) -> str:
        assert self.process.wait(seconds) == code, self.log.read_text()[-6000:]
        return self.log.read_text()

    def lives(self, seconds: float) -> bool:
        """Whether it is still at work after so long."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.process.poll() is None:
            time.sleep(0.1)
        return self.process.poll() is None

    def kill(self) -> None:
        """SIGKILL to the process and to the Snakemake under it, as when the machine is lost."""
        under = psutil.Process(self.process.pid).children() if self.process.poll() is None else []
        for one in [*under, self.process]:
            one.kill()
        self.process.wait(30)


def fresh(project: Path) -> None:
    """Takes away all that was run."""
    for name in ("results", "logs", ".snakemake"):
        shutil.rmtree(project / name, ignore_errors=True)


def as_in_a_terminal() -> None:
    """SIGINT is heard, also where these tests run in the background of a script."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def judge_slow(
    project: Path,
    pause: float = 0.0,
    scale: str = "laptop",
    profile: str = "profiles/slurm",
    pauses: dict | None = None,
) -> Driver:
    """Snakemake until the verdict of the toy that trains."""
    argv = ("snakemake", "--profile", profile, "--nocolor", "--config", f"scale={scale}")
    return Driver(project, *argv, "papers=slow", "--", "claim_slow", pause=pause, pauses=pauses)


def recount(project: Path, *arguments: str, pause: float = 0.0) -> Driver:
    return Driver(project, "recount.cli", *arguments, pause=pause)


def verdict(project: Path, scale: str = "laptop", slug: str = "slow") -> dict:
    """The verdict without the times."""
    path = project / f"results/{scale}/other/{slug}/main.json"
    return without_times(json.loads(path.read_text()))


def without_times(judgement: dict) -> dict:
    judgement.pop("seal", None)  # of bytes that hold the times
    for run in judgement["runs"].values():
        run.pop("seconds")
    return judgement


def undisturbed(project: Path, folder: Path, scale: str = "laptop", slug: str = "slow") -> dict:
    """The verdict of the same paper when nothing goes wrong, made in this process."""
    paper = registry.load(project).papers[slug]
    decisions = []
    for look in looks.of(paper, scale) or [None]:
        one, place = looks.narrowed(paper, scale, look), layout.of(paper, scale, folder, look)
        stages.generate(one, scale, place.data, place.data_manifest)
        for arm in paper.arms:
            stages.train(one, scale, arm, place.data, place.run(arm))
            stages.evaluate(one, scale, arm, place.data, place.run(arm), place.metrics(arm))
        if look:
            decisions.append(place.decision)
            if not look_stages.decide(paper, scale, look, folder):
                break
    for arm in paper.arms if decisions else ():
        look_stages.gather(paper, scale, arm, decisions, folder)
    path = layout.of(paper, scale, folder).judgement("main")
    stages.judge(paper, "main", scale, folder, path)
    return without_times(json.loads(path.read_text()))


def trace(
    project: Path, arm: str, scale: str = "laptop", slug: str = "slow", look: str = ""
) -> list[dict]:
    """One entry per step that was computed, in the order of time."""
    path = project / f"results/{scale}/other/{slug}" / look / f"runs/{arm}/trace.txt"
    names = ("pid", "step", "time", "node", "job", "gpu")
    lines = path.read_text().splitlines() if path.exists() else []
    return [dict(zip(names, line.split(), strict=True)) for line in lines]


def executions(steps: list[dict]) -> list[str]:
    """The processes that trained, in order; one that comes back after another would show twice."""
    found: list[str] = []
    for step in steps:
        if not found or found[-1] != step["pid"]:
            found.append(step["pid"])
    return found


def repeated(steps: list[dict]) -> int:
    """How many steps were computed more than once."""
    numbers = [int(step["step"]) for step in steps]
    return len(numbers) - len(set(numbers))


def alone(steps: list[dict], times: int | None, interval: int = 4) -> None:
    """So many processes trained, or some, one after the other, each going on near where the last
    ended."""
    found = executions(steps)
    times = len(found) if times is None else times
    assert len(found) == len(set(found)) == times, steps
    assert sorted({int(step["step"]) for step in steps}) == list(range(60))
    assert repeated(steps) <= interval * (times - 1), steps


def until_training(project: Path, arms=("treated", "plain"), steps: int = 3, seconds=500) -> None:
    def busy():
        return all(len(trace(project, arm)) >= steps for arm in arms)

    wait_for(busy, seconds, lambda: (project / "driver.log").read_text())
    time.sleep(0.1)
