"""Arithmetic categories: known groups, a weighting by hand, and arithmetic that goes wrong."""

from fractions import Fraction

import exact_trials
import numpy as np
import pytest

from recount.kits.exact_math import finite_matrices as fm
from recount.kits.exact_math import magnitudes as mg

SLUG = "arithmetic_category_magnitude"


@pytest.mark.parametrize("n,p,group,commutators", [(2, 2, 6, 3), (2, 3, 48, 24), (3, 2, 168, 168)])
def test_derived_groups_are_known(n, p, group, commutators):
    space = fm.Matrices(n, p)
    assert len(space.units) == group
    assert len(fm.derived(space)) == commutators


def test_all_matrices_modulo_two_have_one_class_too_many():
    space = fm.Matrices(2, 2)
    assert len(np.unique(fm.commutative_classes(space, np.arange(16)))) == 3
    space = fm.Matrices(2, 3)
    labels = fm.commutative_classes(space, np.arange(81))
    assert len(set(zip(labels.tolist(), space.dets.tolist(), strict=True))) == 3


def test_additive_maps_are_traces():
    space = fm.Matrices(1, 5)
    assert sorted(fm.additive_size_maps(space)) == [
        tuple(b * x % 5 for x in range(5)) for b in range(5)
    ]


def test_weights_of_two_points_and_of_a_fork():
    near = [[Fraction(1), Fraction(1, 3)], [Fraction(1, 3), Fraction(1)]]
    assert mg.weighting(near) == mg.by_elimination(near) == [Fraction(3, 4)] * 2
    half = Fraction(1, 2)
    fork = mg.similarities(mg.composed({(0, 1): half, (0, 2): half}, 3, mg.mul, 1), 3, abs)
    assert mg.weighting(fork) == mg.by_substitution(fork) == [0, 1, 1]
    assert mg.weighting([[Fraction(1)] * 2] * 2) is None


def test_paths_that_disagree_make_no_category():
    square = {(0, 1): 2, (1, 3): 3, (0, 2): 1, (2, 3): 4}
    assert mg.composed(square, 4, mg.add, 0)[0, 3] == 5
    assert mg.composed(square | {(2, 3): 5}, 4, mg.add, 0) is None


@pytest.mark.parametrize("name", mg.FAMILIES)
def test_a_weight_is_near_one_only_far_away(name):
    ends = []
    for far in (0, 60):
        one = mg.drawn(np.random.default_rng(3), name, 10, far)
        ends.append(abs(mg.weighting(one.table)[one.planted] - 1))
    assert ends[1] < Fraction(1, 100) < ends[0]


def test_the_paper_holds_at_small_size_and_a_wrong_solver_is_seen(monkeypatch):
    experiment, _ = exact_trials.loaded(SLUG)
    for arm in ("planted", "plain"):
        frame = exact_trials.frame_of(SLUG, experiment, arm)
        assert not exact_trials.failed(frame, "agreement")
        assert not exact_trials.failed(frame, "magnitudes_agree")
    right = mg.weighting
    monkeypatch.setattr(mg, "weighting", lambda table: [2 * one for one in right(table)])
    assert exact_trials.failed(exact_trials.frame_of(SLUG, experiment, "plain"), "agreement")


def test_a_missing_commutator_is_seen(monkeypatch):
    experiment, _ = exact_trials.loaded(SLUG)
    right = fm.derived
    monkeypatch.setattr(fm, "derived", lambda space: set(sorted(right(space))[::2]))
    frame = exact_trials.frame_of(SLUG, experiment, "planted")
    assert exact_trials.failed(frame, "agreement")
    assert exact_trials.failed(frame, "determinant_is_universal")
