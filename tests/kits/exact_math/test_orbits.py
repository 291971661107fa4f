"""Numerals and orbits: two ways to count steps agree on random rules, and errors are refused."""

import numpy as np
import pytest

from recount.kits.exact_math import digits_of, number_of, orbit, steps_to
from recount.typed import BadValue


@pytest.mark.parametrize("base", [2, 3, 10, 36])
def test_digits_and_numbers_are_inverse(base):
    numbers = np.arange(base**3)
    digits = digits_of(numbers, base, 3)
    assert (number_of(digits, base) == numbers).all()
    assert digits.min() == 0 and digits.max() == base - 1
    assert digits_of(np.array([base]), base, 3).tolist() == [[0, 1, 0]]


def test_numbers_that_do_not_fit_are_refused():
    with pytest.raises(BadValue, match="does not fit 3 digits"):
        digits_of(np.array([1000]), 10, 3)
    with pytest.raises(BadValue, match="at least 2"):
        digits_of(np.array([1]), 1, 3)


@pytest.mark.parametrize("seed", range(20))
def test_walking_forwards_and_backwards_count_the_same_steps(seed):
    follows = np.random.default_rng(seed).integers(30, size=30)
    paths = [orbit(lambda n: int(follows[n]), start) for start in range(30)]
    fixed = [n for n in range(30) if follows[n] == n]
    for target in fixed:
        steps = steps_to(target, follows, 31)
        wanted = [path.steps if path.cycle == (target,) else -1 for path in paths]
        assert steps.tolist() == wanted


def test_a_cycle_is_named_by_its_smallest_member_whatever_the_start():
    rule = {0: 3, 3: 5, 5: 3, 7: 5}.__getitem__
    assert orbit(rule, 0) == orbit(rule, 0)
    assert [orbit(rule, start).cycle for start in (0, 3, 5, 7)] == [(3, 5)] * 4
    assert [orbit(rule, start).steps for start in (0, 3, 5, 7)] == [1, 0, 0, 1]


def test_a_limit_that_is_too_low_is_an_error_not_a_wrong_count():
    chain = np.array([0, 0, 1, 2, 3])
    assert steps_to(0, chain, 5).tolist() == [0, 1, 2, 3, 4]
    with pytest.raises(BadValue, match="raise the limit"):
        steps_to(0, chain, 3)
    with pytest.raises(BadValue, match="outside"):
        steps_to(9, chain, 3)
