"""Between the executor and a scheduler that is silent, lies or refuses; small programs play it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from recount.cluster import guard

ANSWER = """\
#!{python}
import sys
from pathlib import Path
folder = Path({folder!r})
with (folder / "asked").open("a") as lines:
    lines.write(" ".join(["{name}", *sys.argv[1:]]) + "\\n")
script = folder / "{name}.answers"
first, _, rest = script.read_text().partition("---\\n")
if rest:
    script.write_text(rest)
code, _, text = first.partition("\\n")
(sys.stderr if int(code) else sys.stdout).write(text)
sys.exit(int(code))
"""
ASK = ["--format=%i|%T", "--states=all", "--noheader", "--name", "recount_x"]


@pytest.fixture
def scheduler(tmp_path, monkeypatch):
    """Programs that give the answers written for them, one after the other, the last for ever."""
    place = tmp_path / "slurm"
    place.mkdir()
    for name in ("squeue", "sbatch", "scancel"):
        values = {"python": sys.executable, "folder": str(tmp_path), "name": name}
        (place / name).write_text(ANSWER.format(**values))
        (place / name).chmod(0o755)
        (tmp_path / f"{name}.answers").write_text("0\n")
    monkeypatch.setenv("PATH", f"{place}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(guard, "PAUSES", (0.0, 0.0))
    return tmp_path


def says(scheduler: Path, name: str, *answers: str) -> None:
    (scheduler / f"{name}.answers").write_text("---\n".join(answers))


def bin_of(scheduler: Path) -> Path:
    place = scheduler / guard.FOLDER / "bin"
    place.mkdir(parents=True, exist_ok=True)
    return place


def submit(scheduler: Path, comment: str = "rule_train") -> int:
    argv = ["--parsable", "--job-name", "recount_x", "--comment", comment, "--wrap=true"]
    return guard.main(bin_of(scheduler), "sbatch", argv)


def states(scheduler: Path, capsys) -> dict[str, str]:
    capsys.readouterr()
    assert guard.main(bin_of(scheduler), "squeue", ASK) == 0
    return dict(line.split("|") for line in capsys.readouterr().out.splitlines())


def decisions(scheduler: Path) -> str:
    path = scheduler / guard.FOLDER / "decisions.log"
    return path.read_text() if path.exists() else ""


def asked(scheduler: Path, name: str) -> list[str]:
    lines = (scheduler / "asked").read_text().splitlines()
    return [line for line in lines if line.startswith(name)]


def test_an_honest_scheduler_is_passed_on(scheduler, capsys):
    says(scheduler, "sbatch", "0\n7;main\n")
    assert submit(scheduler) == 0
    assert capsys.readouterr().out == "7;main\n"
    for state in ("PENDING", "RUNNING", "COMPLETED"):
        says(scheduler, "squeue", f"0\n7|{state}\n")
        assert states(scheduler, capsys) == {"7": state}
    assert decisions(scheduler) == ""


@pytest.mark.parametrize(
    "answer",
    ["0\n", "0\n7|UNKNOWN\n", "1\nslurm_load_jobs error: Unable to contact controller\n"],
    ids=["silent", "unknown", "error"],
)
def test_doubt_is_never_success_and_ends_within_the_limit(scheduler, capsys, monkeypatch, answer):
    says(scheduler, "sbatch", "0\n7\n")
    submit(scheduler)
    says(scheduler, "squeue", answer)
    assert states(scheduler, capsys) == {"7": "PENDING"}
    says(scheduler, "squeue", "0\n7|RUNNING\n")
    assert states(scheduler, capsys) == {"7": "RUNNING"}
    says(scheduler, "squeue", answer)
    assert states(scheduler, capsys) == {"7": "RUNNING"}
    monkeypatch.setenv("RECOUNT_SILENCE", "0")
    assert states(scheduler, capsys) == {"7": "FAILED"}
    assert asked(scheduler, "scancel") == ["scancel 7"]
    assert "job 7 given up" in decisions(scheduler)


@pytest.mark.parametrize("state", ["PREEMPTED", "NODE_FAIL"])
def test_a_job_that_nobody_requeues_is_given_up(scheduler, capsys, monkeypatch, state):
    says(scheduler, "sbatch", "0\n7\n")
    submit(scheduler)
    says(scheduler, "squeue", f"0\n7|{state}\n")
    assert states(scheduler, capsys) == {"7": state}
    monkeypatch.setenv("RECOUNT_SILENCE", "0")
    assert states(scheduler, capsys) == {"7": "FAILED"}


def test_a_job_that_can_never_start_is_given_up(scheduler, capsys, monkeypatch):
    says(scheduler, "sbatch", "0\n7\n")
    submit(scheduler)
    says(scheduler, "squeue", "0\n7|PENDING\n", "0\n7|Priority\n", "0\n7|PENDING\n")
    monkeypatch.setenv("RECOUNT_SILENCE", "0")
    assert states(scheduler, capsys) == {"7": "PENDING"}
    says(scheduler, "squeue", "0\n7|PENDING\n", "0\n7|PartitionTimeLimit\n")
    monkeypatch.setenv("RECOUNT_SILENCE", "600")
    assert states(scheduler, capsys) == {"7": "PENDING"}
    says(scheduler, "squeue", "0\n7|PENDING\n", "0\n7|PartitionTimeLimit\n")
    monkeypatch.setenv("RECOUNT_SILENCE", "0")
    assert states(scheduler, capsys) == {"7": "FAILED"}
    assert "PartitionTimeLimit" in decisions(scheduler)
    assert asked(scheduler, "scancel") == ["scancel 7"]


def test_what_was_over_stays_so_when_squeue_forgets_it(scheduler, capsys, monkeypatch):
    says(scheduler, "sbatch", "0\n7\n")
    submit(scheduler)
    says(scheduler, "squeue", "0\n7|COMPLETED\n", "0\n")
    monkeypatch.setenv("RECOUNT_SILENCE", "0")
    assert states(scheduler, capsys) == {"7": "COMPLETED"}
    assert states(scheduler, capsys) == {"7": "COMPLETED"}


def test_tasks_of_an_array_stand_for_it(scheduler, capsys, monkeypatch):
    says(scheduler, "sbatch", "0\n7\n")
    submit(scheduler)
    says(scheduler, "squeue", "0\n7_1|COMPLETED\n7_2|RUNNING\n")
    monkeypatch.setenv("RECOUNT_SILENCE", "0")
    assert states(scheduler, capsys) == {"7": "PENDING", "7_1": "COMPLETED", "7_2": "RUNNING"}


def test_a_busy_controller_is_asked_again(scheduler, capsys):
    says(scheduler, "sbatch", "1\nsbatch: error: Socket timed out on send/recv\n", "0\n8\n")
    assert submit(scheduler) == 0
    assert capsys.readouterr().out == "8\n"
    assert len(asked(scheduler, "sbatch")) == 2


def test_a_driver_that_was_killed_gets_no_job_afterwards(scheduler, monkeypatch):
    gone = subprocess.Popen(["true"])
    gone.wait()
    monkeypatch.setenv(guard.SNAKEMAKE, str(gone.pid))
    says(scheduler, "sbatch", "1\nsbatch: error: Socket timed out on send/recv\n", "0\n8\n")
    assert submit(scheduler) == 1
    assert len(asked(scheduler, "sbatch")) == 1
    assert "its Snakemake is gone" in decisions(scheduler)


def test_a_submission_that_got_in_is_not_repeated(scheduler, capsys):
    says(scheduler, "sbatch", "1\nsbatch: error: Socket timed out on send/recv\n", "0\n9\n")
    says(scheduler, "squeue", "0\n5|rule_other\n8|rule_train\n")
    assert submit(scheduler) == 0
    assert capsys.readouterr().out == "8\n"
    assert len(asked(scheduler, "sbatch")) == 1
    says(scheduler, "squeue", "0\n8|RUNNING\n")
    assert states(scheduler, capsys) == {"8": "RUNNING"}


def test_a_refusal_is_passed_on_at_once(scheduler, capsys):
    says(scheduler, "sbatch", "1\nsbatch: error: Invalid account\n", "0\n9\n")
    assert submit(scheduler) == 1
    assert "Invalid account" in capsys.readouterr().err
    assert len(asked(scheduler, "sbatch")) == 1


def test_installed_programs_ask_the_real_ones(scheduler, monkeypatch):
    monkeypatch.delenv(guard.SNAKEMAKE, raising=False)
    guard.install(scheduler)
    guard.install(scheduler)
    assert os.environ[guard.SNAKEMAKE] == str(os.getpid())
    folders = os.environ["PATH"].split(os.pathsep)
    assert folders.count(str(bin_of(scheduler))) == 1
    says(scheduler, "sbatch", "0\n7\n")
    says(scheduler, "squeue", "0\n7|RUNNING\n")
    argv = ["sbatch", "--job-name=recount_x", "--wrap=true"]
    assert subprocess.run(argv, capture_output=True, text=True).stdout == "7\n"
    for argv in (["squeue", *ASK], ["squeue", "--me"]):
        assert subprocess.run(argv, capture_output=True, text=True).stdout == "7|RUNNING\n"
