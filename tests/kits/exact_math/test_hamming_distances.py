"""Hamming distances: four computations of one answer, and certificates that have to fail."""

from pathlib import Path

import numpy as np
import pytest

from recount import registry
from recount.experiment import load
from recount.kits.exact_math import hamming
from recount.run import Run
from recount.typed import build

FOLDER = Path(__file__).resolve().parents[3] / "papers" / "exact_math" / "hamming_distances"


def frame_of(arm="packed"):
    experiment, paper = load(FOLDER), registry.load_paper(FOLDER)
    run = Run(
        slug=paper.slug,
        scale="smoke",
        size=build(experiment.size, paper.scales["smoke"].size, "size"),
        seeds=(1, 2),
        arm_name=arm,
        arm=build(experiment.arm, paper.arms[arm], arm),
    )
    return experiment.measure(run, {}).frame()


@pytest.mark.parametrize("letters", [1, 2, 7, 100])
def test_all_methods_agree_with_a_loop(letters):
    rng = np.random.default_rng(letters)
    text, pattern = rng.integers(letters, size=90), rng.integers(letters, size=23)
    wanted = [sum(a != b for a, b in zip(text[i:], pattern)) for i in range(68)]
    assert hamming.by_definition(text, pattern).values.tolist() == wanted
    assert hamming.classic(text, pattern).values.tolist() == wanted
    assert hamming.packed(text, pattern, rng).values.tolist() == wanted
    assert hamming.by_differences(text, pattern).tolist() == wanted


def test_counts_that_do_not_fit_are_certified_to_have_failed_and_mended():
    text, pattern = np.arange(8192) % 24, np.arange(4096) % 24
    found = hamming.packed(text, pattern, np.random.default_rng(0))
    assert found.failed > 0
    assert np.array_equal(found.values, hamming.by_definition(text, pattern).values)


@pytest.mark.parametrize("arm", ["packed", "classic", "transforms"])
def test_every_arm_is_exact(arm):
    frame = frame_of(arm)
    assert (frame[frame.metric.isin(["exact", "differences_exact"])].value == 1).all()


def test_a_transform_that_is_off_by_one_is_seen(monkeypatch):
    right = hamming.transformed
    monkeypatch.setattr(hamming, "transformed", lambda *rest: np.roll(right(*rest), 1))
    frame = frame_of("transforms")
    assert (frame[frame.metric == "exact"].value == 0).all()
