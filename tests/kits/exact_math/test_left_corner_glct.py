"""Left corners: a grammar by hand, two algorithms, and transformations that lose a case."""

import sys
from pathlib import Path

import numpy as np
import pytest

from recount import registry
from recount.experiment import load
from recount.kits.exact_math import counter_examples
from recount.kits.exact_math import left_corners as lc
from recount.run import Run
from recount.typed import build

FOLDER = Path(__file__).resolve().parents[3] / "papers" / "exact_math" / "left_corner_glct"
LIST = lc.Grammar("S", ((3, "S", ("S", "b")), (2, "S", ("a",))))


def frame_of(arm, change=lambda module: None, **sizes):
    experiment, paper = load(FOLDER), registry.load_paper(FOLDER)
    change(sys.modules[experiment.arm.__module__])
    run = Run(
        slug=paper.slug,
        scale="smoke",
        size=build(experiment.size, paper.scales["smoke"].size | sizes, "size"),
        seeds=(1,),
        arm_name=arm,
        arm=build(experiment.arm, paper.arms[arm], arm),
    )
    return experiment.measure(run, {}).frame()


@pytest.mark.parametrize("order", [lc.LEFT, lc.RIGHT])
def test_a_left_recursive_list_keeps_its_weights(order):
    moved = LIST.left_recursive()
    assert moved == {0} and lc.sufficient(LIST, moved) == {"S"}
    made = lc.transformed(LIST, {"S"}, moved, order)
    wanted = {"a" + "b" * n: 2 * 3**n for n in range(5)}
    assert lc.language(made, 5) == lc.language(LIST, 5) == wanted
    assert bool(lc.without_empty(made).left_recursive()) == (order == lc.LEFT)


def test_two_ways_to_weigh_a_word_agree():
    for seed in range(10):
        grammar = lc.random_grammar(np.random.default_rng(seed), 3, 0.6, prime=0)
        for word, weight in lc.language(grammar, 4).items():
            assert lc.weight_of(grammar, word) == weight


@pytest.mark.parametrize("arm", ["corner", "speculation"])
def test_all_statements_hold_at_small_size(arm):
    frame = frame_of(arm, grammars=8)
    assert counter_examples(frame, "agreement").empty
    assert counter_examples(frame, "no_left_recursion").empty == (arm == "corner")


@pytest.mark.parametrize("fault", ["a rule twice", "weight lost", "no recovery"])
def test_a_faulty_transformation_is_seen(monkeypatch, fault):
    right = lc.transformed

    def faulty(grammar, *rest):
        made = right(grammar, *rest)
        long = [rule for rule in made.rules if len(rule[2]) > 1]
        rules = list(made.rules)
        if fault == "a rule twice":
            rules.append(long[0])
        elif fault == "weight lost":
            rules = [(1, head, body) for _, head, body in rules]
        else:
            rules = [rule for rule in rules if rule[1:] != (grammar.start, long[0][2])]
            rules.remove(long[0]) if long[0] in rules else None
        return lc.Grammar(made.start, tuple(rules))

    monkeypatch.setattr(lc, "transformed", faulty)
    assert not counter_examples(frame_of("corner", grammars=5), "agreement").empty
