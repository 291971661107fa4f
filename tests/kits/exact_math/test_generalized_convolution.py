"""Convolution over semirings: known counts, laws, and representations that forget something."""

import sys
from fractions import Fraction
from pathlib import Path

import pytest

from recount import registry
from recount.experiment import load
from recount.kits.exact_math import convolutions as conv
from recount.kits.exact_math import counter_examples
from recount.run import Run
from recount.typed import build

FOLDER = Path(__file__).resolve().parents[3] / "papers" / "exact_math" / "generalized_convolution"


def frame_of(arm="trie", change=lambda module: None, **sizes):
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


@pytest.mark.parametrize("arm", ["trie", "derivatives"])
def test_all_statements_hold_at_small_size(arm):
    frame = frame_of(arm, expressions=30, longest=4)
    for metric in ("agreement", "as_python", "self_defined", "trie_is_cheaper", "other_monoids"):
        assert counter_examples(frame, metric).empty, metric
    assert frame[frame.metric == "different_weights"].value.max() > 2


def test_a_star_obeys_its_law_even_where_the_empty_word_weighs_something():
    ring = conv.semiring("rational")
    part = conv.bare(ring, Fraction(1, 2)) + conv.single(ring, "a", Fraction(1, 3))
    star, one = part.starred(), conv.bare(ring, Fraction(1))
    unfolded = one + part * part.starred()
    for n in range(6):
        assert star.weight("a" * n) == unfolded.weight("a" * n) == 2 * Fraction(2, 3) ** n


def test_counts_are_numbers_of_derivations():
    ring = conv.semiring("counting")
    a, one = conv.single(ring, "a", 1), conv.bare(ring, 1)
    trees = conv.deferred(ring, lambda: one + a * trees * trees)
    assert [trees.weight("a" * n) for n in range(8)] == [1, 1, 2, 5, 14, 42, 132, 429]


@pytest.mark.parametrize("fault", ["forgets the empty word", "swaps factors"])
def test_a_faulty_product_is_seen(monkeypatch, fault):
    right = conv.Trie.__mul__

    def faulty(self, other):
        if fault == "swaps factors":
            return right(other, self)
        ring = self.ring
        return conv.Trie(ring, lambda: ring.zero, right(self, other).child)

    monkeypatch.setattr(conv.Trie, "__mul__", faulty)
    monkeypatch.setattr(conv.Trie, "starred", lambda self: self)
    assert not counter_examples(frame_of(change=without_whole, expressions=30), "agreement").empty


def without_whole(module):
    module.nonregular = module.repeated = lambda run, rows: None
