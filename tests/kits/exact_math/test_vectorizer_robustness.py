"""Moves of document vectors: known values, and faults and loose bounds that are seen."""

import numpy as np
import pytest
from paper_frames import frame_of, module_of, values_of

from recount.kits.exact_math import counter_examples, vectorizers

BOUNDED = ("concatenation", "tfidf", "paragraph")


@pytest.fixture
def paper():
    return module_of("exact_math", "vectorizer_robustness")


def test_two_documents_of_one_word_are_at_right_angles_in_tfidf(paper):
    moves = values_of(frame_of(paper, "tfidf", longest=3), "farthest_move")
    assert moves[0] == pytest.approx(np.sqrt(2))


def test_the_paragraph_vector_is_where_its_gradient_vanishes(paper):
    counts = np.array([2.0, 0, 1, 0])
    q = vectorizers.paragraph(counts, paper.EMBEDDED, 1.0)
    share = np.exp(paper.EMBEDDED @ q) / np.exp(paper.EMBEDDED @ q).sum()
    assert share @ paper.EMBEDDED + q == pytest.approx(counts @ paper.EMBEDDED / 3)


@pytest.mark.parametrize("arm", BOUNDED)
def test_all_documents_stay_within_the_bounds_and_both_ways_agree(paper, arm):
    frame = frame_of(paper, arm)
    assert counter_examples(frame, "within_bound").empty
    assert counter_examples(frame, "agreement").empty


@pytest.mark.parametrize("arm", ["loose_tfidf", "loose_paragraph"])
def test_without_what_the_bounds_need_they_break(paper, arm):
    assert not counter_examples(frame_of(paper, arm), "within_bound").empty


@pytest.mark.parametrize("arm", ["tfidf", "paragraph"])
def test_a_fault_in_the_fast_way_is_seen(paper, monkeypatch, arm):
    right = paper.vector
    monkeypatch.setattr(paper, "vector", lambda *given: right(*given) * 1.01)
    assert not counter_examples(frame_of(paper, arm), "agreement").empty
