"""The toy paper in a repository, for all tests of the ledger."""

import pytest


@pytest.fixture
def registered(tmp_path, monkeypatch):
    """The toy paper in a git repository with everything committed."""
    from small_repository import registered_toy

    root = registered_toy(tmp_path / "project")
    monkeypatch.setenv("RECOUNT_ROOT", str(root))
    return root
