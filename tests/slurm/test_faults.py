"""Faults on a real SLURM: whatever happens to driver, jobs and nodes, the verdict is the same, no
run is worked on twice at once, and no more work is lost than since the last checkpoint."""

import subprocess
import sys

import pytest
import trained_toy
from cluster import ask, wait_for
from conftest import (
    executions,
    hurry,
    judge_slow,
    recount,
    trace,
    undisturbed,
    until_training,
    verdict,
)

from recount import cluster as slurm

ARMS = ("treated", "plain")
RUN = ("slow", "--scale", "laptop", "--yes")


@pytest.mark.parametrize("choice", [[], ["--cancel"]], ids=["wait", "cancel"])
def test_a_killed_driver_is_resumed(slow, tmp_path, choice):
    driver = recount(slow, "run", *RUN, "--profile", "profiles/slurm", pause=0.7)
    until_training(slow)
    driver.kill()
    said = recount(slow, "resume", *RUN, *choice).wait()
    assert "waiting for 2 jobs" in said
    assert verdict(slow) == undisturbed(slow, tmp_path / "here")
    for arm in ARMS:
        alone(trace(slow, arm), times=1 + len(choice))
        assert not (slow / f"results/laptop/other/slow/runs/{arm}/hold.json").exists()


def test_a_hasty_restart_waits_for_the_runs_that_go_on(slow, tmp_path):
    first = judge_slow(slow, pause=0.7)
    until_training(slow)
    first.kill()
    subprocess.run([sys.executable, "-m", "snakemake", "--unlock"], cwd=slow, check=True)
    judge_slow(slow).wait()
    assert verdict(slow) == undisturbed(slow, tmp_path / "here")
    for arm in ARMS:
        alone(trace(slow, arm), times=1)


def test_a_storm(project, cluster, tmp_path):
    """One run: a job is cancelled, one requeued, one runs out of time, one's node is drained."""
    trained_toy.plant(project, plain=3)
    hurry(project)
    arms = {"treated": 2, "plain": 2, "plain2": 2, "plain3": 1}
    before = {job["JobId"] for job in cluster.jobs()}
    driver = judge_slow(project, pause=1.2)
    until_training(project, arms)
    jobs = {job.what.rpartition("_")[2]: job for job in slurm.ours(project)}
    ask("scontrol", "update", f"JobId={jobs['plain2'].number}", "TimeLimit=1")
    ask("scancel", jobs["treated"].number)
    ask("scontrol", "requeue", jobs["plain"].number)
    ask("scontrol", "update", f"NodeName={jobs['plain3'].node}", "State=DRAIN", "Reason=test")
    try:
        wait_for(lambda: state(cluster, jobs["plain"].number) == "PENDING", 60)
        ask("scontrol", "update", f"JobId={jobs['plain'].number}", "StartTime=now")
        driver.wait()
    finally:
        ask("scontrol", "update", f"NodeName={jobs['plain3'].node}", "State=RESUME")
    assert verdict(project) == undisturbed(project, tmp_path / "here")
    ends = {job["JobId"]: job["JobState"] for job in cluster.jobs() if job["JobId"] not in before}
    assert ends[jobs["treated"].number] == "CANCELLED"
    assert ends[jobs["plain"].number] == "COMPLETED"
    assert ends[jobs["plain2"].number] == "TIMEOUT"
    for arm, times in arms.items():
        alone(trace(project, arm), times)


def state(cluster, number: str) -> str:
    return next(job["JobState"] for job in cluster.jobs() if job["JobId"] == number)


def alone(steps: list[dict], times: int, interval: int = 4) -> None:
    """So many processes trained, one after the other, each going on near where the last ended."""
    found = executions(steps)
    assert len(found) == len(set(found)) == times, steps
    numbers = [int(step["step"]) for step in steps]
    assert sorted(set(numbers)) == list(range(60))
    repeated = len(numbers) - len(set(numbers))
    assert repeated <= interval * (times - 1), numbers
