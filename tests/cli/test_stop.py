"""A run that is told to go leaves no process and no lock."""

import os
import signal
import subprocess
import sys
import time

import psutil
import trained_toy

from recount import driver, files


def test_a_background_run_stops_cleanly(project):
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
    assert len(trace.read_text().splitlines()) < 60
