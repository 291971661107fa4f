"""A-CODER: its single-block form is FISTA's step, its guarantee holds, and faults break it."""

import exact_trials
import numpy as np
import pytest

from recount.kits.exact_math import cyclic_descent as cd

SLUG = "a_coder"


def test_one_dimension_by_hand():
    one = cd.Problem(np.array([[2.0]]), np.array([6.0]))
    assert one.best == pytest.approx([3.0]) and one.value(one.best) == pytest.approx(-9.0)
    # L = 0.8, so the first step is 0.4 / 0.8, and y = v = a b
    point, total = next(cd.a_coder(one, [slice(0, 1)], 1))
    assert total == pytest.approx(0.5) and point == pytest.approx([3.0])


def test_one_block_without_a_regulariser_is_the_accelerated_gradient_method():
    one = cd.power_law(np.random.default_rng(1), 12)
    pairs = zip(cd.a_coder(one, [slice(None)], 30), cd.fista(one, [slice(None)], 30), strict=True)
    for (y, _), (x, _) in pairs:
        assert one.value(y) == pytest.approx(one.value(x), abs=1e-9)


@pytest.mark.parametrize("l1,strong", [(0.05, 0.0), (0.05, 0.1)])
def test_the_minimum_is_certified_and_all_methods_reach_it(l1, strong):
    one = cd.sparse(np.random.default_rng(2), 12, l1, strong)
    assert one.residual(one.best) < 1e-10 < one.residual(one.best + 0.01)
    for method in cd.METHODS.values():
        *_, (x, _) = method(one, cd.blocks_of(12, 4), 800)
        assert one.value(x) - one.value(one.best) < 1e-2
        assert one.value(x) > one.value(one.best) - 1e-12


def test_later_blocks_are_the_strict_upper_part():
    one = cd.alike(np.random.default_rng(3), 6, 20.0)
    assert np.linalg.cond(one.hessian) == pytest.approx(20.0)
    part = cd.later_part(one, cd.blocks_of(6, 6))
    assert np.array_equal(part, np.triu(one.hessian, 1))
    assert cd.constant(one, [slice(0, 6)]) == pytest.approx(0.4)


def test_the_guarantee_holds_and_steps_that_are_too_long_break_it():
    experiment, _ = exact_trials.loaded(SLUG)
    assert not exact_trials.failed(
        exact_trials.frame_of(SLUG, experiment, "a_coder"), "guarantee_kept"
    )
    assert exact_trials.failed(
        exact_trials.frame_of(SLUG, experiment, "too_long"), "guarantee_kept"
    )


def test_a_forgotten_block_breaks_the_guarantee(monkeypatch):
    experiment, _ = exact_trials.loaded(SLUG)
    whole = cd.blocks_of
    monkeypatch.setattr(
        cd, "blocks_of", lambda size, number: whole(size, number)[:-1] or whole(size, 1)
    )
    frame = exact_trials.frame_of(SLUG, experiment, "a_coder", checked=60)
    assert exact_trials.failed(frame, "guarantee_kept")
