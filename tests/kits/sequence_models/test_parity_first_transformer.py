"""The hand-written encoders against brute force, and the checks against planted faults."""

from pathlib import Path

import numpy as np
import pytest

from recount.experiment import load
from recount.kits import sequence_models as kit
from recount.run import Run

FOLDER = Path(__file__).parents[3] / "papers" / "sequence_models" / "parity_first_transformer"
EXPERIMENT = load(FOLDER)
SCORES = EXPERIMENT.measure.__globals__["scores"]
TRUTH = {"parity": lambda s: sum(s) % 2 == 1, "first": lambda s: s[0] == 1}


@pytest.mark.parametrize("language", TRUTH)
@pytest.mark.parametrize("epsilon", [None, 0.0, 0.00001])
@pytest.mark.parametrize("length", range(1, 11))
def test_every_short_string_is_recognised(language, epsilon, length):
    strings = kit.every_string(length)
    found = SCORES(EXPERIMENT.arm(language=language, epsilon=epsilon), strings)
    wanted = [TRUTH[language](one) for one in strings.tolist()]
    assert (found > 0).tolist() == wanted
    assert np.all(found != 0)


@pytest.mark.parametrize("language", TRUTH)
def test_normalised_scores_have_one_size(language):
    arm = EXPERIMENT.arm(language=language, epsilon=0.0)
    sizes = [np.abs(SCORES(arm, kit.every_string(n))) for n in (2, 5, 9)]
    wanted = {"parity": 3.0, "first": np.sqrt(6)}[language]
    np.testing.assert_allclose(np.concatenate(sizes), wanted)


def metrics(language, epsilon, monkeypatch=None, scores=None):
    if scores:
        monkeypatch.setitem(EXPERIMENT.measure.__globals__, "scores", scores)
    size = EXPERIMENT.size(every=4, lengths=(8, 16), samples=5, targets=(0.01,))
    arm = EXPERIMENT.arm(language=language, epsilon=epsilon)
    run = Run(slug="test", scale="smoke", size=size, seeds=(1,), arm_name="a", arm=arm)
    return EXPERIMENT.measure(run, {}).frame().groupby("metric").value.min()


def test_what_normalisation_changes():
    plain, normalised = metrics("parity", None), metrics("parity", 0.0)
    assert plain["holds"] == normalised["holds"] == 1
    assert plain["rises"] == 1 and plain["steady"] == 0 and plain["sharp"] == 0
    assert normalised["steady"] == 1 and normalised["sharp"] == 1


def test_one_wrong_string_is_found(monkeypatch):
    def faulty(arm, strings):
        return SCORES(arm, strings) * np.where((strings.sum(1) == 7) & (strings[:, 0] == 1), -1, 1)

    assert metrics("parity", None, monkeypatch, faulty)["holds"] == 0
