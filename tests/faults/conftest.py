"""Faults are tried a few times in every run of the tests, and often in `make faults`."""

import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "fixtures")]


@pytest.fixture(scope="session")
def times():
    """`times(3, 100)`: 3, or 100 when all is asked for."""
    import fault_table

    return lambda few, full: fault_table.count(full, few)


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """A project with one good paper to spoil; whatever runs by mistake runs inside it."""
    import hostile_trees

    monkeypatch.chdir(tmp_path)
    return hostile_trees.Tree(tmp_path)
