"""A judge of the paper's own: what it sees, what binds it, and that an unsound one is found out."""

import pytest
from trial_papers import claim, done, paper, rows

from recount.declaration.checks import cross_check
from recount.hashes import rule_hash
from recount.judge import calibrate, judge
from recount.judge import noise as shapes
from recount.judge.calibration import REPLAYS, Calibration
from recount.judge.noise import Noise
from recount.judge.pilots import assumed_from
from recount.judge.rule import Rule
from recount.typed import BadValue

HEAD = '''\
"""A trial with a judge of its own."""

import numpy as np
from scipy import special

from recount.experiment import Measure
from recount.typed import typed


@typed()
class Arm:
    pass


@typed()
class Size:
    train_digits: int = 8
    test_digits: tuple[int, ...] = ()


def gains(metrics):
    arm, unit, value = (metrics[name].to_numpy() for name in ("arm", "unit", "value"))
    gain = np.zeros(unit.max() + 1)
    gain[unit[arm == "new"]] += value[arm == "new"]
    gain[unit[arm == "old"]] -= value[arm == "old"]
    return gain


def judge(metrics, size):
    {body}


experiment = Measure(arm=Arm, size=Size, measure=lambda run, data: None)
'''
SOUND = """gain = gains(metrics)
    half = special.stdtrit(len(gain) - 1, 0.95) * gain.std(ddof=1) / np.sqrt(len(gain))
    if not half > 0:
        return "inconclusive"
    if gain.mean() - half > 0.05:
        return "reproduced"
    return "contradicted" if gain.mean() + half < 0.05 else "inconclusive\""""
UNSOUND = """return "reproduced" if gains(metrics).mean() > 0.05 else "contradicted\""""
OWN = {"judge": "custom", "why": "The claim is about a shape that no quantity describes."}


def trial(body: str, slug: str, **changes):
    made = claim(**OWN | changes)
    one = paper({"main": made}, slug=slug)
    (one.folder / "experiment.py").write_text(HEAD.format(body=body))
    return one


@pytest.fixture
def few(monkeypatch):
    monkeypatch.setattr(shapes, "gated", lambda correlation, free: [Noise("normal", 0.5)])
    monkeypatch.setattr(shapes, "PUBLISHED", ("collapse 15 %",))


def test_a_sound_judge_passes_the_worlds_of_every_other_judge(few):
    one = trial(SOUND, "sound")
    rule = Rule(one, one.claims["main"], "laptop")
    assert Calibration(rule, assumed_from(rule, None), REPLAYS).replays == 2000
    found = calibrate(one, "main", "laptop", replays=400)
    assert found["passed"] and found["shape"] == "unknown"
    assert 0.03 < found["false_reproduced"] <= 0.06
    assert found["false_contradicted_upper"] <= 0.07
    assert set(found["malformed"].values()) == {1.0} and found["power"] > 0.8


def test_an_unsound_judge_does_not(few):
    found = calibrate(trial(UNSOUND, "unsound"), "main", "laptop", replays=200)
    assert not found["passed"] and found["false_reproduced"] > 0.4
    assert found["malformed"]["constant"] < 1


def test_its_verdict_has_guards_and_says_whose_it_is():
    one = trial(SOUND, "verdict")
    values = {"new": [0.9, 0.91, 0.92, 0.9, 0.93, 0.9, 0.91, 0.92], "old": 0.5}
    found = judge(one, "main", "laptop", rows(one, values), done(one))
    assert (found["outcome"], found["judge"]) == ("reproduced", "custom")
    assert {one["alternative"] for one in found["fragility"] if one["applies"]} == {
        "leave one seed out"
    }
    short = rows(one, values)
    short = short[short["seed"] != short["seed"].iloc[0]]
    assert judge(one, "main", "laptop", short, done(one))["outcome"] == "inconclusive"
    assert "judge" not in judge(paper(), "main", "laptop", rows(paper(), values), done(paper()))


def test_it_sees_neither_seeds_nor_the_order_of_arms():
    body = """assert set(metrics.columns) == {"arm", "unit", "metric", "count", "value"}
    assert set(metrics["unit"]) == set(range(len(metrics) // 2))
    assert metrics["arm"].to_list() != sorted(metrics["arm"]) and size.train_digits == 8
    first = metrics[metrics["unit"] == 0].sort_values("arm")["value"].to_list()
    return "reproduced" if first != [0.9, 0.1] else "contradicted\""""
    one = trial(body, "sees")
    values = {"new": [0.9, *[0.8] * 7], "old": [0.1, *[0.2] * 7]}
    frame = rows(one, values)
    for given in (frame, frame[::-1]):
        found = judge(one, "main", "laptop", given, done(one))
        assert found["outcome"] == "reproduced", found["reason"]


def test_a_lost_run_has_to_leave_its_verdict_as_it_is():
    one = trial(UNSOUND, "lost")
    for least, outcome in ((0.9, "reproduced"), (0.5, "inconclusive")):
        values = {"new": [float("nan"), *[least] * 7], "old": 0.4}
        found = judge(one, "main", "laptop", rows(one, values), done(one))
        assert found["outcome"] == outcome


@pytest.mark.parametrize(
    ("body", "text"), [("return True", "says True"), ("return 1 / 0", "ZeroDivisionError")]
)
def test_what_it_says_must_be_an_outcome(body, text):
    one = trial(body, f"odd_{len(text)}")
    found = judge(one, "main", "laptop", rows(one, {"new": 0.9, "old": 0.1}), done(one))
    assert found["outcome"] == "inconclusive" and text in found["reason"]


def test_it_is_part_of_the_rule_and_needs_a_reason():
    one = trial(SOUND, "hashed")
    before = rule_hash(one, "main", "laptop")
    (one.folder / "experiment.py").write_text(HEAD.format(body=UNSOUND))
    assert rule_hash(one, "main", "laptop") != before
    plain = paper({"main": claim()})
    assert rule_hash(plain, "main", "laptop") == rule_hash(
        paper({"main": claim(judge="rule")}), "main", "laptop"
    )
    faults = cross_check(paper({"main": claim(judge="custom")}, version=2))
    assert [path[-1] for path, _ in faults] == ["judge", "judge"]
    silent = HEAD.replace("def judge", "def other").format(body="pass")
    (one.folder / "experiment.py").write_text(silent)
    with pytest.raises(BadValue, match="has no judge"):
        calibrate(one, "main", "laptop")
