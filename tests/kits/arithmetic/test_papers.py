"""What the papers of the lab add of their own: loops, position ids, the worth of a prompt."""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from recount.experiment import load
from recount.run import Run
from recount.typed import build

PAPERS = Path(__file__).parents[3] / "papers" / "arithmetic"


def module(slug):
    experiment = load(PAPERS / slug)
    return experiment, sys.modules[f"papers.arithmetic.{slug}.experiment"]


def run_of(experiment, arm, **size):
    sizes = {"steps": 2, "batch": 8, "width": 16, "test_sums": 20, "held_out": 20} | size
    typed = build(experiment.size, sizes, "size")
    arm = build(experiment.arm, arm, "arm")
    return Run(slug="sums", scale="smoke", size=typed, seeds=(1, 2), arm_name="a", arm=arm)


def test_columns_with_right_answers_add_at_every_length():
    _, alga = module("alga")
    lines, true = alga.inputs()
    assert lines.shape == (2100, 9) and len({row.tobytes() for row in lines}) == 2100
    a, b = np.random.default_rng(2).integers(10, size=(2, 50, 300))
    a[0], b[0] = 9, np.eye(300, dtype=int)[-1]  # a carry from end to end
    assert alga.walk(true, a, b).all()
    assert alga.walk(true, a[:, :1], b[:, :1]).all()


@pytest.mark.parametrize("answer", [-1, 3])
def test_one_wrong_answer_spoils_the_sums_that_meet_it(answer):
    _, alga = module("alga")
    _, true = alga.inputs()
    a, b = np.random.default_rng(2).integers(10, size=(2, 4000, 5))
    spoilt = true.copy()
    spoilt[100 + 100 * 7 + 10 * 4 + 5] = answer  # previous answer 7, digits 4 and 5
    carry, before, met = np.zeros(4000, int), None, np.zeros(4000, bool)
    for x, y in zip(a.T[::-1], b.T[::-1], strict=True):
        if before is not None:
            met |= (before == 7) & (x == 4) & (y == 5)
        before = x + y + carry
        carry = before // 10
    assert 0 < met.sum() < 100
    assert (alga.walk(spoilt, a, b) == ~met).all()


def test_column_training_never_shows_a_previous_answer_of_19():
    experiment, alga = module("alga")
    run = run_of(experiment, {"method": "column"}, batch=4000, train_digits=5, walked_digits=[10])
    lines = alga.Columns().batch(run, 0)(3)
    known, _ = alga.inputs()
    shown = {row.tobytes() for row in known[: alga.SHOWN]}
    seen = {row.tobytes() for row in lines.ids.reshape(-1, alga.LENGTH)}
    assert seen <= shown and len(seen) > 1200
    answers = alga.CHARACTERS.decode(np.where(lines.answer, lines.ids, 0)[0])
    assert all(text.endswith("S") and text[:-1].isdigit() for text in answers)


def test_column_answers_are_read_as_the_network_says_them():
    """A network that says one thing always is heard as that number, or as none."""
    experiment, alga = module("alga")
    run = run_of(experiment, {"method": "column"}, train_digits=5, walked_digits=[10])
    model = alga.Columns().network(run)
    with torch.no_grad():
        model.head.weight.zero_()
        model.head.bias.fill_(0)
        model.head.bias[:, alga.CHARACTERS.encode(["4"])[0, 0]] = 9.0
    arrays = {f"0/{name}": value.detach().numpy() for name, value in model.named_parameters()}
    assert (alga.said(run, arrays) == -1).all()  # "444" never ends


def test_coupled_digits_share_the_id_of_their_weight():
    experiment, coupling = module("position_coupling")
    sizes = {"train_digits": 3, "test_times": [1, 2]}
    run = run_of(experiment, {"positions": "coupled", "layers": 1}, **sizes)
    ids = coupling.places(run, 3, 500, np.random.default_rng(0))
    least = ids[:, :1]
    # $ 3 2 1 + 3 2 1 = 1 2 3 4: operands from the highest weight down, the sum from the units up
    assert (ids - least == [0, 3, 2, 1, 0, 3, 2, 1, 0, 1, 2, 3, 4]).all()
    assert ids.min() == 0 and ids.max() == coupling.span(run) - 1
    longest = coupling.places(run, 6, 500, np.random.default_rng(0))
    assert longest.max() == coupling.span(run) - 1


def test_absolute_ids_are_places_and_relative_ones_are_none():
    experiment, coupling = module("position_coupling")
    sizes = {"train_digits": 3, "test_times": [1, 2]}
    run = run_of(experiment, {"positions": "absolute", "layers": 2}, **sizes)
    ids = coupling.places(run, 3, 500, np.random.default_rng(0))
    assert (np.diff(ids, axis=1) == 1).all() and ids.max() == coupling.span(run) - 1
    other = replace(run, arm=build(experiment.arm, {"positions": "relative", "layers": 2}, "arm"))
    assert coupling.places(other, 3, 500, np.random.default_rng(0)) is None


def test_the_worth_of_a_newline_is_the_difference_of_the_two_prompts():
    experiment, _ = module("teaching_arithmetic")
    sizes = {"examples": [300, 400], "digits": 2, "cut": 0.1, "layers": 2, "steps": 150}
    run = run_of(experiment, {"format": "plain"}, **sizes, width=32, lr=0.01, test_sums=200)
    frame = experiment.evaluate(run, {}, experiment.train(run, {}).arrays).frame()
    tests = frame.query("metric == 'exact_match'").set_index(["examples", "seed", "start"]).value
    gains = frame.query("metric == 'newline_gain'").set_index(["examples", "seed"]).value
    assert len(gains) == 4 and tests.max() > 0
    for (count, seed), gain in gains.items():
        assert gain == tests[count, seed, "newline"] - tests[count, seed, "bare"]
