"""ARC sort: integers go into buckets by their number of digits; each bucket is sorted alone.

Buckets need no comparison among each other, so any base sort may be used inside. What is saved
depends on how the digit counts spread: of uniform integers below 10^d nine in ten have d digits.
A step is a comparison of two elements, a division while digits are counted, or the placing of an
element into its bucket; `comparisons` are the first alone, as if bucketing were free. `balanced`
inputs have all digit counts equally often, `same` inputs have one. Seconds are of compiled code.
"""

from functools import partial

import numpy as np

from recount.experiment import Measure
from recount.kits.exact_math.sorting import SORTS, digit_counts, placed
from recount.run import Rows
from recount.typed import typed

INPUTS = ("uniform", "balanced", "same")


@typed()
class Arm:
    buckets: bool


@typed()
class Size:
    digits: int
    lengths: tuple[int, ...]
    calls: int  # of which the fastest counts


def drawn(run, seed, inputs, length):
    rng, digits = run.rng(inputs, seed, length), run.size.digits
    if inputs == "uniform":
        return rng.integers(10**digits, size=length)
    count = rng.integers(1, digits + 1, length) if inputs == "balanced" else digits
    lowest = np.where(np.equal(count, 1), 0, 10 ** (np.asarray(count) - 1))
    return rng.integers(lowest, 10 ** np.asarray(count), length)


def plain(sort, numbers):
    return numbers, sort(numbers), 0


def arc(sort, numbers):
    """The sorted numbers, comparisons, and steps spent on the buckets."""
    digits, divisions = digit_counts(numbers)
    there, starts = placed(numbers, digits - 1, 19)
    count = sum(sort(there[low:high]) for low, high in zip(starts, starts[1:]) if high - low > 1)
    return there, count, divisions + len(numbers)


def seconds(method, sort, inputs, calls):
    """Of the fastest of some calls, each on a fresh copy."""
    from time import perf_counter

    found = []
    for _ in range(calls):
        copy = inputs.copy()
        start = perf_counter()
        method(sort, copy)
        found.append(perf_counter() - start)
    return min(found)


def counted(run, sort, inputs, length):
    """Per seed: comparisons, steps, whether the output is sorted."""
    method, found = arc if run.arm.buckets else plain, []
    for seed in run.seeds:
        numbers = drawn(run, seed, inputs, length)
        there, count, more = method(sort, numbers.copy())
        found.append((count, count + more, np.array_equal(there, np.sort(numbers))))
    return np.array(found, float).T


def measure(run, data):
    rows, lengths = Rows(run), run.size.lengths
    for done, (name, sort) in enumerate(SORTS.items()):
        right = np.ones(len(run.seeds))
        for inputs in INPUTS:
            steps = []
            for length in lengths:
                count, all_steps, good = counted(run, sort, inputs, length)
                axes = {"sort": name, "inputs": inputs, "length": length}
                rows.add("comparisons", count, length, **axes)
                rows.add("steps", all_steps, length, **axes)
                steps.append(np.log(all_steps))
                right *= good
            growth = np.polyfit(np.log(lengths), np.array(steps), 1)[0]
            rows.add("exponent", growth, len(lengths), sort=name, inputs=inputs)
        rows.add("success", right, len(lengths) * len(INPUTS), sort=name)
        if run.arm.buckets:
            timed(rows, run, name, sort)
        run.report(done + 1, len(SORTS), name)
    return rows


def timed(rows, run, name, sort):
    length, gain = max(run.size.lengths), []
    clock = partial(seconds, sort=sort, calls=run.size.calls)
    for index, seed in enumerate((run.seeds[0], *run.seeds)):  # the first one warms up
        inputs = drawn(run, seed, "uniform", length)
        methods = (plain, arc) if index % 2 else (arc, plain)
        taken = {method: clock(method, inputs=inputs) for method in methods}
        gain.append(taken[plain] / taken[arc])
    rows.add("speedup", gain[1:], run.size.calls, sort=name)


experiment = Measure(arm=Arm, size=Size, measure=measure)
