"""What the quantities mean, unit by unit, with items, lost runs and several baselines."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from trial_papers import GAIN, REACH, claim, paper, rows, seeds_of

from recount.judge import guards
from recount.judge.quantities import estimates
from recount.judge.rule import Rule
from recount.judge.table import from_frame
from recount.typed import BadValue

RNG = np.random.default_rng(3)


def measured(quantity, frame, one, name="it"):
    """Estimates of one quantity on tidy rows."""
    quantities = paper({"main": claim(quantities={name: quantity, "gain": GAIN})}).claims["main"]
    found = estimates({name: quantities.quantities[name]}, from_frame(frame), one.metric_range)
    return found[name]


def curve(one, values: dict, metric="exact_match", count=500) -> pd.DataFrame:
    """arm -> (seeds, points) along `digits`."""
    parts = [
        rows(one, {arm: np.array(v)[:, i]}, metric, count, digits=d)
        for arm, v in values.items()
        for i, d in enumerate((8, 16, 24, 32))
    ]
    return pd.concat(parts)


def test_gap_is_paired_over_seeds():
    one = paper()
    old = RNG.normal(0.5, 0.2, 8)
    new = old + RNG.normal(0.1, 0.01, 8)
    (found,) = measured(GAIN, rows(one, {"new": new, "old": old}), one)
    wanted = stats.ttest_rel(new, old).confidence_interval(0.9)
    assert found.bounds(0.05)[0][0] == pytest.approx(wanted.low)
    assert found.bounds(0.05)[1][0] == pytest.approx(wanted.high)
    assert found.text(0.05) == "t, 7 degrees"


def test_ratio_is_measured_on_the_log_scale():
    one = paper(metrics={"seconds": {"range": [0, None]}})
    old, new = RNG.lognormal(3, 0.3, 8), RNG.lognormal(1, 0.3, 8)
    quantity = {"take": "ratio", "metric": "seconds", "arm": "old", "over": "new"}
    (found,) = measured(quantity, rows(one, {"new": new, "old": old}, "seconds"), one)
    wanted = stats.ttest_1samp(np.log(old / new), 0).confidence_interval(0.9)
    assert found.bounds(0.05)[0][0] == pytest.approx(np.exp(wanted.low))
    assert found.point[0] == pytest.approx(np.exp(np.log(old / new).mean()))


def test_slope_is_least_squares_on_the_declared_scales():
    one = paper(metrics={"mse": {"range": [0, None]}})
    values = RNG.lognormal(0, 1, (8, 4))
    quantity = {"take": "slope", "metric": "mse", "along": "digits", "arm": "new"}
    quantity |= {"scale": "log", "axis_scale": "log"}
    (found,) = measured(quantity, curve(one, {"new": values}, "mse", 0), one)
    x = np.log([8, 16, 24, 32])
    wanted = [stats.linregress(x, np.log(row)).slope for row in values]
    assert found.point[0] == pytest.approx(np.mean(wanted))


def test_spearman_agrees_with_scipy_and_survives_perfection():
    one = paper(metrics={"mse": {"range": [0, None]}})
    values = RNG.normal(5, 1, (8, 4))
    quantity = {"take": "spearman", "metric": "mse", "along": "digits", "arm": "new"}
    (found,) = measured(quantity, curve(one, {"new": values}, "mse", 0), one)
    wanted = [stats.spearmanr([8, 16, 24, 32], row).statistic for row in values]
    seen = found.units.back(found.units.seen[0])
    np.testing.assert_allclose(sorted(seen), sorted(wanted), atol=1e-9)
    (found,) = measured(quantity, curve(one, {"new": [[1, 2, 3, 4]] * 8}, "mse", 0), one)
    low, high = found.bounds(0.05)
    assert 0.5 < low[0] < 1 and high[0] == 1


@pytest.mark.parametrize(
    ("accuracy", "low", "seen", "high"),
    [
        ([1.0, 1.0, 0.5, 0.5], 16, 16, 16),
        ([1.0, 0.95, 0.5, 0.5], 8, 16, 16),
        ([1.0, 0.945, 0.5, 0.5], 8, 8, 16),
        ([1.0, 0.5, 1.0, 1.0], 8, 8, 8),
        ([0.5, 0.5, 0.5, 0.5], 0, 0, 0),
        ([1.0, 1.0, 1.0, 1.0], 32, 32, np.inf),
    ],
)
def test_reach_counts_points_in_a_row_and_only_when_sure(accuracy, low, seen, high):
    one = paper(seeds=12)
    (found,) = measured(REACH | {"arm": "new"}, curve(one, {"new": [accuracy] * 12}), one)
    assert found.point[0] == seen
    assert found.bounds(0.05)[0][0] == low and found.bounds(0.05)[1][0] == high


def test_first_not_reached_is_infinite():
    one = paper(seeds=12)
    first = REACH | {"take": "first", "arm": "new"}
    values = [[0.1, 0.2, 0.3, 0.4]] * 6 + [[0.1, 0.2, 1.0, 1.0]] * 6
    (found,) = measured(first, curve(one, {"new": values}), one)
    assert sorted(found.units.seen[0]) == [24.0] * 6 + [np.inf] * 6
    assert found.bounds(0.05)[0][0] == 24 and found.bounds(0.05)[1][0] == np.inf


def test_a_unit_may_be_an_item():
    one = paper(unit="item")
    frame = rows(one, {"new": 0.0, "old": 0.0})
    parts = [frame.assign(item=i, value=frame["value"] + i) for i in range(5)]
    table = from_frame(pd.concat(parts), "item")
    assert len(table.units) == 40 and table.units[0][1] == 0


def with_prints(prints: dict[str, float]) -> pd.DataFrame:
    """Five items of one seed in two arms, and a fingerprint an arm, which belongs to no item."""
    one = paper(unit="item")
    frame = rows(one, {"new": 1.0, "old": 0.5})
    frame = frame[frame["seed"] == frame["seed"].iloc[0]]
    parts = [frame.assign(item=i, value=frame["value"] + i / 10) for i in range(5)]
    marks = frame.drop_duplicates("arm").assign(metric="fingerprint")
    marks["value"] = marks["arm"].map(prints)
    return pd.concat([*parts, marks], ignore_index=True)


@pytest.mark.parametrize(("other", "fine"), [(8.0, True), (7.0, False)])
def test_a_fingerprint_stands_with_all_items_of_its_seed(other, fine):
    table = from_frame(with_prints({"new": 7.0, "old": other}), "item")
    assert len(table.units) == 5
    assert guards.differ(paper(unit="item"), ["new", "old"], table)[1] is fine


def test_a_row_without_its_item_is_refused():
    frame = with_prints({"new": 7.0, "old": 8.0})
    frame.loc[0, "item"] = np.nan
    with pytest.raises(BadValue, match="lacks its item"):
        from_frame(frame, "item")


def test_a_lost_run_takes_the_worst_value_for_each_side():
    one = paper()
    frame = rows(one, {"new": [np.nan, *[0.9] * 6, 0.91], "old": [0.5] * 7 + [0.49]})
    (found,) = measured(GAIN, frame, one)
    low, high = found.bounds(0.05)
    assert sorted(found.units.low[0])[0] == pytest.approx(-0.5)
    assert sorted(found.units.high[0])[-1] == pytest.approx(0.5)
    assert found.point[0] == pytest.approx(0.4 + 0.02 / 7, abs=1e-3)
    assert low[0] < 0.2 and high[0] > 0.4


def test_a_lost_run_of_an_unbounded_metric_leaves_no_bound():
    one = paper(metrics={"mse": {"range": [0, None]}})
    quantity = {"take": "mean", "metric": "mse", "arm": "new"}
    frame = rows(one, {"new": [np.nan, 1, 2, 3, 4, 5, 6, 7]}, "mse")
    (found,) = measured(quantity, frame, one)
    assert np.isfinite(found.bounds(0.05)[0][0]) and found.bounds(0.05)[1][0] == np.inf


def test_medians_bear_infinite_values():
    one = paper(seeds=12, metrics={"mse": {"range": [0, None]}})
    quantity = {"take": "median", "metric": "mse", "arm": "new"}
    frame = rows(one, {"new": [*range(9), np.inf, np.inf, np.inf]}, "mse")
    (found,) = measured(quantity, frame, one)
    assert found.bounds(0.05) == (2.0, np.inf) and found.point[0] == 5.5


def test_a_lost_run_is_a_failure_or_a_success():
    one = paper(seeds=12)
    quantity = {"take": "rate", "metric": "success", "arm": "new"}
    frame = rows(one, {"new": [np.nan] + [1.0] * 11}, "success")
    (found,) = measured(quantity, frame, one)
    assert found.bounds(0.05)[0][0] == pytest.approx(stats.beta.ppf(0.05, 11, 2))
    assert found.bounds(0.05)[1][0] == 1


def test_spread_zero_of_a_continuous_metric_is_no_evidence():
    one = paper(metrics={"mse": {"range": [0, None]}})
    quantity = {"take": "mean", "metric": "mse", "arm": "new"}
    (found,) = measured(quantity, rows(one, {"new": 1.0}, "mse"), one)
    assert found.bounds(0.05)[0][0] == -np.inf


def test_spread_zero_of_counted_items_leaves_their_own_error():
    one = paper()
    (found,) = measured(GAIN, rows(one, {"new": 1.0, "old": 0.0}, count=500), one)
    low, high = found.bounds(0.05)
    assert 0.98 < low[0] < 1 < high[0]


def test_count_needs_each_number_and_all_smaller_ones():
    one = paper()
    tests = {f"g{i}": GAIN | {"at": {"task": i}} for i in range(4)}
    count = {"take": "count", "tests": list(tests), "above": 0.0}
    gains = [0.2, 0.2, 0.2, -0.2]
    frame = pd.concat(
        rows(one, {"new": g + RNG.normal(0, 0.01, 8), "old": RNG.normal(0, 0.01, 8)}, task=i)
        for i, g in enumerate(gains)
    )
    declared = paper({"main": claim(quantities=tests | {"k": count})}).claims["main"].quantities
    found = estimates(declared, from_frame(frame), lambda metric: (-1, 1))["k"][0]
    assert (found.bounds(0.05)[0][0], found.point[0], found.bounds(0.05)[1][0]) == (3, 3, 3)


def test_rows_that_are_named_twice_or_not_at_all_are_refused():
    one = paper()
    frame = rows(one, {"new": 1.0, "old": 0.0})
    with pytest.raises(BadValue, match="duplicate"):
        from_frame(pd.concat([frame, frame]))
    with pytest.raises(BadValue, match="names 0 rows"):
        measured(GAIN | {"at": {"digits": 9}}, frame, one)
    both = pd.concat([frame.assign(digits=8), frame.assign(digits=16)])
    with pytest.raises(BadValue, match="fix them with `at`"):
        measured(GAIN, both, one)
    with pytest.raises(BadValue, match="'old' has no rows"):
        measured(GAIN, frame[frame.arm == "new"], one)


def test_seeds_stand_in_ascending_order():
    one = paper()
    frame = rows(one, {"new": range(8), "old": 0.0})
    order = np.argsort(seeds_of(one))
    (found,) = measured(GAIN, frame.sample(frac=1, random_state=1), one)
    np.testing.assert_array_equal(found.units.seen[0], np.arange(8)[order])


def test_reach_of_two_arms_compares_grid_brackets():
    """Without brackets a true ratio of 2 would be shown as soon as the grid points are 2 apart."""
    one = paper(seeds=12)
    frame = curve(one, {"new": [[1, 1, 1, 0.1]] * 12, "old": [[1, 0.1, 0.1, 0.1]] * 12})
    quantity = REACH | {"arm": "new", "over": "old"}
    (found,) = measured(quantity, frame, one)
    low, high = found.bounds(0.05)
    assert (low[0], found.point[0], high[0]) == (24 / 16, 3.0, 32 / 8)


def test_median_of_paired_differences():
    one = paper(seeds=12)
    old = RNG.normal(0.5, 0.2, 12)
    new = old + np.linspace(0.1, 0.21, 12)
    quantity = GAIN | {"take": "median"}
    (found,) = measured(quantity, rows(one, {"new": new, "old": old}), one)
    assert found.bounds(0.05)[0][0] == pytest.approx(0.12)


def test_version_halves_the_error():
    assert [Rule(paper(version=v), paper().claims["main"], "laptop").alpha for v in (1, 2, 3)] == [
        0.05,
        0.025,
        0.0125,
    ]
