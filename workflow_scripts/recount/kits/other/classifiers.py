"""Two classifiers for many labels that need one pass over the notes: word evidence and neighbours.

Each `fit_...` returns a function from words (notes, vocabulary) to sparse scores (notes, labels); a
label without a score is not predicted. `tuned_threshold` turns scores into predictions.
"""

from collections.abc import Callable

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.preprocessing import normalize

from recount.kits.other.notes import Corpus

Scorer = Callable[[sparse.csr_matrix], sparse.csr_matrix]


def fit_evidence(corpus: Corpus, least: int = 2, lift: float = 3.0, floor: float = 0.0) -> Scorer:
    """Naive Bayes, one label against the rest, from words that point at a label.

    A word counts for a label when they stood together in at least `least` training notes, `lift`
    times as often as by chance. Score: the sum over a note's words of log P(word | label) /
    P(word | no label), on top of the label's log odds; scores below `floor` are left out.
    """
    notes = corpus.words.shape[0]
    together = (corpus.words.T @ corpus.labels).tocoo()
    with_word = np.asarray(corpus.words.sum(0)).ravel()
    with_label = np.asarray(corpus.labels.sum(0)).ravel()
    word, label, both = together.row, together.col, together.data
    kept = (both >= least) & (both * notes > lift * with_word[word] * with_label[label])
    word, label, both = word[kept], label[kept], both[kept]
    inside = (both + 0.5) / (with_label[label] + 1)
    outside = (with_word[word] - both + 0.5) / (notes - with_label[label] + 1)
    shape = (corpus.words.shape[1], corpus.labels.shape[1])
    weights = sparse.csr_matrix((np.log(inside / outside), (word, label)), shape=shape)
    odds = np.log((with_label + 0.5) / (notes - with_label + 0.5))

    def scores(words: sparse.csr_matrix) -> sparse.csr_matrix:
        found = sparse.csr_matrix(words @ weights)
        found.data += odds[found.indices]
        found.data[found.data < floor] = 0
        found.eliminate_zeros()
        return found

    return scores


def fit_neighbours(corpus: Corpus, neighbours: int = 10, block: int = 64) -> Scorer:
    """Score: the share of the `neighbours` most alike training notes (tf-idf) with a label."""
    weighting = TfidfTransformer().fit(corpus.words)
    known = normalize(weighting.transform(corpus.words)).T.tocsc()

    def scores(words: sparse.csr_matrix) -> sparse.csr_matrix:
        asked = normalize(weighting.transform(words))
        parts = []
        for start in range(0, asked.shape[0], block):
            alike = (asked[start : start + block] @ known).toarray()
            near = np.argpartition(-alike, neighbours - 1, axis=1)[:, :neighbours]
            rows = np.repeat(np.arange(len(near)), neighbours)
            share = np.full(near.size, 1 / neighbours, np.float32)
            votes = sparse.csr_matrix((share, (rows, near.ravel())), shape=alike.shape)
            parts.append(votes @ corpus.labels)
        return sparse.vstack(parts, format="csr")

    return scores


def tuned_threshold(scores: sparse.csr_matrix, labels: sparse.csr_matrix) -> float:
    """The threshold with the best micro-F1 on these notes: predict where score >= threshold."""
    places, true = (cells(matrix) for matrix in (scores, labels))
    right = np.isin(places, true, assume_unique=True)
    order = np.argsort(-scores.data, kind="stable")
    values, hits = scores.data[order], np.cumsum(right[order])
    f1 = 2 * hits / (np.arange(1, len(hits) + 1) + labels.nnz)
    last = np.append(values[1:] < values[:-1], True)
    return float(values[last][np.argmax(f1[last])])


def cells(matrix: sparse.csr_matrix) -> np.ndarray:
    """One number for each stored cell, in the order of `matrix.data`."""
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    return rows * matrix.shape[1] + matrix.indices


def predictions(scores: sparse.csr_matrix, threshold: float) -> sparse.csr_matrix:
    """0/1 matrix of the labels whose score reaches the threshold."""
    found = scores.copy()
    found.data = (found.data >= threshold).astype(np.float32)
    found.eliminate_zeros()
    return found
