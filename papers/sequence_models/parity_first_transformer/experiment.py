"""Encoders for PARITY and FIRST with weights written by hand, with and without layer normalisation.

PARITY, class mark last: a uniform head puts k/n (k ones) and 1/n on every position; the ReLU layer
leaves 1/n at position k and nothing elsewhere; from the mark, one head leans to even positions and
one to odd ones, and the sign of their difference is the parity of k. FIRST, class mark first: the
ReLU layer flags a one in place 1; the mark attends to place 1 and reads the flag minus one half.
Both answers shrink with n. For layer normalisation each vector x becomes (x, -x), of mean 0, and
the last ReLU layer erases all but the answer, which normalisation blows up to a size free of n.
"""

from functools import partial
from typing import Literal

import numpy as np

from recount.experiment import Measure
from recount.kits import sequence_models as kit
from recount.run import Rows
from recount.typed import typed

LANGUAGES = {"parity": kit.Parity(), "first": kit.First()}


@typed()
class Arm:
    language: Literal["parity", "first"]
    epsilon: float | None = None  # under the root of layer normalisation; null: none is done


@typed()
class Size:
    every: int  # all strings of each length up to this one
    lengths: tuple[int, ...]  # every kind of string of these lengths
    samples: int
    targets: tuple[float, ...]  # bits of cross-entropy to get below


def weights(language):
    """Blocks and the answer's place; before it: 0 1 2 symbol, then as the comments say."""
    if language == "parity":  # 3 i/n, 4 (-1)^i, 5 k/n, 6 1/n, 7 is 1/n where i = k
        e = np.eye(9)
        nothing = np.zeros((0, 9))
        count = kit.Head(nothing, nothing, e[1:3], e[:, 5:7])
        hat = np.stack([e[5] - e[3] + shift * e[6] for shift in (-1, 0, 1)])
        even, odd = (kit.Head(e[2:3], s * e[4:5], e[7:8], -s * e[:, 8:]) for s in (1, -1))
        marked = kit.Block((count,), hat, np.outer(e[7], [1, -2, 1]))
        return marked, kit.Block((even, odd), nothing, nothing.T), 8
    e = np.eye(6)  # 3 is place 1, 4 is a one in place 1
    flag = kit.Block((), (e[3] - e[0] - e[2])[None], e[:, 4:5])
    read = kit.Head(e[2:3], e[3:4], (e[4] - e[3] / 2)[None], e[:, 5:])
    return flag, kit.Block((read,), e[:0], e[:, :0]), 5


def mirrored(block):
    read, write = partial(np.kron, [[1, 0]]), partial(np.kron, [[1], [-1]])
    heads = (kit.Head(read(h.query), read(h.key), read(h.value), write(h.out)) for h in block.heads)
    return kit.Block(tuple(heads), read(block.hidden), write(block.output))


def scores(arm, strings):
    *blocks, last, answer = weights(arm.language)
    end = arm.language == "parity"
    symbols = kit.mark(strings, 2, end)
    place = np.arange(symbols.shape[1])
    x = np.eye(len(last.output))[symbols]
    x[..., 3:5] = np.stack(
        [place / len(place), (-1.0) ** place] if end else [place == 1, 0 * place], 1
    )
    if arm.epsilon is not None:
        others = np.delete(np.eye(len(last.output)), answer, axis=0)
        erase = np.concatenate([others, -others])
        last = kit.Block(last.heads, erase, -erase.T)
        blocks, last, x = map(mirrored, blocks), mirrored(last), np.concatenate([x, -x], axis=2)
    return kit.encode((*blocks, last), x, -1 if end else 0, arm.epsilon)[:, answer]


def measure(run, data):
    rows, size, language = Rows(run), run.size, LANGUAGES[run.arm.language]
    score = partial(kit.in_parts, partial(scores, run.arm))
    for length in range(1, size.every + 1):
        strings = kit.every_string(length)
        kit.add_exactness(rows, language, score(strings), strings, check="every string")
    rng, levels, smallest = run.rng("strings"), [0.0], None
    for done, length in enumerate(size.lengths):
        drawn = language.draw(rng, length, size.samples)
        strings = np.concatenate([language.kinds(length, rng), drawn])
        found = score(strings)
        labels = kit.add_exactness(rows, language, found, strings, check="every kind")
        bits = kit.bits_of_surprise(found, labels)
        smallest = smallest or np.abs(found).min()
        rows.add("cross_entropy", bits.mean(), count=len(bits), length=length)
        rows.add("rises", bits.mean() > levels[-1], length=length)
        rows.add("steady", np.ptp([*bits, *levels[1:]]) < 1e-9, length=length)
        for target in size.targets:  # the output weight that reaches it at the first length
            gain = -np.log(np.expm1(target * np.log(2))) / smallest
            worst = kit.bits_of_surprise(gain * found, labels).max()
            rows.add("sharp", worst < 1.000001 * target, length=length, target=target)
        levels.append(bits.mean())
        run.report(done + 1, len(size.lengths), f"length {length}")
    rows.add("near_one", levels[-1] > 0.99, length=size.lengths[-1])
    return rows


experiment = Measure(arm=Arm, size=Size, measure=measure)
