"""Notes: which labels each has, and the words it is written in, as sparse 0/1 matrices."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from recount.typed import typed


@typed()
class Wording:
    """Each label has `keywords` words of its own, each written with probability `written`.

    A note further holds `mentions` keywords of labels that it does not have (history, negation), in
    proportion to how common labels are, and `filler` words out of `filler_words` without meaning.
    """

    keywords: int
    written: float
    mentions: float
    filler: float
    filler_words: int


@dataclass(frozen=True)
class Corpus:
    """`words` (notes, vocabulary) and `labels` (notes, labels), both CSR with ones."""

    words: sparse.csr_matrix
    labels: sparse.csr_matrix

    def part(self, notes: slice) -> "Corpus":
        return Corpus(self.words[notes], self.labels[notes])


def ones(rows: np.ndarray, columns: np.ndarray, shape: tuple[int, int]) -> sparse.csr_matrix:
    """A 0/1 matrix with a one at each (row, column), however often it is named."""
    matrix = sparse.csr_matrix((np.ones(len(rows), np.float32), (rows, columns)), shape=shape)
    matrix.sum_duplicates()
    matrix.data[:] = 1
    return matrix


def draw_labels(rng: np.random.Generator, rates: np.ndarray, notes: int) -> sparse.csr_matrix:
    """(notes, labels): label k stands in a note with probability 1 - exp(-rates[k])."""
    counts = rng.poisson(rates * notes)
    columns = np.repeat(np.arange(len(rates)), counts)
    return ones(rng.integers(notes, size=len(columns)), columns, (notes, len(rates)))


def draw_words(
    rng: np.random.Generator, labels: sparse.csr_matrix, rates: np.ndarray, wording: Wording
) -> sparse.csr_matrix:
    """(notes, labels * keywords + filler_words): the words of each note."""
    notes, known = labels.shape
    row, label = labels.nonzero()
    row, label = np.repeat(row, wording.keywords), np.repeat(label, wording.keywords)
    word = label * wording.keywords + np.tile(np.arange(wording.keywords), labels.nnz)
    kept = rng.random(len(word)) < wording.written
    mentions = rng.poisson(wording.mentions, notes)
    about = np.searchsorted(np.cumsum(rates) / rates.sum(), rng.random(mentions.sum()))
    about = np.minimum(about, known - 1) * wording.keywords
    filler = rng.poisson(wording.filler, notes)
    rows = [row[kept], np.repeat(np.arange(notes), mentions), np.repeat(np.arange(notes), filler)]
    columns = [
        word[kept],
        about + rng.integers(wording.keywords, size=len(about)),
        known * wording.keywords + rng.integers(wording.filler_words, size=filler.sum()),
    ]
    shape = (notes, known * wording.keywords + wording.filler_words)
    return ones(np.concatenate(rows), np.concatenate(columns), shape)
