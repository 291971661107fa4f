"""Looks after 5, 8 and 12 seeds, through the assembled judge: errors kept, runs saved."""

import numpy as np
import pandas as pd
import pytest
from trial_papers import ROOT, claim, done, paper, rows

from recount import files, layout, registry, schedule
from recount.cli import plan
from recount.declaration.checks import cross_check
from recount.hashes import rule_hash
from recount.judge import (
    calibrate,
    cost_to_decide,
    intervals,
    judge,
    savings,
    sequential,
    spending,
    undecided,
)
from recount.judge import noise as shapes
from recount.judge.calibration import Calibration
from recount.judge.noise import GATED, Noise
from recount.judge.pilots import assumed_from
from recount.judge.rule import Rule
from recount.run import verdict_seeds

LOOKS = [5, 8, 12]


def trial(looks=None, seeds: int = 12, slug: str = "looks", **changes):
    size = {"train_digits": 8}
    scales = {
        "smoke": {"seeds": 2, "minutes": 1, "size": size},
        "laptop": {"seeds": seeds, "minutes": 1, "size": size, "looks": looks or LOOKS},
    }
    return paper({"main": claim(**changes)}, slug=slug, scales=scales)


@pytest.fixture(scope="module")
def calibrated():
    few = [Noise(shape, 0.5, ratio) for shape in GATED for ratio in (1.0, 3.0)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shapes, "gated", lambda correlation, free: few)
        patch.setattr(shapes, "PUBLISHED", ())
        pilot = {"spread": {"accuracy": 0.035}, "items": {"accuracy": 0}, "freedom": 22}
        return calibrate(trial(), "main", "laptop", pilot)


def test_three_looks_together_err_no_more_often_than_one(calibrated):
    assert calibrated["passed"] and calibrated["power"] >= 0.8
    assert 0.02 < calibrated["false_reproduced"] <= calibrated["false_reproduced_upper"] <= 0.06
    assert 0.005 < calibrated["false_contradicted_upper"] <= 0.06


def test_a_third_of_the_runs_is_saved_against_always_twelve(calibrated):
    used = calibrated["seeds_used"]
    assert used["planted"] <= 0.7 * 12 and used["reversed"] <= 0.7 * 12
    assert used["planted"] >= 5 and used["reversed"] >= 5


def test_nothing_at_all_is_contradicted_early_and_seldom_reproduced():
    one = trial()
    made = Calibration(Rule(one, one.claims["main"], "laptop"), assumed_from(None, None), 4000)
    noise = Noise("normal", 0.5)
    world = made.world(noise, 4000, "test")
    places = dict.fromkeys(made.sources, 0.5)
    decision = made.rule.decide(world.at(places, {}))
    assert decision.used.mean() <= 0.7 * 12 and decision.reproduced.mean() < 0.01
    assert decision.contradicted.mean() > 0.8
    assert set(np.unique(decision.used)) <= set(LOOKS)


def test_peeking_at_the_full_error_would_be_found_out(monkeypatch):
    monkeypatch.setattr(spending, "levels", lambda plan, alpha, kind: (alpha,) * len(plan))
    monkeypatch.setattr(sequential, "FUTILE", 1e-9)
    monkeypatch.setattr(shapes, "gated", lambda correlation, free: [Noise("normal", 0.5)])
    monkeypatch.setattr(shapes, "PUBLISHED", ())
    found = calibrate(trial(), "main", "laptop", replays=8000)
    assert not found["passed"] and found["false_reproduced"] > 0.07


def rows_of(one, gains: list[float], seeds: int):
    """Rows of the first `seeds` registered seeds, their gains in the registered order."""
    frame = rows(one, {"new": 0.5 + np.resize(gains, 12), "old": 0.5})
    keep = verdict_seeds(one.slug, "laptop", 1, 12)[:seeds]
    return frame[frame["seed"].isin(keep)], done(one)


def judged(one, gains: list[float], seeds: int):
    return judge(one, "main", "laptop", *rows_of(one, gains, seeds))


CLEAR = [0.2, 0.21, 0.19, 0.2, 0.22]
VAGUE = [0.04, 0.14, 0.02, 0.16, 0.09]


def test_the_first_look_that_decides_is_the_verdict_and_later_seeds_are_not_looked_at():
    later = [-0.4] * 7
    five, twelve = judged(trial(), CLEAR, 5), judged(trial(), [*CLEAR, *later], 12)
    for found in (five, twelve):
        assert found["outcome"] == "reproduced", found["reason"]
        assert found["sequential"]["used"] == 5 == found["quantities"]["gain"]["n"]
        assert 0.01 <= found["sequential"]["levels"]["student"] < 0.05 / 3
    assert five["quantities"] == twelve["quantities"]


def test_an_open_look_waits_for_the_next_and_is_no_verdict():
    found = judged(trial(), VAGUE, 5)
    assert found["outcome"] == "inconclusive" and "nothing is decided yet" in found["reason"]
    assert found["sequential"]["ended_by"] == "the rows end before a look decided"
    assert undecided(trial(), "laptop", *rows_of(trial(), VAGUE, 5)) == ["main"]
    found = judged(trial(), [*VAGUE, 0.2, 0.2, 0.2, *[0.2] * 4], 12)
    assert found["outcome"] == "reproduced" and found["sequential"]["used"] == 8


def test_futility_ends_the_plan_and_says_so():
    one = trial(contradicted="gain.high < 0")
    found = judged(one, [0.04, 0.0, 0.05, -0.04, 0.06], 5)
    assert undecided(one, "laptop", *rows_of(one, [0.04, 0.0, 0.05, -0.04, 0.06], 5)) == []
    assert found["outcome"] == "inconclusive" and "futility after 5" in found["reason"]
    cost = cost_to_decide(found | {"seeds_to_decide": 20})
    assert cost == {"seeds": 20, "minutes": pytest.approx(2 / 60 * 20 / 5, abs=0.01)}


@pytest.mark.parametrize(("seeds", "text"), [(4, "8 are missing"), (6, "no look"), (11, "no look")])
def test_rows_must_end_at_a_declared_look(seeds, text):
    found = judged(trial(), CLEAR, seeds)
    assert found["outcome"] == "inconclusive" and text in found["reason"]


def test_the_plan_tells_when_a_paper_should_be_decided():
    one = trial(slug="plan")
    path = layout.evidence(one, "laptop")[2]
    path.unlink(missing_ok=True)
    assert schedule.to_decision(one, "laptop") is None
    assert "recount calibrate plan" in plan.sequential(one, "laptop", LOOKS)
    files.write_json(path, {"main": {"seeds_used": {"planted": 6.0, "reversed": 5.0}}})
    assert schedule.to_decision(one, "laptop") == (6.0, 2.0 * 6 / 12)
    assert "about 6.0 seeds and 1.0 minutes" in plan.sequential(one, "laptop", LOOKS)


def test_looks_are_checked_and_part_of_the_rule():
    for looks, text in (([5, 8], "three rising"), ([8, 5, 12], "three rising")):
        assert text in str(cross_check(trial(looks)))
    assert "end with 14" in str(cross_check(trial(seeds=14)))
    plain = paper({"main": claim()}, seeds=12, slug="looks", size={"train_digits": 8})
    assert rule_hash(trial(), "main", "laptop") != rule_hash(plain, "main", "laptop")


def test_a_control_that_five_seeds_cannot_show_yet_does_not_end_the_plan():
    quantities = {
        "gain": trial().claims["main"].quantities["gain"].model_dump(exclude_defaults=True)
    }
    quantities["control"] = {"take": "rate", "metric": "success", "arm": "new"}
    one = trial(quantities=quantities, valid="automatic and control.low > 0.5")
    keep = verdict_seeds(one.slug, "laptop", 1, 12)[:8]
    frame = pd.concat(
        [
            rows(one, {"new": 0.5 + np.resize(CLEAR, 12), "old": 0.5}),
            rows(one, {"new": 1.0}, "success"),
        ]
    )
    frame = frame[frame["seed"].isin(keep)]
    found = judge(one, "main", "laptop", frame, done(one))
    assert found["outcome"] == "reproduced" and found["sequential"]["used"] == 8
    five = frame[frame["seed"].isin(keep[:5])]
    assert undecided(one, "laptop", five, done(one)) == ["main"]


def test_over_built_claims_a_third_of_the_runs_is_saved():
    """Of all claims that several papers make, with the effect that the paper claims and with its
    reverse; also of those that lose next to no power."""
    slugs = ("alga", "givens_accuracy", "hnn_survey", "medical_coding_macro_f1", "mamut", "spright")
    papers = [registry.load(ROOT).papers[slug] for slug in slugs]
    found = [one for _, _, one in savings.of_papers(papers, "laptop", 300)]
    suited = [one for one in found if savings.suits(one)]
    assert len(suited) >= 0.8 * len(found)
    for several in (found, suited):
        share, power = savings.summary(several)
        assert share >= 0.3 and power <= 0.03


def paths(plan, rate: float):
    """Every course that twelve units of a rate can take, and its chance."""
    every = (np.arange(2 ** plan[-1])[:, None] >> np.arange(plan[-1])) & 1
    return every, np.prod(np.where(every, rate, 1 - rate), axis=1)


@pytest.mark.parametrize("alpha", [0.05, 0.025, 0.0125])
@pytest.mark.parametrize("plan", [(5, 8, 12), (6, 7, 12)])
def test_looks_at_order_statistics_err_together_no_more_than_one(plan, alpha):
    above, chance = paths(plan, 0.5)
    crossed = np.zeros(len(above), dtype=bool)
    for number, level in zip(plan, spending.levels(plan, alpha, "order"), strict=True):
        if place := intervals.rank(number, level):
            crossed |= above[:, :number].sum(axis=1) > number - place
    assert alpha / 5 < chance[crossed].sum() <= alpha
    last = spending.levels(plan, alpha, "order")[-1]
    assert intervals.rank(12, last) == intervals.rank(12, alpha), "the last look lost a rank"


@pytest.mark.parametrize("alpha", [0.05, 0.0125])
def test_looks_at_rates_err_together_no_more_than_one_at_any_rate(alpha):
    plan, worst = (5, 8, 12), 0.0
    for rate in np.linspace(0.01, 0.99, 99):
        good, chance = paths(plan, rate)
        crossed = np.zeros(len(good), dtype=bool)
        for (low, high), number in zip(spending.rate_tables(plan, alpha), plan, strict=True):
            crossed |= low[good[:, :number].sum(axis=1)] > rate
            assert (low < high).all() and np.allclose(low, 1 - high[::-1])
        worst = max(worst, chance[crossed].sum())
    assert alpha / 2 < worst <= alpha
    assert spending.rate_tables(plan, alpha)[-1][0][12] == pytest.approx(
        alpha ** (1 / 12), abs=1e-3
    )


@pytest.mark.parametrize("alpha", [0.05, 0.025])
@pytest.mark.parametrize("shape", ["normal", "uniform", "t3"])
def test_looks_at_means_err_together_no_more_than_one(shape, alpha):
    plan, rng = (5, 8, 12), np.random.default_rng(5)
    values = shapes.draw(rng, shape, (100_000, 12))
    crossed = np.zeros(len(values), dtype=bool)
    for number, level in zip(plan, spending.levels(plan, alpha, "student"), strict=True):
        crossed |= intervals.t_bounds(values[:, :number], level)[0] > 0
    assert 0.3 * alpha < crossed.mean() <= 1.04 * alpha


def test_a_line_that_no_seeds_left_could_reach_ends_the_plan():
    """Eleven successes of twelve are asked for, so two failures among five end it; one does not."""
    rate = {"share": {"take": "rate", "metric": "success", "arm": "new"}}
    rule = {"reproduced": "share.low > 0.6", "contradicted": "share.high < 0.05"}
    why = "Eleven of twelve show so much"
    one = trial(quantities=rate, effect={"share": 1.0}, margin="own", why=why, **rule)
    first = verdict_seeds(one.slug, "laptop", 1, 12)[:5]
    still = {}
    for failures in (1, 2):
        frame = rows(one, {"new": 1.0, "old": 0.0}, "success")
        frame.loc[frame["seed"].isin(first[:failures]), "value"] = 0.0
        frame = frame[frame["seed"].isin(first)]
        still[failures] = undecided(one, "laptop", frame, done(one))
        if failures == 2:
            found = judge(one, "main", "laptop", frame, done(one))
            assert found["reason"] == "stopped for futility after 5 seeds"
    assert still == {1: ["main"], 2: []}
