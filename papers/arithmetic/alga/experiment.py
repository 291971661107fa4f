"""ALGA: a small transformer adds one column at a time; code outside it walks from right to left.

A first column "ab" is answered with a + b. Every other column is asked with the answer before it:
"pCab" is answered with a + b + the carry that is read off p (1 if p >= 10). Two digits and a
previous answer are all it ever sees, so 100 + 2,000 inputs decide every length. Training draws p as
a sum of two digits, 0-18: the 100 inputs with p = 19 (nine, nine and a carry) are never shown.
`whole` trains the same network on whole sums of up to 5 digits, padded with zeros to 5.
"""

from dataclasses import replace
from typing import Literal

import numpy as np
import torch

from recount.data import Characters
from recount.experiment import Arrays
from recount.kits.arithmetic import ByLength, LengthSize, Lines, Study, add, network
from recount.nn.decode import greedy
from recount.nn.loop import restore
from recount.run import Rows, Run
from recount.typed import typed


@typed()
class Arm:
    method: Literal["column", "whole"]


@typed()
class Size(LengthSize):
    walked_digits: tuple[int, ...]


SHOWN, PROMPT, LENGTH = 2000, 6, 9
CHARACTERS = Characters("0123456789CS:")
WHOLE = ByLength(padded=True, positions=lambda run: "learned", span=lambda run: 40)


def inputs() -> tuple[np.ndarray, np.ndarray]:
    """All lines (2100, 9) and answers (2100,): first columns, p = 0-18, then p = 19."""
    pairs = [(a, b) for a in range(10) for b in range(10)]
    asked = [(f"{a}{b}", a + b) for a, b in pairs]
    asked += [(f"{p}C{a}{b}", a + b + (p > 9)) for p in range(20) for a, b in pairs]
    lines = [question.ljust(5, "\0") + f":{answer}S" for question, answer in asked]
    return CHARACTERS.encode(lines, LENGTH), np.array([answer for _, answer in asked])


class Columns:
    """Half first columns; the previous answer of the others is the sum of two random digits."""

    def examples(self, run: Run):
        return (0,)

    def network(self, run: Run):
        return network(run, CHARACTERS.size, context=LENGTH, prefix=PROMPT)

    def batch(self, run: Run, examples: int):
        lines, _ = inputs()
        return lambda step: self.drawn(run, lines, step)

    def drawn(self, run: Run, lines: np.ndarray, step: int) -> Lines:
        drawn = [
            run.rng("train", s, step).integers(10, size=(5, run.size.batch)) for s in run.seeds
        ]
        a, b, x, y, first = np.stack(drawn, 1)
        ids = lines[10 * a + b + np.where(first < 5, 0, 100 * (1 + x + y))]
        return Lines(ids, (ids > 0) & (np.arange(LENGTH) >= PROMPT))


def walk(answers: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Which sums (N,) come out right, column by column; operands (N, n), answers (2100,)."""
    value = answers[10 * a[:, -1] + b[:, -1]]
    valid, written = value >= 0, [value % 10]
    for x, y in zip(a.T[-2::-1], b.T[-2::-1], strict=True):
        value = answers[100 + 100 * np.where(valid, value, 0) + 10 * x + y]
        valid = valid & (value >= 0)
        written.append(value % 10)
    written.append(value // 10)
    return valid & (np.stack(written[::-1], 1) == add(a, b)).all(1)


def said(run: Run, arrays: Arrays) -> np.ndarray:
    """What each seed answers to every input, (S, 2100); -1 where it is no number from 0 to 19."""
    model = restore(Columns().network(run), {k.removeprefix("0/"): v for k, v in arrays.items()})
    lines = torch.from_numpy(inputs()[0]).expand(len(run.seeds), -1, -1).to(run.device)
    asked = torch.arange(LENGTH, device=run.device) >= PROMPT
    one, two, three = (greedy(model.to(run.device), lines, asked)[..., PROMPT:].cpu().numpy() - 1).T
    stop = CHARACTERS.alphabet.index("S")
    long = (one == 1) & (two >= 0) & (two < 10) & (three == stop)
    short = (one >= 0) & (one < 10) & (two == stop)
    return np.where(short, one, np.where(long, 10 + two, -1)).T


def evaluate(run: Run, data: Arrays, arrays: Arrays) -> Rows:
    if run.arm.method == "whole":
        return study.evaluate(run, data, arrays)
    rows, found, (_, true) = Rows(run), said(run, arrays), inputs()
    rows.add("in_distribution", (found == true)[:, :SHOWN].mean(1), SHOWN)
    rows.add("unseen", (found == true)[:, SHOWN:].mean(1), len(true) - SHOWN)
    for digits in run.size.walked_digits:
        size = (2, run.size.test_sums, digits)
        sums = [run.rng("test", seed, digits).integers(10, size=size) for seed in run.seeds]
        right = [walk(answers, *sums[row]).mean() for row, answers in enumerate(found)]
        rows.add("exact_match", right, run.size.test_sums, digits=digits)
        rows.add("table", [walk(true, *one).mean() for one in sums], size[1], digits=digits)
    rows.fingerprint(found)
    return rows


study = Study(
    arm=Arm, size=Size, lines=lambda run: WHOLE if run.arm.method == "whole" else Columns()
)
experiment = replace(study, evaluate=evaluate)
