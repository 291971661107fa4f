"""Kaprekar's routine: known values, two independent computations, and planted faults."""

import sys
from pathlib import Path

import pytest

from recount import registry
from recount.experiment import load
from recount.kits.exact_math import counter_examples
from recount.run import Run
from recount.typed import build

FOLDER = Path(__file__).resolve().parents[3] / "papers" / "exact_math" / "kaprekar_3_digit"


@pytest.fixture(scope="module")
def experiment():
    return load(FOLDER)


def frame_of(experiment, arm, bases=24, checked=16):
    paper = registry.load_paper(FOLDER)
    size = build(
        experiment.size, {"bases": bases, "checked_bases": checked, "drawn_bases": 12}, "size"
    )
    run = Run(
        slug=paper.slug,
        scale="smoke",
        size=size,
        seeds=(1,),
        arm_name=arm,
        arm=build(experiment.arm, paper.arms[arm], arm),
    )
    return experiment.measure(run, {}).frame()


def module_of(experiment):
    return sys.modules[experiment.arm.__module__]


def test_base_ten_ends_at_495_and_six_steps_are_enough(experiment):
    found = module_of(experiment).by_spread(10, "strings", True)
    assert found["constant"] == 495
    assert len(found["table"]) == 7 and sum(found["table"]) == 990


@pytest.mark.parametrize("arm", ["numbers", "strings", "dropped"])
def test_spreads_and_brute_force_agree_in_every_reading(experiment, arm):
    frame = frame_of(experiment, arm)
    assert counter_examples(frame, "agreement").empty


@pytest.mark.parametrize("arm", ["numbers", "strings"])
def test_the_mode_fails_in_bases_two_and_four_only(experiment, arm):
    frame = frame_of(experiment, arm)
    assert counter_examples(frame, "mode_is_three").base.tolist() == [2, 4]
    assert counter_examples(frame, "constant_is_formula").empty
    assert counter_examples(frame, "one_two_cycle").empty


def test_without_zeros_some_starts_end_at_nothing(experiment):
    frame = frame_of(experiment, "dropped")
    failed = counter_examples(frame, "constant_is_formula").base
    assert set(range(2, 25, 2)) <= set(failed)


@pytest.mark.parametrize("fault", ["wrong borrow", "zero lost", "count", "step"])
def test_a_fault_in_the_fast_computation_is_seen(experiment, monkeypatch, fault):
    module = module_of(experiment)
    right, spread = module.subtract, module.by_spread.__wrapped__

    def by_spread(base, starts, kept):
        found = spread(base, starts, kept)
        if fault == "count" and found["table"]:
            found["table"][1] += 1
        if fault == "step" and found["table"]:
            found["table"].insert(1, 0)
        return found

    if fault == "wrong borrow":
        monkeypatch.setattr(module, "subtract", lambda n, b, kept: abs(right(n, b, kept) - b + 1))
    if fault == "zero lost":
        monkeypatch.setattr(module, "subtract", lambda n, b, kept: right(n, b, False))
    monkeypatch.setattr(module, "by_spread", by_spread)
    assert not counter_examples(frame_of(experiment, "numbers", 8, 8), "agreement").empty
