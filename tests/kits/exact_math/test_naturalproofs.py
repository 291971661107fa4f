"""Libraries of lemmas: proofs are right and sparing, texts say them, rankings are as by hand."""

import numpy as np
import pytest
from exact_trials import loaded

from recount import registry
from recount.kits.exact_math import lemma_libraries as ll
from recount.run import Run
from recount.typed import build

SLUG = "naturalproofs"


def library():
    return ll.drawn_library("ring", list(range(12)), 24, np.random.default_rng(0))


def test_clauses_are_applied_until_nothing_new_comes():
    clauses = [(frozenset({1}), 2), (frozenset({2, 3}), 4), (frozenset({4}), 5)]
    assert ll.follows({1, 3}, 5, reversed(clauses))
    assert not ll.follows({1}, 5, clauses) and not ll.follows({1, 3}, 6, clauses)


@pytest.mark.parametrize("steps", [2, 3, 4])
def test_proofs_have_their_length_and_are_right(steps):
    one, rng = library(), np.random.default_rng(steps)
    for _ in range(40):
        theorem = ll.drawn_theorem(one, steps, 3, rng)
        assert len(theorem.references) == steps and ll.right(one, theorem)
        assert theorem.found not in theorem.given


def test_a_missing_and_a_spare_reference_are_seen():
    one, rng = library(), np.random.default_rng(5)
    theorem = ll.drawn_theorem(one, 3, 3, rng)
    fewer = ll.Theorem(theorem.given, theorem.found, theorem.references[1:])
    spare = next(k for k in range(24) if k not in theorem.references)
    more = ll.Theorem(theorem.given, theorem.found, (*theorem.references, spare))
    assert not ll.right(one, fewer) and not ll.right(one, more)


def test_texts_mention_every_property_once_and_words_differ():
    rng, synonyms = np.random.default_rng(6), 3
    for _ in range(30):
        ids = ll.sentence("graph", {4, 7}, 2, synonyms, 16, rng)
        properties = [(k - len(ll.FRAME)) // synonyms for k in ids if k >= len(ll.FRAME)]
        assert sorted(properties) == [2, 4, 7] and ll.KIND["graph"] in ids
        assert properties[-1] == 2
    assert len({ll.word(k) for k in range(1500)}) == 1500
    assert ll.words(ids).count("graph") == 1


def test_rankings_by_hand():
    texts = ll.counted(np.array([[2, 3, 3], [2, 4, 0]]), 6)
    assert texts.tolist() == [[0, 0, 1, 2, 0, 0], [0, 0, 1, 0, 1, 0]]
    weight = ll.rarity(texts)
    assert weight[2] == 0 and weight[3] == pytest.approx(np.log(3 / 2)) and weight[5] > weight[3]
    asked = ll.counted(np.array([[2, 4, 0]]), 6)
    for scores in (ll.tfidf(asked, texts, weight), ll.bm25(asked, texts, weight)):
        assert scores.shape == (1, 2) and scores[0, 1] > scores[0, 0] == 0


def trial(arm, **size):
    paper = registry.load_paper(registry.root() / "papers" / "exact_math" / SLUG)
    experiment, module = loaded(SLUG)
    size = build(experiment.size, paper.scales["smoke"].size | size, "size")
    given = {"slug": SLUG, "scale": "smoke", "size": size, "seeds": (1, 2)}
    data = experiment.generate(Run(**given))
    run = Run(**given, arm_name=arm, arm=build(experiment.arm, paper.arms[arm], arm))
    return experiment.evaluate(run, data, experiment.train(run, data).arrays).frame()


def value(frame, metric, half):
    return frame[(frame.metric == metric) & (frame.library == half)].value.to_numpy()


def test_a_network_learns_its_library_and_synonyms_hide_words_from_tfidf():
    size = {"theorems": 80, "updates": 200, "width": 16, "tested": 20}
    network, chance = (value(trial(arm, **size), "map", "seen") for arm in ("network", "chance"))
    assert network.mean() > chance.mean() + 0.1
    plain, hidden = (value(trial("tfidf", synonyms=n), "map", "seen") for n in (1, 3))
    assert plain.mean() > hidden.mean()


def test_a_wrong_reference_is_reported(monkeypatch):
    right = ll.drawn_theorem

    def wrong(*given):
        one = right(*given)
        return ll.Theorem(one.given, one.found, one.references[1:])

    monkeypatch.setattr(ll, "drawn_theorem", wrong)
    assert (value(trial("chance"), "proofs_right", "seen") == 0).all()
