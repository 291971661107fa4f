"""Who may reach what: the MLflow UI answers this machine only, and jobs open no database."""

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
import toy
from fault_table import row

ROOT = Path(__file__).resolve().parents[2]


def started_by_make_ui() -> list[str]:
    """The command of the target `ui`, as the Makefile has it."""
    text = (ROOT / "Makefile").read_text()
    target = re.search(r"^ui:.*\n((?:\t.*\n)+)", text, re.MULTILINE)
    line = next(one.strip() for one in target[1].splitlines() if " ui " in one)
    return line.replace("$(BIN)", str(Path(sys.executable).parent)).split()


def listening(process: psutil.Process) -> set[str]:
    """The addresses at which a process or one of its children listens."""
    found = set()
    for one in [process, *process.children(recursive=True)]:
        try:
            found |= {c.laddr.ip for c in one.net_connections("inet") if c.status == "LISTEN"}
        except psutil.Error:
            continue
    return found


def test_the_ui_listens_on_this_machine_only(tmp_path):
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    argv = started_by_make_ui()
    assert argv[argv.index("--host") + 1] == "127.0.0.1" and "--port" in argv
    argv[argv.index("--port") + 1] = port
    (tmp_path / "results").mkdir()
    log = (tmp_path / "log").open("w")
    process = subprocess.Popen(argv, cwd=tmp_path, stdout=log, stderr=log)
    try:
        family = psutil.Process(process.pid)
        deadline = time.monotonic() + 600
        while not (found := listening(family)) and time.monotonic() < deadline:
            assert process.poll() is None, (tmp_path / "log").read_text()
            time.sleep(0.2)
    finally:
        for one in psutil.Process(process.pid).children(recursive=True):
            one.terminate()
        process.terminate()
        process.wait(60)
        log.close()
    row("MLflow UI: listens on 127.0.0.1 only", 1, int(found == {"127.0.0.1"}))
    assert found == {"127.0.0.1"}


JOB = """
import os, sys
from pathlib import Path
opened = []
def heard(event, arguments):
    if event in ("open", "sqlite3.connect", "import", "socket.connect"):
        opened.append((event, str(arguments[0])))
sys.addaudithook(heard)
from recount import layout, registry, stages
root = Path(sys.argv[1])
paper = registry.load(root).papers["toy"]
place = layout.of(paper, "smoke", root / "results")
stages.generate(paper, "smoke", place.data, place.data_manifest)
for arm in paper.arms:
    stages.evaluate(paper, "smoke", arm, place.data, None, place.metrics(arm))
stages.judge(paper, "main", "smoke", root / "results", place.judgement("main"))
bad = [one for one in opened if one[0] in ("sqlite3.connect", "socket.connect")
       or (one[0] == "import" and one[1].split(".")[0] in ("mlflow", "duckdb", "sqlite3"))
       or (one[0] == "open" and one[1].endswith((".db", ".duckdb", ".sqlite")))]
print(len(opened), bad)
"""


def test_jobs_open_no_database_and_no_connection(tmp_path):
    """Every file, module and socket that the stages of a paper open is listened to."""
    shutil.copy(ROOT / "requirements.lock", tmp_path)
    toy.plant(tmp_path, "toy")
    (tmp_path / "results").mkdir()
    for name in ("mlflow.db", "recount.duckdb"):
        (tmp_path / "results" / name).write_bytes(b"not to be opened")
    argv = [sys.executable, "-c", JOB, str(tmp_path)]
    done = subprocess.run(argv, capture_output=True, text=True, env=os.environ, timeout=900)
    assert done.returncode == 0, done.stderr
    heard, bad = done.stdout.strip().split(" ", 1)
    assert int(heard) > 100 and bad == "[]", bad


JOBS = ("generate", "train", "evaluate", "judge")


@pytest.mark.parametrize("job", JOBS)
def test_a_job_s_script_reaches_no_database_by_its_imports(job):
    """Follows every import of our own from the script on, also those inside functions."""
    import ast

    library = ROOT / "workflow_scripts"
    seen, waiting, outside = set(), [library / f"{job}.py"], set()
    while waiting:
        path = waiting.pop()
        if path in seen or not path.is_file():
            continue
        seen.add(path)
        for node in ast.walk(ast.parse(path.read_text())):
            names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module, *(f"{node.module}.{one.name}" for one in node.names)]
            for name in names:
                parts = name.split(".")
                outside.add(parts[0])
                here = library.joinpath(*parts)
                waiting += [here.with_suffix(".py"), here / "__init__.py"]
    assert len(seen) > 10
    assert not outside & {"mlflow", "duckdb", "sqlite3", "sqlalchemy"}, sorted(outside)
