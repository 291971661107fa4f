"""The lock of a run: one holder, however many executions start, and no dead one keeps it."""

import json
import subprocess
import sys
import threading
import time

import pytest

from recount import hold

RACER = """
import sys, time
from pathlib import Path
from recount import hold
folder = Path(sys.argv[1])
for _ in range(int(sys.argv[2])):
    with hold.held(folder):
        inside = folder / "inside"
        inside.mkdir()
        time.sleep(0.01)
        inside.rmdir()
print("fine")
"""


def start(folder, times):
    argv = [sys.executable, "-c", RACER, str(folder), str(times)]
    return subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_of_many_processes_one_is_inside(tmp_path):
    racers = [start(tmp_path, 3) for _ in range(4)]
    answers = [one.communicate(timeout=600) for one in racers]
    assert [out.split()[-1:] for out, _ in answers] == [["fine"]] * 4, answers
    assert list(tmp_path.iterdir()) == []


def test_a_killed_holder_is_outlived_at_once(tmp_path):
    code = RACER.replace("time.sleep(0.01)", "time.sleep(600)")
    first = subprocess.Popen([sys.executable, "-c", code, str(tmp_path), "1"])
    while not (tmp_path / "inside").exists():
        time.sleep(0.05)
    first.kill()
    first.wait()
    with hold.held(tmp_path) as holding:
        assert holding.waited


def foreign(folder, token="theirs"):
    """The lock of an execution on another machine."""
    facts = {"token": token, "machine": "elsewhere", "pid": 1, "begun": 0.0, "job": "7"}
    path = folder / hold.NAME
    path.write_text(json.dumps(facts | {"node": "n1"}))
    return path


def test_a_silent_holder_elsewhere_is_outlived_and_a_beating_one_is_not(tmp_path, monkeypatch):
    monkeypatch.setattr(hold, "SILENCE", 1.0)
    monkeypatch.setattr(hold, "LOOK", 0.05)
    path = foreign(tmp_path)
    stop = threading.Event()

    def beats():
        while not stop.wait(0.2):
            path.touch()

    beating = threading.Thread(target=beats)
    beating.start()
    threading.Timer(2.5, stop.set).start()
    begun = time.monotonic()
    with hold.held(tmp_path):
        assert time.monotonic() - begun > 2.5
    beating.join()


def test_who_lost_the_lock_publishes_nothing(tmp_path):
    with pytest.raises(SystemExit) as end, hold.held(tmp_path) as holding:
        foreign(tmp_path)
        holding.keep()
    assert end.value.code == 75
    assert hold.read(tmp_path / hold.NAME)["token"] == "theirs"


def test_a_lock_made_in_the_meantime_is_put_back(tmp_path):
    path = foreign(tmp_path, token="new")
    hold.take_away(path, "old")
    assert hold.read(path)["token"] == "new"
