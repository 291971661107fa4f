"""Higher-order DisCoCat: readings by hand, two ways to evaluate a diagram, and faults that show."""

import exact_trials
import numpy as np
import pytest

from recount.kits.exact_math import montague as mo
from recount.kits.exact_math import peirce as pe

SLUG = "higher_order_discocat"
EVERY = (("every", "man", True), "sleeps", False)
NO_IS = (("no", "man", True), ("is", ("some", "island", True), True), False)


def test_a_universal_is_a_cut_within_a_cut():
    inner = ("some", "x0", ("and", (("spot", "man", ("x0",)), ("not", asleep("x0")))))
    assert pe.read(mo.graph_of(EVERY)) == ("and", (("not", inner),))


def asleep(name):
    return ("and", (("spot", "sleeps", (name,)),))


@pytest.mark.parametrize(
    "tree,wanted",
    [
        (EVERY, lambda m: (~m["man"] | m["sleeps"]).all()),
        (NO_IS, lambda m: not (m["man"] & m["island"]).any()),
        (
            ("Alice", ("kills", "himself", False), False),
            lambda m: (m["Alice"] & m["kills"].diagonal()).any(),
        ),
        (
            (
                ("some", ("man", ("in", ("every", "island", True), True), False), True),
                "sleeps",
                False,
            ),
            lambda m: ((~m["island"][:, None] | m["in"]).all(0) & m["man"] & m["sleeps"]).any(),
        ),
    ],
)
def test_sentences_mean_what_they_say(tree, wanted):
    rng, graph = np.random.default_rng(7), mo.graph_of(tree)
    answers = set()
    for _ in range(30):
        share = rng.random()
        model = {name: rng.random((3,) * n) < share for name, n in mo.PLACES.items()}
        truth = pe.by_tensors(graph, 3, model)
        batch = {name: table[None] for name, table in model.items()}
        assert truth == wanted(model) == pe.truths(mo.formula_of(tree), batch, 3).item()
        answers.add(bool(truth))
    assert answers == {False, True}


def test_z3_tells_equivalent_from_different():
    some = (("some", "man", True), "sleeps", False)
    assert pe.equivalent(pe.read(mo.graph_of(EVERY)), mo.formula_of(EVERY))
    assert pe.equivalent(mo.formula_of(EVERY), mo.formula_of(some)) is False


def test_derivations_are_counted():
    assert [len(mo.trees(mo.S, length)) for length in (2, 3, 4)] == [1, 12, 67]


def test_a_mistake_in_a_word_shows_in_a_sentence():
    seen = set()
    for tree in mo.sentences(5):
        for word in set(mo.words(tree)) & set(mo.MISTAKES) - seen:
            if pe.equivalent(pe.read(mo.graph_of(tree, word)), mo.formula_of(tree)) is False:
                seen.add(word)
        if len(seen) == len(mo.MISTAKES):
            break
    assert seen == set(mo.MISTAKES)


def test_a_faulty_reader_is_seen_by_the_tensors(monkeypatch):
    experiment, _ = exact_trials.loaded(SLUG)
    assert not exact_trials.failed(
        exact_trials.frame_of(SLUG, experiment, "higher_order"), "agreement"
    )
    monkeypatch.setattr(pe, "read", lambda graph: ("not", READ(graph)))
    assert exact_trials.failed(exact_trials.frame_of(SLUG, experiment, "higher_order"), "agreement")


READ = pe.read
