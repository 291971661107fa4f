"""A run that is told to go leaves no process and no lock."""

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest
import trained_toy
from faults.processes import apart
from rich.console import Console

from recount import cli, driver, files, selection


@pytest.mark.parametrize("reader", ["stays", "is gone"])
def test_a_background_run_stops_cleanly(project, reader):
    """Started as a script's background job, where SIGINT is ignored; also where what read its
    output, as in `recount run | tee log`, heeded the signal first."""
    trained_toy.plant(project)
    call = [sys.executable, "-m", "recount.cli", "run", "slow", "--yes", "--cores", "2"]

    def ignoring():
        signal.signal(signal.SIGINT, signal.SIG_IGN)

    environment = os.environ | {"TOY_PAUSE": "0.5"}
    process = subprocess.Popen(
        call, cwd=project, env=environment, preexec_fn=ignoring, stdout=subprocess.PIPE
    )
    trace = project / "results/laptop/other/slow/runs/plain/trace.txt"
    end = time.monotonic() + 200
    while not trace.exists() or len(trace.read_text().splitlines()) < 3:
        assert time.monotonic() < end and process.poll() is None
        time.sleep(0.2)
    snakemake = files.read_json(driver.record(project))["pid"]
    if reader == "is gone":
        process.stdout.close()
    process.send_signal(signal.SIGTERM)
    assert process.wait(120) != 0
    assert not psutil.pid_exists(snakemake)
    assert not [*project.glob(".snakemake/locks/*")]
    assert len(trace.read_text().splitlines()) < 60


def signalled_at_the_start(project) -> None:
    """In a process of its own: a worker of the tests has threads that would take the signal."""
    real = driver.facts

    def facts(*arguments):
        os.kill(os.getpid(), signal.SIGTERM)
        return real(*arguments)

    driver.facts = facts
    before = signal.getsignal(signal.SIGTERM)
    choice = selection.choose(project, {"papers": "toy"})
    done = driver.drive(project, choice, 1, [], Console(quiet=True))
    assert done.stopped and done.code != 0
    assert not psutil.pid_exists(files.read_json(driver.record(project))["pid"])
    assert not [*project.glob(".snakemake/locks/*")]
    assert signal.getsignal(signal.SIGTERM) == before
    assert not {signal.SIGTERM, signal.SIGINT} & signal.pthread_sigmask(signal.SIG_BLOCK, [])


def test_a_signal_while_snakemake_starts_stops_it_too(project):
    """SIGTERM comes when Snakemake lives and is not yet watched."""
    assert apart(lambda: signalled_at_the_start(project)) == (True, None)


def test_a_stopped_run_begins_no_other_part(project, monkeypatch, capsys):
    """With job arrays papers are driven one at a time; a stop ends them all."""
    from recount.cli import run as runs

    calls = []

    def drive(root, choice, *more, **named):
        calls.append(list(choice.selected))
        return driver.Done(1, False, runs.aftermath.FAILED, stopped=True)

    trained_toy.plant(project)
    monkeypatch.setattr(driver, "drive", drive)
    assert cli.main(["run", "all", "--yes", "--profile", "profiles/slurm-array"]) == 1
    assert len(calls) == 1 and len(calls[0]) == 1
    said = capsys.readouterr().out
    assert "goes on from here" in said and "failed" not in said
    assert not [*(project / "results").rglob("main.json")]
