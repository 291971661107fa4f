"""Coset states: a case by hand, arithmetic by bits, and steps that forget to cancel."""

from math import gcd
from pathlib import Path

import numpy as np
import pytest

from recount import registry
from recount.experiment import load
from recount.kits.exact_math import coset_states as states
from recount.kits.exact_math import counter_examples
from recount.run import Run
from recount.typed import build

FOLDER = Path(__file__).resolve().parents[3] / "papers" / "exact_math" / "exact_coset_sampling"


def frame_of(arm):
    experiment, paper = load(FOLDER), registry.load_paper(FOLDER)
    run = Run(
        slug=paper.slug,
        scale="smoke",
        size=build(experiment.size, paper.scales["smoke"].size, "size"),
        seeds=(1,),
        arm_name=arm,
        arm=build(experiment.arm, paper.arms[arm], arm),
    )
    return experiment.measure(run, {}).frame()


@pytest.mark.parametrize(
    ("arm", "holds"),
    [
        ("erased", ["agreement", "nothing_outside", "uniform_inside", "offsets_cancel"]),
        ("left", ["by_chance", "visible_outside", "offsets_cancel"]),
        ("direct", ["visible_outside"]),
    ],
)
def test_each_arm_does_what_is_known_of_it(arm, holds):
    frame = frame_of(arm)
    always = ["exactly_zero", "no_access_no_order", "arithmetic_right", "gates_polynomial"]
    for metric in [*holds, *always]:
        assert len(frame[frame.metric == metric]) and counter_examples(frame, metric).empty, metric
    if arm != "erased":
        assert not counter_examples(frame, "nothing_outside").empty


def test_one_register_samples_the_multiples_of_p():
    b, state = np.array([1]), states.affine(np.array([1]), np.array([7]), 45, 3, (1, 2, 3), 4)
    assert sum(abs(one) ** 2 for one in state.values()) == pytest.approx(1)
    found = states.chances(states.differences(state, b, 3, 5, True), 45, 1)
    assert np.flatnonzero(found > 1e-12).tolist() == list(range(0, 45, 5))
    assert np.allclose(found[::5], 1 / 9)


def test_shifts_are_recovered_and_arithmetic_is_right():
    b = np.array([35, 3])
    for t in range(105):
        z = [int(2 * 16 * t * one % (16 * 105)) for one in b]
        assert states.recovered(z, b, 4, 105) == t
    counter = states.BitCounter(1009 * 3)
    for a in range(1, 200):
        assert counter.multiply(a, 771) == a * 771 % 3027
        assert gcd(a, 3027) > 1 or counter.inverse(a) == pow(a, -1, 3027)


@pytest.mark.parametrize("fault", ["no shift", "wrong inverse"])
def test_a_step_that_goes_wrong_is_seen(monkeypatch, fault):
    if fault == "wrong inverse":
        right = states.recovered
        monkeypatch.setattr(states, "recovered", lambda *rest: 2 * right(*rest))
    else:
        right = states.stepped
        seen = []

        def stepped(state, step):
            seen.append(step)
            return state if len(seen) % 4 == 2 else right(state, step)

        monkeypatch.setattr(states, "stepped", stepped)
    frame = frame_of("erased")
    assert not counter_examples(frame, "agreement").empty
