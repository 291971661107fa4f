"""One term interface, two ways to store a sum, and the same rewriting rules over both.

The rules see a term through a few functions only: its arguments, how to make a similar term, and
whether it is collected already. Trees keep their arguments as they came, so the rule for like terms
compares pairs; a collected sum is a table from what is multiplied to its coefficient. The second
part runs a reaction-diffusion step, written cell by cell, on tracers in place of numbers, and
compiles what was traced. Work is counted in looks at a pair of terms or at the table.
"""

from functools import partial
from time import perf_counter
from typing import Literal

import numpy as np

from recount.experiment import Measure
from recount.kits.exact_math.terms import arguments, simplified
from recount.kits.exact_math.tracing import Compiled, Traced
from recount.run import Rows
from recount.typed import typed


@typed()
class Arm:
    storage: Literal["collected", "tree"]


@typed()
class Size:
    terms: tuple[int, ...]  # of a sum, before like ones are put together
    cells: int  # along one side of the grid
    calls: int


def value(parts, numbers):
    return sum(coefficient * numbers[a] * numbers[b] for coefficient, (a, b) in parts)


def drawn(run, seed, count):
    """Products of two of about sqrt(count) names, so that about half are unlike all others."""
    rng, names = run.rng("terms", seed, count), max(2, int(np.sqrt(2 * count)))
    pairs = rng.integers(names, size=(count, 2))
    return [(int(c), (int(a), int(b))) for c, (a, b) in zip(rng.integers(-3, 4, count), pairs)]


def step(concentration, cells, rate=0.1):
    """One explicit step of u' = diffusion + u (1 - u), cell by cell on a ring of rings."""
    found = {}
    for i in range(cells):
        for j in range(cells):
            here = concentration[i, j]
            around = concentration[(i + 1) % cells, j] + concentration[i - 1, j]
            around += concentration[i, (j + 1) % cells] + concentration[i, j - 1]
            found[i, j] = here + rate * (around - 4 * here + here * (1 - here))
    return [found[i, j] for i in range(cells) for j in range(cells)]


def fastest(call, calls):
    found = []
    for _ in range(calls):
        start = perf_counter()
        call()
        found.append(perf_counter() - start)
    return min(found)


def sums(rows, run):
    right = np.ones(len(run.seeds))
    for count in run.size.terms:
        work, gain = [], []
        for place, seed in enumerate(run.seeds):
            parts = drawn(run, seed, count)
            term, looks = simplified(parts, run.arm.storage)
            numbers = run.rng("numbers", seed).integers(1, 1000, count + 2).tolist()
            right[place] *= value(arguments(term), numbers) == value(parts, numbers)
            right[place] *= len({names for _, names in arguments(term)}) == len(arguments(term))
            work.append(looks)
            if run.arm.storage == "tree":
                continue  # both are timed in the other arm, in one job
            slow, fast = (
                fastest(partial(simplified, parts, one), run.size.calls)
                for one in ("tree", "collected")
            )
            gain.append(slow / fast)
        rows.add("work", work, count, terms=count)
        if gain:
            rows.add("speedup", gain, run.size.calls, terms=count)
    rows.add("same_value", right, len(run.size.terms))


def traced(rows, run):
    cells, gain, equal = run.size.cells, [], []
    places = np.array([Traced(("read", k)) for k in range(cells**2)]).reshape(cells, cells)
    compiled = Compiled(step(places, cells))
    for seed in run.seeds:
        start = run.rng("grid", seed).random((cells, cells))
        equal.append(np.abs(compiled(start.ravel()) - step(start, cells)).max() < 1e-12)
        slow = fastest(partial(step, start, cells), run.size.calls)
        gain.append(slow / fastest(partial(compiled, start.ravel()), run.size.calls))
    rows.add("traced_equal", equal, cells * cells)
    rows.add("traced_speedup", gain, run.size.calls)
    rows.add("array_expressions", len(compiled.groups), cells * cells)


def measure(run, data):
    rows = Rows(run)
    sums(rows, run)
    if run.arm.storage == "collected":
        traced(rows, run)
    return rows


experiment = Measure(arm=Arm, size=Size, measure=measure)
