"""Vectors of small documents, from word counts and, for checks, from the words themselves."""

from functools import cache
from itertools import combinations_with_replacement
from math import hypot

import numpy as np
from scipy.optimize import minimize


@cache
def multisets(length: int, words: int) -> np.ndarray:
    """The counts (M, words) of all documents of so many words, order left aside."""
    chosen = combinations_with_replacement(range(words), length)
    return np.array([np.bincount(one, minlength=words) for one in chosen])


def tfidf(counts: np.ndarray, weights: np.ndarray, normalised: bool) -> np.ndarray:
    weighted = counts * weights
    return weighted / (np.sqrt((weighted**2).sum()) if normalised else 1.0)


def tfidf_of_words(document: tuple[int, ...], weights: np.ndarray, normalised: bool) -> list[float]:
    """The same word by word."""
    weighted = [document.count(word) * float(one) for word, one in enumerate(weights)]
    length = hypot(*weighted) if normalised else 1.0
    return [one / length for one in weighted]


def paragraph(counts: np.ndarray, embedded: np.ndarray, bend: float) -> np.ndarray:
    """q at the least of mean(-log softmax(embedded q) over the words) + bend / 2 |q|^2 (Newton)."""
    q = np.zeros(embedded.shape[1])
    for _ in range(60):
        share = np.exp(embedded @ q)
        share /= share.sum()
        mean = share @ embedded
        slope = mean - counts @ embedded / counts.sum() + bend * q
        spread = embedded.T @ (share[:, None] * embedded) - np.outer(mean, mean)
        step = np.linalg.solve(spread + bend * np.eye(len(q)), slope)
        q = q - step
        if np.abs(step).max() < 1e-14:
            break
    return q


def paragraph_by_minimiser(
    document: tuple[int, ...], embedded: np.ndarray, bend: float
) -> list[float]:
    """The same from the loss alone, by a library's minimiser with numerical slopes."""

    def loss(q):
        scores = embedded @ q
        return np.log(np.exp(scores).sum()) - scores[list(document)].mean() + bend / 2 * (q @ q)

    start = np.zeros(embedded.shape[1])
    return minimize(loss, start, method="BFGS", options={"gtol": 1e-9}).x.tolist()
