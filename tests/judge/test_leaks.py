"""Answers that leak: seen by a control arm that learns nonsense, or by counting repeated items."""

import leaking_papers
import numpy as np
import pandas as pd
import pytest
from trial_papers import claim, done, paper, rows

from recount.data import seen_before, without_meaning
from recount.declaration.checks import cross_check
from recount.hashes import design_hash, rule_hash
from recount.judge import calibrate, judge
from recount.judge.guards import nothing_to_learn
from recount.judge.table import from_frame
from recount.reports.validity import against_leaks
from recount.run import Run

CONTROL = {"shuffled": {"metric": "accuracy", "at_most": 0.6}}
ARMS = {"new": {}, "old": {}, "shuffled": {}}
GAINS = [0.2, 0.21, 0.19, 0.2, 0.22, 0.18, 0.2, 0.21]


def controlled(**changes):
    return paper(
        {"main": claim()}, **{"arms": ARMS, "controls": CONTROL, "slug": "leaks"} | changes
    )


def judged(one, shuffled, more=()):
    values = {"new": 0.5 + np.array(GAINS), "old": 0.5} | (
        {"shuffled": shuffled} if shuffled else {}
    )
    frame = pd.concat([rows(one, values), *more], ignore_index=True)
    return judge(one, "main", "laptop", frame, done(one))


def test_a_control_arm_that_answers_nonsense_well_makes_every_verdict_undecided():
    fair, leaking = judged(controlled(), [0.5] * 8), judged(controlled(), [0.9] * 8)
    assert fair["outcome"] == "reproduced"
    assert leaking["outcome"] == "inconclusive" and "nothing to learn" in leaking["reason"]
    assert against_leaks(fair) == ["nothing to learn"]
    lost = judged(controlled(), [np.nan] * 8)
    assert lost["outcome"] == "inconclusive", "a control that was lost controls nothing"
    assert judged(controlled(), None)["outcome"] == "inconclusive"


def test_a_control_that_did_not_run_leaves_no_verdict():
    one = controlled()
    states = done(one, shuffled={"state": "failed", "reason": "lost its way"})
    frame = rows(one, {"new": 0.5 + np.array(GAINS), "old": 0.5})
    assert judge(one, "main", "laptop", frame, states)["outcome"] == "not_run"


@pytest.mark.parametrize(("share", "outcome"), [(0.0, "reproduced"), (0.02, "inconclusive")])
def test_test_items_that_were_trained_on_are_counted(share, outcome):
    one = paper(slug="seen")
    more = [rows(one, {"new": [0.0] * 7 + [share], "old": 0.0}, "seen_before")]
    found = judged(one, None, more)
    assert found["outcome"] == outcome
    assert against_leaks(found) == ["test items are new"]


def test_a_paper_without_controls_has_the_hashes_that_it_had():
    plain = paper({"main": claim()}, arms=ARMS, slug="leaks")
    assert rule_hash(plain, "main", "laptop") != rule_hash(controlled(), "main", "laptop")
    assert design_hash(plain, "laptop") == design_hash(controlled(), "laptop")
    other = controlled(controls={"shuffled": {"metric": "success", "at_most": 0.6}})
    assert design_hash(other, "laptop") != design_hash(plain, "laptop")


@pytest.mark.parametrize(
    ("controls", "text"),
    [
        ({"nobody": CONTROL["shuffled"]}, "there is no arm 'nobody'"),
        ({"old": CONTROL["shuffled"]}, "is compared in claim main"),
        ({"shuffled": {"metric": "accuracy"}}, "either at_least or at_most"),
        ({"shuffled": {"metric": "acuracy", "at_most": 0.6}}, "did you mean 'accuracy'"),
    ],
)
def test_a_control_is_checked(controls, text):
    assert text in str(cross_check(controlled(controls=controls)))


def test_spoiled_tables_are_still_refused_where_there_are_controls(monkeypatch):
    from recount.judge import noise

    monkeypatch.setattr(noise, "gated", lambda correlation, free: [noise.Noise("normal", 0.5)])
    monkeypatch.setattr(noise, "PUBLISHED", ())
    found = calibrate(controlled(), "main", "laptop", replays=500)
    assert set(found["malformed"].values()) == {1.0}


def test_answers_without_meaning_and_repeated_items():
    run = Run(slug="x", scale="laptop", size=None, seeds=(1, 2))
    answers = np.arange(40).reshape(2, 20)
    mixed = without_meaning(run, answers)
    assert (np.sort(mixed) == answers).all() and (mixed != answers).mean() > 0.8
    assert (mixed == without_meaning(run, answers)).all()
    assert not (mixed[0] == mixed[1] - 20).all(), "each seed has an order of its own"
    train = np.arange(24).reshape(2, 4, 3)
    test = np.stack([train[0][[0, 1]], train[1][[0, 1]] + 100])
    assert seen_before(train, test).tolist() == [1.0, 0.0]


@pytest.mark.parametrize("slug", leaking_papers.PAPERS)
def test_the_control_arm_of_a_built_paper_sees_a_leak_and_nothing_else(slug, tmp_path):
    """Really trained on pilot seeds, with the paper's own code, at a smaller size."""
    papers = [leaking_papers.copy(slug, tmp_path / str(leak), leak) for leak in (False, True)]
    for one, rows_ in zip(papers, leaking_papers.trained(papers, "mixed", 2), strict=True):
        assert not cross_check(one)
        _, passed, told = nothing_to_learn(one, from_frame(rows_, "seed"))
        assert "mixed" in told and passed is not one.arms["mixed"]["leaked"], told
