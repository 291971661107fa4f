"""Kaprekar's routine on three digits: sort them down and up, subtract, repeat.

The difference depends on the spread D (largest minus smallest digit) alone: it is D (b^2 - 1). So
the b - 1 spreads carry every path, and 6 D (b - D) strings have the spread D; 2 D + 1 of them begin
with 0 and are no three-digit numbers. Zeros are kept between the steps, as the routine's 6174 needs
it; the arm `dropped` shows what happens otherwise. Iterations are subtractions until the constant
stands there for the first time: none for the constant itself. The check sorts all b^3 strings.
"""

from collections import Counter
from functools import cache
from typing import Literal

import numpy as np

from recount.kits.exact_math import Exact, digits_of, fact, number_of, orbit, steps_to
from recount.typed import typed


@typed()
class Arm:
    starts: Literal["numbers", "strings"]
    zeros_between: Literal["kept", "dropped"]


@typed()
class Size:
    bases: int
    checked_bases: int
    drawn_bases: int  # up to here, the share of starts after each number of steps is kept


def cases(run):
    return [{"base": base} for base in range(2, run.size.bases + 1)]


def subtract(value, base, kept):
    digits = []
    while value:
        value, digit = divmod(value, base)
        digits.append(digit)
    up = sorted(digits + [0] * (3 - len(digits)) if kept else digits)
    return sum((high - low) * base**k for k, (high, low) in enumerate(zip(up, up[::-1])))


def find(run, case):
    return by_spread(case["base"], run.arm.starts, run.arm.zeros_between == "kept")


@cache
def by_spread(base, starts, kept):
    spreads = range(1, base)
    paths = {d: orbit(lambda n: subtract(n, base, kept), d * (base**2 - 1)) for d in spreads}
    ends = {path.cycle for path in paths.values()}
    fixed = [cycle[0] for cycle in ends if len(cycle) == 1 and cycle[0]]
    constant, counts = fixed[0] if len(fixed) == 1 else 0, Counter()
    for d, path in paths.items():
        if constant and path.cycle == (constant,):
            counts[path.steps + 1] += 6 * d * (base - d) - (2 * d + 1) * (starts == "numbers")
    if constant and (starts == "strings" or constant >= base**2):
        counts.update({0: 1, 1: -1})
    cycles = sorted({value for cycle in ends for value in cycle})
    return {"constant": constant, "cycles": cycles, "table": dense(counts)}


def dense(counts):
    return [counts[step] for step in range(max(counts, default=-1) + 1)]


def check(run, case):
    base = case["base"]
    if base > run.size.checked_bases:
        return None
    numbers = np.arange(base**3)
    digits = np.sort(digits_of(numbers, base, 3), axis=1)
    high = number_of(digits[:, ::-1], base)
    if run.arm.zeros_between == "dropped":
        high //= np.where(numbers < base, base**2, np.where(numbers < base**2, base, 1))
    follows = high - number_of(digits, base)
    start = digits[:, 0] < digits[:, 2]
    start &= (numbers >= base**2) | (run.arm.starts == "strings")
    cycles = np.unique(follows[start])
    for _ in range(base):
        cycles = np.unique(follows[cycles])
    fixed = [int(n) for n in cycles if n and follows[n] == n]
    constant = fixed[0] if len(fixed) == 1 else 0
    steps = steps_to(constant, follows, base + 2)[start] if constant else np.array([], int)
    table = np.bincount(steps[steps >= 0])
    return {"constant": constant, "cycles": cycles, "table": table}


def facts(run, case, found):
    base, constant, table = case["base"], found["constant"], found["table"]
    formula = base * (base**2 - 1) // 2
    if base % 2:
        yield fact("constant_is_formula", constant == 0)
        middle = [half * (base**2 - 1) for half in (base // 2, base // 2 + 1)]
        yield fact("one_two_cycle", found["cycles"] == middle)
        return
    yield fact("constant_is_formula", constant == formula and found["cycles"] == [constant])
    yield fact("some_start_ends_elsewhere", len(found["cycles"]) != 1 or not constant)
    if base <= run.size.drawn_bases:
        for step, starts in enumerate(table):
            yield fact("share_of_starts", starts / max(1, sum(table)), sum(table), step=step)
    mode = max(range(len(table)), key=table.__getitem__) if table else -1
    yield fact("mode", mode, sum(table))
    yield fact("mode_is_three", table.count(max(table, default=0)) == 1 and mode == 3, sum(table))
    if base >= 6:
        yield fact("mode_is_three_from_six", mode == 3, sum(table))
        a, b, c = (find(run, {"base": base - back})["table"] for back in (4, 2, 0))
        same = all(c[k + 2] == 2 * b[k + 1] - a[k] for k in range(3, len(a)))
        yield fact("diagonals_are_straight", same, len(a))


experiment = Exact(arm=Arm, size=Size, cases=cases, find=find, facts=facts, check=check)
