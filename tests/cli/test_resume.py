"""Before `recount resume` unlocks: a driver that lives, and jobs that a dead one left behind."""

import json
import os
import sys
from argparse import Namespace

import psutil
import pytest

from recount import cli, driver, files, hold
from recount.cli import resume
from recount.cluster import slurm
from recount.typed import BadValue

SQUEUE = """\
#!{python}
from pathlib import Path
queue = Path({queue!r})
print(queue.read_text(), end="")
lines = queue.read_text().splitlines(keepends=True)
queue.write_text("".join(line for line in lines if "RUNNING" not in line))
"""
SCANCEL = """\
#!{python}
import sys
from pathlib import Path
queue = Path({queue!r})
lines = queue.read_text().splitlines(keepends=True)
queue.write_text("".join(line for line in lines if line.split("|")[0] not in sys.argv[1:]))
Path({told!r}).write_text(" ".join(sys.argv[1:]))
"""


@pytest.fixture
def squeue(project, tmp_path, monkeypatch):
    """A scheduler of two small programs: running jobs are over at the second look."""
    queue, told, place = tmp_path / "queue", tmp_path / "cancelled", tmp_path / "bin"
    place.mkdir()
    for name, text in (("squeue", SQUEUE), ("scancel", SCANCEL)):
        program = place / name
        values = {"python": sys.executable, "queue": str(queue), "told": str(told)}
        program.write_text(text.format(**values))
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{place}:{os.environ['PATH']}")
    rows = [
        ("11", "RUNNING", "recount_a", "n1", "rule_train_wildcards_x", project),
        ("12", "PENDING", "recount_a", "", "rule_train_wildcards_y", project),
        ("13", "PENDING", "recount_b", "", "rule_train_wildcards_z", project.parent),
        ("14", "PENDING", "mine", "", "comment|with a bar", project),
    ]
    queue.write_text("".join("|".join(map(str, row)) + "\n" for row in rows))
    return told


def record(project, pid: int, begun: float, **more) -> None:
    facts = {"pid": pid, "begun": begun, "machine": hold.machine(), "host": "h", "profile": None}
    files.write_json(driver.record(project), facts | more)


def test_a_living_driver_is_left_alone(project, capsys):
    me = psutil.Process()
    record(project, me.pid, me.create_time())
    assert cli.main(["resume", "toy"]) == 2
    assert f"process {me.pid}" in capsys.readouterr().err


def test_a_driver_elsewhere_lives_while_its_record_is_touched(project, monkeypatch):
    record(project, 1, 0.0, machine="elsewhere")
    monkeypatch.setattr(driver.time, "sleep", lambda seconds: driver.record(project).touch())
    assert driver.alive(project) == "on h"
    monkeypatch.setattr(driver.time, "sleep", lambda seconds: None)
    assert driver.alive(project) is None


def test_only_our_jobs_of_this_folder_are_seen(project, squeue):
    jobs = slurm.ours(project)
    assert [(job.number, job.node, job.what) for job in jobs] == [
        ("11", "n1", "train_wildcards_x"),
        ("12", "", "train_wildcards_y"),
    ]


@pytest.mark.parametrize(("everything", "cancelled"), [(False, "12"), (True, "11 12")])
def test_pending_jobs_go_and_running_ones_are_outlasted(project, squeue, everything, cancelled):
    paper = project / "results/laptop/other/toy"
    folders = [paper, paper / "runs/plain", paper / "look-8", paper / "look-8/runs/plain"]
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / hold.NAME).write_text(json.dumps({"token": "t", "job": "11", "node": "n1"}))
    resume.settle(project, {}, Namespace(cancel=everything))
    assert squeue.read_text() == cancelled
    assert slurm.ours(project) == []
    assert not [folder for folder in folders if (folder / hold.NAME).exists()]


def test_without_a_scheduler_its_jobs_are_not_forgotten(project, monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(BadValue, match="no squeue"):
        resume.settle(project, {"profile": "p", "host": "login1"}, Namespace(cancel=False))


def test_slurm_programs_without_a_cluster_do_not_stop_a_local_run(project, monkeypatch, capsys):
    def silent(*argv, **more):
        raise BadValue("squeue failed: no configuration source")

    monkeypatch.setattr(slurm, "here", lambda: True)
    monkeypatch.setattr(slurm, "ask", silent)
    resume.settle(project, {"profile": None}, Namespace(cancel=False))
    assert "SLURM does not answer" in capsys.readouterr().out
    with pytest.raises(BadValue, match="no configuration source"):
        resume.settle(project, {"profile": "p", "host": "h"}, Namespace(cancel=False))


def test_a_stopped_run_cancels_what_it_submitted_at_the_last_moment(project, squeue, monkeypatch):
    """The queue is looked at again, for an sbatch that was under way when Snakemake ended."""
    monkeypatch.setattr(driver, "LATE", 0.0)
    looks = []
    real = slurm.ours

    def ours(root):
        looks.append(root)
        return real(root) if len(looks) == 2 else []

    monkeypatch.setattr(slurm, "ours", ours)
    driver.sweep(project)
    assert looks == [project, project]
    assert squeue.read_text() == "11 12"
    assert [job.number for job in real(project)] == []
