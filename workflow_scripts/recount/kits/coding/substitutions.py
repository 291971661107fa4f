"""Every word that one or two wrong letters can make of a word."""

from itertools import combinations

import numpy as np


def singles(words: np.ndarray) -> np.ndarray:
    """(N, length) -> (N, 3 length, length): each letter in turn replaced by each other one."""
    return replaced(words, [(place,) for place in range(words.shape[1])])


def doubles(words: np.ndarray) -> np.ndarray:
    """(N, length) -> (N, 9 length (length - 1) / 2, length): each two letters replaced."""
    return replaced(words, list(combinations(range(words.shape[1]), 2)))


def replaced(words: np.ndarray, places: list[tuple[int, ...]]) -> np.ndarray:
    """Every way to change all letters of one entry of `places`; letters are 0 ... 3."""
    shifts = np.zeros((len(places), 3 ** len(places[0]), words.shape[1]), words.dtype)
    options = np.indices((3,) * len(places[0])).reshape(len(places[0]), -1) + 1
    for row, changed in enumerate(places):
        shifts[row][:, list(changed)] = options.T
    return (words[:, None] + shifts.reshape(-1, words.shape[1])) % 4
