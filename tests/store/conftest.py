"""The synthetic catalogue, made once for the tests of this folder."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "fixtures"))


@pytest.fixture
def world(tmp_path):
    import synthetic

    return synthetic.world(tmp_path)
