"""Fast kernel methods: matching and mismatching points, and a shortcut that is off."""

import sys
from pathlib import Path

import numpy as np
import pytest

from recount import registry
from recount.experiment import load
from recount.run import Run
from recount.typed import build

FOLDER = Path(__file__).resolve().parents[3] / "papers" / "exact_math" / "qmcpy_fast_kernels"


def frame_of(arm, change=lambda module: None, **sizes):
    experiment, paper = load(FOLDER), registry.load_paper(FOLDER)
    change(sys.modules[experiment.arm.__module__])
    run = Run(
        slug=paper.slug,
        scale="smoke",
        size=build(experiment.size, paper.scales["smoke"].size | sizes, "size"),
        seeds=(1, 2, 3),
        arm_name=arm,
        arm=build(experiment.arm, paper.arms[arm], arm),
    )
    return experiment.measure(run, {}).frame()


def values(frame, metric):
    return frame[frame.metric == metric].value


@pytest.mark.parametrize("arm", ["lattice", "net", "higher"])
def test_matching_points_agree_with_dense_algebra(arm):
    frame = frame_of(arm, dimensions=(1, 2))
    assert (values(frame, "agrees") == 1).all() and (values(frame, "disagrees") == 0).all()


@pytest.mark.parametrize("arm", ["net_shift", "iid"])
def test_other_points_do_not(arm):
    assert (values(frame_of(arm, dimensions=(2,)), "disagrees") == 1).all()


@pytest.mark.parametrize(("arm", "wanted"), [("net", 1), ("nested", 1), ("iid", 0)])
def test_elementary_intervals_tell_nets_from_independent_points(arm, wanted):
    assert (values(frame_of(arm), "net_property") == wanted).all()


def test_a_transform_in_the_wrong_order_is_seen():
    def change(module):
        kind, there, _ = module.TRANSFORMS["shift"]
        size = np.sqrt(32)
        module.TRANSFORMS["shift"] = (kind, lambda v: np.fft.fft(v) / size, module.qmcpy.ifftbr)

    assert (values(frame_of("lattice", change), "agrees") == 0).all()
