"""Counting sorts against formulas and numpy, and buckets that go wrong."""

import sys
from pathlib import Path

import numpy as np
import pytest

from recount import registry
from recount.experiment import load
from recount.kits.exact_math.sorting import SORTS, digit_counts, placed
from recount.run import Run
from recount.typed import build

FOLDER = Path(__file__).resolve().parents[3] / "papers" / "exact_math" / "arc_sort"


@pytest.mark.parametrize("name", SORTS)
@pytest.mark.parametrize("length", [0, 1, 2, 3, 17, 200])
def test_every_sort_sorts_with_repeats_and_at_any_length(name, length):
    for seed in range(5):
        numbers = np.random.default_rng(seed).integers(1 + 3 * length, size=length)
        copy = numbers.copy()
        SORTS[name](copy)
        assert np.array_equal(copy, np.sort(numbers))


def test_counts_of_comparisons_are_the_textbook_ones():
    up, mixed = np.arange(64), np.random.default_rng(1).permutation(64)
    inversions = int(np.triu(mixed[:, None] > mixed[None]).sum())
    lowest_so_far = int((np.minimum.accumulate(mixed) == mixed).sum()) - 1
    assert SORTS["insertion"](mixed.copy()) == inversions + 63 - lowest_so_far
    assert SORTS["selection"](mixed.copy()) == 64 * 63 // 2
    assert SORTS["bubble"](up.copy()) == 63 and SORTS["bubble"](up[::-1].copy()) == 2016
    assert SORTS["merge"](up.copy()) == 64 // 2 * 6
    assert 64 * 6 < SORTS["heap"](mixed.copy()) < 2 * 64 * 6


def test_digits_are_those_that_are_written():
    numbers = np.array([0, 9, 10, 99, 100, 12345, 10**6, 10**18])
    digits, divisions = digit_counts(numbers)
    assert digits.tolist() == [len(str(n)) for n in numbers] and divisions == digits.sum()
    there, starts = placed(numbers[::-1].copy(), digits[::-1] - 1, 19)
    assert sorted(there) == numbers.tolist() and starts[0] == 0 and starts[-1] == 8


def frame_of(change=lambda module: None, arm="arc"):
    experiment, paper = load(FOLDER), registry.load_paper(FOLDER)
    change(sys.modules[experiment.arm.__module__])
    run = Run(
        slug=paper.slug,
        scale="smoke",
        size=build(experiment.size, paper.scales["smoke"].size, "size"),
        seeds=(1, 2),
        arm_name=arm,
        arm=build(experiment.arm, paper.arms[arm], arm),
    )
    return experiment.measure(run, {}).frame()


def test_equal_buckets_save_most_and_one_bucket_saves_nothing():
    plain, arc = frame_of(arm="plain"), frame_of()
    assert (arc[arc.metric == "success"].value == 1).all()

    def comparisons(frame, inputs):
        chosen = frame[(frame.metric == "comparisons") & (frame.inputs == inputs)]
        return chosen[(chosen.sort == "selection") & (chosen.length == 256)].value.mean()

    assert comparisons(arc, "same") == comparisons(plain, "same")
    assert comparisons(arc, "balanced") < comparisons(plain, "balanced") / 5


@pytest.mark.parametrize("fault", ["last digit", "order lost"])
def test_a_fault_in_the_buckets_is_seen(fault):
    def change(module):
        if fault == "last digit":
            module.digit_counts = lambda a: (a % 10 + 1, len(a))
        else:
            right = module.placed
            module.placed = lambda *rest: (right(*rest)[0][::-1].copy(), right(*rest)[1])

    frame = frame_of(change)
    assert (frame[frame.metric == "success"].value == 0).all()
