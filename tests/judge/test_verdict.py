"""The whole judgement: outcome, words, guards, failures, grades, and the same bytes every time."""

import json

import numpy as np
import pandas as pd
import pytest
from trial_papers import GAIN, REACH, claim, done, paper, reach_claim, rows, seeds_of

from recount.files import json_bytes
from recount.judge import JUDGE_VERSION, judge
from recount.registry import design_hash, rule_hash

NOISE = np.random.default_rng(11).normal(0, 0.02, (2, 8))


def frame(one, gain: float, noise=NOISE) -> pd.DataFrame:
    return rows(one, {"new": 0.6 + gain + noise[0], "old": 0.6 + noise[1]})


def verdict(one, metrics, scale="laptop", calibration=None, **states) -> dict:
    return judge(one, "main", scale, metrics, done(one, **states), calibration)


@pytest.mark.parametrize(
    ("gain", "outcome", "words"),
    [
        (0.15, "reproduced", "seen at small scale"),
        (0.05, "inconclusive", "undecided"),
        (-0.05, "contradicted", "not seen at small scale"),
    ],
)
def test_three_outcomes(gain, outcome, words):
    one = paper()
    found = verdict(one, frame(one, gain))
    assert (found["outcome"], found["words"], found["scope"]) == (outcome, words, "small scale")
    assert found["expressions"][outcome if gain != 0.05 else "valid"]["value"] is True
    assert found["note"] == "the paper's own scale was not tested"
    assert found["asked_share"] == 0.5 and found["alpha"] == 0.05
    assert found["rule"] == rule_hash(one, "main", "laptop")
    assert found["design"] == design_hash(one, "laptop")
    assert found["judge_version"] == JUDGE_VERSION
    assert "refuted" not in json.dumps(found)


def test_every_key_of_the_contract_is_there():
    found = verdict(paper(), frame(paper(), 0.15))
    wanted = """slug lab claim scale outcome words scope grades reason whose_code statement limits
        quantities expressions guards fragility smallest_effect asked_share counter_example alpha
        version rule design judge_version calibration runs"""
    assert set(wanted.split()) <= set(found)
    keys = "take metric arm against point low high unbounded per_seed interval n"
    assert set(keys.split()) <= set(found["quantities"]["gain"])


def test_judging_again_gives_the_same_bytes():
    one = paper()
    metrics = frame(one, 0.06)
    first = json_bytes(verdict(one, metrics))
    shuffled = metrics.sample(frac=1, random_state=3).reset_index(drop=True)
    assert json_bytes(verdict(one, metrics)) == first == json_bytes(verdict(one, shuffled))


def test_infinite_and_missing_numbers_are_null():
    one = paper(seeds=12, metrics={"mse": {"range": [0, None]}})
    quantity = {"take": "median", "metric": "mse", "arm": "new"}
    rule = {"reproduced": "gain.high < 1", "contradicted": "gain.low > 1"}
    one = paper({"main": claim(quantities={"gain": quantity}, **rule)}, 12, metrics=one.metrics)
    values = [0.1] * 6 + [np.inf] * 5 + [np.nan]
    found = verdict(one, rows(one, {"new": values, "old": 1.0}, "mse"))
    gain = found["quantities"]["gain"]
    assert gain["high"] is None and gain["unbounded"] == ["high"] and gain["point"] is not None
    assert gain["per_seed"].count(None) == 6
    json.dumps(found, allow_nan=False)


def test_smoke_gives_no_verdict_but_shows_what_was_measured():
    one = paper()
    seeds = [(seed, "new", 0.9) for seed in (1, 2)] + [(seed, "old", 0.1) for seed in (1, 2)]
    metrics = pd.DataFrame(seeds, columns=["seed", "arm", "value"])
    metrics = metrics.assign(metric="accuracy", count=10)
    found = verdict(one, metrics, "smoke")
    assert (found["outcome"], found["reason"]) == ("not_run", "smoke proves the plumbing only")
    assert found["quantities"]["gain"]["point"] == pytest.approx(0.8)
    assert found["grades"] == [] and found["words"] == "not run"


def test_a_failed_arm_is_not_run_with_its_reason():
    one = paper()
    metrics = frame(one, 0.15)
    state = {"state": "failed", "reason": "RuntimeError: diverged"}
    found = verdict(one, metrics[metrics.arm == "new"], old=state)
    assert found["outcome"] == "not_run" and found["reason"] == "old failed: RuntimeError: diverged"
    found = judge(one, "main", "laptop", metrics, {"new": {"state": "done"}}, None)
    assert found["outcome"] == "not_run" and found["reason"] == "old was not run"


def test_an_arm_that_the_claim_does_not_name_changes_nothing():
    one, more = paper(), paper(arms={"new": {}, "old": {}, "extra": {}})
    metrics = frame(one, 0.15)
    extra = rows(one, {"extra": 0.1})
    failed = {"state": "failed", "reason": "out of memory"}
    found = verdict(more, pd.concat([metrics, extra]), extra=failed)
    alike = ("outcome", "quantities", "guards", "fragility")
    assert [found[key] for key in alike] == [verdict(one, metrics)[key] for key in alike]


def test_names_of_arms_do_not_matter():
    names = {"new": "zeta", "old": "alpha"}
    other = claim(quantities={"gain": GAIN | {"arm": "zeta", "minus": "alpha"}})
    one, two = paper(), paper({"main": other}, arms={"zeta": {}, "alpha": {}})
    metrics = frame(one, 0.08)
    first, second = verdict(one, metrics), verdict(two, metrics.assign(arm=metrics.arm.map(names)))
    assert first["outcome"] == second["outcome"]
    assert first["quantities"]["gain"]["low"] == second["quantities"]["gain"]["low"]


@pytest.mark.parametrize("gain", [-0.1, -0.05, 0.0, 0.04, 0.06, 0.1])
def test_mirrored_arms_and_rules_mirror_the_outcome(gain):
    both = claim(reproduced="gain.low > 0.03", contradicted="gain.high < -0.03")
    flip = claim(
        quantities={"gain": GAIN | {"arm": "old", "minus": "new"}},
        reproduced="gain.high < -0.03",
        contradicted="gain.low > 0.03",
    )
    one, two = paper({"main": both}), paper({"main": flip})
    metrics = frame(one, gain)
    assert verdict(one, metrics)["outcome"] == verdict(two, metrics)["outcome"]


def test_scaling_metric_and_margin_together_leaves_the_outcome():
    score = {"score": {"range": [None, None]}}
    for gain in (0.04, 0.06, 0.09):
        outcomes = set()
        for factor in (1, 1000):
            rule = {"reproduced": f"gain.low > {0.05 * factor:g}"}
            rule |= {"contradicted": f"gain.high < {0.05 * factor:g}"}
            made = claim(quantities={"gain": GAIN | {"metric": "score"}}, **rule)
            one = paper({"main": made}, metrics=score)
            metrics = frame(one, gain).assign(metric="score")
            outcomes.add(verdict(one, metrics.assign(value=metrics.value * factor))["outcome"])
        assert len(outcomes) == 1


def test_a_lost_run_counts_against_either_statement():
    one = paper()
    metrics = frame(one, 0.12)
    assert verdict(one, metrics)["outcome"] == "reproduced"
    metrics.loc[metrics.index[0], "value"] = np.nan
    found = verdict(one, metrics)
    assert found["outcome"] == "inconclusive" and "1 of 8 runs were lost" in found["reason"]
    dropped = [f for f in found["fragility"] if f["alternative"] == "lost runs left out"]
    assert dropped[0]["flips"] and dropped[0]["outcome"] == "reproduced"


@pytest.mark.parametrize("fault", ["missing", "duplicate", "strange seed", "outside", "constant"])
def test_malformed_rows_never_give_a_verdict(fault):
    one = paper()
    metrics = frame(one, 0.3)
    broken = {
        "missing": lambda: metrics.iloc[1:],
        "duplicate": lambda: pd.concat([metrics, metrics.iloc[:1]]),
        "strange seed": lambda: metrics.assign(seed=metrics.seed + 1),
        "outside": lambda: metrics.assign(value=metrics.value * 100),
        "constant": lambda: metrics.assign(value=(metrics.arm == "new") * 1.0),
    }[fault]()
    found = verdict(one, broken)
    assert found["outcome"] == "inconclusive"
    assert found["reason"].startswith("test could not tell") or "spread 0" in found["reason"]


def test_no_rows_at_all():
    one = paper()
    found = verdict(one, frame(one, 0.1).iloc[:0])
    assert found["outcome"] == "inconclusive" and found["quantities"] == {}


def trained(one, level=0.99, same=False) -> pd.DataFrame:
    """In-distribution level and fingerprints of both arms."""
    arms = {"new": 0.99, "old": level}
    prints = {"new": np.arange(8.0), "old": np.arange(8.0) + (0 if same else 1)}
    return pd.concat([rows(one, arms, "in_distribution", 500), rows(one, prints, "fingerprint")])


def guard(found, name) -> dict:
    return next(one for one in found["guards"] if one["name"] == name)


def test_an_arm_that_has_not_learned_could_not_tell():
    one = paper(kind="train")
    metrics = frame(one, 0.3)
    assert verdict(one, pd.concat([metrics, trained(one)]))["outcome"] == "reproduced"
    found = verdict(one, pd.concat([metrics, trained(one, 0.5)]))
    assert found["outcome"] == "inconclusive"
    assert (
        found["reason"].startswith("test could not tell: learned") and "old 0.5" in found["reason"]
    )
    assert not guard(found, "learned")["passed"]
    assert found["expressions"]["valid"]["value"] is False
    found = verdict(one, pd.concat([metrics, trained(one).query("arm == 'new'")]))
    assert "no in_distribution" in found["reason"]


def test_an_arm_may_be_exempt_from_learning_with_a_reason():
    why = "It is meant to fail on its own training distribution."
    rule = {"metric": "in_distribution", "at_least": 0.9, "except": ["old"], "why": why}
    one = paper(kind="train", learned=rule)
    found = verdict(one, pd.concat([frame(one, 0.3), trained(one, 0.1)]))
    assert found["outcome"] == "reproduced"


def test_a_loss_can_show_learning_too():
    one = paper(kind="train", learned={"metric": "loss", "at_most": 0.1}, metrics=LOSS)
    for level, outcome in ((0.05, "reproduced"), (0.5, "inconclusive")):
        loss = rows(one, {"new": 0.05, "old": level}, "loss")
        found = verdict(one, pd.concat([frame(one, 0.3), trained(one), loss]))
        assert found["outcome"] == outcome


LOSS = {"loss": {"range": [0, None]}}


def test_two_arms_that_predict_the_same_are_one_arm():
    one = paper(kind="train")
    found = verdict(one, pd.concat([frame(one, 0.3), trained(one, same=True)]))
    assert "new and old predict the same" in found["reason"]
    without = trained(one).query("metric != 'fingerprint'")
    found = verdict(one, pd.concat([frame(one, 0.3), without]))
    assert "no fingerprint of new, old" in found["reason"]


def test_the_treatment_may_not_be_tuned_more():
    one = paper(tuning={"new": 5, "old": 2})
    found = verdict(one, frame(one, 0.3))
    assert found["outcome"] == "inconclusive" and not guard(found, "tuning budget")["passed"]
    one = paper(tuning={"new": 2, "old": 5})
    assert verdict(one, frame(one, 0.3))["outcome"] == "reproduced"


def test_a_control_of_its_own_can_be_asked_for():
    quantities = {"gain": GAIN, "control": {"take": "mean", "metric": "success", "arm": "old"}}
    made = claim(quantities=quantities, valid="automatic and control.low > 0.5")
    one = paper({"main": made})
    for level, outcome in ((0.8, "reproduced"), (0.4, "inconclusive")):
        control = rows(one, {"old": level + NOISE[0]}, "success")
        found = verdict(one, pd.concat([frame(one, 0.3), control]))
        assert found["outcome"] == outcome
    assert "control.low > 0.5" in found["reason"]


def test_a_verdict_on_the_edge_is_fragile():
    one = paper()
    low = verdict(one, frame(one, 0.0))["quantities"]["gain"]["low"]
    sure, edge = verdict(one, frame(one, 0.3)), verdict(one, frame(one, 0.0501 - low))
    assert sure["grades"] == ["provisional"]
    assert edge["outcome"] == "reproduced" and "fragile" in edge["grades"]
    assert len(edge["fragility"]) >= 8
    assert any(one["alternative"] == "margin doubled" and one["flips"] for one in edge["fragility"])


def test_the_smallest_effect_is_the_line_and_the_half_width():
    one = paper()
    found = verdict(one, frame(one, 0.05))
    gain = found["quantities"]["gain"]
    assert found["smallest_effect"]["gain"] == pytest.approx(0.05 + gain["point"] - gain["low"])


def test_an_undecided_claim_says_what_deciding_would_cost():
    one = paper()
    assert verdict(one, frame(one, 0.3))["seeds_to_decide"] is None
    near, nearer = (verdict(one, frame(one, gain))["seeds_to_decide"] for gain in (0.06, 0.055))
    assert 8 < near < nearer


def test_a_grid_that_ends_too_early_could_not_tell():
    one = paper({"main": reach_claim()}, seeds=12)
    parts = [
        rows(one, {"new": 0.99, "old": 0.1}, "exact_match", 2000, digits=d) for d in (8, 16, 48)
    ]
    found = verdict(one, pd.concat(parts))
    assert not guard(found, "grid")["passed"] and "ends at 48" in found["reason"]


def test_later_versions_ask_more_and_say_so():
    one = paper(version=2)
    found = verdict(one, frame(one, 0.3))
    assert found["alpha"] == 0.025 and {"version 2", "post hoc"} <= set(found["grades"])
    assert (
        found["quantities"]["gain"]["low"]
        < verdict(paper(), frame(paper(), 0.3))["quantities"]["gain"]["low"]
    )


def test_grades_follow_the_calibration():
    one = paper()
    good = {"rule": rule_hash(one, "main", "laptop"), "passed": True, "powered": True}
    good |= {"shape": "irrelevant", "worlds": 9, "false_reproduced": 0.04}
    metrics = frame(one, 0.3)

    def grades(**changes):
        return verdict(one, metrics, calibration=good | changes)["grades"]

    assert grades() == ["calibrated"]
    assert grades(powered=False) == ["calibrated", "underpowered"]
    assert grades(shape="unknown") == ["provisional (shape unknown)"]
    assert grades(passed=False) == ["provisional"]
    assert grades(rule="another") == ["provisional"]
    like, unlike = 0.028, 0.2
    stale = "provisional (spread unlike the pilots')"
    for spread, grade in ((like, "calibrated"), (unlike, stale)):
        pilots = {"gain": {"spread": spread, "freedom": 7}}
        assert grades(pilot_spread=pilots) == [grade]
    assert verdict(one, metrics, calibration=good)["calibration"]["false_reproduced"] == 0.04


def exact(values, **axes):
    made = claim(
        quantities={"h": {"take": "all", "metric": "holds", "arm": "new", "along": "base"}},
        reproduced="h.low >= 1",
        contradicted="h.high < 1",
        effect={},
    )
    sizes = {name: {"seeds": 1, "minutes": 1, "size": {}} for name in ("smoke", "laptop")}
    one = paper({"main": made}, unit="none", level="exact", scales=sizes, arms={"new": {}})
    parts = [rows(one, {"new": value}, "holds", 10, base=i + 2) for i, value in enumerate(values)]
    return verdict(one, pd.concat(parts))


def test_an_enumeration_names_its_range_or_its_counter_example():
    found = exact([1, 1, 1])
    assert found["words"] == "no counter-example up to base 4" and found["scope"] == "up to base 4"
    assert found["counter_example"] is None and found["fragility"] == []
    found = exact([1, 0, 1, 0])
    assert found["words"] == "counter-example found" and found["outcome"] == "contradicted"
    assert found["counter_example"] == {"arm": "new", "metric": "holds", "value": 0, "base": 3}
    assert isinstance(exact([1.0, 0.0])["counter_example"]["base"], int)
    assert exact([1, np.nan, 1])["outcome"] == "inconclusive"
    assert exact([1, np.nan, 0])["outcome"] == "contradicted"


@pytest.mark.parametrize(
    ("changes", "scale", "words", "scope"),
    [
        ({"level": "paper"}, "laptop", "seen at small scale", "small scale"),
        ({"level": "scaled"}, "paper", "reproduced", "paper settings"),
        ({"level": "data"}, "laptop", "reproduced", "data"),
        ({"level": "checkpoint"}, "laptop", "reproduced", "checkpoint tiny"),
        ({"stand_in": "A smaller thing."}, "laptop", "seen at small scale", "stand-in"),
    ],
)
def test_scope(changes, scale, words, scope):
    size = {"train_digits": 8} | ({"checkpoint": "tiny"} if "checkpoint" in scope else {})
    sizes = {name: {"seeds": 8, "minutes": 1, "size": size} for name in ("smoke", scale)}
    one = paper(scales=sizes, **changes)
    metrics = frame(paper(), 0.3)
    renamed = dict(zip(seeds_of(paper()), seeds_of(one, scale), strict=True))
    found = verdict(one, metrics.assign(seed=metrics.seed.map(renamed)), scale)
    assert (found["words"], found["scope"]) == (words, scope)


def test_a_paper_scale_that_is_less_than_the_paper_s_own_is_small():
    size = {"train_digits": 8}
    sizes = {name: {"seeds": 8, "minutes": 1, "size": size} for name in ("smoke", "paper")}
    for reduced, about, words in (
        (False, "paper settings", "reproduced"),
        (True, "small scale", "seen at small scale"),
    ):
        one = paper(scales=sizes | {"paper": sizes["paper"] | {"reduced": reduced}}, level="scaled")
        metrics = frame(paper(), 0.3)
        renamed = dict(zip(seeds_of(paper()), seeds_of(one, "paper"), strict=True))
        found = verdict(one, metrics.assign(seed=metrics.seed.map(renamed)), "paper")
        assert (found["scope"], found["words"]) == (about, words)
        assert (found["note"] is not None) == reduced


def test_several_baselines_are_one_quantity_each():
    made = reach_claim() | {
        "quantities": {"new": REACH | {"arm": "new"}, "old": REACH | {"over": ["old", "third"]}}
    }
    one = paper({"main": made}, seeds=12, arms={"new": {}, "old": {}, "third": {}})
    good, bad = [0.99, 0.99, 0.99, 0.99, 0.99, 0.9], [0.99, 0.99, 0.1, 0.1, 0.1, 0.1]
    parts = [
        rows(one, {"new": good[i], "old": bad[i], "third": bad[i]}, "exact_match", 2000, digits=d)
        for i, d in enumerate((8, 16, 24, 32, 48, 64))
    ]
    found = verdict(one, pd.concat(parts))
    assert found["outcome"] == "reproduced"
    assert {"new", "old.old", "old.third"} == set(found["quantities"])
    parts = [part.assign(value=part.value.where(part.arm != "third", 0.99)) for part in parts]
    assert verdict(one, pd.concat(parts))["outcome"] == "contradicted"
