"""The kit `other`: curves that meet their facts, notes, classifiers, label metrics."""

import numpy as np
import pytest
from scipy import sparse
from sklearn.metrics import f1_score

from recount.kits.other import (
    Corpus,
    Facts,
    Wording,
    draw_labels,
    draw_words,
    fit_evidence,
    fit_neighbours,
    known_curve,
    label_scores,
    predictions,
    tuned_threshold,
)
from recount.kits.other.frequencies import share
from recount.typed import BadValue

FACTS = Facts(labels=400, notes=3000, per_note=8.0, top=5, top_per_note=2.0)
WORDING = Wording(keywords=2, written=0.8, mentions=3.0, filler=3.0, filler_words=50)


@pytest.fixture(scope="module")
def corpus():
    rng, rates = np.random.default_rng(3), known_curve(FACTS)
    labels = draw_labels(rng, rates, FACTS.notes)
    return Corpus(draw_words(rng, labels, rates, WORDING), labels)


def test_curve_meets_every_fact():
    rates = known_curve(FACTS)
    assert (np.diff(rates) <= 0).all()
    assert share(rates).sum() == pytest.approx(8.0, rel=0.02)
    assert share(rates[:5]).sum() == pytest.approx(2.0, rel=0.001)
    assert -np.expm1(-FACTS.notes * rates).sum() == pytest.approx(400, rel=0.01)


def test_drawn_labels_meet_the_facts(corpus):
    assert corpus.labels.nnz / FACTS.notes == pytest.approx(8.0, rel=0.05)
    assert (corpus.labels.sum(0) > 0).sum() == pytest.approx(400, rel=0.05)
    assert set(corpus.labels.data) == set(corpus.words.data) == {1.0}


def test_impossible_facts_are_refused():
    with pytest.raises(BadValue, match="top_per_note 7.9"):
        known_curve(Facts(labels=400, notes=3000, per_note=8.0, top=5, top_per_note=7.9))
    with pytest.raises(BadValue, match="per_note 0.1"):
        known_curve(Facts(labels=4000, notes=3000, per_note=0.1, top=5, top_per_note=0.05))


def test_words_belong_to_their_labels():
    labels = sparse.csr_matrix(np.eye(4, dtype=np.float32))
    sure = Wording(keywords=3, written=1.0, mentions=0.0, filler=0.0, filler_words=2)
    words = draw_words(np.random.default_rng(0), labels, np.ones(4), sure)
    assert words.shape == (4, 14)
    np.testing.assert_array_equal(words.toarray()[:, :12], np.kron(np.eye(4), np.ones((1, 3))))


@pytest.mark.parametrize("fit", [fit_evidence, fit_neighbours])
def test_classifier_beats_the_commonest_labels(corpus, fit):
    train, tuning, asked = map(
        corpus.part, (slice(2000), slice(2000, 2500), slice(2500, FACTS.notes))
    )
    scorer = fit(train)
    found = predictions(scorer(asked.words), tuned_threshold(scorer(tuning.words), tuning.labels))
    always = np.zeros(asked.labels.shape, np.float32)
    always[:, :8] = 1
    least = f1_score(asked.labels, always, average="micro")
    assert label_scores(asked.labels, found).micro > least + 0.1


def test_tuned_threshold_is_the_best_of_all():
    rng = np.random.default_rng(1)
    truth = sparse.csr_matrix((rng.random((30, 12)) < 0.3).astype(np.float32))
    values = np.round(rng.random((30, 12)), 1) + truth.toarray() * 0.3
    scores = sparse.csr_matrix(values)
    best = max(
        f1_score(truth, values >= limit, average="micro", zero_division=0)
        for limit in np.unique(values)
    )
    threshold = tuned_threshold(scores, truth)
    assert label_scores(truth, predictions(scores, threshold)).micro == pytest.approx(best)


def test_macro_over_present_and_all_labels():
    """The factor between the two averages is labels / present labels, whatever was predicted."""
    rng = np.random.default_rng(2)
    truth = (rng.random((40, 20)) < 0.2).astype(np.float32)
    truth[:, 15:] = 0
    predicted = sparse.csr_matrix((rng.random((40, 20)) < 0.3).astype(np.float32))
    scores = label_scores(sparse.csr_matrix(truth), predicted)
    every = np.ones(20, bool)
    by_hand = f1_score(truth, predicted.toarray(), average=None, zero_division=0)
    np.testing.assert_allclose(scores.f1, by_hand)
    assert scores.present.sum() == 15
    assert scores.macro(every) == pytest.approx(by_hand.mean())
    assert scores.macro(scores.present) / scores.macro(every) == pytest.approx(20 / 15)
