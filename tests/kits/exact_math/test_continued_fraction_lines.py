"""Fractions of straight lines: where they settle, where they swing, and faults that are seen."""

import pytest
from paper_frames import frame_of, module_of, values_of

from recount.kits.exact_math import counter_examples


@pytest.fixture
def paper():
    return module_of("exact_math", "continued_fraction_lines")


def test_the_cube_root_of_two_steps(paper):
    """y^3 + y = 2 has the solution 1, and there the slope of the fraction is just -1."""
    assert float(paper.root(paper.mp.mpf(1), paper.mp.mpf(2))) == pytest.approx(1)
    assert paper.deeper("both", 1, 2, 1) == paper.deeper("one", 1, 2, 1) == 1


def test_all_y_replaced_swings_beyond_four_and_only_there(paper):
    frame = frame_of(paper, "nested", near_bound=(1.9, 1.99, 2.01, 2.1))
    assert counter_examples(frame, "agreement").empty
    assert counter_examples(frame, "converges_inside").empty
    failed = counter_examples(frame, "converges")
    assert len(failed) and (failed.a * failed.line**2 > 4).all()


def test_one_y_replaced_always_converges(paper):
    frame = frame_of(paper, "half")
    assert counter_examples(frame, "agreement").empty
    assert set(values_of(frame, "converges")) == {1.0}


@pytest.mark.parametrize("fault", ["sign", "coefficient", "halted"])
def test_a_faulty_fraction_is_seen(paper, monkeypatch, fault):
    right = paper.deeper
    faulty = {
        "sign": lambda way, a, line, y: line / (1 - a * y * y / 9),
        "coefficient": lambda way, a, line, y: right(way, 1.000001 * a, line, y),
        "halted": lambda way, a, line, y: y,
    }
    monkeypatch.setattr(paper, "deeper", faulty[fault])
    assert not counter_examples(frame_of(paper, "nested"), "agreement").empty
