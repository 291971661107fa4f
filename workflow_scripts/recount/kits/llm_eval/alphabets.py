"""A stand-in for renamed digits: small decoders on lines that state their alphabet.

A line states an alphabet, then asks to add two one-digit numbers in it, to write a digit in it, or
to read one of its symbols. Writing and reading are trained in any alphabet; adding in the plain one
and in `run.arm.alphabets` - 1 others. Then adding is asked where it was never trained.
"""

import numpy as np

from recount.experiment import Arrays, Learned, Train
from recount.kits.llm_eval.lines import Lines, LineSize, fit_lines, line_scores
from recount.run import Rows, Run
from recount.typed import BadValue, typed

ADD, WRITE, READ = range(3)


@typed()
class AlphabetSize(LineSize):
    """Numbers to `base`, alphabets out of `symbols`, `alphabets` for adding at most.

    `tasks`: the shares of adding, writing, reading; `lines`: how many each test has.
    """

    base: int
    symbols: int
    alphabets: int
    tasks: tuple[float, ...]
    lines: int


def anything(run: Run, rng: np.random.Generator, known: np.ndarray, count: int) -> np.ndarray:
    """(count, base): alphabets drawn from all symbols; tokens 1 to base are the plain digits."""
    every = np.tile(1 + run.size.base + np.arange(run.size.symbols), (count, 1))
    return rng.permuted(every, axis=1)[:, : run.size.base]


def plain(run: Run, rng: np.random.Generator, known: np.ndarray, count: int) -> np.ndarray:
    """The plain digits in every line."""
    return known[np.zeros(count, int)]


def mixed(run: Run, rng: np.random.Generator, known: np.ndarray, count: int) -> np.ndarray:
    """Half plain, half of the arm's alphabets."""
    return known[rng.integers(run.arm.alphabets, size=count) * (rng.random(count) < 0.5)]


def unseen(run: Run, rng: np.random.Generator, known: np.ndarray, count: int) -> np.ndarray:
    """Alphabets in which no arm was trained to add."""
    drawn = anything(run, rng, known, 4 * count)
    return drawn[~(drawn[:, None] == known).all(2).any(1)][:count]


def generate(run: Run) -> Arrays:
    """(S, alphabets, base): the plain one, then those in which adding is trained."""
    drawn = [
        np.concatenate([1 + np.arange(run.size.base)[None], anything(run, rng, None, count)])
        for rng in (run.rng("alphabets", seed) for seed in run.seeds)
        for count in [run.size.alphabets - 1]
    ]
    return {"alphabets": np.stack(drawn)}


def lines_of(rng: np.random.Generator, size: AlphabetSize, alphabets, tasks) -> np.ndarray:
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


def shape(size: AlphabetSize) -> Lines:
    return Lines(vocab=5 + size.base + size.symbols, length=size.base + 6, answer=size.base + 4)


def train(run: Run, data: Arrays) -> Learned:
    size, known = run.size, dict(zip(run.seeds, data["alphabets"], strict=True))
    if not 1 <= run.arm.alphabets <= size.alphabets:
        raise BadValue(
            f"arms.{run.arm_name}: alphabets: write 1 to {size.alphabets}, as the size has"
        )

    def draw(seed: int, step: int) -> np.ndarray:
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


def evaluate(run: Run, data: Arrays, arrays: Arrays) -> Rows:
    """The share of lines answered wholly right, for each of TESTS."""
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


def stated_alphabets(arm: type, size: type) -> Train:
    """The stand-in as an experiment; `arm` has `alphabets`, `size` is an AlphabetSize."""
    return Train(arm=arm, size=size, generate=generate, train=train, evaluate=evaluate)
