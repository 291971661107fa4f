"""Programs of few operations: their values, their fits, and what evolution may and may not do."""

import numpy as np
import pytest
from paper_frames import frame_of, module_of, values_of

from recount.kits.exact_math import programs as pr

X = pr.chebyshev(33)


def fit(program, starts=30):
    drawn = np.random.default_rng(1).normal(scale=3, size=(starts, len(program)))
    constants, rest = pr.fitted([program] * starts, drawn, 2.0**X, X, 60)
    return pr.minimax(program, constants[np.abs(rest).max(1).argmin()], 2.0**X, X)


def test_classics_have_the_operations_and_the_values_they_should():
    assert [len(pr.quotient(a, b)) for a, b in ((1, 1), (2, 1), (2, 2))] == [4, 6, 8]
    assert [len(pr.fraction(n)) for n in (1, 2, 3)] == [3, 6, 9]
    assert pr.values(tuple(pr.horner(2)), (3, 5, None, 7), 2) == 29
    assert pr.values(pr.fraction(1), (1, 6, 10), 2) == 12


def test_slopes_are_those_of_small_steps():
    program, constants = pr.quotient(1, 1), np.array([[0.7, 1.1, 2.3, 0.0]])
    program = (*program[:3], (pr.OVER, 1, 2))
    value, slopes = pr.run(np.array([program]), constants, X)
    for place in range(3):
        moved = constants.copy()
        moved[0, place] += 1e-6
        step = pr.run(np.array([program]), moved, X)[0] - value
        assert step[0] / 1e-6 == pytest.approx(slopes[0, place], abs=1e-4)


def test_the_minimax_error_of_degree_one_is_the_known_one():
    """The best line in relative error is level at both ends and at one place between."""
    constants, error = fit(tuple(pr.horner(1)))
    assert error == pytest.approx(0.02985, abs=1e-4)
    assert fit(pr.quotient(2, 2))[1] == pytest.approx(4.30e-7, rel=0.02)


def test_a_square_of_a_fraction_beats_the_fraction_by_four():
    """2^(x/2) squared: the error of half the argument, doubled."""
    squared = (*pr.fraction(1), (pr.TIMES, 2, 2))
    assert fit(squared)[1] < fit(pr.fraction(1))[1] / 3.5


@pytest.mark.parametrize("change", [pr.changed, pr.grown])
def test_children_are_programs(change):
    rng = np.random.default_rng(3)
    for _ in range(300):
        program = tuple(pr.random_operation(rng, place) for place in range(4))
        made = change(rng, program)
        assert len(made) == 4 + (change is pr.grown)
        assert all(max(a, b) < place for place, (_, a, b) in enumerate(made))


def test_errors_fall_with_operations_and_wrong_programs_are_seen(monkeypatch):
    paper = module_of("exact_math", "autonumerics_zero")
    sizes = {"children": 64, "generations": 4, "steps": 12}
    errors = values_of(frame_of(paper, "evolved", longest=5, **sizes), "error")
    assert errors == sorted(errors, reverse=True) and errors[-1] < 0.01
    right = paper.pr.values
    monkeypatch.setattr(paper.pr, "values", lambda p, c, x: right(p, c, x) * (1 + x / 10))
    assert min(values_of(frame_of(paper, "evolved", longest=5, **sizes), "error")) > 0.01
