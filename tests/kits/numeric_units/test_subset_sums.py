"""The task, its criterion of success, and training: alone or stacked, whole or interrupted."""

import os
import signal
from pathlib import Path

import numpy as np
import pytest
import torch
import yaml

from recount.experiment import load
from recount.kits import numeric_units as kit
from recount.nn.loop import Stopped
from recount.run import Run
from recount.typed import BadValue, build

FOLDER = Path(__file__).resolve().parents[3] / "papers" / "numeric_units" / "nau_nmu"
DECLARED = yaml.safe_load((FOLDER / "paper.yaml").read_text())
EXPERIMENT = load(FOLDER)
SMOKE = DECLARED["scales"]["smoke"]["size"]


def run_of(arm="nau_plus", seeds=(11, 12, 13), checkpoints=None, report=None, **size):
    return Run(
        slug="nau_nmu",
        scale="smoke",
        seeds=seeds,
        size=build(EXPERIMENT.size, SMOKE | size, "size"),
        arm_name=arm,
        arm=build(EXPERIMENT.arm, DECLARED["arms"][arm], arm),
        checkpoints=checkpoints,
        report=report or (lambda done, total, note: None),
    )


def test_sums_overlap_as_declared_and_lie_elsewhere_for_each_seed():
    run = run_of(seeds=tuple(range(40)), inputs=40)
    masks = kit.Sums(run).masks
    assert (masks.sum(1) == 10).all()
    assert (masks.prod(2).sum(1) == 5).all()
    starts = masks[:, :, 0].argmax(1)
    assert len(set(starts.tolist())) > 10
    for mask in masks:
        for column in mask.T:
            place = torch.nonzero(column).ravel()
            assert place.max() - place.min() == 9


@pytest.mark.parametrize(("operation", "wanted"), [("add", 8), ("subtract", -2), ("multiply", 15)])
def test_answers(operation, wanted):
    sums = kit.Sums(run_of(seeds=(1,), inputs=4, subset=0.5, overlap=0.5))
    a, b = sums.masks[0].T
    x = torch.ones(4)
    x[(a == 1) & (b == 0)], x[(a == 1) & (b == 1)], x[(a == 0) & (b == 1)] = 1.0, 2.0, 3.0
    assert sums.answers(x.view(1, 1, 4), operation).item() == wanted


def test_a_size_that_does_not_fit_is_refused():
    with pytest.raises(BadValue, match="does not fit"):
        _ = kit.Sums(run_of(inputs=4, subset=0.9)).masks


def perfect(run):
    network = EXPERIMENT.train.args[0](run)
    with torch.no_grad():
        network.units[0].w.copy_(kit.Sums(run).masks)
        network.units[1].w.fill_(1.0)
    return network


@pytest.mark.parametrize("arm", ["nau_plus", "nmu"])
def test_the_limit_lies_between_a_perfect_network_and_one_twice_as_far_off(arm):
    run = run_of(arm, test=200)
    sums = kit.Sums(run)
    x = sums.draw("test", run.size.outside, (200,))
    answers, limit = (f(x, run.arm.operation) for f in (sums.answers, _limit(sums)))
    network = perfect(run).double()
    assert ((network(x.double()) - answers).square().mean(1) < limit / 1e6).all()
    for off, passes in ((0.9e-5, True), (1.1e-5, False)):
        moved = perfect(run).double()
        with torch.no_grad():
            moved.units[0].w.mul_(1 - 2 * off).add_(off)
        error = (moved(x.double()) - answers).square().mean(1)
        assert (error < limit).all() == passes


def _limit(sums):
    return lambda x, operation: kit.ideal_error(sums, x, operation)


def test_all_arms_of_a_seed_see_the_same_inputs():
    one, other = kit.Sums(run_of("nmu")), kit.Sums(run_of("nac_times"))
    for step in (0, 63, 64):
        assert torch.equal(one.batches()(step)[0], other.batches()(step)[0])


def test_stacked_seeds_equal_single_ones():
    together = EXPERIMENT.train(run_of("nmu"), {}).arrays
    for row, seed in enumerate((11, 12, 13)):
        alone = EXPERIMENT.train(run_of("nmu", seeds=(seed,)), {}).arrays
        for name, value in alone.items():
            np.testing.assert_allclose(value[0], together[name][row], rtol=1e-3, atol=1e-4)


def test_a_stopped_run_goes_on_bit_for_bit(tmp_path):
    whole = EXPERIMENT.train(run_of("nau_minus"), {})

    def kill(done, total, note):
        if done == total // 2:
            os.kill(os.getpid(), signal.SIGUSR1)

    with pytest.raises(Stopped):
        EXPERIMENT.train(run_of("nau_minus", checkpoints=tmp_path, report=kill), {})
    resumed = EXPERIMENT.train(run_of("nau_minus", checkpoints=tmp_path), {})
    for name, value in whole.arrays.items():
        assert np.array_equal(value, resumed.arrays[name]), name
    assert lines(whole.curve) == lines(resumed.curve)


def lines(curve):
    return sorted(zip(*(column.tolist() for column in curve.values()), strict=True))


def test_an_easy_task_is_solved_and_its_weights_become_whole():
    run = run_of("nau_minus", seeds=(1, 2), steps=3000, batch=64)
    rows = EXPERIMENT.evaluate(run, {}, EXPERIMENT.train(run, {}).arrays).frame()
    value = rows.set_index("metric")["value"]
    assert (value["success"] == 1).all() and (value["in_distribution"] == 1).all()
    assert (value["solved_at"] < 1200).all() and (value["sparsity_error"] < 0.3).all()


def test_an_untrained_network_succeeds_at_nothing():
    run = run_of("linear_minus", steps=3)
    rows = EXPERIMENT.evaluate(run, {}, EXPERIMENT.train(run, {}).arrays).frame()
    value = rows.set_index("metric")["value"]
    assert (value["success"] == 0).all() and np.isinf(value["solved_at"]).all()
    assert value["fingerprint"].nunique() == 3


@pytest.mark.parametrize("arm", DECLARED["arms"])
def test_every_arm_runs_and_says_what_the_rules_need(arm):
    run = run_of(arm, seeds=(1, 2))
    rows = EXPERIMENT.evaluate(run, {}, EXPERIMENT.train(run, {}).arrays).frame()
    needed = {"success", "sparsity_error", "in_distribution", "fingerprint"}
    assert needed <= set(rows["metric"])
    assert rows.loc[rows["metric"] == "success", "value"].isin([0, 1]).all()
