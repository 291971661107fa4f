"""Polynomial continued fractions: known values and dynamics, and searches that find nothing."""

import numpy as np
import pytest
from mpmath import mp
from paper_frames import frame_of, module_of, values_of

from recount.kits.exact_math import counter_examples
from recount.kits.exact_math import polynomial_fractions as pf

BROUNCKER = ((1, 2, 0), (0, 0, 1))
EULER = ((0, 1, 0), (0, 1, 0))


def test_brouncker_and_euler_have_their_values():
    a, b = (np.array([one[k] for one in (BROUNCKER, EULER)]) for k in (0, 1))
    value, off = pf.limits(a, b, 100)
    assert value == pytest.approx([4 / np.pi, 1 / (np.e - 1)])
    assert off.max() < 1e-12
    top, bottom = pf.convergent(BROUNCKER, 3)
    assert top / bottom == pytest.approx(1 + 1 / (3 + 4 / (5 + 9 / 7)))


def test_dynamics_of_the_golden_ratio_are_those_of_a_quadratic_number():
    numbers = pf.dynamics(((1, 0, 0), (1, 0, 0)), 200)
    assert numbers["delta"] == pytest.approx(1, abs=0.02)
    assert numbers["rate"] == pytest.approx(2 * np.log((1 + np.sqrt(5)) / 2), rel=0.01)
    assert numbers["reduced"] == 0
    assert pf.dynamics(((1, 0, 0), (-1, 1, 0)), 50) is None, "it ends at n = 1, on a fraction"


def test_only_images_of_the_constant_are_identified():
    a, b = (np.array([one[k] for one in (BROUNCKER, EULER)]) for k in (0, 1))
    value = pf.limits(a, b, 200)[0]
    with mp.workdps(60):
        found = pf.identified(a, b, value, +mp.pi, 4, 300)
        assert [formula for formula, _ in found] == [BROUNCKER]
        assert pf.identified(a, b, value, +mp.catalan, 4, 300) == []


def test_a_value_right_to_doubles_only_is_refused():
    a, b = (np.array([BROUNCKER[k]]) for k in (0, 1))
    with mp.workdps(60):
        near = mp.pi + mp.mpf(10) ** -20
        assert pf.identified(a, b, pf.limits(a, b, 200)[0], near, 4, 300) == []


def test_clusters_agree_with_constants_and_shuffled_labels_do_not():
    paper = module_of("exact_math", "blind_delta_formulas")
    frame = frame_of(paper, "dynamics")
    for metric in ("classic_found", "nothing_for_no_formula", "better_than_shuffled"):
        assert counter_examples(frame, metric).empty and len(values_of(frame, metric))
    score, shuffled = (values_of(frame, "mutual_information" + end)[0] for end in ("", "_shuffled"))
    assert score > 0.3 > shuffled - 0.2


def test_dynamics_without_reduction_are_seen(monkeypatch):
    paper = module_of("exact_math", "blind_delta_formulas")
    monkeypatch.setattr(pf, "gcd", lambda *given: 1)
    frame = frame_of(paper, "dynamics")
    assert max(values_of(frame, "reduced")) == 0
