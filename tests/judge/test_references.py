"""Every interval against published worked examples and against scipy and statsmodels.

Sources: Student 1908 (Biometrika 6, the sleep data, as R's t.test prints it); NIST StRD, data set
Norris; Newcombe 1998 (Statistics in Medicine 17, 857, table I); Fagerland, Lydersen and Laake 2013
(BMC Medical Research Methodology 13:91, airway hyper-responsiveness); Holm 1979 (Scandinavian
Journal of Statistics 6, 65); Hettmansperger and Sheather 1986 (coverage of order statistics).
"""

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint
from statsmodels.stats.weightstats import DescrStatsW
from trial_papers import GAIN, claim, done, paper, rows

from recount.judge import intervals, judge
from recount.judge.quantities import estimates
from recount.judge.table import Block, Table
from recount.judge.units import Cells, slope_units, spearman_units

SLEEP = np.array([1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4])
NORRIS_X = """0.2 337.4 118.2 884.6 10.1 226.5 666.3 996.3 448.6 777.0 558.2 0.4 0.6 775.5 666.9
338.0 447.5 11.6 556.0 228.1 995.8 887.6 120.2 0.3 0.3 556.8 339.1 887.2 999.0 779.0 11.1 118.3
229.2 669.1 448.9 0.5"""
NORRIS_Y = """0.1 338.8 118.1 888.0 9.2 228.1 668.5 998.5 449.1 778.9 559.2 0.3 0.1 778.1 668.8
339.3 448.9 10.8 557.7 228.3 998.0 888.8 119.6 0.3 0.6 557.6 339.3 888.0 998.5 778.9 10.2 117.6
228.9 668.4 449.2 0.2"""
NORRIS_SLOPE = 1.00211681802045
IQ = [106, 100, 86, 101, 99, 103, 97, 113, 112, 110]
HOURS = [7, 27, 2, 50, 28, 29, 20, 12, 6, 17]


def quantity(values: dict, alpha=0.05, ranges=(-np.inf, np.inf), counts=0, points=None, **changes):
    """Bounds of one quantity from arm -> (units, points) through the judge's own path."""
    one = paper({"main": claim(quantities={"it": changes, "gain": GAIN})}, metrics=UNBOUNDED)
    declared = one.claims["main"].quantities["it"]
    axes = {} if points is None else {declared.along: np.array(points, dtype=object)}
    blocks = {}
    for arm, units in values.items():
        block = np.atleast_2d(np.asarray(units, dtype=float).T).T
        blocks[declared.metric, arm] = Block(axes, block[None], np.full(block.shape, counts))
    n = next(iter(blocks.values())).values.shape[1]
    table = Table(tuple(range(n)), blocks)
    (found,) = estimates({"it": declared}, table, lambda metric: ranges)["it"]
    return tuple(float(side[0]) for side in found.bounds(alpha))


UNBOUNDED = {"score": {"range": [None, None]}, "seconds": {"range": [0, None]}}
GAP = {"take": "gap", "metric": "score", "arm": "new", "minus": "old"}
MEAN = {"take": "mean", "metric": "score", "arm": "new"}
RATIO = {"take": "ratio", "metric": "seconds", "arm": "new", "over": "old"}
SLOPE = {"take": "slope", "metric": "score", "along": "digits", "arm": "new"}


def test_gap_gives_the_interval_of_student_s_sleep_data():
    """R: t.test(extra ~ group, paired = TRUE) prints 0.7001142 and 2.4598858."""
    old = np.linspace(3, 4, 10)
    low, high = quantity({"new": old + SLEEP, "old": old}, 0.025, **GAP)
    assert (low, high) == (pytest.approx(0.7001142), pytest.approx(2.4598858))


def test_mean_agrees_with_statsmodels_on_every_scale():
    units = np.random.default_rng(1).uniform(0.1, 0.9, 8)
    wanted = DescrStatsW(units).tconfint_mean(0.1)
    assert quantity({"new": units}, **MEAN) == pytest.approx(wanted)
    wanted = np.exp(DescrStatsW(np.log(units)).tconfint_mean(0.1))
    assert quantity({"new": units}, **MEAN, scale="log") == pytest.approx(tuple(wanted))
    logit = DescrStatsW(np.log(units / (1 - units))).tconfint_mean(0.1)
    wanted = 1 / (1 + np.exp(-np.array(logit)))
    assert quantity({"new": units}, **MEAN, scale="logit") == pytest.approx(tuple(wanted))


def test_ratio_is_the_geometric_mean_ratio_of_bioequivalence():
    """The 90 % interval of two one-sided tests on logs (Schuirmann 1987), paired."""
    rng = np.random.default_rng(2)
    new, old = rng.lognormal(1, 0.4, 8), rng.lognormal(0, 0.4, 8)
    paired = DescrStatsW(np.log(new / old))
    low, high = quantity({"new": new, "old": old}, **RATIO)
    assert (low, high) == pytest.approx(tuple(np.exp(paired.tconfint_mean(0.1))))
    assert paired.ttest_mean(np.log(low), "larger")[1] == pytest.approx(0.05)
    assert paired.ttest_mean(np.log(high), "smaller")[1] == pytest.approx(0.05)


def norris() -> Cells:
    x, y = (np.array(text.split(), dtype=float) for text in (NORRIS_X, NORRIS_Y))
    return Cells(x, y[None, None], np.zeros((1, len(x)), int), (-np.inf, np.inf))


def test_slope_is_nist_s_certified_one():
    declared = paper({"main": claim(quantities={"it": SLOPE, "gain": GAIN})}, metrics=UNBOUNDED)
    one = declared.claims["main"].quantities["it"]
    assert slope_units(one, norris()).seen[0, 0] == pytest.approx(NORRIS_SLOPE, rel=1e-13)


def test_slope_s_interval_is_that_of_the_slopes_that_statsmodels_fits():
    rng, points = np.random.default_rng(3), (8, 16, 24, 32)
    values = rng.normal(0, 1, (8, 4)) + 0.1 * np.array(points)
    design = sm.add_constant(np.array(points, dtype=float))
    slopes = np.array([sm.OLS(row, design).fit().params[1] for row in values])
    wanted = DescrStatsW(slopes).tconfint_mean(0.1)
    assert quantity({"new": values}, points=points, **SLOPE) == pytest.approx(wanted)


def test_spearman_is_the_textbook_s():
    """Ten pairs of IQ and hours of television: rho = -29/165. And scipy's where values tie."""
    one = Cells(np.array(HOURS, float), np.array(IQ, float)[None, None], None, (0, 200))
    order = np.argsort(HOURS)
    one = Cells(one.points[order], one.values[..., order], None, one.range)
    assert rho(one) == pytest.approx(-29 / 165)
    tied = np.array([1.0, 2, 2, 2, 5, 4, 4, 9])
    wanted = stats.spearmanr(np.arange(8), tied).statistic
    assert rho(Cells(np.arange(8.0), tied[None, None], None, (0, 9))) == pytest.approx(wanted)


def rho(one: Cells) -> float:
    units = spearman_units(None, one)
    return float(units.back(units.seen)[0, 0])


@pytest.mark.parametrize(("n", "place", "coverage"), [(8, 2, 0.9297), (12, 3, 0.9614)])
def test_median_s_ranks_have_the_coverage_of_the_tables(n, place, coverage):
    assert intervals.rank(n, (1 - coverage) / 2 + 1e-4) == place
    assert intervals.rank(n, (1 - coverage) / 2 - 1e-4) == place - 1


@pytest.mark.parametrize("n", [5, 7, 8, 9, 12, 16, 25])
@pytest.mark.parametrize("alpha", [0.05, 0.025, 0.01])
def test_median_agrees_with_scipy_s_quantile_test(n, alpha):
    units = np.random.default_rng(n).normal(0, 1, n)
    median = {"take": "median", "metric": "score", "arm": "new"}
    test = stats.quantile_test(units, p=0.5, alternative="greater")
    low = test.confidence_interval(1 - alpha).low
    test = stats.quantile_test(units, p=0.5, alternative="less")
    high = test.confidence_interval(1 - alpha).high
    wanted = (np.nan_to_num(low, nan=-np.inf), np.nan_to_num(high, nan=np.inf))
    assert quantity({"new": units}, alpha, **median) == wanted


PUBLISHED = [
    (81, 263, "exact", 0.2527, 0.3676),
    (15, 148, "exact", 0.0578, 0.1617),
    (0, 20, "exact", 0.0, 0.1684),
    (1, 29, "exact", 0.0009, 0.1776),
    (81, 263, "wilson", 0.2553, 0.3662),
    (15, 148, "wilson", 0.0624, 0.1605),
    (0, 20, "wilson", 0.0, 0.1611),
    (1, 29, "wilson", 0.0061, 0.1718),
]


@pytest.mark.parametrize(("right", "n", "method", "low", "high"), PUBLISHED)
def test_rates_are_newcombe_s(right, n, method, low, high):
    """His 95 % intervals, to the four digits that he prints."""
    if method == "exact":
        found = [float(b[0]) for b in intervals.clopper_pearson(np.array([right]), n, 0.025)]
        assert found == pytest.approx([low, high], abs=5.1e-5)
        known = proportion_confint(right, n, 0.05, "beta")
        assert np.allclose(found, np.nan_to_num(known))
        return
    for bound, sign in ((low, 1), (high, -1)):
        away = [sign * (right / n - level) for level in (bound - 2e-4, bound + 2e-4)]
        allowed = [
            float(intervals.wilson_allowance(level, np.array(n), 0.025))
            for level in (bound - 2e-4, bound + 2e-4)
        ]
        inside = [one >= least for one, least in zip(away, allowed, strict=True)]
        assert inside == ([True, False] if sign == 1 else [False, True]) or bound == 0


def test_paired_rates_find_what_the_exact_unconditional_test_finds():
    """7 and 1 discordant of 21 children: exact unconditional p = 0.035, exact McNemar 0.070.

    Both two-sided; one side is half of it. A bound of 0 (of a grid of 0.01) rejects equal rates.
    The judge's score adds half a pair to the discordant ones, so its p lies between the two.
    """
    lowest = min(a for a in np.arange(0.016, 0.036, 0.002) if seven_to_one(a) > -0.005)
    assert 0.0353 / 2 <= lowest <= 0.0703 / 2
    assert mcnemar([[1, 7], [1, 12]], exact=True).pvalue == pytest.approx(0.0703, abs=1e-4)
    assert seven_to_one(0.05) > 0, "where McNemar's exact test, at 0.035 a side, sees it too"


def seven_to_one(alpha: float) -> float:
    return float(intervals.paired_bounds(np.array([7]), np.array([1]), 21, float(alpha))[0][0])


@pytest.mark.parametrize("n", [8, 12, 16])
def test_paired_rates_see_whatever_exact_mcnemar_sees(n):
    table = intervals.paired_table(n, 0.05)
    seen = {"mcnemar": 0, "ours": 0}
    for plus in range(n + 1):
        for minus in range(n + 1 - plus):
            both = mcnemar([[0, plus], [minus, n - plus - minus]], exact=True).pvalue
            finds = plus > minus and both / 2 <= 0.05
            assert not finds or table[plus, minus] > 0, (plus, minus)
            seen["mcnemar"] += finds
            seen["ours"] += bool(table[plus, minus] > 0)
    assert seen["ours"] >= seen["mcnemar"] > 0


def counted(wanted) -> tuple[float, float]:
    """Bounds of the number of tests above 0: eight units each, whose p-values of t are these."""
    base = stats.zscore(np.random.default_rng(4).normal(size=8), ddof=1)[:, None]
    values = base + stats.t.isf(np.asarray(wanted), 7) / np.sqrt(8)
    names = [f"t{i}" for i in range(len(wanted))]
    tests = {name: MEAN | {"at": {"task": name}} for name in names}
    count = {"take": "count", "tests": names, "above": 0.0}
    one = paper({"main": claim(quantities=tests | {"k": count})}, metrics=UNBOUNDED)
    axes = {"task": np.array(names, dtype=object)}
    block = Block(axes, values[None], np.zeros(values.shape, int))
    table = Table(tuple(range(8)), {("score", "new"): block})
    (found,) = estimates(one.claims["main"].quantities, table, one.metric_range)["k"]
    return tuple(float(side[0]) for side in found.bounds(0.05))


def test_count_is_holm_s_step_down():
    """p = 0.01, 0.04, 0.03, 0.005: two are rejected, though all four lie below 5 %."""
    assert counted([0.01, 0.04, 0.03, 0.005])[0] == 2


def test_count_agrees_with_statsmodels_on_either_side():
    rng = np.random.default_rng(6)
    for _ in range(12):
        p = np.where(rng.random(6) < 0.6, rng.uniform(1e-4, 0.04, 6), rng.uniform(0.2, 0.999, 6))
        low, high = counted(p)
        assert low == multipletests(p, 0.05, "holm")[0].sum()
        assert high == 6 - multipletests(1 - p, 0.05, "holm")[0].sum()


@pytest.mark.parametrize("kind", ["gap", "ratio", "mean of logs"])
def test_the_smallest_effect_is_the_one_that_just_meets_the_line(kind):
    """Moved there, the same units meet their line exactly; a hair less, and they do not."""
    declared = {"gap": GAP, "ratio": RATIO, "mean of logs": MEAN | {"scale": "log"}}[kind]
    line = 0.05 if kind == "gap" else 1.5
    rule = {"reproduced": f"it.low > {line}", "contradicted": f"it.high < {line}"}
    made = claim(quantities={"it": declared}, effect={"it": 2 * line}, **rule)
    one = paper({"main": made}, metrics=UNBOUNDED)
    rng = np.random.default_rng(7)
    new, old = rng.lognormal(0.5, 0.2, 8), rng.lognormal(0, 0.2, 8)

    def judged(values):
        frame = rows(one, {"new": values, "old": old}, declared["metric"])
        return judge(one, "main", "laptop", frame, done(one))

    first = judged(new)
    least, point = first["smallest_effect"]["it"], first["quantities"]["it"]["point"]
    for nudge, outcome in ((1e-6, "reproduced"), (-1e-6, "inconclusive")):
        aim = least + nudge
        found = judged(new + aim - point if kind == "gap" else new * aim / point)
        assert found["quantities"]["it"]["low"] == pytest.approx(line, rel=1e-4)
        assert found["outcome"] == outcome
