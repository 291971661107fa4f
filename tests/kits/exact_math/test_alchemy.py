from random import Random

import pytest
from exact_trials import smoke_run

from recount.kits.exact_math import mutations as mt
from recount.kits.exact_math import proof_checker as checker
from recount.kits.exact_math import rewriting as rw

SLUG = "alchemy"
ONE = rw.Theorem("dapcd", "dbbacd", ((mt.HYPOTHESIS, 1), (1, 1), (0, 1), (3, 1)), (("apc", "ac"),))


def run_of(arm="mutated"):
    return smoke_run(SLUG, arm)


def holds(one):
    words = rw.words_of(one.start, one.proof, rw.rules_of(one.local), 9)
    return checker.certified(words or [], one.start, one.target, rw.EQUATIONS, one.local)


def test_every_mutant_that_the_rules_accept_holds_for_the_checker_too():
    assert holds(ONE)
    by_rw, by_apply = mt.rewritten(ONE, 9, 5), mt.applied(ONE)
    accepted = [new for new in by_rw if mt.proved(new, 9)]
    assert len(accepted) > 40
    assert all(map(holds, accepted)) and all(map(holds, by_apply))
    assert {new.local[0] for new in by_apply} == {
        ("ac", "apc"), ("pc", "c"), ("c", "pc"), ("ap", "a"), ("a", "ap"), ("p", ""), ("", "p"),
    }  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
def test_mutants_of_drawn_theorems(seed):
    run, _, module = run_of()
    one = module.drawn(run, seed, "library", 1)[0]
    assert holds(one)
    (by_rw, by_apply), tried = module.mutants(run, one)
    assert all(map(holds, by_rw + by_apply))
    assert len(by_rw) + len(by_apply) <= tried
    assert len({(new.start, new.target, new.local) for new in by_rw + by_apply}) > 10


def test_a_mutant_whose_proof_is_not_repaired_is_refused():
    other = rw.Theorem(ONE.start, ONE.target, ONE.proof, (("pc", "c"),))
    assert not mt.proved(other, 9) and not holds(other)
    assert not mt.proved(rw.Theorem(ONE.start, "dbacd", ONE.proof, ONE.local), 9)


@pytest.mark.parametrize("data", ["mutated", "rewritten", "applied", "repeated", "fresh"])
def test_training_sets_begin_with_the_library(data):
    run, _, module = run_of(data)
    found = module.training_set(run, 1)
    library, most = run.size.library, run.size.library * (1 + run.size.factor)
    assert found[:library] == module.drawn(run, 1, "library", library)
    assert len(found) == {"repeated": library, "applied": len(found)}.get(data, most)
    assert library <= len(found) <= most
    assert all(map(holds, found))


@pytest.mark.parametrize("seed", range(3))
def test_theorems_need_their_hypothesis_and_as_many_steps_as_asked(seed):
    one = mt.theorem(Random(seed), 9, (4, 5))
    assert holds(one) and 4 <= len(one.proof) <= 5
    assert any(rule >= mt.HYPOTHESIS for rule, _ in one.proof)
    assert rw.shortest(one.start, one.target, rw.rules_of(one.local), 9, 3) is None


def test_far_goals_are_true_and_farther_than_the_library():
    run, experiment, _ = run_of()
    far = experiment.generate(run)["far"]
    assert far.shape == (2, run.size.far_goals, 4)
    for start, target, left, right in far[0].tolist():
        assert checker.true(start, target, [(left, right)])
        rules, near = rw.rules_of(((left, right),)), run.size.most_steps
        assert rw.shortest(start, target, rules, run.size.longest, near) is None


def test_the_smallest_run_fills_every_row():
    run, experiment, _ = run_of()
    data = experiment.generate(run)
    frame = experiment.evaluate(run, data, experiment.train(run, data).arrays).frame()
    assert {"success", "certified", "fitted", "in_distribution", "growth"} <= set(frame.metric)
    assert (frame[frame.metric == "certified"].value == 1).all()
    assert (frame[frame.metric == "accepted"].value.between(0.2, 1)).all()
