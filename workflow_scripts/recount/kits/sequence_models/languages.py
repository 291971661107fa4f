"""Formal languages as tasks: strings of small integers with the label a recogniser must give.

A string is a row of an integer array (count, length); symbols are 0 .. symbols - 1. A language says
three things: which strings it holds (`holds`), how to draw strings of one length (`draw`), and
which strings are alike (`kind`), with one or more of each kind (`kinds`): where a model's
output is seen to depend on the kind alone, a few strings speak for *all* of their length.

Two worked examples. PARITY holds the bit strings with an odd number of ones, and two strings
with the same number of ones are alike:

    >>> import numpy as np
    >>> Parity().holds(np.array([[1, 0, 0], [1, 1, 0]]))
    array([ True, False])
    >>> Parity().kinds(3, np.random.default_rng(0)).sum(axis=1)
    array([0, 1, 2, 3])

MAJORITY, more ones than zeros, is two lines for whoever needs it; it draws as any language does:

    >>> class Majority(Language):
    ...     def holds(self, strings):
    ...         return 2 * strings.sum(axis=1) > strings.shape[1]
    >>> Majority().holds(every_string(2)).tolist()
    [False, False, False, True]
"""

import numpy as np

from recount.typed import BadValue

LONGEST_LISTING = 24


class Language:
    """A set of strings. `symbols` is the size of its alphabet; subclasses say what it holds."""

    symbols = 2

    def holds(self, strings: np.ndarray) -> np.ndarray:
        """For each row of `strings` (count, length), whether it is in the language: (count,)."""
        raise NotImplementedError(f"{type(self).__name__} must say which strings it holds")

    def draw(self, rng: np.random.Generator, length: int, count: int) -> np.ndarray:
        """`count` strings with independent, uniform symbols: (count, length)."""
        return rng.integers(self.symbols, size=(count, length))

    def kind(self, strings: np.ndarray) -> np.ndarray:
        """A number per string, equal for strings that are alike: (count,). Here none are."""
        return strings @ self.symbols ** np.arange(strings.shape[1])

    def kinds(self, length: int, rng: np.random.Generator) -> np.ndarray:
        """At least one string of every kind of this length; without kinds, all strings."""
        return every_string(length, self.symbols)


class Parity(Language):
    """Bit strings with an odd number of ones."""

    def holds(self, strings: np.ndarray) -> np.ndarray:
        return strings.sum(axis=1) % 2 == 1

    def kind(self, strings: np.ndarray) -> np.ndarray:
        return strings.sum(axis=1)

    def kinds(self, length: int, rng: np.random.Generator) -> np.ndarray:
        """One string for each number of ones, the ones at random places: (length + 1, length)."""
        sorted_strings = np.tri(length + 1, length, -1, dtype=np.int64)
        return rng.permuted(sorted_strings, axis=1)


class First(Language):
    """Bit strings that start with a one."""

    def holds(self, strings: np.ndarray) -> np.ndarray:
        return strings[:, 0] == 1

    def kind(self, strings: np.ndarray) -> np.ndarray:
        return strings[:, 0]

    def kinds(self, length: int, rng: np.random.Generator) -> np.ndarray:
        """Both first symbols, each before zeros, ones, a single one and random bits."""
        rest = np.zeros((5, length - 1), dtype=np.int64)
        rest[1] = 1
        if length > 1:
            rest[2, rng.integers(length - 1)] = 1
            rest[3:] = rng.integers(2, size=(2, length - 1))
        return np.concatenate([np.insert(rest, 0, first, axis=1) for first in (0, 1)])


def every_string(length: int, symbols: int = 2) -> np.ndarray:
    """All strings of one length in counting order: (symbols ** length, length).

    Raises BadValue where that is more than 2 ** 24 strings.
    """
    if length * np.log2(symbols) > LONGEST_LISTING:
        raise BadValue(f"length {length}: over 2^{LONGEST_LISTING} strings; list shorter ones")
    numbers = np.arange(symbols**length)[:, None]
    return numbers // symbols ** np.arange(length - 1, -1, -1) % symbols


def mark(strings: np.ndarray, symbol: int, end: bool) -> np.ndarray:
    """The strings with one extra `symbol` (a class mark) put before or after each of them."""
    return np.insert(strings, strings.shape[1] if end else 0, symbol, axis=1)
