"""The macro on programs whose derivatives are known, and rules that are wrong."""

from fractions import Fraction

import numpy as np
import pytest
from exact_trials import failed, frame_of, loaded

from recount.kits.exact_math import differentiation as ad
from recount.kits.exact_math import random_programs as programs

SLUG = "higher_order_ad"
X, Y = ad.var("x"), ad.var("y")
POINT = (Fraction(2), Fraction(3), Fraction(1), Fraction(0))


def coefficients(program, order=3, rules=ad.RULES):
    return ad.along_line(program, POINT, order, programs.EXACT, rules)


def test_a_cube_written_as_a_fold_has_its_taylor_coefficients():
    step = ("lam", "a", ("lam", "b", ad.times(ad.var("a"), ad.var("b"))))
    cube = ("fold", step, ad.num(1), ("list", X, X, X))
    assert coefficients(cube) == [8, 12, 6, 1]


def test_functions_and_sums_keep_the_derivative():
    twice = ("lam", "f", ("lam", "z", ("app", ad.var("f"), ("app", ad.var("f"), ad.var("z")))))
    square = ("lam", "z", ad.times(ad.var("z"), ad.var("z")))
    fourth = ("app", ("app", twice, square), X)
    assert coefficients(fourth) == [16, 32, 24, 8]
    chosen = ("case", ("right", X), "a", Y, "b", ad.times(ad.var("b"), Y))
    assert coefficients(chosen, order=1) == [6, 3]


def test_the_macro_keeps_structure():
    composed = ("lam", "z", ("app", ad.var("f"), ("app", ad.var("g"), ad.var("z"))))
    assert ad.macro(composed, 2) == composed


def test_random_programs_run_and_use_functions():
    kinds = set()
    for step in range(40):
        writer = programs.Writer(np.random.default_rng(step), polynomial=True)
        program = writer.term(ad.REAL, {"x": ad.REAL, "y": ad.REAL}, 5)
        assert coefficients(program) == programs.by_polynomials(program, POINT, 3)
        kinds |= {program[0]}
    assert {"app", "fold", "case", "fst"} & kinds


@pytest.mark.parametrize("arm", ["polynomial", "smooth", "product_cut", "chain_lost"])
def test_a_wrong_rule_is_caught(arm):
    experiment, _ = loaded(SLUG)
    frame = frame_of(SLUG, experiment, arm)
    assert failed(frame, "true_derivative") == (arm in ("product_cut", "chain_lost"))


def test_a_lost_term_in_the_second_order_is_seen(monkeypatch):
    experiment, module = loaded(SLUG)
    right = module.ad.along_line
    monkeypatch.setattr(module.ad, "along_line", lambda *rest: right(*rest)[:2] + [7, 7])
    frame = frame_of(SLUG, experiment, "polynomial")
    assert failed(frame, "true_derivative") and failed(frame, "nested_agrees")
