"""Three computations of one distribution agree, and a fault in the carry is caught by counting."""

from itertools import groupby

import numpy as np
import pytest

from recount.kits.exact_math import (
    all_densities,
    carries,
    chances_not_to_fall,
    change_density,
    counted_changes,
    density_by_transform,
    distance,
    runs_of_ones,
)
from recount.kits.exact_math.normal import moments

REACH, BITS = 30, 14
PATTERNS = ("1", "11")


def farthest(pattern, t):
    apart = np.abs(counted_changes(pattern, t, BITS, REACH) - change_density(pattern, t, REACH))
    return apart.max() / 2.0 ** (t.bit_length() + 1 - BITS)


@pytest.mark.parametrize("pattern", PATTERNS)
@pytest.mark.parametrize("t", [1, 2, 3, 6, 11, 27, 45, 63])
def test_walking_transforming_and_counting_agree(pattern, t):
    walked = change_density(pattern, t, REACH)
    transformed = density_by_transform(pattern, t, 4 * REACH)[REACH : 3 * REACH + 1]
    assert np.abs(walked - transformed).max() < 1e-9
    assert farthest(pattern, t) < 1
    assert walked.sum() == pytest.approx(1, abs=1e-8)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_all_small_t_at_once_are_the_same_as_one_by_one(pattern):
    table = all_densities(pattern, 6, REACH)
    for t in range(64):
        assert np.abs(table[t] - change_density(pattern, t, REACH)).max() < 1e-9


@pytest.mark.parametrize("pattern", PATTERNS)
def test_adding_does_not_change_the_mean(pattern):
    values = np.arange(-REACH, REACH + 1)
    mean, variance = moments(all_densities(pattern, 5, REACH), values)
    assert np.abs(mean).max() < 1e-5
    assert variance[0] == pytest.approx(0) and (variance[1:] > 1).all()


def test_a_carry_that_is_lost_is_caught_by_counting(monkeypatch):
    right = carries.step

    def forgetful(pattern, state, digit, drawn):
        after, change = right(pattern, state, digit, drawn)
        return ((0, *after[1:]), change) if state == (1, 1, 0) else (after, change)

    monkeypatch.setattr(carries, "step", forgetful)
    assert max(farthest("11", t) for t in range(1, 16)) > 1


def test_pairs_that_are_not_counted_over_the_border_of_t_are_caught(monkeypatch):
    right = carries.step

    def blind(pattern, state, digit, drawn):
        after, change = right(pattern, state, digit, drawn)
        return after, 0 if state[0] == 0 and digit == 0 else change

    monkeypatch.setattr(carries, "step", blind)
    assert max(farthest("11", t) for t in range(1, 16)) > 1


def test_runs_of_ones_are_those_of_the_text():
    for t in range(2048):
        assert runs_of_ones(t) == sum(1 for digit, _ in groupby(bin(t)[2:]) if digit == "1")


def test_the_chance_not_to_fall_is_that_of_counting():
    chances = chances_not_to_fall(6)
    n = np.arange(2**16)
    ones = np.bitwise_count(n).astype(int)
    for t in range(64):
        counted = np.mean(np.bitwise_count(n + t).astype(int) >= ones)
        assert chances[t] == pytest.approx(counted, abs=2.0 ** (t.bit_length() + 1 - 16))
    assert chances[0] == 1 and chances[1] == 0.75


def test_the_distance_from_normal_falls_for_sums_and_not_for_one_step():
    def binomial(n):
        density = np.ones(1)
        for _ in range(n):
            density = np.convolve(density, [0.5, 0.5])
        return distance(density, np.arange(n + 1.0))

    errors = [binomial(n)[0] for n in (4, 16, 64, 256)]
    assert all(later < earlier / 3 for earlier, later in zip(errors, errors[1:], strict=False))
    assert binomial(64)[1] == pytest.approx(4)
