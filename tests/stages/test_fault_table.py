"""The table of faults says what was tried, also what went wrong, and adds up the pieces."""

import json
import subprocess

import fault_table
import pytest


@pytest.fixture
def rows(tmp_path, monkeypatch):
    monkeypatch.setattr(fault_table, "ROWS", tmp_path)
    return tmp_path


@pytest.fixture
def page(rows):
    """Records what lies there, as a round of its own, and gives the page."""
    rounds = []

    def made() -> str:
        rounds.append(f"round {len(rounds)}")
        for group in fault_table.GROUPS:
            path = rows / f"{group}.jsonl"
            again = [one | {"at": rounds[-1]} for one in fault_table.read(path)]
            path.write_text("".join(json.dumps(one) + "\n" for one in again))
        fault_table.record(rows, rows / "record")
        return fault_table.table(fault_table.read(rows / "record"))

    return made


def test_pieces_of_several_rounds_are_added_up(rows, page):
    fault_table.row("kill", 3, 3, "9 s", asked=10, group="slurm")
    page()
    fault_table.row("kill", 2, 2, "lost | one", asked=10, group="slurm")
    fault_table.row("flip", 100, 100)
    text = page()
    assert "| kill | 10 | 5 | 5 | 5 | round 1 | 9 s; lost / one |" in text
    assert "| flip | 100 | 100 | 100 | 100 | round 1 |  |" in text
    assert text.index("On one machine") < text.index("On a SLURM cluster")
    assert page() == text


def test_cases_that_were_tried_again_are_not_asked_twice(rows, page):
    for _ in range(3):
        fault_table.row("payload", 1, 1)
    page()
    for _ in range(2):
        fault_table.row("payload", 1, 1)
    assert "| payload | 3 | 5 | 5 | 5 |" in page()


def test_a_failed_try_is_a_row_and_still_fails(rows, page):
    with pytest.raises(AssertionError), fault_table.attempt("stop", 5):
        raise AssertionError("a job was left\nand more")
    with fault_table.attempt("stop", 5) as said:
        said.append("fine")
    first, second = map(json.loads, (rows / "local.jsonl").read_text().splitlines())
    assert (first["right"], second["right"]) == (0, 1)
    assert first["detail"] == "AssertionError: a job was left"
    text = page()
    assert "| stop | 5 | 2 | 1 | 1 | round 0 | AssertionError: a job was left; fine |" in text


def test_tries_are_counted_from_the_last_failure_on(rows, page):
    for right in (1, 0, 1, 1):
        fault_table.row("kill", 1, right, asked=4)
    assert "| kill | 4 | 4 | 3 | 2 |" in page()
    fault_table.row("kill", 3, 3, asked=4)
    assert "| kill | 4 | 7 | 6 | 5 |" in page()
    fault_table.row("kill", 3, 2, asked=4)
    assert "| kill | 4 | 10 | 8 | 0 |" in page()


def test_the_page_is_the_one_of_the_record():
    record = fault_table.read(fault_table.RECORD)
    assert fault_table.PAGE.read_text() == fault_table.table(record)


def test_versions_are_asked_for_once(rows, monkeypatch):
    started = []
    real = subprocess.run

    def run(argv, **more):
        started.append(argv[0])
        return real(["true"], **more)

    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setattr(fault_table.shutil, "which", lambda name: name)
    fault_table.versions.cache_clear()
    fault_table.commit.cache_clear()
    for _ in range(3):
        fault_table.row("kill", 1, 1)
    fault_table.versions.cache_clear()
    fault_table.commit.cache_clear()
    assert sorted(started) == ["git", "sinfo"]


def test_tries_that_end_together_are_one_row(rows, page):
    with fault_table.attempt("kill", 9) as said:
        said.tries = 3
    with fault_table.attempt("kill", 9) as said:
        said.tries = 0
    with pytest.raises(AssertionError), fault_table.attempt("kill", 9) as said:
        said.tries = 2
        raise AssertionError("a step was lost")
    assert "| kill | 9 | 5 | 3 | 0 |" in page()


@pytest.mark.parametrize(("told", "times"), [("", 2), ("full", 10), ("3", 3), ("99", 10)])
def test_counts_follow_the_variable(monkeypatch, told, times):
    monkeypatch.setenv("RECOUNT_FAULTS", told)
    assert fault_table.count(10, 2) == times


def test_impossible_rows_are_refused(rows):
    with pytest.raises(ValueError, match="group"):
        fault_table.row("x", 1, 1, group="moon")
    with pytest.raises(ValueError, match="2 right of 1"):
        fault_table.row("x", 1, 2)
    with pytest.raises(ValueError, match="make faults"):
        fault_table.table([])
