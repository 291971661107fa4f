"""Indexed grammars: three computations of one weight, and programs that lose a symbol."""

import sys
from pathlib import Path

import numpy as np
import pytest

from recount import registry
from recount.experiment import load
from recount.kits.exact_math import counter_examples
from recount.kits.exact_math.indexed_grammars import FIELD, enumerated, two_steps
from recount.run import Run
from recount.typed import build

FOLDER = Path(__file__).resolve().parents[3] / "papers" / "exact_math" / "weighted_tag_parsing"


@pytest.fixture(scope="module")
def experiment():
    return load(FOLDER)


def module_of(experiment):
    return sys.modules[experiment.arm.__module__]


def frame_of(experiment, **sizes):
    paper = registry.load_paper(FOLDER)
    size = build(experiment.size, paper.scales["smoke"].size | sizes, "size")
    arm = build(experiment.arm, paper.arms["denser"], "arm")
    run = Run(slug=paper.slug, scale="smoke", size=size, seeds=(1,), arm_name="denser", arm=arm)
    return experiment.measure(run, {}).frame()


def test_every_computation_agrees_and_the_languages_are_known(experiment):
    frame = frame_of(experiment, grammars=10, longest=5)
    for metric in ("agreement", "old_is_new", "known_language", "sums_agree"):
        assert len(frame[frame.metric == metric]) and counter_examples(frame, metric).empty, metric
    assert frame[frame.metric == "derives"].value.mean() > 0.5


def test_a_context_free_grammar_counts_its_binary_trees(experiment):
    rules = [np.zeros(shape, np.int64) for shape in [(2, 1, 1, 1, 1), (2, 1, 1, 1, 1)]]
    keep = np.zeros((2, 1, 1, 1), np.int64)
    keep[0] = 1
    for length, trees in enumerate([1, 1, 2, 5, 14, 42], 1):
        words = np.ones((1, length), np.int64)
        assert two_steps(*rules, keep, words, 0, FIELD)[0][0, 0, -1] == trees
        assert enumerated(*rules, keep, words, FIELD) == [trees]


@pytest.mark.parametrize("fault", ["forgets pushes", "wrong side"])
def test_a_faulty_program_disagrees_with_the_enumeration(experiment, monkeypatch, fault):
    def faulty(push, pop, keep, *rest):
        if fault == "forgets pushes":
            return two_steps(np.zeros_like(push), pop, keep, *rest)
        return two_steps(push[::-1].copy(), pop, keep, *rest)

    monkeypatch.setattr(module_of(experiment).grammars, "two_steps", faulty)
    frame = frame_of(experiment, grammars=8, longest=4)
    assert not counter_examples(frame, "agreement").empty
    assert not counter_examples(frame, "known_language").empty
