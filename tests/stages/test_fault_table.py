"""The table of faults says what was tried, also what went wrong, and adds up the pieces."""

import json

import fault_table
import pytest


@pytest.fixture
def rows(tmp_path, monkeypatch):
    monkeypatch.setattr(fault_table, "ROWS", tmp_path)
    return tmp_path


def test_pieces_of_a_round_are_added_up(rows):
    fault_table.row("kill", 3, 3, "9 s", asked=10, group="slurm")
    fault_table.row("kill", 2, 1, "lost | one", asked=10, group="slurm")
    fault_table.row("flip", 100, 100)
    text = fault_table.table(rows)
    assert "| kill | 10 | 5 | 4 | 9 s; lost / one |" in text
    assert "| flip | 100 | 100 | 100 |  |" in text
    assert text.index("On one machine") < text.index("On a SLURM cluster")


def test_a_failed_try_is_a_row_and_still_fails(rows):
    with pytest.raises(AssertionError), fault_table.attempt("stop", 5):
        raise AssertionError("a job was left\nand more")
    with fault_table.attempt("stop", 5) as said:
        said.append("fine")
    first, second = map(json.loads, (rows / "local.jsonl").read_text().splitlines())
    assert (first["right"], second["right"]) == (0, 1)
    assert first["detail"] == "AssertionError: a job was left"
    assert "| stop | 5 | 2 | 1 | AssertionError: a job was left; fine |" in fault_table.table(rows)


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
        fault_table.table(rows)
