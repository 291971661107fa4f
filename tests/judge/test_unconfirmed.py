"""A contradiction on trained runs says that no fresh batch of seeds has confirmed it."""

import pytest
from trial_papers import GAIN, claim, done, paper, rows

from recount.judge import cost_to_decide, judge
from recount.results import marked

CONTROL = {"control": {"take": "mean", "metric": "in_distribution", "arm": "old"}}


def contradicted(valid: str = "automatic", **changes):
    quantities = {"gain": GAIN} | (CONTROL if "control" in valid else {})
    made = claim(quantities=quantities, valid=valid)
    one = paper({"main": made}, **changes)
    return one, {"outcome": "contradicted", "grades": ["calibrated"]}


@pytest.mark.parametrize(
    ("valid", "grade"),
    [
        ("automatic", "unconfirmed (no positive control)"),
        ("automatic and control.low > 0.5", "unconfirmed"),
    ],
)
def test_one_batch_of_seeds_leaves_a_contradiction_unconfirmed(valid, grade):
    one, found = contradicted(valid, kind="train")
    assert marked(one, "main", found)["grades"] == ["calibrated", grade]
    assert found["grades"] == ["calibrated"], "the recorded judgement stays as it is"


def test_other_outcomes_and_other_kinds_are_not_marked():
    one, found = contradicted(kind="train")
    for outcome in ("reproduced", "inconclusive", "not_run"):
        assert marked(one, "main", found | {"outcome": outcome})["grades"] == ["calibrated"]
    measured, found = contradicted(kind="measure")
    assert marked(measured, "main", found) == found


def test_an_undecided_claim_tells_the_smallest_effect_and_the_cost_of_deciding():
    one = paper()
    values = {"new": [0.57, 0.5, 0.62, 0.55, 0.49, 0.6, 0.58, 0.52], "old": 0.5}
    found = judge(one, "main", "laptop", rows(one, values), done(one))
    assert found["outcome"] == "inconclusive" and found["smallest_effect"]["gain"] > 0.05
    cost = cost_to_decide(found)
    assert cost["seeds"] == found["seeds_to_decide"] > 8
    assert cost["minutes"] == pytest.approx(2.0 / 60 * cost["seeds"] / 8, abs=0.01)
    assert cost_to_decide(judge(one, "main", "laptop", rows(one, {"new": 0.9}), {})) is None
