"""Every interval against a second implementation, and its coverage where the truth is known."""

import numpy as np
import pytest
from scipy import stats

from recount.judge import intervals

RNG = np.random.default_rng(5)


def test_t_agrees_with_scipy():
    units = RNG.normal(3, 2, (20, 8))
    low, high = intervals.t_bounds(units, 0.05)
    wanted = stats.ttest_1samp(units, 0, axis=1).confidence_interval(0.9)
    np.testing.assert_allclose(low, wanted.low)
    np.testing.assert_allclose(high, wanted.high)


def test_t_knows_when_it_knows_nothing():
    units = np.array([[1.0, 1.0, 1.0], [1.0, np.nan, 2.0], [1.0, np.inf, 2.0]])
    low, high = intervals.t_bounds(units, 0.05)
    assert (low == -np.inf).all() and (high == np.inf).all()
    assert intervals.t_bounds(np.array([[2.0]]), 0.05)[0] == -np.inf


def test_t_takes_the_items_where_the_units_show_no_spread():
    low, high = intervals.t_bounds(np.ones((1, 8)), 0.05, floor=0.1)
    half = stats.t.ppf(0.95, 7) * 0.1 / np.sqrt(8)
    assert low[0] == pytest.approx(1 - half) and high[0] == pytest.approx(1 + half)


@pytest.mark.parametrize(("n", "place"), [(4, 0), (5, 1), (6, 1), (7, 1), (8, 2), (12, 3)])
def test_rank_is_the_largest_that_keeps_five_percent(n, place):
    assert intervals.rank(n, 0.05) == place
    if place:
        assert stats.binom.cdf(place - 1, n, 0.5) <= 0.05
    assert stats.binom.cdf(place, n, 0.5) > 0.05


def test_rank_falls_with_the_error_that_is_allowed():
    ranks = [intervals.rank(12, 0.05 / k) for k in (1, 2, 4, 16, 256)]
    assert ranks == [3, 3, 2, 1, 0]
    assert intervals.order_bounds(np.ones((1, 12)), np.ones((1, 12)), 0.05 / 256)[0] == -np.inf


@pytest.mark.parametrize("n", [5, 8, 12])
@pytest.mark.parametrize("shape", ["lognormal", "ties", "normal"])
def test_order_statistics_cover_the_median_of_any_shape(n, shape):
    drawn = {
        "lognormal": lambda: RNG.lognormal(0, 1.5, (20_000, n)),
        "ties": lambda: RNG.integers(0, 2, (20_000, n)).astype(float),
        "normal": lambda: RNG.normal(1, 1, (20_000, n)),
    }[shape]()
    median = {"lognormal": 1.0, "ties": 0.0, "normal": 1.0}[shape]
    low, _ = intervals.order_bounds(drawn, drawn, 0.05)
    assert (low > median).mean() <= 0.055


@pytest.mark.parametrize("n", [8, 12, 30])
def test_clopper_pearson_agrees_with_scipy(n):
    k = np.arange(n + 1)
    low, high = intervals.clopper_pearson(k, n, 0.05)
    for successes in k:
        wanted = stats.binomtest(int(successes), n).proportion_ci(0.9, method="exact")
        assert low[successes] == pytest.approx(wanted.low, abs=1e-9)
        assert high[successes] == pytest.approx(wanted.high, abs=1e-9)


def test_eight_of_eight_shows_69_percent():
    assert intervals.clopper_pearson(np.array([8]), 8, 0.05)[0][0] == pytest.approx(0.688, abs=5e-4)


@pytest.mark.parametrize("level", [0.5, 0.9, 0.95])
@pytest.mark.parametrize("count", [50, 500])
def test_allowance_is_wilsons(level, count):
    """A share clears the level by the allowance exactly when Wilson's bound does."""
    allowance = float(intervals.wilson_allowance(level, np.array(count)))
    for right in range(count + 1):
        wilson = stats.binomtest(right, count).proportion_ci(0.9, method="wilson")
        assert (right / count >= level + allowance) == (wilson.low >= level)
        assert (right / count >= level - allowance) == (wilson.high >= level)


def test_a_share_of_no_items_is_known_exactly():
    assert intervals.wilson_allowance(0.9, np.array([0, 100])).tolist()[0] == 0


@pytest.mark.parametrize("n", [8, 12])
def test_paired_rates_keep_their_error_everywhere(n):
    """Exact enumeration: for any truth the low bound exceeds it at most at 5 %."""
    table = intervals.paired_table(n, 0.05)
    plus, minus = (a.ravel() for a in np.meshgrid(np.arange(n + 1), np.arange(n + 1)))
    keep = plus + minus <= n
    plus, minus = plus[keep], minus[keep]
    for up, down in RNG.dirichlet([1, 1, 1], 150)[:, :2]:
        counts = np.stack([plus, minus, n - plus - minus], axis=1)
        chance = stats.multinomial.pmf(counts, n, [up, down, 1 - up - down])
        assert chance[table[plus, minus] > up - down + 1e-9].sum() <= 0.052


def test_paired_rates_find_what_mcnemar_finds():
    """12 pairs, success always against half the time: 80 % power, as McNemar's exact test."""
    n = 12
    table = intervals.paired_table(n, 0.05)
    for plus in range(n + 1):
        if plus and stats.binomtest(plus, plus, alternative="greater").pvalue <= 0.05:
            assert table[plus, 0] > 0
    chance = stats.binom.pmf(np.arange(n + 1), n, 0.5)
    assert chance[table[np.arange(n + 1), 0] > 0].sum() >= 0.8


def test_sign_flip_bound_inverts_the_sign_flip_test():
    units = RNG.normal(0.5, 1, (1, 8))
    low = intervals.sign_flip_bounds(units, 0.05)[0][0]
    signs = 1 - 2 * ((np.arange(256)[:, None] >> np.arange(8)) & 1)

    def p_value(shift):
        moved = units[0] - shift
        return (signs @ moved >= moved.sum() - 1e-12).mean()

    assert p_value(low - 1e-6) <= 0.05 < p_value(low + 1e-6)


@pytest.mark.parametrize("shape", ["normal", "uniform", "t3"])
def test_t_covers_symmetric_noise(shape):
    size = (20_000, 8)
    drawn = {
        "normal": lambda: RNG.normal(size=size),
        "uniform": lambda: RNG.uniform(-1, 1, size),
        "t3": lambda: RNG.standard_t(3, size),
    }[shape]()
    low, high = intervals.t_bounds(drawn, 0.05)
    assert (low > 0).mean() <= 0.06 and (high < 0).mean() <= 0.06
