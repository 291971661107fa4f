"""Adding t: how the number of neighbouring ones in binary changes, against a normal density.

r(n) counts the pairs 11 in the binary expansion of n, overlaps included. For a fixed t the change
r(n + t) - r(n) has a density over all n, computed by walking the digits with the carry. Its largest
distance from the normal density of the same variance is taken for many t with N runs of ones, and
the worst of them is followed as N doubles. Both densities flatten like 1 / sqrt(N), so the distance
must shrink faster than that to mean anything. The number of ones itself is the known neighbour.
"""

from functools import cache
from math import sqrt
from typing import Literal

import numpy as np

from recount.kits.exact_math import (
    Exact,
    all_densities,
    chances_not_to_fall,
    change_density,
    counted_changes,
    density_by_transform,
    distance,
    fact,
    runs_of_ones,
)
from recount.typed import typed

UNITS = ("01", "011", "00001111", "0" * 11 + "1", "0" + "1" * 11)


@typed()
class Arm:
    pattern: Literal["11", "1"]


@typed()
class Size:
    doublings: int
    all_bits: int
    random: int
    checked_runs: int
    counted_bits: int
    close: float
    least_variance: float
    most_variance: float
    cusick_bits: int


def cases(run):
    return [{"runs": 2**power} for power in range(1, run.size.doublings + 1)]


def addends(run, runs):
    """The t of every family with so many runs of ones; the random ones are the same in all arms."""
    rng = run.rng("addends", step=runs)
    lengths = rng.geometric(0.4, size=(run.size.random, runs, 2))
    texts = ["".join("0" * zeros + "1" * ones for zeros, ones in line) for line in lengths]
    return [int(text, 2) for text in [unit * runs for unit in UNITS] + texts]


def reach(runs):
    return int(24 * sqrt(runs) + 60)


@cache
def every_small(pattern, bits):
    """Worst distance and its relative size over all t < 2^bits, by number of runs."""
    error, spread = distance(all_densities(pattern, bits, 44)[1:], np.arange(-44, 45))
    runs = np.array([runs_of_ones(t) for t in range(1, 2**bits)])
    return {n: (error[runs == n].max(), (error * spread)[runs == n].max()) for n in set(runs)}


def measured(run, runs, density):
    values = np.arange(-reach(runs), reach(runs) + 1)
    found = [distance(density(t), values) for t in addends(run, runs)]
    variances = [spread**2 / runs for _, spread in found]
    return {
        "error": max(error for error, _ in found),
        "relative": max(error * spread for error, spread in found),
        "least": min(variances),
        "most": max(variances),
    }


def find(run, case):
    runs, wide = case["runs"], reach(case["runs"])
    return measured(run, runs, lambda t: change_density(run.arm.pattern, t, wide))


def check(run, case):
    runs, wide = case["runs"], reach(case["runs"])
    if runs > run.size.checked_runs:
        return None
    middle = slice(2 * wide - wide, 2 * wide + wide + 1)
    return measured(run, runs, lambda t: density_by_transform(run.arm.pattern, t, 4 * wide)[middle])


def facts(run, case, found):
    size = run.size
    tried = len(UNITS) + size.random
    yield fact("family_error", found["error"], tried)
    yield fact("relative_error", found["relative"], tried)
    yield fact("variance_least", found["least"], tried)
    yield fact("variance_most", found["most"], tried)
    within = size.least_variance <= found["least"] and found["most"] <= size.most_variance
    yield fact("variance_is_linear", within, tried)
    if case["runs"] * 2 >= 2**size.doublings:
        yield fact("close_to_normal", found["relative"] < size.close, tried)


def whole(run, rows):
    pattern, size = run.arm.pattern, run.size
    small = every_small(pattern, size.all_bits)
    family = {row["runs"]: row["value"] for row in rows.rows if row["metric"] == "family_error"}
    worst = {n: max(error, small.get(n, (0, 0))[0]) for n, error in family.items()}
    for n, error in worst.items():
        rows.add("worst_error", error, runs=n)
        if n > 2:
            rows.add("error_shrinks", float(error < worst[n // 2] / sqrt(2)), runs=n)
    rows.add("one_run_is_far", float(small[1][1] > size.close), runs=1)
    for t in range(1, 64):
        apart = counted_changes(pattern, t, size.counted_bits, 30) - change_density(pattern, t, 30)
        near = np.abs(apart).max() < 2.0 ** (t.bit_length() + 1 - size.counted_bits)
        rows.add("agreement", float(near), 2**size.counted_bits, t=t)
    if pattern == "1":
        chances = chances_not_to_fall(size.cusick_bits)
        for bits in range(1, size.cusick_bits + 1):
            t = 2 ** (bits - 1) + int(chances[2 ** (bits - 1) : 2**bits].argmin())
            rows.add("more_often_up", float(chances[t] > 0.5), 2 ** (bits - 1), bits=bits, t=t)


experiment = Exact(
    arm=Arm,
    size=Size,
    cases=cases,
    find=find,
    facts=facts,
    check=check,
    tolerance=1e-10,
    whole=whole,
)
