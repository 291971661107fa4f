"""Text-to-pattern Hamming distances: a character's matches, pair by pair or by a transform.

A character that is frequent in the pattern gets a fast transform, a rare one its pairs; at worst
that takes n sqrt(m log m) operations. The new method removes the logarithm by packing: the counts
of middling characters are small, so several fit into a word of about log n bits, and a certificate
shows when a count did not fit. The worst case is looked for among uniform alphabets of several
sizes, for each method by itself, since each has another worst one. Costs are charged in a model.
"""

import numpy as np

from recount.experiment import Measure
from recount.kits.exact_math.hamming import by_definition, by_differences, classic, packed
from recount.run import Rows
from recount.typed import typed

INPUTS = ("uniform", "skewed", "periodic", "constant")


@typed()
class Arm:
    method: str


@typed()
class Size:
    powers: tuple[int, ...]  # the pattern has 2^power characters, the text twice as many
    alphabets: tuple[float, ...]  # sizes, in square roots of the pattern's length
    exact_length: int
    exact_draws: int


def method_of(run, seed):
    def everything(text, pattern):
        return classic(text, pattern, 0.0)

    def randomised(text, pattern):
        return packed(text, pattern, run.rng("primes", seed))

    named = {"packed": randomised, "classic": classic, "transforms": everything}
    return named[run.arm.method]


def drawn(rng, kind, m):
    n, letters = 2 * m, max(2, int(np.sqrt(m)))
    if kind == "periodic":  # matches pile up at few shifts
        period = max(2, letters // 3)
        return np.arange(n) % period, np.arange(m) % period
    if kind == "constant":
        return np.zeros(n, int), np.zeros(m, int)
    if kind == "skewed":
        return rng.zipf(1.5, n) % m, rng.zipf(1.5, m) % m
    return rng.integers(letters, size=n), rng.integers(letters, size=m)


def exactness(rows, run):
    size = run.size
    right, same, failed = [], [], []
    for seed in run.seeds:
        method, good, equal, misses = method_of(run, seed), True, True, 0
        for place, kind in enumerate(INPUTS * size.exact_draws):
            m = size.exact_length if place < len(INPUTS) else 5 + 7 * place
            text, pattern = drawn(run.rng(f"exact {kind}", seed, place), kind, m)
            wanted, found = by_definition(text, pattern).values, method(text, pattern)
            good &= np.array_equal(found.values, wanted)
            equal &= np.array_equal(by_differences(text, pattern), wanted)
            misses += found.failed
        right.append(good)
        same.append(equal)
        failed.append(misses)
    rows.add("exact", right, len(INPUTS) * size.exact_draws)
    rows.add("differences_exact", same, len(INPUTS) * size.exact_draws)
    rows.add("certificates_failed", failed, len(INPUTS) * size.exact_draws)


def worst(run, seed, m):
    """Operations on the worst alphabet, per character of the text and root of m."""
    found = []
    for ratio in run.size.alphabets:
        letters = max(1, int(ratio * np.sqrt(m)))
        rng = run.rng(f"alphabet {ratio}", seed, m)
        text, pattern = rng.integers(letters, size=2 * m), rng.integers(letters, size=m)
        found.append(method_of(run, seed)(text, pattern).operations)
    return max(found) / (2 * m * np.sqrt(m))


def measure(run, data):
    rows, powers = Rows(run), run.size.powers
    exactness(rows, run)
    table = []
    for done, power in enumerate(powers):
        table.append([worst(run, seed, 2**power) for seed in run.seeds])
        rows.add("normalised", table[-1], power=power)
        rows.add("against_naive", np.array(table[-1]) * 2 / np.sqrt(2**power), power=power)
        run.report(done + 1, len(powers), f"m = 2^{power}")
    growth = np.polyfit(np.log(powers), np.log(table), 1)[0]
    rows.add("exponent", growth, len(powers))
    return rows


experiment = Measure(arm=Arm, size=Size, measure=measure)
