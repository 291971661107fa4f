"""Faults on a real SLURM: whatever happens to driver, jobs and nodes, the verdict is the same, no
run is worked on twice at once, and no more work is lost than since the last checkpoint.

`make faults` tries each as often as the table asks; otherwise a few do (see fault_table.count).
"""

import random
import signal
import subprocess
import sys
import time

import pytest
import trained_toy
from cluster import ask, wait_for
from conftest import (
    Driver,
    alone,
    executions,
    hurry,
    judge_slow,
    recount,
    repeated,
    trace,
    undisturbed,
    until_training,
    verdict,
)
from fault_table import attempt, count, row
from toy import DYING, plant

from recount import cluster as slurm

ARMS = ("treated", "plain")
RUN = ("slow", "--scale", "laptop", "--yes")
INTERVAL = 4


def test_a_driver_killed_at_random_moments_is_resumed(slow, tmp_path):
    """Each kill hits the first run or a resume, wherever it is; the last resume is left alone."""
    kills = count(10, 2)
    chance = random.Random(kills)
    name = "driver SIGKILLed at a random moment, then `recount resume`: verdict and runs as if not"
    driver = recount(slow, "run", *RUN, "--profile", "profiles/slurm", pause=1.0)
    tried = 0
    for number in range(kills):
        if number == 0:
            until_training(slow, arms=("treated",), steps=1)
        time.sleep(chance.uniform(2, 25))
        tried += driver.process.poll() is None
        driver.kill()
        driver = recount(slow, "resume", *RUN, pause=1.0)
    driver.wait()
    same = verdict(slow) == undisturbed(slow, tmp_path / "here")
    once = all(len(executions(trace(slow, arm))) == 1 for arm in ARMS)
    row(name, tried, tried if same and once else 0, "", asked=10, group="slurm")
    assert same
    for arm in ARMS:
        alone(trace(slow, arm), times=1)
        assert not (slow / f"results/laptop/other/slow/runs/{arm}/hold.json").exists()


def test_a_resume_that_cancels_loses_only_since_the_checkpoint(slow, tmp_path):
    driver = recount(slow, "run", *RUN, "--profile", "profiles/slurm", pause=0.7)
    until_training(slow)
    driver.kill()
    said = recount(slow, "resume", *RUN, "--cancel").wait()
    assert "waiting for 2 jobs" in said
    assert verdict(slow) == undisturbed(slow, tmp_path / "here")
    for arm in ARMS:
        alone(trace(slow, arm), times=2)


def test_a_hasty_restart_waits_for_the_runs_that_go_on(slow, tmp_path):
    first = judge_slow(slow, pause=0.7)
    until_training(slow)
    first.kill()
    subprocess.run([sys.executable, "-m", "snakemake", "--unlock"], cwd=slow, check=True)
    judge_slow(slow).wait()
    assert verdict(slow) == undisturbed(slow, tmp_path / "here")
    for arm in ARMS:
        alone(trace(slow, arm), times=1)


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_a_stopped_driver_leaves_no_job_and_no_lock(slow, tmp_path, name):
    told = f"{name} to the driver: no job and no lock left"
    times = count(10, 1)
    for number in range(times):
        driver = recount(slow, "run", *RUN, "--profile", "profiles/slurm", pause=0.7)
        until_training(slow, steps=3 + 6 * number)
        with attempt(told, 10, "slurm") as said:
            begun = time.monotonic()
            driver.process.send_signal(getattr(signal, name))
            assert driver.process.wait(120) != 0
            said.append(f"over within {10 * (1 + int(time.monotonic() - begun) // 10)} s")
            wait_for(lambda: slurm.ours(slow) == [], 60)
            assert not [*slow.glob(".snakemake/locks/*")]
    recount(slow, "run", *RUN, "--profile", "profiles/slurm").wait()
    assert verdict(slow) == undisturbed(slow, tmp_path / "here")
    for arm in ARMS:
        alone(trace(slow, arm), times=1 + times)


KINDS = {
    "cancel": "scancel of a training job: tried again from its checkpoint",
    "timeout": "a training job beyond its time limit: tried again from its checkpoint",
    "requeue": "scontrol requeue of a training job: goes on from its checkpoint",
    "drain": "a node drained under a training job: the job ends there",
    "stop": "slurmd stopped under a training job and started again: the job goes on",
}


def test_a_storm(project, cluster, tmp_path):
    """One run of many arms: each is hit once while it trains, then all must be as undisturbed."""
    each = count(5, 1)
    trained_toy.plant(project, plain=max(5 * each - 1, 1))
    hurry(project)
    names = ["treated", "plain", *(f"plain{n}" for n in range(2, 5 * each))]
    wanted = {arm: list(KINDS)[number % 5] for number, arm in enumerate(names)}
    before = {job["JobId"] for job in cluster.jobs()}
    driver = judge_slow(project, pause=1.3)
    storm = Storm(project, cluster, driver, wanted)
    try:
        storm.blow()
        driver.wait()
    finally:
        storm.mend()
    same = verdict(project) == undisturbed(project, tmp_path / "here")
    for arm, kind in wanted.items():
        steps = trace(project, arm)
        again = 1 if kind in ("drain", "stop") else 2
        right = same and arm in storm.hit and len(executions(steps)) == again
        right &= repeated(steps) <= INTERVAL * (again - 1)
        detail = f"{repeated(steps)} steps done twice"
        row(KINDS[kind], 1, int(right), detail, asked=5, group="slurm")
    assert same
    ends = {job["JobId"]: job["JobState"] for job in cluster.jobs() if job["JobId"] not in before}
    expected = {"cancel": "CANCELLED", "timeout": "TIMEOUT"}
    for arm, kind in wanted.items():
        assert ends[storm.hit[arm]] == expected.get(kind, "COMPLETED"), (arm, kind)
        alone(trace(project, arm), times=1 if kind in ("drain", "stop") else 2)


class Storm:
    """Hits each arm once, soon after it began to train."""

    def __init__(self, project, cluster, driver: Driver, wanted: dict[str, str]):
        self.project, self.cluster, self.driver, self.wanted = project, cluster, driver, wanted
        self.hit: dict[str, str] = {}
        self.drained: dict[str, float] = {}
        self.requeued: set[str] = set()

    def blow(self, seconds: float = 1500) -> None:
        end = time.monotonic() + seconds
        while len(self.hit) < len(self.wanted) or self.drained or self.requeued:
            assert time.monotonic() < end, (self.hit, self.driver.log.read_text()[-4000:])
            assert self.driver.process.poll() is None, self.driver.log.read_text()[-6000:]
            for job in slurm.ours(self.project):
                arm = job.what.rpartition("_")[2]
                trains = job.state == "RUNNING" and "train" in job.what
                if trains and arm not in self.hit and len(trace(self.project, arm)) >= 3:
                    self.hit[arm] = job.number
                    getattr(self, self.wanted[arm])(job)
            self.resume(after=15)
            time.sleep(0.5)

    def cancel(self, job) -> None:
        ask("scancel", job.number)

    def timeout(self, job) -> None:
        ask("scontrol", "update", f"JobId={job.number}", "TimeLimit=1")

    def requeue(self, job) -> None:
        ask("scontrol", "requeue", job.number)
        self.requeued.add(job.number)

    def drain(self, job) -> None:
        ask("scontrol", "update", f"NodeName={job.node}", "State=DRAIN", "Reason=test")
        self.drained[job.node] = time.monotonic()

    def stop(self, job) -> None:
        """Without its slurmd for a while; the steps of its jobs live on and are found again."""
        self.cluster.stop_node(job.node)
        time.sleep(8)
        self.cluster.start_node(job.node)

    def resume(self, after: float) -> None:
        """Nodes come back after a while; requeued jobs need not wait two minutes."""
        for node, since in [*self.drained.items()]:
            if time.monotonic() - since > after:
                ask("scontrol", "update", f"NodeName={node}", "State=RESUME")
                del self.drained[node]
        states = {job["JobId"]: job["JobState"] for job in self.cluster.jobs()}
        for number in [*self.requeued]:
            if states[number] == "PENDING":
                ask("scontrol", "update", f"JobId={number}", "StartTime=now")
                self.requeued.discard(number)

    def mend(self) -> None:
        self.resume(after=0)


SHORT = """
rule all:
    input: expand("out/{{n}}", n=range({jobs}))
rule one:
    output: "out/{{n}}"
    resources: mem_mb=500, runtime=5
    shell: "echo $SLURM_JOB_ID >> lines/{{wildcards.n}}; touch {{output}}"
"""


def test_short_jobs_are_neither_lost_nor_doubled(project, cluster, tmp_path):
    jobs = count(200, 6)
    hurry(project)
    place = tmp_path / "short"
    (place / "lines").mkdir(parents=True)
    (place / "Snakefile").write_text(SHORT.format(jobs=jobs))
    profile = str(project / "profiles/slurm")
    Driver(place, "snakemake", "--profile", profile, "--nocolor").wait(seconds=3600)
    ran = [(place / "lines" / str(n)).read_text().split() for n in range(jobs)]
    right = sum(len(one) == 1 for one in ran)
    name = "short jobs submitted together: none lost, none run twice"
    row(name, jobs, right, "", asked=200, group="slurm")
    assert right == jobs
    assert len({one[0] for one in ran}) == jobs


def test_one_claim_in_five_fails_and_the_others_are_reported(project, cluster):
    """The dying run shares its job with others; they get jobs of their own and finish."""
    hurry(project, packed=True, retries=0)
    for number in range(3):
        plant(project, f"fine{number}")
    plant(project, "dying", experiment=DYING)
    (project / "die").touch()
    name = "a run dies in a job that it shares, one claim in five: all others reported, it is shown"
    with attempt(name, 1, "slurm"):
        said = recount(project, "run", "all", "--yes", "--profile", "profiles/slurm").wait(code=1)
        assert "failed: dying plain: evaluate: job" in said
        for slug in ("toy", "fine0", "fine1", "fine2"):
            assert verdict(project, slug=slug)["outcome"] == "reproduced"
        one = verdict(project, slug="dying")
        assert one["outcome"] in ("inconclusive", "not_run")
        states = [one["runs"][arm]["state"] for arm in ("treated", "plain")]
        assert states == ["done", "failed"]
        assert (project / "results/laptop/index.html").exists()


LIES = {
    "silent": ("0", ""),
    "unknown": ("0", "{job}|UNKNOWN"),
    "error": ("1", "slurm_load_jobs error: Unable to contact slurm controller"),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_status_source_that_lies_is_outlasted(slow, tmp_path, monkeypatch, lie):
    """squeue misleads for a while about jobs that train: no success is believed, all finish."""
    name = f"squeue {lie} while jobs run: no false success, over within the limit, same verdict"
    liar(tmp_path, monkeypatch, *LIES[lie])
    monkeypatch.setenv("RECOUNT_SILENCE", "15")
    driver = recount(slow, "run", *RUN, "--profile", "profiles/slurm", pause=0.7)
    until_training(slow)
    (tmp_path / "lie").touch()
    with attempt(name, 5, "slurm") as said:
        begun = time.monotonic()
        decisions = slow / "logs/scheduler/decisions.log"
        wait_for(lambda: decisions.exists() and "given up" in decisions.read_text(), 200)
        said.append(f"given up within {30 * (1 + int(time.monotonic() - begun) // 30)} s of 15 s")
        (tmp_path / "lie").unlink()
        driver.wait()
        assert verdict(slow) == undisturbed(slow, tmp_path / "here")
        for arm in ARMS:
            alone(trace(slow, arm), times=2)


def liar(folder, monkeypatch, code: str, text: str) -> None:
    """A squeue in front of the real one, which tells the truth unless the file `lie` is there."""
    import os
    import shutil

    place, real = folder / "bin", shutil.which("squeue")
    place.mkdir()
    words = text.replace("{job}", "$1")
    (place / "squeue").write_text(
        f'#!/bin/sh\nif [ -e {folder}/lie ] && echo "$*" | grep -q states=all; then\n'
        f"  {real} --me --noheader --format=%i | while read -r job; do set -- $job;\n"
        f'    echo "{words}"; done >&$((1 + {code}))\n  exit {code}\nfi\nexec {real} "$@"\n'
    )
    (place / "squeue").chmod(0o755)
    monkeypatch.setenv("PATH", f"{place}:{os.environ['PATH']}")
