"""Addition asked in plain digits, and again with the digits renamed by a mapping that is stated.

A checkpoint gets each sum plain, with its terms swapped, after the rules of addition, with an
explanation asked for, and with letters for digits; writing a number in those letters, without
adding, is the control. A seed is one renaming and its sums. The stand-ins are small decoders, one
a seed. A line states an alphabet, then asks to add two one-digit numbers in it, to write a digit in
it, or to read one of its symbols. Writing and reading are trained in any alphabet, adding in the
plain one and `alphabets` - 1 others; then adding is asked where it was never trained.
"""

from typing import Literal

import numpy as np

from recount.experiment import Train
from recount.kits.llm_eval import (
    Lines,
    LineSize,
    Prompt,
    Questions,
    Study,
    by_seed,
    fit_lines,
    last_number,
    last_word,
    line_scores,
)
from recount.run import Rows
from recount.typed import typed

RULES = (
    "To add two numbers, write one below the other, aligned on the right. Add the digits of each "
    "column from right to left; when a column reaches 10, write its last digit and carry 1.\n"
)
ADD, WRITE, READ = range(3)


@typed()
class Arm:
    source: Literal["checkpoint", "training"]
    alphabets: int = 0


@typed()
class Size(LineSize):
    """For a checkpoint `sums` of up to `digits` digits, replies of up to `tokens` tokens.

    For the stand-ins numbers to `base`, alphabets out of `symbols`, `tasks`: the shares of adding,
    writing, reading; `lines` to test on.
    """

    sums: int
    digits: int
    tokens: int
    base: int
    symbols: int
    alphabets: int
    tasks: tuple[float, ...]
    lines: int


def letters(run, seed):
    return "".join(run.rng("letters", seed).permutation(list("abcdefghijklmnopqrstuvwxyz"))[:10])


def prompts(run):
    found = []
    for seed in run.seeds:
        rng = run.rng("sums", seed)
        for _ in range(run.size.sums):
            lengths = rng.integers(1, run.size.digits + 1, 2)
            a, b = (int("".join(map(str, rng.integers(0, 10, n)))) for n in lengths)
            found += [Prompt(seed, *one) for one in asked(letters(run, seed), a, b)]
    return found


def asked(letters, a, b):
    """(template, text, target, letters) for one sum; each swapped question follows its own."""
    A, B, total = (str(n).translate(str.maketrans("0123456789", letters)) for n in (a, b, a + b))
    mapping = ", ".join(f"{digit} is {letter}" for digit, letter in enumerate(letters))
    stated = f"Digits are written as letters: {mapping}.\n"
    number, word = " Answer with the number only.\nAnswer:", " Answer with letters only.\nAnswer:"
    yield "plain", f"What is {a} + {b}?{number}", str(a + b)
    yield "plain_swapped", f"What is {b} + {a}?{number}", str(a + b)
    yield "rules", f"{RULES}What is {a} + {b}?{number}", str(a + b)
    yield "explain", f"What is {a} + {b}? Explain, then end with the number.\nAnswer:", str(a + b)
    yield "renamed", f"{stated}What is {A} + {B}?{word}", total, letters
    yield "renamed_swapped", f"{stated}What is {B} + {A}?{word}", total, letters
    yield "copy", f"{stated}Write {a + b} in these letters.{word}", total, letters


def read(prompt, reply):
    return last_word(reply, prompt.letters) if prompt.letters else last_number(reply)


def score(run, prompts, answers):
    right = [one.target == answer for one, answer in zip(prompts, answers, strict=True)]
    unlike = [one != other for one, other in zip(answers, [*answers[1:], ""], strict=True)]
    plain, rows = by_seed(run, prompts, right, "plain"), Rows(run)
    broken = [by_seed(run, prompts, unlike, name) for name in ("plain", "renamed")]
    for metric, values in {
        "in_distribution": plain,
        "numeric_accuracy": plain,
        "symbolic_accuracy": by_seed(run, prompts, right, "renamed"),
        "copy_accuracy": by_seed(run, prompts, right, "copy"),
        "violations": np.mean(broken, 0),
        "rules_loss": plain - by_seed(run, prompts, right, "rules"),
        "explain_loss": plain - by_seed(run, prompts, right, "explain"),
    }.items():
        rows.add(metric, values, run.size.sums)
    return rows


def anything(run, rng, known, count):
    """(count, base): alphabets drawn from all symbols; tokens 1 to base are the plain digits."""
    every = np.tile(1 + run.size.base + np.arange(run.size.symbols), (count, 1))
    return rng.permuted(every, axis=1)[:, : run.size.base]


def plain(run, rng, known, count):
    return known[np.zeros(count, int)]


def mixed(run, rng, known, count):
    """Half plain, half of the arm's alphabets."""
    return known[rng.integers(run.arm.alphabets, size=count) * (rng.random(count) < 0.5)]


def unseen(run, rng, known, count):
    """Alphabets in which no arm was trained to add."""
    drawn = anything(run, rng, known, 4 * count)
    return drawn[~(drawn[:, None] == known).all(2).any(1)][:count]


def alphabets(run):
    """(S, alphabets, base): the plain one, then those in which adding is trained."""
    drawn = [
        np.concatenate([1 + np.arange(run.size.base)[None], anything(run, rng, None, count)])
        for rng in (run.rng("alphabets", seed) for seed in run.seeds)
        for count in [run.size.alphabets - 1]
    ]
    return {"alphabets": np.stack(drawn)}


def lines_of(rng, size, alphabets, tasks):
    """(N, base + 6): an alphabet, a task, two terms, a mark, two tokens of answer, low first."""
    x, y = rng.integers(size.base, size=(2, len(tasks)))
    name = np.take_along_axis
    named = [name(alphabets, n[:, None], 1)[:, 0] for n in (x, y, *divmod(x + y, size.base))]
    mark, add, write = 1 + size.base + size.symbols, tasks == ADD, tasks == WRITE
    rest = [
        mark + tasks,
        np.where(write, 1 + x, named[0]),
        np.where(add, named[1], 0),
        np.full_like(x, mark + 3),
        np.where(add, named[3], np.where(write, named[0], 1 + x)),
        np.where(add, named[2], 0),
    ]
    return np.concatenate([alphabets, np.stack(rest, 1)], 1)


def shape(size):
    return Lines(vocab=5 + size.base + size.symbols, length=size.base + 6, answer=size.base + 4)


def train(run, data):
    size, known = run.size, dict(zip(run.seeds, data["alphabets"], strict=True))

    def draw(seed, step):
        rng = run.rng("lines", seed, step)
        tasks = rng.choice(3, size.batch, p=size.tasks)
        parts = [of(run, rng, known[seed], size.batch) for of in (mixed, anything)]
        return lines_of(rng, size, np.where((tasks == ADD)[:, None], *parts), tasks)

    return fit_lines(run, shape(size), size, draw)


TESTS = {
    "in_distribution": (mixed, ADD),
    "numeric_accuracy": (plain, ADD),
    "symbolic_accuracy": (unseen, ADD),
    "copy_accuracy": (anything, READ),
}


def evaluate(run, data, arrays):
    rows, count, printed = Rows(run), run.size.lines, []
    for metric, (of, task) in TESTS.items():
        ids = []
        for seed, known in zip(run.seeds, data["alphabets"], strict=True):
            rng = run.rng(metric, seed)
            drawn = of(run, rng, known, count)
            ids.append(lines_of(rng, run.size, drawn, np.full(count, task)))
        right, found = line_scores(run, shape(run.size), run.size, arrays, np.stack(ids))
        rows.add(metric, right.mean(1), count)
        printed.append(found)
    rows.fingerprint(np.stack(printed, 1))
    return rows


experiment = Study(
    arm=Arm,
    size=Size,
    questions=Questions(prompts=prompts, read=read, score=score),
    stand_in=Train(arm=Arm, size=Size, generate=alphabets, train=train, evaluate=evaluate),
)
