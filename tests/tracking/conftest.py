"""The synthetic catalogue with two seeds a run, since MLflow takes its time with every run."""

import dataclasses
import shutil
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "fixtures"))
PAPERS = ("agreeing", "failing", "only_recorded", "refuted")


@pytest.fixture(scope="session")
def empty(tmp_path_factory) -> Path:
    """An empty MLflow database, which takes longer to make than all that the tests put into it."""
    from recount.views import tracking

    path = tmp_path_factory.mktemp("mlflow") / "mlflow.db"
    tracking.opened(f"sqlite:///{path}")
    return path


@pytest.fixture
def world(bare, empty):
    shutil.copy(empty, bare.root / "results" / "mlflow.db")
    return bare


@pytest.fixture
def bare(tmp_path, monkeypatch):
    import synthetic

    monkeypatch.setattr(synthetic, "RAN", 2)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    found = synthetic.world(tmp_path, planned=0)
    papers = {slug: found.papers[slug] for slug in PAPERS}
    return dataclasses.replace(found, papers=papers)
