"""Jobs that are forked from the warm process do what jobs in processes of their own do."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
import toy
import trained_toy
from faults.processes import apart
from staged import runs
from test_workflow import snakemake

from recount import files, layout, registry, stages
from recount.warm import client, jobs
from recount.warm import server as serving

WHO = "print(open('/proc/self/comm').read().strip(), flush=True)\n"
WAITING = """
import signal, sys, time
from pathlib import Path
heard = []
signal.signal(signal.SIGTERM, lambda number, _: heard.append(number))
Path("fork").write_text(str(os.getpid()))
while not heard and not Path("go").exists():
    time.sleep(0.02)
time.sleep(0.3)
sys.exit(75 if heard == [signal.SIGTERM] else len(heard))
"""


@pytest.fixture(autouse=True, scope="module")
def heard():
    """SIGINT is heard, also where these tests run in the background of a script."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def started(**environment: str) -> tuple[subprocess.Popen, str]:
    """A warm process whose environment holds these, too, and what its jobs are told of it."""
    with pytest.MonkeyPatch.context() as patch:
        for name in (client.VARIABLE, "PYTEST_CURRENT_TEST"):
            patch.delenv(name, raising=False)
        for name, value in environment.items():
            patch.setenv(name, value)
        process = jobs.start(alone=["lab/long"], needs=["sympy", "no_such_package"])
        return process, os.environ[client.VARIABLE]


def ended(process: subprocess.Popen, told: str) -> None:
    process.stdin.close()
    assert process.wait(60) == 0
    assert not Path(json.loads(told)["door"]).parent.exists()


@pytest.fixture(scope="module")
def server():
    """One warm process for all tests here but those that end it."""
    found = started()
    yield found
    ended(*found)


@pytest.fixture
def job(server, tmp_path):
    """`job(code, ...)`: a script, started as Snakemake starts one; `long`: of a paper whose runs
    are processes of their own."""
    begun = []
    usual = {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}
    usual |= dict.fromkeys(jobs.THREADS, "1")

    def begin(code: str, long: bool = False, told: str = server[1], **environment: str):
        script = tmp_path / f"job.{'train' if long else 'judge'}.py"
        script.write_text(f"import os  # of results/smoke/lab/long/data.npz\n{code}")
        call = f"{jobs.prefix()} {sys.executable} {script} one 'two words'"
        process = subprocess.Popen(
            ["bash", "-c", call],
            cwd=tmp_path,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=usual | {client.VARIABLE: told} | environment,
        )
        begun.append(process)
        return process

    yield begin
    for process in begun:
        process.kill()
        process.communicate()


def said(process: subprocess.Popen, given: str = "") -> tuple[int, list[str], str]:
    out, error = process.communicate(given, timeout=200)
    return process.returncode, out.splitlines(), error


def until(true, seconds: float = 100) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def python(process: subprocess.Popen) -> psutil.Process:
    """The job itself, which may have taken the place of its shell."""
    one = psutil.Process(process.pid)
    return next((child for child in one.children() if child.name().startswith("python")), one)


def waiting(process: subprocess.Popen, folder: Path) -> psutil.Process:
    """The fork of a job that waits."""
    until(lambda: (folder / "fork").exists() and (folder / "fork").read_text())
    return psutil.Process(int((folder / "fork").read_text()))


def gone(one: psutil.Process) -> bool:
    return not one.is_running() or one.status() == psutil.STATUS_ZOMBIE


def test_a_fork_is_the_job_in_all_that_it_sees(job, tmp_path):
    code = (
        "import sys, threading, signal\n"
        "print(os.getcwd(), sys.argv[1:], os.environ['COLOUR'], sys.stdin.read())\n"
        "print('torch' in sys.modules, threading.active_count())\n"
        f"print({client.VARIABLE!r} in os.environ)\n"
        "print(__name__, signal.getsignal(signal.SIGINT) is signal.default_int_handler)\n"
        "print('to the other', file=sys.stderr)\n" + WHO
    )
    by_itself = said(job(code, long=True, COLOUR="blue"), "given")
    assert by_itself[1][-1].startswith("python")
    process, told = started(COLOUR="blue")
    forked = said(job(code, told=told, COLOUR="blue"), "given")
    ended(process, told)
    assert forked[1][-1] == serving.NAME
    assert forked[1][0] == by_itself[1][0] == f"{tmp_path} ['one', 'two words'] blue given"
    assert forked[1][1:4] == ["True 1", "False", "__main__ True"]
    assert (forked[0], forked[2]) == (by_itself[0], by_itself[2]) == (0, "to the other\n")


def test_packages_that_papers_need_are_imported_while_nothing_is_asked(job):
    code = "import sys; print('sympy' in sys.modules, 'no_such_package' in sys.modules)\n" + WHO
    until(lambda: said(job(code))[1] == ["True False", serving.NAME])


def test_what_cannot_be_imported_or_read_ends_nothing(tmp_path, monkeypatch):
    (tmp_path / "spoilt_package.py").write_text("raise RuntimeError('spoilt')\n")
    (tmp_path / "sound_package.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    serving.imported("spoilt_package", "no_such_package", "sound_package")
    serving.read("no/such", "smoke")
    assert "sound_package" in sys.modules and "spoilt_package" not in sys.modules


def test_what_was_read_before_is_read_again_when_it_has_changed(project, tmp_path, monkeypatch):
    """The warm process reads the papers of a run while it waits."""
    monkeypatch.setenv("RECOUNT_ROOT", str(project))
    paper = registry.load(project).papers["toy"]
    serving.read(f"{paper.lab}/toy", "smoke")
    before = registry.paper_of(paper.lab, "toy")
    path = paper.folder / "paper.yaml"
    path.write_text(path.read_text() + "# nothing new\n")
    assert registry.paper_of(paper.lab, "toy") == before
    path.write_text(f"version: 2\n{path.read_text()}")
    after = registry.paper_of(paper.lab, "toy")
    assert (before.version, after.version) == (1, 2)
    assert registry.design_hash(after, "smoke") != registry.design_hash(before, "smoke")


@pytest.mark.parametrize(
    ("code", "ends", "words"),
    [
        ("raise SystemExit(3)", 3, ""),
        ("raise SystemExit('lost its way')", 1, "lost its way"),
        ("raise ValueError('lost its way')", 1, "ValueError: lost its way"),
        ("os._exit(9)", 9, ""),
        ("os.kill(os.getpid(), 9)", -9, ""),
        ("import signal; os.kill(os.getpid(), signal.SIGINT)", -2, "KeyboardInterrupt"),
    ],
)
def test_a_job_ends_as_its_fork_ends(job, code, ends, words):
    forked, alone = said(job(WHO + code)), said(job(WHO + code, long=True))
    assert (forked[1], alone[1][0][:6]) == ([serving.NAME], "python")
    assert forked[0] == alone[0] and ends in (forked[0], 128 - forked[0], forked[0] - 256)
    assert words in forked[2] and words in alone[2]


def test_a_signal_reaches_the_fork_once(job, tmp_path):
    process = job(WAITING)
    fork = waiting(process, tmp_path)
    python(process).send_signal(signal.SIGTERM)
    assert process.wait(60) == 75 and gone(fork)


def test_a_fork_dies_with_its_job(job, tmp_path):
    process = job(WAITING)
    fork = waiting(process, tmp_path)
    python(process).kill()
    until(lambda: gone(fork))


def test_without_its_driver_a_fork_ends_its_work_and_the_warm_process_leaves(job, tmp_path):
    process, told = started()
    one = job(WAITING, told=told)
    waiting(one, tmp_path)
    process.stdin.close()
    assert said(job(WHO, told=told))[1][0].startswith("python")
    assert process.poll() is None
    (tmp_path / "go").touch()
    assert one.wait(60) == 0 and process.wait(60) == 0
    assert not Path(json.loads(told)["door"]).parent.exists()


def test_when_the_warm_process_is_killed_its_jobs_fail_and_no_fork_is_left(job, tmp_path):
    process, told = started()
    one = job(WAITING, told=told)
    fork = waiting(one, tmp_path)
    process.kill()
    code, _, error = said(one)
    assert code == 1 and "is gone; run again" in error
    until(lambda: gone(fork))
    process.wait(60)


def test_another_environment_or_no_door_runs_a_job_by_itself(job):
    for told, more in ((None, {"COLOUR": "red"}), ('{"door": "/nowhere", "alone": []}', {})):
        named = {"told": told} if told else {}
        assert said(job(WHO, **named, **more))[1][0].startswith("python")


def test_changed_sources_are_refused(tmp_path, monkeypatch):
    source = tmp_path / "one.py"
    source.write_text("a = 1\n")
    door, far = socket.socketpair()
    inside, outside = os.pipe()
    server = serving.Server(door, inside, {"A": "1"})
    asked = json.loads(client.request([sys.executable, "job.py"], [], []))
    asked |= {"environment": {"A": "1", "SHLVL": "7"}}
    monkeypatch.setattr(serving, "alone", lambda: True)
    server.sources, server.stamps = [str(source)], serving.stamps([str(source)])
    assert server.same(asked)
    assert not server.same(asked | {"environment": {"A": "2"}})
    assert not server.same(asked | {"python": "/another/python"})
    source.write_text("a = 10\n")
    assert not server.same(asked)
    server.watch.close()
    for one in (door, far):
        one.close()
    for one in (inside, outside):
        os.close(one)


TIMES = ("seconds", "cpu_seconds", "attempt")


def bare(value):
    """A manifest or a verdict without its times and the number of its attempt."""
    if not isinstance(value, dict):
        return value
    return {key: bare(one) for key, one in value.items() if key not in TIMES}


def left(root: Path) -> dict[str, object]:
    """What a run left: JSON without times, all other files by their bytes."""
    return {
        str(path.relative_to(root)): (
            bare(files.read_json(path)) if path.suffix == ".json" else files.sha256(path)
        )
        for path in sorted((root / "results/smoke").rglob("*"))
        if path.is_file() and path.suffix in (".json", ".npz", ".parquet", ".safetensors")
        if path.name != "trained.json"
    }


def by_stages(project: Path, results: Path) -> None:
    """The same papers in one process, stage by stage, without Snakemake."""
    for paper in registry.load(project).papers.values():
        place = layout.of(paper, "smoke", results)
        runs(paper, "smoke", place)
        stages.judge(paper, "main", "smoke", results, place.judgement("main"))


def test_a_warm_run_leaves_what_the_stages_leave(project, tmp_path, monkeypatch):
    """Also where an experiment raises; and each of its jobs was forked."""
    monkeypatch.setenv(client.VARIABLE, "")
    text = toy.EXPERIMENT.replace("    rows = Rows(run)", '    raise RuntimeError("lost its way")')
    toy.plant(project, "broken", experiment=text)
    noting = "    open('who', 'a').write(open('/proc/self/comm').read())\n    rows = Rows(run)\n"
    path = trained_toy.plant(project, "slow") / "experiment.py"
    path.write_text(path.read_text().replace("    rows = Rows(run)\n", noting))
    assert apart(lambda: by_stages(project, tmp_path / "results")) == (True, None)
    (project / "who").unlink()
    snakemake(project, "claim_toy", "claim_broken", "claim_slow", "--config", "scale=smoke")
    assert (project / "who").read_text() == f"{serving.NAME}\n" * 2
    found = left(project)
    assert found == left(tmp_path) and len(found) >= 20
    assert found["results/smoke/other/broken/main.json"]["outcome"] == "not_run"
