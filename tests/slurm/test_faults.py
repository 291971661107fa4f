"""Faults on a real SLURM: whatever happens to driver, jobs and nodes, the verdict is the same, no
run is worked on twice at once, and no more work is lost than since the last checkpoint.

`make faults` tries each as often as the table asks; otherwise a few do (see fault_table.count).
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import trained_toy
from cluster import ask, wait_for
from conftest import (
    OFTEN,
    Driver,
    alone,
    executions,
    fresh,
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

from recount.cluster import guard, slurm

ARMS = ("treated", "plain")
RUN = ("slow", "--scale", "laptop", "--yes")
PROFILE = ("--profile", "profiles/slurm")
INTERVAL = 4


def test_a_driver_killed_at_random_moments_is_resumed(slow, tmp_path):
    """Each kill hits a run or the resume of one, wherever it is, until one comes through. Every
    other time its runs share a job, as by default."""
    kills, chance = count(10, 2), random.Random(12)
    name = "driver SIGKILLed at a random moment, then `recount resume`: verdict and runs as if not"
    want = undisturbed(slow, tmp_path / "here")
    hit = chain = 0
    while hit < kills:
        fresh(slow)
        hurry(slow, packed=chain % 2 == 1)
        driver = recount(slow, "run", *RUN, *PROFILE, pause=0.7)
        if chain == 0:
            until_training(slow, arms=("treated",), steps=1)
        chain += 1
        with attempt(name, 10, "slurm") as said:
            said.tries = 0
            while hit + said.tries < kills and driver.lives(chance.uniform(1, 30)):
                driver.kill()
                said.tries += 1
                driver = recount(slow, "resume", *RUN, pause=0.7)
            driver.wait()
            assert verdict(slow) == want
            for arm in ARMS:
                alone(trace(slow, arm), times=1)
                assert not (slow / f"results/laptop/other/slow/runs/{arm}/hold.json").exists()
        hit += said.tries


def test_a_resume_that_cancels_loses_only_since_the_checkpoint(slow, tmp_path):
    driver = recount(slow, "run", *RUN, *PROFILE, pause=0.7)
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


def test_a_stopped_driver_leaves_no_job_and_no_lock(slow, tmp_path):
    """SIGINT and SIGTERM in turns, the first two while it trains, the others at random moments;
    what was begun goes on in the next run, with runs that share a job after every second stop."""
    times, chance = count(10, 1), random.Random(13)
    want = undisturbed(slow, tmp_path / "here")
    hit = 0
    driver = recount(slow, "run", *RUN, *PROFILE, pause=0.7)
    while hit < 2 * times:
        if hit < 2:
            until_training(slow, steps=3 + 10 * hit)
        elif not driver.lives(chance.uniform(0.5, 30)):
            went_on(slow, driver, want)
            fresh(slow)
            driver = recount(slow, "run", *RUN, *PROFILE, pause=0.7)
            continue
        told = ("SIGINT", "SIGTERM")[hit % 2]
        with attempt(f"{told} to the driver: no job and no lock left", 10, "slurm") as said:
            begun = time.monotonic()
            driver.process.send_signal(getattr(signal, told))
            assert driver.process.wait(120) != 0
            said.append(f"over within {30 * (1 + int(time.monotonic() - begun) // 30)} s")
            wait_for(lambda: slurm.ours(slow) == [], 60)
            assert not [*slow.glob(".snakemake/locks/*"), *slow.rglob("hold.json")]
        hit += 1
        hurry(slow, packed=hit // 2 % 2 == 1)
        driver = recount(slow, "run", *RUN, *PROFILE, pause=0.7)
    went_on(slow, driver, want)


def went_on(project, driver: Driver, want: dict) -> None:
    driver.wait()
    assert verdict(project) == want
    for arm in ARMS:
        alone(trace(project, arm), times=None)


KINDS = {
    "cancel": "scancel of a training job: tried again from its checkpoint",
    "timeout": "a training job beyond its time limit: tried again from its checkpoint",
    "requeue": "scontrol requeue of a training job: goes on from its checkpoint",
    "drain": "a node drained under a training job: the job ends there",
    "stop": "slurmd stopped under a training job and started again: the job goes on",
}

BEYOND = "a training job beyond its memory: tried again with more, from its checkpoint"
GREW = "ended for memory, COMPLETED with 4000M, 8000M"


def storms(total: int, most: int = 2) -> list[int]:
    """How many arms each kind hits in each of the runs; a paper has at most twelve arms."""
    return [min(most, total - done) for done in range(0, total, most)]


@pytest.mark.parametrize("each", storms(count(5, 1)))
def test_a_storm(project, cluster, tmp_path, each):
    """One run of many arms: each is hit once while it trains, then all must be as undisturbed."""
    trained_toy.plant(project, plain=max(5 * each - 1, 1))
    hurry(project)
    names = ["treated", "plain", *(f"plain{n}" for n in range(2, 5 * each))]
    wanted = {arm: list(KINDS)[number % 5] for number, arm in enumerate(names)}
    want = undisturbed(project, tmp_path / "here")
    before = {job["JobId"] for job in cluster.jobs()}
    late = {arm: 1.3 for arm, kind in wanted.items() if kind == "timeout"}
    driver = judge_slow(project, pause=0.6, pauses=late)
    storm, same = Storm(project, cluster, driver, wanted), False
    try:
        storm.blow()
        driver.wait()
        same = verdict(project) == want
    finally:
        storm.mend()
        for arm in storm.hit:
            steps, kind = trace(project, arm), wanted[arm]
            again = 1 if kind in ("drain", "stop") else 2
            right = same and len(executions(steps)) == again
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


def test_a_job_beyond_its_memory_is_tried_again_with_more(project, cluster, tmp_path, monkeypatch):
    """Two at once, as each takes more memory for a while than a first attempt has."""
    times = count(5, 1)
    trained_toy.plant(project, plain=max(times - 1, 1))
    hurry(project, jobs=2)
    want = undisturbed(project, tmp_path / "here")
    hungry = ["treated", "plain", *(f"plain{n}" for n in range(2, times))][:times]
    for arm in hungry:
        monkeypatch.setenv(f"TOY_MEMORY_{arm}", "4200")
    driver, same = judge_slow(project, pause=0.6), False
    try:
        driver.wait()
        same = verdict(project) == want
    finally:
        told = {arm: ends_and_memory(project, cluster, arm) for arm in hungry}
        for arm in hungry:
            again = repeated(trace(project, arm))
            right = same and told[arm] == GREW and again <= INTERVAL
            detail = f"{again} steps done twice" if right else told[arm]
            row(BEYOND, 1, int(right), detail, asked=5, group="slurm")
    assert set(told.values()) == {GREW}
    for arm in hungry:
        alone(trace(project, arm), times=2)


def ends_and_memory(project, cluster, arm: str) -> str:
    """What became of an arm's jobs, and what memory they had. To SLURM a job that the executor's
    srun ends is FAILED whatever the reason; the reason is in the job's log."""
    numbers = list(dict.fromkeys(step["job"] for step in trace(project, arm)))
    known, ends = {job["JobId"]: job for job in cluster.jobs()}, []
    for number in numbers:
        logs = project.glob(f".snakemake/slurm_logs/*/*/{number}.log")
        said = "".join(log.read_text(errors="replace") for log in logs)
        beyond = "oom-kill" in said or "exceeded memory limit" in said
        ends.append("ended for memory" if beyond else known[number]["JobState"])
    return f"{', '.join(ends)} with {', '.join(known[one]['MinMemoryNode'] for one in numbers)}"


SHORT = """
from pathlib import Path
from recount.cluster import guard
if workflow.is_main_process:
    guard.install(Path.cwd())
resource_scopes:
    seat="local"
rule all:
    input: expand("out/{{n}}", n=range({jobs}))
rule one:
    output: "out/{{n}}"
    {group}
    resources: mem_mb=500, runtime=1, seat=1
    shell: "echo $SLURM_JOB_ID >> lines/{{wildcards.n}}; touch {{output}}"
"""


@pytest.mark.parametrize(("kind", "few"), [("jobs", 8), ("packed runs", 40)])
def test_short_jobs_are_neither_lost_nor_doubled(project, cluster, tmp_path, kind, few):
    """As jobs of their own, and 16 to a job as the profile packs runs of a minute."""
    runs = count(200, few)
    packed = kind == "packed runs"
    hurry(project, packed=packed)
    place = tmp_path / "short"
    (place / "lines").mkdir(parents=True)
    group = 'group: "cpu_10"' if packed else ""
    (place / "Snakefile").write_text(SHORT.format(jobs=runs, group=group) + OFTEN)
    name = f"short {kind} submitted together: none lost, none run twice"
    before = len(cluster.jobs())
    Driver(place, "snakemake", "--profile", str(project / "profiles/slurm"), "--nocolor").wait(
        seconds=3600
    )
    ran = [(place / "lines" / str(n)).read_text().split() for n in range(runs)]
    right = sum(len(one) == 1 for one in ran)
    row(name, runs, right, "", asked=200, group="slurm")
    assert right == runs
    jobs = {one[0] for one in ran}
    assert len(jobs) == len(cluster.jobs()) - before == (-(-runs // 16) if packed else runs)
    assert not guard.decisions(place)


def test_one_claim_in_five_fails_and_the_others_are_reported(project, cluster):
    """The dying run shares its job with others; they get jobs of their own and finish."""
    hurry(project, packed=True, retries=0)
    for number in range(3):
        plant(project, f"fine{number}")
    plant(project, "dying", experiment=DYING)
    (project / "die").touch()
    name = "a run dies in a job that it shares, one claim in five: all others reported, it is shown"
    with attempt(name, 1, "slurm"):
        said = recount(project, "run", "all", "--yes", *PROFILE).wait(code=1)
        assert "failed: dying plain: evaluate: job" in said
        for slug in ("toy", "fine0", "fine1", "fine2"):
            assert verdict(project, slug=slug)["outcome"] == "reproduced"
        one = verdict(project, slug="dying")
        assert one["outcome"] in ("inconclusive", "not_run")
        states = [one["runs"][arm]["state"] for arm in ("treated", "plain")]
        assert states == ["done", "failed"]
        assert (project / "results/laptop/index.html").exists()


# What squeue says of jobs to one that asks for all states, and its exit code.
LIES = {
    "silent": "exit 0",
    "unknown": "{real} --me --noheader --format=%i | sed 's/$/|UNKNOWN/'; exit 0",
    "error": "echo 'slurm_load_jobs error: Unable to contact slurm controller' >&2; exit 1",
}
OUTLASTED = "no false success, over within the limit, same verdict"
LIAR = """\
#!/bin/sh
case "$(cat {lie} 2>/dev/null) $*" in
{cases}
esac
exec {real} "$@"
"""


def test_a_status_source_that_lies_is_outlasted(slow, tmp_path, monkeypatch):
    """squeue misleads about jobs that train, three times: no success is believed, all finish."""
    lie = liar(tmp_path, monkeypatch)
    monkeypatch.setenv("RECOUNT_SILENCE", "8")
    hurry(slow, retries=len(LIES))
    want = undisturbed(slow, tmp_path / "here")
    for _ in range(count(5, 1)):
        fresh(slow)
        driver = recount(slow, "run", *RUN, *PROFILE, pause=1.2)
        right, slowest = False, 0.0
        try:
            for number, kind in enumerate(LIES):
                wait_for(lambda n=number: trained(slow, 1 + n), 300, driver.log.read_text)
                begun = time.monotonic()
                lie.write_text(kind)
                wait_for(lambda n=number: given_up(slow) == 2 * (1 + n), 200)
                slowest = max(slowest, time.monotonic() - begun)
                lie.unlink()
            driver.wait()
            right = verdict(slow) == want
        finally:
            for kind in LIES:
                told = f"squeue {kind} while jobs run: {OUTLASTED}"
                detail = f"given up within {30 * (1 + int(slowest) // 30)} s of 8 s"
                row(told, 1, int(right), detail if right else "", asked=5, group="slurm")
        assert right
        for arm in ARMS:
            alone(trace(slow, arm), times=1 + len(LIES))


def trained(project, times: int) -> bool:
    """Whether both arms train for the so-manieth time."""
    return all(len(executions(trace(project, arm))) == times for arm in ARMS)


def given_up(project) -> int:
    return sum("given up" in line for line in guard.decisions(project))


def liar(folder: Path, monkeypatch) -> Path:
    """A squeue in front of the real one, which lies in the way that the returned file names."""
    place, real, lie = folder / "bin", shutil.which("squeue"), folder / "lie"
    place.mkdir()
    cases = "\n".join(
        f'"{kind} "*states=all*) {told.format(real=real)};;' for kind, told in LIES.items()
    )
    (place / "squeue").write_text(LIAR.format(lie=lie, cases=cases, real=real))
    (place / "squeue").chmod(0o755)
    monkeypatch.setenv("PATH", f"{place}:{os.environ['PATH']}")
    return lie
