"""Givens rotations: the formulas are right, operations are counted, and lost bits are seen."""

from math import sqrt

import numpy as np
import pytest
from paper_frames import frame_of, module_of, values_of

from recount.kits.exact_math import givens

FORMULAS = (givens.lapack_3_9, givens.lapack_3_10, givens.per_entry)


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_formula_turns_f_and_g_into_r(formula):
    f, g = 3 - 2j, -0.5 + 4j
    c, sr, si, rr, ri = formula(f.real, f.imag, g.real, g.imag, sqrt)
    s, r = complex(sr, si), complex(rr, ri)
    assert c * f + s * g == pytest.approx(r)
    assert -s.conjugate() * f + c * g == pytest.approx(0)
    assert c**2 + abs(s) ** 2 == pytest.approx(1)


def test_operations_behind_an_entry_by_hand():
    """|f|^2, |g|^2 and their sum are seven; the paper's c is a quotient and a root more."""
    assert givens.operations(givens.per_entry)["c"] == 9
    assert givens.operations(givens.lapack_3_10) == {"c": 11, "s": 18, "r": 13, "all": 22}
    fewer, more = givens.operations(givens.per_entry), givens.operations(givens.lapack_3_10)
    assert all(fewer[name] < more[name] for name in "csr")


def test_the_reference_is_that_of_many_digits():
    from mpmath import mp, mpc

    paper = module_of("exact_math", "givens_accuracy")
    numbers = np.array([[0.3], [-1.7], [2.5], [0.01]])
    found = [float(one[0]) for one in paper.reference("complex", numbers.astype(np.longdouble))]
    with mp.workdps(50):
        f, g = mpc(0.3, -1.7), mpc(2.5, 0.01)
        longer = mp.sqrt(abs(f) ** 2 + abs(g) ** 2)
        s = g.conjugate() * f / abs(f) / longer
        r = f / abs(f) * longer
        known = [abs(f) / longer, s.real, s.imag, r.real, r.imag]
        assert found == pytest.approx([float(one) for one in known], rel=4e-16)


def test_errors_are_near_half_a_unit_and_a_blunted_formula_is_seen():
    paper = module_of("exact_math", "givens_accuracy")
    right = values_of(frame_of(paper, "lapack_3_10"), "mean_error")
    blunt = values_of(frame_of(paper, "blunted"), "mean_error")
    assert all(0.1 < one < 2 for one in right)
    assert all(two > 3 * one for one, two in zip(right, blunt, strict=True))


def test_a_formula_that_leaves_its_precision_is_refused(monkeypatch):
    paper = module_of("exact_math", "givens_accuracy")
    right = paper.entries
    wide = lambda *given: [one.astype(np.float64) for one in right(*given)]  # noqa: E731
    monkeypatch.setattr(paper, "entries", wide)
    with pytest.raises(TypeError, match="float32"):
        frame_of(paper, "per_entry")
