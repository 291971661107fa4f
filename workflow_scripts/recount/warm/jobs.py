"""Starts the warm process, and tells the jobs of it. What a driver calls."""

import atexit
import contextlib
import json
import os
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from recount.warm.client import VARIABLE

LIBRARIES = ("OMP_NUM", "GOTO_NUM", "OPENBLAS_NUM", "MKL_NUM", "VECLIB_MAXIMUM", "NUMEXPR_NUM")
THREADS = tuple(f"{name}_THREADS" for name in LIBRARIES)  # as Snakemake sets them for a job


def start(alone: Iterable[str] = (), **known: Any) -> subprocess.Popen | None:
    """Starts the warm process of this driver, and tells the jobs by their environment; None where
    none can be. The runs of the papers `alone` (lab/slug) are long: each is a process of its own,
    so that Snakemake's benchmark file tells its memory and processor seconds, which it cannot of a
    fork. What is `known` of the run: `needs`, packages that its papers import, its `papers`
    (lab/slug) and its `scale`."""
    if os.environ.get(VARIABLE) == "no" or not hasattr(os, "pidfd_open"):
        return None
    folder = Path(tempfile.mkdtemp(prefix="recount-"))
    with socket.socket(socket.AF_UNIX) as door:
        try:
            door.bind(str(folder / "door"))
            door.listen(128)
            argv = [str(Path(__file__).with_name("server.py")), str(door.fileno())]
            process = subprocess.Popen(
                [sys.executable, "-P", *argv, str(folder), json.dumps(known)],
                stdin=subprocess.PIPE,
                pass_fds=[door.fileno()],
                env=os.environ | dict.fromkeys(THREADS, "1"),
            )
        except OSError:
            shutil.rmtree(folder, ignore_errors=True)
            return None
    os.environ[VARIABLE] = json.dumps({"door": str(folder / "door"), "alone": sorted(alone)})
    atexit.register(end, process, folder)
    return process


def prefix() -> str:
    """What Snakemake's shell puts before a job's command: it lets the warm process take the job.
    Snakemake formats it, hence the doubled braces."""
    client = Path(__file__).with_name("client.py")
    words = shlex.join([sys.executable, "-IS", str(client)])
    return f"set -euo pipefail; exec {words}".replace("{", "{{").replace("}", "}}")


def end(process: subprocess.Popen, folder: Path) -> None:
    """Lets the warm process go; it leaves when its last fork has ended."""
    process.stdin.close()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(5)
    shutil.rmtree(folder, ignore_errors=True)


def forget() -> None:
    """For a Snakemake that another one started, maybe elsewhere: the warm process is not its."""
    if os.environ.get(VARIABLE) != "no":
        os.environ.pop(VARIABLE, None)
