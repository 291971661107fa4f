"""Data that at least two kits need: characters as ids, and rows drawn in whole blocks.

Raise DATA_VERSION when a change here can move a result.
"""

from collections.abc import Iterable

import numpy as np

from recount.run import Run
from recount.typed import BadValue

DATA_VERSION = 1


class Characters:
    """One id per character, in the order given; id 0 is padding and no character.

    `encode(lines, length)` -> (N, length) int64, padded on the right; `decode` is its inverse.
    """

    def __init__(self, alphabet: str):
        if len(set(alphabet)) != len(alphabet):
            raise BadValue(f"alphabet {alphabet!r} repeats a character; give each once")
        self.alphabet = alphabet
        self.table = np.full(0x110000, -1, np.int64)
        self.table[[ord(one) for one in alphabet]] = np.arange(1, len(alphabet) + 1)

    @property
    def size(self) -> int:
        return len(self.alphabet) + 1

    def encode(self, lines: Iterable[str], length: int | None = None) -> np.ndarray:
        lines = list(lines)
        longest = max(map(len, lines), default=0)
        length = longest if length is None else length
        if longest > length:
            raise BadValue(f"a line of {longest} characters in a batch {length} wide; widen it")
        text = "".join(line.ljust(length, "\0") for line in lines)
        points = np.frombuffer(text.encode("utf-32-le"), np.uint32)
        ids = np.where(points == 0, 0, self.table[points])
        if (ids < 0).any():
            raise BadValue(f"character {chr(points[ids < 0][0])!r} is not in the alphabet")
        return ids.reshape(len(lines), length)

    def decode(self, ids: np.ndarray) -> list[str]:
        return ["".join(self.alphabet[i - 1] for i in row if i) for row in np.atleast_2d(ids)]


def without_meaning(run: Run, answers: np.ndarray, stream: str = "without meaning") -> np.ndarray:
    """The answers (S, N, ...) of each seed in another order, so that they tell nothing of their
    items: for a control arm. Mix all answers before they are parted into training and test set; an
    arm that still answers better than chance has seen its test set."""
    orders = [run.rng(stream, seed).permutation(answers.shape[1]) for seed in run.seeds]
    return np.stack([one[order] for one, order in zip(answers, orders, strict=True)])


def seen_before(train: np.ndarray, test: np.ndarray) -> np.ndarray:
    """The share (S,) of each seed's test items (S, N, ...) that stand in its training set, byte for
    byte: the row `seen_before`, which the judge wants to be 0 wherever it is emitted."""
    found = []
    for mine, asked in zip(train, test, strict=True):
        known = {np.ascontiguousarray(one).tobytes() for one in mine}
        found.append(np.mean([np.ascontiguousarray(one).tobytes() in known for one in asked]))
    return np.array(found)


class Draws:
    """Indices below `high`, `batch` per seed and step: `draws(step)` -> (S, batch) int64.

    Drawn in blocks of steps, since opening a stream costs as much as a hundred numbers. A pure
    function of (seed, step): two arms draw the same, and a resumed run goes on as if never stopped.
    """

    BLOCK = 64

    def __init__(self, run: Run, stream: str, high: int, batch: int):
        self.run, self.stream, self.shape = run, stream, (self.BLOCK, batch)
        self.high = high
        self.block, self.drawn = -1, np.empty(0)

    def __call__(self, step: int) -> np.ndarray:
        block, row = divmod(step, self.BLOCK)
        if block != self.block:
            streams = [self.run.rng(self.stream, seed, block) for seed in self.run.seeds]
            self.drawn = np.stack([one.integers(self.high, size=self.shape) for one in streams])
            self.block = block
        return self.drawn[:, row]
