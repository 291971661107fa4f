"""The two papers of the lab: what holds, what does not, and that planted faults are seen."""

import sys
from pathlib import Path

import pytest

from recount import registry
from recount.experiment import load
from recount.kits.coding import counter_examples, twelfth_root
from recount.run import Run
from recount.typed import build

LAB = Path(__file__).resolve().parents[3] / "papers" / "coding"


def frame_of(slug, arm, change=lambda module: None):
    experiment, paper = load(LAB / slug), registry.load_paper(LAB / slug)
    change(sys.modules[experiment.arm.__module__])
    run = Run(
        slug=slug,
        scale="smoke",
        size=build(experiment.size, paper.scales["smoke"].size, "size"),
        seeds=(1,),
        arm_name=arm,
        arm=build(experiment.arm, paper.arms[arm], arm),
    )
    return experiment.measure(run, {}).frame()


def test_only_the_span_in_octaves_is_not_as_stated():
    frame = frame_of("tonal_ascii", "semitones")
    assert counter_examples(frame, "span_as_stated").item.tolist() == ["octaves"]
    for metric in ("agreement", "frequency_as_stated", "heard_right", "high_from_o"):
        assert counter_examples(frame, metric).empty, metric
    computed = frame[frame.metric == "computed"].set_index("item").value
    assert round(computed["highest_hertz"], 2) == 50175.42
    assert computed["octaves"] == pytest.approx(94 / 12)


@pytest.mark.parametrize("steps", [11, 13])
def test_a_scale_with_other_steps_disagrees_with_the_integers(steps):
    def change(module):
        from decimal import Decimal

        module.exact_frequency = lambda code: 220 * Decimal(2) ** (Decimal(int(code) - 32) / steps)

    frame = frame_of("tonal_ascii", "semitones", change)
    assert len(counter_examples(frame, "agreement")) == 94
    assert "highest_hertz" in counter_examples(frame, "frequency_as_stated").item.tolist()


def test_whole_roots_are_exact():
    for number in (1, 2, 22000, 5017542):
        assert twelfth_root(number**12) == twelfth_root(number**12 + 1) == number
        assert twelfth_root((number + 1) ** 12 - 1) == number + 1


def test_residues_correct_every_single_error_and_half_the_modulus_does_not():
    frame = frame_of("ec_d_loco", "residue")
    for metric in ("agreement", "corrected", "redundancy_bounded", "below_capacity"):
        assert counter_examples(frame, metric).empty, metric
    halved = frame_of("ec_d_loco", "halved")
    assert counter_examples(halved, "goes_wrong").empty
    assert not counter_examples(halved, "corrected").empty


@pytest.mark.parametrize("less", [1, 2, 3])
def test_a_modulus_below_the_smallest_is_seen(less):
    def change(module):
        right = module.smallest.__wrapped__
        module.smallest = lambda longest_run, length: right(longest_run, length) // (less + 1)

    frame = frame_of("ec_d_loco", "residue", change)
    assert not counter_examples(frame, "corrected").empty
