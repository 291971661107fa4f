"""The whole workflow on a real SLURM: jobs on nodes, verdicts judged, one job at a time per GPU."""

import itertools
import json
import subprocess
import sys
from datetime import datetime

import pytest
import trained_toy
from conftest import (
    executions,
    hurry,
    judge_slow,
    recount,
    trace,
    undisturbed,
    verdict,
)
from toy import plant


def test_snakemake_with_the_profile_packs_short_papers_into_one_job(project, cluster):
    plant(project, "another", effect=0.0)
    hurry(project, packed=True)
    before = {job["JobId"] for job in cluster.jobs()}
    argv = [sys.executable, "-m", "snakemake", "--profile", "profiles/slurm"]
    argv += ["claim_toy", "claim_another"]
    done = subprocess.run(argv, cwd=project, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    for slug, outcome in (("toy", "reproduced"), ("another", "contradicted")):
        path = project / f"results/laptop/other/{slug}/main.json"
        assert json.loads(path.read_text())["outcome"] == outcome
    (job,) = [job for job in cluster.jobs() if job["JobId"] not in before]
    assert (job["JobState"], job["Partition"], job["NumCPUs"]) == ("COMPLETED", "cpu", "1")
    assert job["TimeLimit"] == "00:14:00"
    assert "gpu" not in job.get("TresPerJob", "")
    assert job["JobName"].partition("_")[0] == "recount"
    for slug, arm in itertools.product(("toy", "another"), ("treated", "plain")):
        path = project / f"results/laptop/other/{slug}/runs/{arm}/evaluate.json"
        state = json.loads(path.read_text())
        assert (state["job"], state["node"]) == (job["JobId"], job["NodeList"])


def test_training_gives_the_verdict_of_an_undisturbed_run(slow, tmp_path):
    judge_slow(slow).wait()
    assert verdict(slow) == undisturbed(slow, tmp_path / "here")
    assert verdict(slow)["outcome"] == "reproduced"


@pytest.mark.parametrize("dialect", ["gpu", "gres"])
def test_no_two_jobs_share_a_gpu(project, cluster, tmp_path, dialect):
    """With a site's own profile, in both dialects: GPU jobs in the GPU partition, one a GPU."""
    trained_toy.plant(project, plain=2)
    hurry(project)
    site = tmp_path / "site"
    flags = ["--cpu", "cpu", "--gpu", "gpu", "--dialect", dialect, "--longest", "11"]
    recount(project, "init-site", "--folder", str(site), *flags).wait()
    before = {job["JobId"] for job in cluster.jobs()}
    judge_slow(project, pause=0.1, scale="gpu", profile=str(site)).wait()
    jobs = [job for job in cluster.jobs() if job["JobId"] not in before]
    asked = [job for job in jobs if job["Partition"] == "gpu"]
    assert (len(jobs), len(asked)) == (7, 6)
    tres = {"gpu": "TresPerJob", "gres": "TresPerNode"}[dialect]
    assert all(tres in job and job["TimeLimit"] == "00:11:00" for job in asked)
    for one, other in itertools.combinations(asked, 2):
        apart = span(one)[1] <= span(other)[0] or span(other)[1] <= span(one)[0]
        assert apart or one["NodeList"] != other["NodeList"], (one, other)
    assert {job["NodeList"] for job in asked} == {"node1", "node2"}
    for arm in ("treated", "plain", "plain2"):
        steps = trace(project, arm, "gpu")
        assert len(executions(steps)) == 1 and steps[0]["gpu"] == "0"
    assert verdict(project, "gpu") == undisturbed(project, tmp_path / "here", "gpu")


def span(job: dict) -> tuple[datetime, datetime]:
    return datetime.fromisoformat(job["StartTime"]), datetime.fromisoformat(job["EndTime"])
