"""What `make` asks of the machine."""

import os
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def cores(**environment: str) -> int:
    usual = {name: value for name, value in os.environ.items() if not name.startswith("OMP_")}
    told = subprocess.run(
        ["make", "-n", "reproduce"],
        cwd=ROOT,
        env={name: value for name, value in usual.items() if name != "CORES"} | environment,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return int(re.search(r"--cores (\d+)", told)[1])


def test_all_cores_are_used_however_many_threads_a_process_may_have():
    """`nproc` itself heeds these variables, and the Makefile sets one of them for its jobs."""
    assert cores() == len(os.sched_getaffinity(0))
    assert cores(OMP_NUM_THREADS="1", OMP_THREAD_LIMIT="1") == cores()
    assert cores(CORES="3") == 3
