"""A run that is told to go: no process, no lock, and what was trained is not lost."""

import os
import signal
import subprocess
import sys
import time

import psutil
import trained_toy

from recount import driver, files


def test_a_background_run_stops_cleanly_and_goes_on_later(project):
    """Started as a script's background job, where SIGINT is ignored."""
    trained_toy.plant(project)
    call = [sys.executable, "-m", "recount.cli", "run", "slow", "--yes", "--cores", "2"]

    def ignoring():
        signal.signal(signal.SIGINT, signal.SIG_IGN)

    environment = os.environ | {"TOY_PAUSE": "0.5"}
    process = subprocess.Popen(call, cwd=project, env=environment, preexec_fn=ignoring)
    trace = project / "results/laptop/other/slow/runs/plain/trace.txt"
    end = time.monotonic() + 200
    while not trace.exists() or len(trace.read_text().splitlines()) < 3:
        assert time.monotonic() < end and process.poll() is None
        time.sleep(0.2)
    snakemake = files.read_json(driver.record(project))["pid"]
    process.send_signal(signal.SIGTERM)
    assert process.wait(120) != 0
    assert not psutil.pid_exists(snakemake)
    assert not [*project.glob(".snakemake/locks/*")]
    before = len(trace.read_text().splitlines())
    assert before < 60
    again = subprocess.run(call, cwd=project, timeout=300)
    assert again.returncode == 0
    steps = [int(line.split()[1]) for line in trace.read_text().splitlines()]
    assert sorted(set(steps)) == list(range(60)) and len(steps) <= 64
