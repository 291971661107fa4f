"""Judging a recogniser length by length."""

from collections.abc import Callable, Iterable

import numpy as np

from recount.kits.sequence_models.languages import Language
from recount.run import Rows


def bits_of_surprise(scores: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Cross-entropy in bits of each label under the log-odds `scores`; 1 bit is a coin's."""
    return np.logaddexp(0, np.where(labels, -scores, scores)) / np.log(2)


def add_by_length(
    rows: Rows,
    language: Language,
    score: Callable[[int, np.ndarray], np.ndarray],
    lengths: Iterable[int],
    count: int,
    stream: str = "test",
) -> None:
    """`accuracy` and `cross_entropy` (bits a string) at each length, on strings drawn per seed.

    `score(index, strings)` gives the log-odds (count,) of seed number `index` for strings
    (count, length). A score of exactly 0 or nan counts as wrong: it decides nothing. The draw
    depends on the seed and the length alone, so all arms meet the same strings.
    """
    for length in lengths:
        right, bits = [], []
        for index, seed in enumerate(rows.run.seeds):
            strings = language.draw(rows.run.rng(stream, seed, step=length), length, count)
            labels = language.holds(strings)
            scores = score(index, strings)
            right.append(np.mean(np.where(labels, scores > 0, scores < 0)))
            bits.append(bits_of_surprise(scores, labels).mean())
        rows.add("accuracy", right, count=count, length=length)
        rows.add("cross_entropy", bits, count=count, length=length)


def add_exactness(
    rows: Rows, language: Language, found: np.ndarray, strings: np.ndarray, **axes
) -> np.ndarray:
    """Two yes-or-no rows for strings of one length with log-odds `found` (count,); returns labels.

    `holds`: every sign is right (0 and nan are wrong), else the axis `string` names the first
    fault.
    `alike`: strings of one kind score the same, to a millionth of the smallest score, so one string
    of each kind may speak for all of them.
    """
    labels, kinds = language.holds(strings), language.kind(strings)
    wrong = np.flatnonzero(~np.where(labels, found > 0, found < 0))
    named = {"string": "".join(map(str, strings[wrong[0]]))} if len(wrong) else {}
    axes = {"length": strings.shape[1], **axes}
    rows.add("holds", len(wrong) == 0, count=len(strings), **axes, **named)
    order = np.argsort(kinds, kind="stable")
    starts = np.unique(kinds[order], return_index=True)[1]
    highest = np.maximum.reduceat(found[order], starts)
    spread = highest - np.minimum.reduceat(found[order], starts)
    rows.add("alike", spread.max() <= 1e-6 * np.abs(found).min(), count=len(strings), **axes)
    return labels


def in_parts(
    score: Callable[[np.ndarray], np.ndarray], strings: np.ndarray, symbols: int = 1 << 19
) -> np.ndarray:
    """`score(strings)`, found for about `symbols` symbols at a time, to spare memory."""
    step = max(1, symbols // strings.shape[1])
    parts = [score(strings[start : start + step]) for start in range(0, len(strings), step)]
    return np.concatenate(parts)
