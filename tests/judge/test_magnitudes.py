"""Percentages taken for fractions, where a metric has no range that would refuse them."""

import pytest
from trial_papers import ROOT, claim, done, paper, rows

from recount import files, layout, registry
from recount.judge import judge, odd_units

RANGES = {"score": {"range": [None, None]}, "error": {"range": [0, None]}}
GAP = {"take": "gap", "metric": "score", "arm": "new", "minus": "old"}
LEVEL = {"take": "median", "metric": "error", "arm": "new"}
NEW = [0.6, 0.62, 0.58, 0.61, 0.6, 0.59, 0.63, 0.57]


def told(quantity: dict, effect: float, factor: float, metric: str) -> list[str]:
    made = claim(
        quantities={"gain": quantity},
        effect={"gain": effect},
        margin="own",
        why="Half of the effect.",
    )
    one = paper({"main": made}, metrics=RANGES, slug="magnitudes")
    values = {"new": [factor * value for value in NEW], "old": 0.5}
    return odd_units(
        one, "main", judge(one, "main", "laptop", rows(one, values, metric), done(one))
    )


@pytest.mark.parametrize(
    ("quantity", "effect", "metric"), [(GAP, 0.1, "score"), (LEVEL, 0.6, "error")]
)
def test_one_arm_in_percent_is_noticed_and_a_fraction_is_not(quantity, effect, metric):
    assert told(quantity, effect, 1.0, metric) == []
    found = told(quantity, effect, 100.0, metric)
    assert len(found) == 1 and f"is {metric} in the unit of the paper" in found[0]


def test_a_level_in_fractions_of_percents_is_noticed_too_and_a_range_makes_it_needless():
    assert "1/1" in told(LEVEL, 60.0, 1.0, "error")[0]
    assert told({**LEVEL, "metric": "accuracy"}, 0.6, 1.0, "accuracy") == []


def test_recorded_results_are_hardly_ever_suspected():
    suspected, tried = [], 0
    for one in registry.load(ROOT).papers.values():
        path = layout.evidence(one, "laptop")[1]
        entry = files.read_json(path) if path.exists() else {"judgements": {}}
        for name, judgement in entry["judgements"].items():
            if name in one.claims:
                tried += 1
                suspected += odd_units(one, name, judgement)
    assert tried > 50 and len(suspected) <= 0.02 * tried, suspected
