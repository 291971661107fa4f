"""Squares: a counter times a key, squared a few times with its halves swapped in between.

Arms differ in the number of rounds; `wide` gives 64 bits after five. The test battery is small but
of different kinds: evenness, spacings, collisions, ranks of bit matrices, weights, echoes, a
spectrum, and streams of neighbouring keys against each other. A key passes if no p-value is below
the limit at either end. Philox has to pass and a congruential generator to fail. Seconds are of
compiled code that adds up words one by one, all methods in one job.
"""

from functools import partial
from time import perf_counter
from typing import Literal

import numpy as np
from numba import njit

from recount.experiment import Measure
from recount.kits.exact_math import randomness as tests
from recount.run import Rows
from recount.typed import typed


@typed()
class Arm:
    generator: Literal["squares", "wide", "philox", "congruential"]
    rounds: int


@typed()
class Size:
    words: int
    limit: float  # of a p-value
    timed_words: int


def stream(arm, key, words):
    """uint32 words of one key; a 64-bit word gives its two halves."""
    counter = np.arange(words, dtype=np.uint64)
    if arm.generator == "squares":
        return tests.squares(counter, key, arm.rounds)
    if arm.generator == "wide":
        return tests.squares64(counter[: words // 2], key).view(np.uint32)
    if arm.generator == "philox":
        return tests.philox(counter[: words // 4], (key & 0xFFFFFFFF, key >> 32)).ravel()
    return tests.congruential(counter, key)


def measure(run, data):
    rows, size, found = Rows(run), run.size, []
    for done, seed in enumerate(run.seeds):
        key = tests.irregular_key(run.rng("key", seed))
        words = stream(run.arm, key, size.words)
        values = {name: test(words) for name, test in tests.BATTERY.items()}
        values["neighbouring keys"] = tests.differing_bits(
            words, stream(run.arm, key + 2, size.words)
        )
        found.append(values)
        run.report(done + 1, len(run.seeds), f"key {key:#x}")
    for name in found[0]:
        rows.add("p_value", [one[name] for one in found], size.words, test=name)
    worst = np.array([min(one.values()) for one in found])
    rows.add("passes", worst >= size.limit, len(found[0]))
    rows.add("fails", worst < size.limit, len(found[0]))
    if run.arm.generator == "squares" and run.arm.rounds == 4:
        speed(rows, run)
    rows.fingerprint([np.array(list(one.values())) for one in found])
    return rows


@njit
def squares_sum(count, key):
    total = np.uint64(0)
    half = np.uint64(32)
    for index in range(count):
        y = np.uint64(index) * key
        z, x = y + key, y
        x = x * x + y
        x = (x >> half) | (x << half)
        x = x * x + z
        x = (x >> half) | (x << half)
        x = x * x + y
        x = (x >> half) | (x << half)
        total += (x * x + z) >> half
    return total


@njit
def philox_sum(count, key):
    total, low, half = np.uint64(0), np.uint64(0xFFFFFFFF), np.uint64(32)
    for index in range(count // 4):
        a, b, c, d = np.uint64(index), np.uint64(0), np.uint64(0), np.uint64(0)
        first, second = key & low, key >> half
        for _ in range(10):
            one, two = np.uint64(0xD2511F53) * a, np.uint64(0xCD9E8D57) * c
            a, b = (two >> half) ^ b ^ first, two & low
            c, d = (one >> half) ^ d ^ second, one & low
            first = (first + np.uint64(0x9E3779B9)) & low
            second = (second + np.uint64(0xBB67AE85)) & low
        total += a + b + c + d
    return total


def speed(rows, run):
    """Seconds a word, the fastest of five calls each, alternating; both sums are checked."""
    ratio, same = [], []
    for seed in run.seeds:
        key, count = tests.irregular_key(run.rng("key", seed)), run.size.timed_words
        calls = {one: partial(one, count, np.uint64(key)) for one in (squares_sum, philox_sum)}
        sums = {one: int(call()) for one, call in calls.items()}
        seconds = dict.fromkeys(calls, np.inf)
        for _ in range(5):
            for one, call in calls.items():
                start = perf_counter()
                call()
                seconds[one] = min(seconds[one], perf_counter() - start)
        ratio.append(seconds[philox_sum] / seconds[squares_sum])
        counter = np.arange(count, dtype=np.uint64)
        right = tests.squares(counter, key, 4), tests.philox(counter[: count // 4], halves(key))
        same.append(list(sums.values()) == [int(one.sum(dtype=np.uint64)) for one in right])
    rows.add("speedup", ratio, run.size.timed_words)
    rows.add("compiled_is_same", same, run.size.timed_words)


def halves(key):
    return key & 0xFFFFFFFF, key >> 32


experiment = Measure(arm=Arm, size=Size, measure=measure)
