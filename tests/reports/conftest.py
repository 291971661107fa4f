"""The synthetic catalogue and its pages, made once for all tests that only look at them."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "fixtures"))


@pytest.fixture
def world(tmp_path):
    import synthetic

    return synthetic.world(tmp_path)


@pytest.fixture(scope="session")
def atlas(tmp_path_factory):
    """The catalogue with all its pages rendered. Not to be changed."""
    import synthetic

    from recount import reports

    found = synthetic.world(tmp_path_factory.mktemp("atlas"))
    reports.render_all(found, found.root / "results", "laptop")
    return found


@pytest.fixture
def page(atlas):
    """`page("arithmetic/agreeing/report.html")`: the text of a rendered page."""
    return lambda name: (atlas.root / "results" / "laptop" / name).read_text()
