import numpy as np
import pytest
from exact_trials import PAPERS, loaded

from recount import registry
from recount.kits.exact_math import proof_checker as checker
from recount.kits.exact_math import rewriting as rw
from recount.kits.exact_math.proof_search import accepted, planted
from recount.run import Run
from recount.typed import build

SLUG = "minictx_file_tuning"


def run_of(context="file"):
    experiment, module = loaded(SLUG)
    paper = registry.load_paper(PAPERS / SLUG)
    size = build(experiment.size, paper.scales["smoke"].size, "size")
    arm = build(experiment.arm, paper.arms[context], context)
    run = Run(slug=SLUG, scale="smoke", size=size, seeds=(1, 2), arm_name=context, arm=arm)
    return run, experiment, module


def test_every_second_theorem_needs_its_file():
    run, _, module = run_of()
    theorems, texts = module.drawn(run, 1, "goals", 8, fewest=2)
    for at, (one, text) in enumerate(zip(theorems, texts, strict=True)):
        words = rw.words_of(one.start, one.proof, rw.rules_of(one.local), run.size.longest)
        real = [pair for pair in one.local if pair != rw.ABSENT]
        assert checker.certified(words, one.start, one.target, rw.EQUATIONS, real)
        assert bool(set(one.target) & set(rw.LOCAL)) == (at % 2 == 0)
        assert not set(one.start) & set(rw.LOCAL)
        assert sorted(f"{a}={b}" for a, b in real) == sorted(
            text[k : k + 5].strip() for k in (0, 5, 10)
        )


def test_a_tactic_that_names_another_meaning_is_refused():
    run, _, module = run_of()
    one = module.drawn(run, 3, "goals", 1)[0][0]
    fits = [rule for rule, pair in enumerate(rw.rules_of(one.local)) if pair != rw.ABSENT]
    assert len(fits) == module.THEORY + 6 and len(rw.rules_of(one.local)) == module.RULES


def test_a_proof_under_another_file_is_found_out():
    run, _, module = run_of()
    theorems, _ = module.drawn(run, 1, "goals", 6, fewest=2)
    refused = 0
    for one, other in zip(theorems[0::2], theorems[2::2], strict=False):
        tree = planted([rw.Theorem(one.start, one.target, (), other.local)])[0]
        tree.proof = rw.words_of(one.start, one.proof, rw.rules_of(one.local), run.size.longest)
        refused += not accepted(tree)
    assert refused == 2


@pytest.mark.parametrize("context", ["file", "state", "other"])
def test_arms_differ_in_what_they_read_and_in_nothing_else(context):
    run, experiment, module = run_of(context)
    data = experiment.generate(run)
    lines = module.seen(run, data["lines"], data["others"])
    place = module.layout(run).context
    assert (lines[:, place:] == data["lines"][:, place:]).all()
    same = (lines[:, :place] == data["lines"][:, :place]).all(1).mean()
    assert {"file": same == 1, "state": same == 0, "other": same < 0.1}[context]
    texts = ["p=ac ", "p=ca "]
    read = {"file": texts, "state": ["", ""], "other": texts[::-1]}
    assert module.read(run, texts) == read[context]


def test_the_smallest_run_fills_every_row():
    run, experiment, _ = run_of()
    data = experiment.generate(run)
    frame = experiment.evaluate(run, data, experiment.train(run, data).arrays).frame()
    assert (frame[frame.metric == "certified"].value == 1).all()
    assert set(frame[frame.metric == "success"].goals) == {"dependent", "free"}
    assert np.isfinite(frame.value).all()
