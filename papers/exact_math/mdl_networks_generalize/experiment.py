"""The shortest program that fits a sample of labelled numbers labels the others right as well.

Every program of a small language (arithmetic on x, comparisons, one loop over i from 2 to x - 1) is
listed by length. Numbers from 3 to N are drawn, N^delta ln N of them, and labelled: prime or not,
square or not, a multiple of 3 or not. `shortest` takes the worst of the shortest programs that fit,
`any` some program that fits, whatever its length, `majority` the commoner label. The error is over
all of 3 ... N; the theorem wants it below a constant times N^-delta.
"""

from functools import cache
from typing import Literal

import numpy as np

from recount.experiment import Measure
from recount.kits.exact_math import shortest_programs as sp
from recount.run import Rows
from recount.typed import typed

TASKS = {
    "prime": lambda x: all(x % d for d in range(2, x)),
    "square": lambda x: round(x**0.5) ** 2 == x,
    "multiple of 3": lambda x: x % 3 == 0,
}


@typed()
class Arm:
    choice: Literal["shortest", "any", "majority"]


@typed()
class Size:
    numbers: tuple[int, ...]
    deltas: tuple[float, ...]
    longest: int
    samples: int


@cache
def programs(largest, longest):
    return sp.programs(largest, longest)


@cache
def truth(task, largest):
    return np.array([TASKS[task](x) for x in range(3, largest + 1)])


def error(run, rng, largest, places, right):
    """The share of 3 ... N that is labelled wrong by what fits the sample; 1 if nothing fits."""
    seen = right[places]
    if run.arm.choice == "majority":
        return float((right != (seen.mean() > 0.5)).mean())
    every = programs(largest, run.size.longest)
    if run.arm.choice == "shortest":
        fits = sp.shortest(every, places, seen)
        return max((float((one.labels != right).mean()) for one in fits), default=1.0)
    fits = [one for one in every if (one.labels[places] == seen).all()]
    return float((fits[rng.integers(len(fits))].labels != right).mean()) if fits else 1.0


def measure(run, data):
    rows, sums = Rows(run), []
    for largest in run.size.numbers:
        for delta in run.size.deltas:
            for task in TASKS:
                axes = {"task": task, "numbers": largest, "delta": delta}
                every = [errors_of(run, seed, task, largest, delta) for seed in run.seeds]
                errors = np.mean(every, axis=1)
                rows.add("error", errors, run.size.samples * (largest - 2), **axes)
                within = np.mean(np.array(every) <= largest**-delta, axis=1)
                rows.add("within", within, run.size.samples, **axes)
                sums.append(errors)
        run.report(len(sums), 0, f"up to {largest}")
    rows.add("programs", len(programs(largest, run.size.longest)))
    lengths = [one.length for one in programs(largest, run.size.longest)]
    for length in sorted(set(lengths)):
        rows.add("programs_up_to", sum(one <= length for one in lengths), length=length)
    rows.fingerprint(np.array(sums).T)
    return rows


def errors_of(run, seed, task, largest, delta):
    """The errors after each of a seed's samples, which are the same in all arms."""
    count, right, found = round(largest**delta * np.log(largest)), truth(task, largest), []
    for index in range(run.size.samples):
        rng = run.rng(f"sample {task} {largest} {delta}", seed, index)
        places = rng.integers(0, len(right), count)
        found.append(error(run, rng, largest, places, right))
    return found


experiment = Measure(arm=Arm, size=Size, measure=measure)
