"""The judge on worlds whose truth is known, and the calibration on judges known to be wrong."""

import json

import numpy as np
import pandas as pd
import pytest
from trial_papers import GAIN, REACH, claim, done, paper, reach_claim, rows

from recount.judge import calibrate, intervals, judge
from recount.judge import noise as shapes
from recount.judge.calibration import Calibration
from recount.judge.coordinates import crossing
from recount.judge.noise import GATED, Noise, draw
from recount.judge.pilots import assumed_from
from recount.judge.rule import Rule
from recount.judge.table import Block, Table
from recount.judge.worlds import planted
from recount.registry import rule_hash
from recount.typed import BadValue

RNG = np.random.default_rng(17)
REPLAYS = 4_000
OWN = {"margin": "own", "why": "A stated reason of some length."}


def table(**arms) -> Table:
    """Replays of one value a seed."""
    counts = np.zeros((8, 1), dtype=np.int64)
    blocks = {("accuracy", a): Block({}, v[..., None], counts) for a, v in arms.items()}
    return Table(tuple(range(8)), blocks)


def shares(gain: float, shape: str) -> tuple[float, float]:
    """How often a true gain is called reproduced and contradicted, over many replays."""
    size = (REPLAYS, 8)
    common = draw(RNG, shape, size)
    new, old = (0.03 * (common + draw(RNG, shape, size)) for _ in range(2))
    rule = Rule(paper(), paper().claims["main"], "laptop")
    made = rule.decide(table(new=0.5 + gain + new, old=0.5 + old))
    return made.reproduced.mean(), made.contradicted.mean()


@pytest.mark.parametrize("shape", GATED)
def test_a_gain_on_the_line_crosses_it_at_most_in_six_percent(shape):
    yes, no = shares(0.05, shape)
    assert yes <= 0.06 and no <= 0.06


@pytest.mark.parametrize("shape", GATED)
def test_nothing_stays_nothing_and_much_is_found(shape):
    assert shares(0.0, shape)[0] <= 0.01
    assert shares(0.2, shape)[0] >= 0.9
    assert shares(-0.1, shape)[1] >= 0.9


def test_null_world_through_every_step_of_the_judge():
    """Rows, guards and verdict of equal arms with margin 0: both errors near 5 %."""
    rule = {"reproduced": "gain.low > 0", "contradicted": "gain.high < 0", "margin": "direction"}
    one = paper({"main": claim(**rule)})
    outcomes = []
    for _ in range(150):
        values = {arm: 0.5 + RNG.normal(0, 0.05, 8) for arm in ("new", "old")}
        outcomes.append(judge(one, "main", "laptop", rows(one, values), done(one))["outcome"])
    assert outcomes.count("reproduced") <= 17 and outcomes.count("contradicted") <= 17
    assert outcomes.count("inconclusive") >= 120


FEW = [Noise(shape, 0.5, ratio, 1.0) for shape in GATED for ratio in (1.0, 3.0)]


@pytest.fixture
def few(monkeypatch):
    """Six settings of noise instead of all: enough to see a rule that is wrong."""
    monkeypatch.setattr(shapes, "gated", lambda correlation, free: FEW)


@pytest.fixture(scope="module")
def gap() -> dict:
    return calibrate(paper(), "main", "laptop")


def test_calibration_of_a_gap(gap):
    assert gap["passed"] and gap["powered"] and gap["shape"] == "unknown"
    assert 0.04 <= gap["false_reproduced"] <= gap["false_reproduced_upper"] <= 0.06
    assert 0.04 <= gap["false_contradicted"] <= gap["false_contradicted_upper"] <= 0.06
    assert gap["worlds"] == 54 * 3 and gap["unreachable"] == []
    assert gap["rule"] == rule_hash(paper(), "main", "laptop")
    json.dumps(gap, allow_nan=False)


def test_what_no_rule_on_a_mean_can_promise_is_published(gap):
    assert set(gap["published"]) == {"skew 1", "lognormal", "collapse 5 %", "collapse 15 %"}
    assert gap["published"]["collapse 15 %"] > 0.08


def test_calibration_is_the_same_for_everybody(few):
    assert calibrate(paper(), "main", "laptop") == calibrate(paper(), "main", "laptop")


def test_a_judge_that_is_wrong_is_found_out(few, monkeypatch):
    """Intervals at twice the error that they promise."""
    plain = intervals.t_bounds
    monkeypatch.setattr(intervals, "t_bounds", lambda u, a, floor=0.0: plain(u, 2 * a, floor))
    found = calibrate(paper(), "main", "laptop", replays=REPLAYS)
    assert not found["passed"] and found["false_reproduced"] > 0.08


def test_points_instead_of_intervals_are_found_out(few, monkeypatch):
    def points(units, alpha, floor=0.0):
        return units.mean(axis=1), units.mean(axis=1)

    monkeypatch.setattr(intervals, "t_bounds", points)
    found = calibrate(paper(), "main", "laptop", replays=REPLAYS)
    assert not found["passed"] and found["false_contradicted"] > 0.4


def test_grid_values_without_an_allowance_for_items_are_found_out(few, monkeypatch):
    """A seed just below the level counts as reached, so a line is crossed too often."""
    one = paper({"main": reach_claim()}, seeds=12)
    good = calibrate(one, "main", "laptop", replays=2000)
    assert good["passed"] and good["shape"] == "irrelevant"
    monkeypatch.setattr(intervals, "wilson_allowance", lambda level, count, alpha=0.05: -0.02)
    assert not calibrate(one, "main", "laptop", replays=2000)["passed"]


CASES = {
    "ratio": (
        {"take": "ratio", "metric": "seconds", "arm": "old", "over": "new"},
        {"reproduced": "it.low >= 8", "contradicted": "it.high <= 2", "effect": {"it": 64}},
    ),
    "equivalence": (
        GAIN,
        {"reproduced": "-0.1 < it.low and it.high < 0.1", "effect": {"it": 0}}
        | {"contradicted": "it.low > 0.1 or it.high < -0.1"},
    ),
    "slope": (
        {"take": "slope", "metric": "seconds", "along": "digits", "arm": "new"}
        | {"scale": "log", "axis_scale": "log"},
        {"reproduced": "it.low > 0.5", "contradicted": "it.high < 0.5", "effect": {"it": 1}},
    ),
    "spearman": (
        {"take": "spearman", "metric": "seconds", "along": "digits", "arm": "new"},
        {"reproduced": "it.low > 0.4", "contradicted": "it.high < 0.4", "effect": {"it": 0.9}},
    ),
    "rate": (
        {"take": "rate", "metric": "success", "arm": "new"},
        {"reproduced": "it.low > 0.5", "contradicted": "it.high < 0.5", "effect": {"it": 0.95}},
    ),
    "paired rate": (
        {"take": "rate", "metric": "success", "arm": "new", "minus": "old"},
        {"reproduced": "it.low > 0", "contradicted": "it.high <= 0", "effect": {"it": 0.7}},
    ),
    "median": (
        {"take": "median", "metric": "seconds", "over": ["new", "old"]},
        {"reproduced": "it.high < 1", "contradicted": "it.low > 1", "effect": {"it": 0.5}},
    ),
    "first": (
        REACH | {"take": "first", "arm": "new"},
        {"reproduced": "it.high <= 16", "contradicted": "it.low >= 32", "effect": {"it": 8}},
    ),
    "ratio of firsts": (
        REACH | {"take": "first", "arm": "old", "over": "new"},
        {"reproduced": "it.low > 1.5", "contradicted": "it.high < 1.5", "effect": {"it": 4}},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_every_kind_of_quantity_keeps_its_promise(few, case):
    quantity, rule = CASES[case]
    made = claim(quantities={"it": quantity}, **rule, **OWN)
    ranges = {"seconds": {"range": [0, None]}}
    found = calibrate(paper({"main": made}, 12, metrics=ranges), "main", "laptop", None, 8000)
    assert found["passed"]
    assert found["false_reproduced"] <= 0.06 and found["false_contradicted"] <= 0.06
    assert found["unreachable"] == []
    assert found["power"] >= 0.8 or case == "ratio of firsts"


def test_k_of_many_is_corrected(monkeypatch):
    """At plain 5 % each, three of five with two true would be called 14 % of the time."""
    tests = {f"g{i}": GAIN | {"at": {"task": i}} for i in range(5)}
    count = {"take": "count", "tests": list(tests), "above": 0.0}
    rule = {"reproduced": "k.low >= 3", "contradicted": "k.high <= 2"}
    made = claim(quantities=tests | {"k": count}, effect=dict.fromkeys(tests, 0.1), **rule, **OWN)
    one = paper({"main": made})
    calibration = Calibration(Rule(one, one.claims["main"], "laptop"), assumed_from(None, None), 1)
    calibration.first = calibration.replays = REPLAYS
    plants = {plant.label: plant for plant in calibration.planter.plants()}
    (label,) = [name for name in plants if name.startswith("reproduced")]
    assert "g2 and g3 and g4 at limit" in label
    noise = Noise("normal", 0.5)
    world = calibration.world(noise, REPLAYS, "test")
    assert calibration.rates(plants[label], noise, world)["reproduced"] / REPLAYS <= 0.06


def test_any_of_several_baselines_is_corrected(few):
    quantities = {"gain": GAIN, "more": GAIN | {"minus": "third"}}
    rule = {"reproduced": "gain.low > 0.05 and more.low > 0.05"}
    rule |= {"contradicted": "gain.high < 0.05 or more.high < 0.05"}
    made = claim(quantities=quantities, effect={"gain": 0.1, "more": 0.1}, **rule)
    one = paper({"main": made}, arms={"new": {}, "old": {}, "third": {}})
    found = calibrate(one, "main", "laptop")
    labels = {entry["world"] for entry in found["rates"]}
    assert "contradicted 3: gain and more at limit" in labels
    assert found["false_contradicted"] <= 0.06 and found["unreachable"] == []


def exact_paper(reproduced="h.low >= 1", contradicted="h.high < 1"):
    quantities = {"h": {"take": "all", "metric": "holds", "over": ["new", "old"]}}
    rule = {"reproduced": reproduced, "contradicted": contradicted, "effect": {}}
    sizes = {name: {"seeds": 1, "minutes": 1, "size": {}} for name in ("smoke", "laptop")}
    return paper({"main": claim(quantities=quantities, **rule)}, unit="none", scales=sizes)


def test_every_planted_counter_example_is_caught():
    found = calibrate(exact_paper(), "main", "laptop")
    assert found["worlds"] >= 100 and found["passed"] and found["shape"] == "irrelevant"
    assert (found["false_reproduced"], found["reversed"], found["power"]) == (0, 1, 1)


def with_control(**rule):
    """An exact claim with a negative control, whose statement must fail."""
    quantities = {
        "h": {"take": "all", "metric": "holds", "arm": "new"},
        "control": {"take": "all", "metric": "holds", "arm": "old"},
    }
    sizes = {name: {"seeds": 1, "minutes": 1, "size": {}} for name in ("smoke", "laptop")}
    one = claim(quantities=quantities, effect={}, **rule)
    return paper({"main": one}, unit="none", scales=sizes)


@pytest.mark.parametrize(
    "rule",
    [
        {"valid": "automatic and control.high < 1", "contradicted": "h.high < 1"},
        {"reproduced": "h.low >= 1 and control.high < 1"},
        {"contradicted": "h.high < 1 and control.high < 1"},
        {
            "reproduced": "h.low >= 1 and control.high < 1",
            "contradicted": "h.high < 1 or control.low >= 1",
        },
    ],
)
def test_a_statement_that_must_fail_fails_in_the_planted_truth(rule):
    made = {"reproduced": "h.low >= 1", "contradicted": "h.high < 1"} | rule
    found = calibrate(with_control(**made), "main", "laptop")
    assert found["passed"] and found["powered"] and found["worlds"] >= 200


def test_a_control_that_no_truth_can_meet_is_found_out():
    rule = {"valid": "automatic and h.high < 1", "reproduced": "h.low >= 1"}
    found = calibrate(with_control(**rule, contradicted="h.high < 1"), "main", "laptop")
    assert not found["passed"] and found["power"] == 0


def test_a_rule_that_overlooks_its_own_control_fails():
    made = {"reproduced": "h.low >= 1 and control.low >= 0", "contradicted": "h.high < 1"}
    found = calibrate(with_control(**made), "main", "laptop")
    assert not found["passed"] and 0.3 < found["false_reproduced"] < 0.7


def test_mutants_of_real_rows_are_caught_too():
    one = exact_paper()
    holds = [rows(one, {"new": 1.0, "old": 1.0}, "holds", base=base) for base in range(2, 40)]
    found = calibrate(one, "main", "laptop", pilot=pd.concat(holds))
    assert found["passed"] and found["reversed"] == 1


def test_pilots_of_a_failing_claim_are_no_fault_of_the_judge():
    """The truth is planted over the pilots' rows, a counter-example among them too."""
    one = exact_paper()
    holds = [rows(one, {"new": 1.0, "old": float(b != 7)}, "holds", base=b) for b in range(2, 40)]
    found = calibrate(one, "main", "laptop", pilot=pd.concat(holds))
    assert found["passed"] and found["false_contradicted"] == 0 and found["reversed"] == 1


def test_a_rule_that_overlooks_counter_examples_fails():
    found = calibrate(exact_paper("h.high >= 0", "h.high < 0"), "main", "laptop")
    assert not found["passed"] and found["false_reproduced"] == 1


def test_pilots_give_spread_and_correlation_but_no_contrast():
    common = RNG.normal(0, 0.03, 8)
    for gain in (0.0, 0.3):
        values = {"new": 0.4 + gain + common, "old": 0.4 + common * 0.9}
        pilot = rows(paper(), values, count=400)
        found = assumed_from(Rule(paper(), paper().claims["main"], "laptop"), pilot)
        if gain == 0:
            first = found
    assert found.spreads["accuracy"] == pytest.approx(first.spreads["accuracy"])
    assert found.correlation == first.correlation == 0.95 and found.counts == {"accuracy": 400}
    assert found.freedom == 14


def test_wide_pilots_make_a_claim_underpowered(few):
    narrow = calibrate(paper(), "main", "laptop", {"spread": {"accuracy": 0.02}})
    pilot = {"spread": {"accuracy": 0.2}, "freedom": 14}
    wide = calibrate(paper(), "main", "laptop", pilot)
    assert narrow["powered"] and not wide["powered"]
    assert wide["passed"], "power is a grade, not an error"
    with pytest.raises(BadValue, match="unknown keys"):
        calibrate(paper(), "main", "laptop", {"spreads": 1})


@pytest.mark.parametrize(
    ("take", "line", "strict", "upward", "place"),
    [
        ("reach", 48, False, True, 4),
        ("reach", 40, False, True, 4),
        ("reach", 48, True, True, 5),
        ("reach", 16, False, False, 2),
        ("first", 32, False, False, 3),
        ("first", 32, False, True, 2),
    ],
)
def test_where_a_grid_is_crossed(take, line, strict, upward, place):
    points = np.array([8, 16, 24, 32, 48, 64.0])
    assert crossing(points, take, line, strict, upward) == place


@pytest.mark.parametrize("shape", GATED)
def test_noise_has_the_spread_that_it_says(shape):
    drawn = draw(RNG, shape, (400_000,))
    assert abs(np.median(drawn)) < 0.01
    assert 0.9 < drawn.std() < 1.2


def test_no_world_outgrows_a_float():
    """A ratio of errors over hundreds of orders of magnitude is still a number."""
    found = planted(np.array([-1e4, 0.0, 1e4]), "log")
    assert np.isfinite(found).all() and (found > 0).all() and found[1] == 1
    small = {"take": "ratio", "metric": "mse", "arm": "new", "over": "old"}
    rule = {"reproduced": "gain.high < 0.1", "contradicted": "gain.low > 1"}
    wide = claim(quantities={"gain": small}, effect={"gain": 1e-9}, **rule)
    one = paper({"main": wide}, metrics={"mse": {"range": [0, None], "unit": "squared error"}})
    assert calibrate(one, one.claims["main"], "laptop", replays=500)["gate"]
