"""Toeplitz+Hankel determinants: coefficients by hand, known limits, and faults that show."""

import exact_trials
import numpy as np
import pytest
from flint import arb, fmpq

from recount.kits.exact_math import toeplitz_hankel as th

SLUG = "toeplitz_hankel_rh_2"
NONE = fmpq(0)


def geometric(winding=0):
    """1 / (1 - z/2), whose coefficients are powers of a half."""
    return th.Symbol(fmpq(1), NONE, NONE, fmpq(1, 2), NONE, winding)


def test_coefficients_and_small_determinants_by_hand():
    found = geometric().coefficients
    assert [float(found[k]) for k in (-1, 0, 1, 3)] == [0, 1, 0.5, 0.125]
    assert float(geometric(2).coefficients[3]) == 0.5
    phi, w = geometric(), geometric(1)
    # rows [1 + 0, 0 + 1] and [1/2 + 1, 1 + 1/2]
    assert [float(one) for one in th.determinants(phi, w, [0, 1, 2])] == [1, 1, 0]
    assert [float(one) for one in th.determinants(phi, None, [3])] == [1]


def test_exponential_symbols_have_bessel_coefficients():
    one = th.Symbol(fmpq(1), fmpq(1, 2), fmpq(1, 2), NONE, NONE)
    assert float(one.coefficients[0]) == pytest.approx(1.2660658777520082)  # I_0(1)
    assert float(one.coefficients[-1]) == pytest.approx(0.5651591039924851)  # I_1(1)
    assert float(th.szego_constant(one)) == pytest.approx(np.exp(0.25))


def test_a_norm_is_a_ratio_of_determinants():
    rng = np.random.default_rng(5)
    phi, w = th.drawn(rng), th.drawn(rng, 1)
    for r, s in ((0, 0), (1, 1), (0, 1)):
        low, high = th.determinants(phi, w, [4, 5], r, s)
        assert th.distance(th.norm_by_polynomial(phi, w, 4, r, s), high / low) < 1e-50


def test_constants_are_those_of_known_theorems():
    phi = th.drawn(np.random.default_rng(6))
    half_line = th.szego_constant(phi) * th.hankel_constant(phi, phi, 60, 1)
    assert th.distance(half_line, th.same_symbol_constant(phi)) < 1e-15
    power = arb(phi.scale) ** 30
    assert th.distance(th.determinants(phi, phi, [30], 0, 1)[0] / power, half_line) < 1e-10


def test_the_paper_holds_at_small_size():
    experiment, _ = exact_trials.loaded(SLUG)
    frame = exact_trials.frame_of(SLUG, experiment, "szego")
    for metric in ("agreement", "norms_settle", "known_cases_agree", "offset_connected"):
        assert not exact_trials.failed(frame, metric)
    assert exact_trials.failed(exact_trials.frame_of(SLUG, experiment, "wound"), "norms_settle")


@pytest.mark.parametrize(
    "name,metric", [("szego_constant", "known_cases_agree"), ("norm_by_polynomial", "agreement")]
)
def test_a_wrong_formula_is_seen(monkeypatch, name, metric):
    experiment, _ = exact_trials.loaded(SLUG)
    right = getattr(th, name)
    monkeypatch.setattr(th, name, lambda *given: right(*given) * 2)
    assert exact_trials.failed(exact_trials.frame_of(SLUG, experiment, "szego"), metric)
