"""What a cluster's user sees: jobs and hours beforehand, and how a job ended afterwards."""

import json
import os
import re

import pytest
import trained_toy
from toy import plant

from recount import cli, logs
from recount.cli import run
from recount.cluster import guard


@pytest.fixture
def slow(project):
    trained_toy.plant(project)
    return project


def told(capsys, *argv) -> str:
    capsys.readouterr()
    assert cli.main([str(word) for word in argv]) == 0
    return re.sub(r"\s+", " ", capsys.readouterr().out)


def test_jobs_and_hours_are_known_before_anything_is_submitted(slow, capsys):
    said = told(capsys, "plan", "slow", "--scale", "gpu")
    assert "On a cluster: 1 jobs, 1 of them with a GPU; 0.0 GPU-hours" in said
    assert "The longest job takes about 1 minutes and asks for 9: slow." in said
    assert "On a cluster" not in told(capsys, "plan", "slow")
    said = told(capsys, "plan", "slow", "toy", "--profile", "profiles/slurm")
    assert "On a cluster: 2 jobs, 0 of them with a GPU" in said


def test_a_budget_keeps_what_fits_and_names_the_rest(project, capsys):
    for slug, minutes in (("small", 3), ("large", 60)):
        folder = trained_toy.plant(project, slug)
        path = folder / "paper.yaml"
        path.write_text(
            path.read_text().replace("minutes: 1, device", f"minutes: {minutes}, device")
        )
    said = told(capsys, "plan", "small", "large", "--scale", "gpu", "--budget", "0.5gpuh")
    assert "1 papers, 1 claims" in said
    assert "Left out, beyond 0.5gpuh: large: main" in said
    said = told(capsys, "plan", "small", "large", "--scale", "gpu", "--budget", "0cpuh")
    assert "2 papers" in said and "Left out" not in said
    assert cli.main(["plan", "large", "--scale", "gpu", "--budget", "0.5gpuh"]) == 2
    assert cli.main(["plan", "large", "--scale", "gpu", "--budget", "much"]) == 2
    assert "40gpuh" in capsys.readouterr().err


def dead(project, state: str, words: str = "step 12 of 60") -> None:
    """A training that wrote a log on a node, and whose job ended in this state."""
    log = project / "logs/laptop/other/slow/train_plain.log"
    log.parent.mkdir(parents=True)
    log.write_text(f"{logs.JOB.format(job='12', node='node1')}\n{words}\n")
    slurm = project / ".snakemake/slurm_logs/rule_train/laptop_other_slow_plain/12.log"
    slurm.parent.mkdir(parents=True)
    slurm.write_text("Building DAG of jobs...\nslurmstepd: error: the end\n")
    ledger = project / guard.FOLDER / "recount_x.json"
    ledger.parent.mkdir(parents=True)
    ledger.write_text(json.dumps({"12": [state, 0.0]}))


@pytest.mark.parametrize(
    ("state", "proposal"),
    [
        ("OUT_OF_MEMORY", "--set-resources train:mem_mb=24000"),
        ("TIMEOUT", "--set-resources train:runtime=72"),
        ("CANCELLED", "run again"),
        ("NODE_FAIL", "run again"),
        ("FAILED", "decisions.log"),
    ],
)
def test_why_tells_job_node_last_lines_and_a_change(slow, capsys, monkeypatch, state, proposal):
    monkeypatch.setenv("PATH", "")
    dead(slow, state)
    said = told(capsys, "why", "slow")
    assert f"train: job 12 on node1, {state}" in said
    assert "step 12 of 60" in said and "slurmstepd: error: the end" in said
    assert "Building DAG" not in said
    assert proposal in said
    assert f"plain: {state.lower()} (job 12)" in told(capsys, "status", "slow")


def test_a_job_that_died_before_its_first_word_is_found(slow, capsys):
    dead(slow, "FAILED")
    (slow / "logs/laptop/other/slow/train_plain.log").unlink()
    assert "train: job 12, FAILED" in told(capsys, "why", "slow")


def test_a_run_on_this_machine_has_no_job(slow, tmp_path, monkeypatch):
    monkeypatch.delenv("SLURM_JOB_ID", raising=False)
    with logs.logged(tmp_path / "here.log"):
        print("job well done")
    assert logs.job_of(tmp_path / "here.log") is None
    monkeypatch.setitem(os.environ, "SLURM_JOB_ID", "7")
    monkeypatch.setitem(os.environ, "SLURMD_NODENAME", "node2")
    with logs.logged(tmp_path / "there.log"):
        print("done")
    assert logs.job_of(tmp_path / "there.log") == ("7", "node2")


def test_with_arrays_the_papers_go_one_after_the_other(project):
    from recount import selection

    plant(project, "another")
    choice = selection.choose(project, {"papers": "all"})
    assert run.parts(choice, None) == [choice]
    assert run.parts(choice, str(project / "profiles/slurm")) == [choice]
    parts = run.parts(choice, str(project / "profiles/slurm-array"))
    assert [list(part.selected) for part in parts] == [["another"], ["toy"]]
