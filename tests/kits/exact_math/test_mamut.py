"""Formulas: tokens are read back as written, labels are right, and wrong ones are seen."""

import numpy as np
import pytest
import sympy
import torch
from exact_trials import loaded

from recount import registry
from recount.kits.exact_math import formula_mutations as fm
from recount.kits.exact_math import formula_trees as ft
from recount.kits.exact_math import text_encoder as te
from recount.run import Run
from recount.typed import BadValue, build


def by_sympy(of):
    if not isinstance(of, tuple):
        return sympy.Symbol(of) if isinstance(of, str) else sympy.Integer(of)
    parts = [by_sympy(one) for one in of[1:]]
    if of[0] == "neg":
        return -parts[0]
    if of[0] == "/":
        return parts[0] / parts[1]
    return {"+": sympy.Add, "*": sympy.Mul, "^": sympy.Pow}[of[0]](*parts)


@pytest.mark.parametrize("number", range(0, len(fm.ALL), 6))
def test_sympy_agrees_with_every_label(number):
    rng = np.random.default_rng(number)
    left, right = ft.read(fm.tokens(fm.equal_version(fm.ALL[number], rng), rng))
    assert sympy.cancel(by_sympy(left) - by_sympy(right)) == 0
    left, right = ft.read(fm.tokens(fm.false_version(fm.ALL[number], rng), rng))
    assert sympy.cancel(by_sympy(left) - by_sympy(right)) != 0


def test_tokens_are_read_back_with_the_same_value():
    rng = np.random.default_rng(1)
    values = {name: int(rng.integers(2, ft.PRIME)) for name in ft.LETTERS}
    for sides in fm.ALL:
        sides = fm.equal_version(sides, rng)
        again = ft.read(fm.tokens(sides, rng))
        assert [ft.residue(one, values) for one in again] == [
            ft.residue(one, values) for one in sides
        ]


def test_points_refute_a_planted_label_and_no_right_one():
    rng = np.random.default_rng(2)
    wrong = tuple(map(ft.tree, ("(a+b)**2", "a**2+b**2")))
    assert fm.verdict(fm.tokens(wrong, rng), rng, 20) == 20
    assert not fm.differs(tuple(map(ft.tree, ("(a-b)**2", "(b-a)**2"))), rng)
    assert all(fm.verdict(fm.tokens(one, rng), rng, 20) == 0 for one in fm.ALL)


@pytest.mark.parametrize("tokens", ["a +", "a = ( b", "a = b c )", "= a", "a = b ^ c"])
def test_what_is_no_equation_is_refused(tokens):
    with pytest.raises(BadValue, match="formula"):
        ft.read(tokens.split())


def test_ranks_of_texts_by_hand():
    precise = te.average_precision(torch.tensor([[0.9, 0.1, 0.5]]), torch.tensor([[1, 1, 0]]))
    assert precise.item() == pytest.approx((1 + 2 / 3) / 2)


def trial(arm):
    paper = registry.load_paper(registry.root() / "papers" / "exact_math" / "mamut")
    experiment, _ = loaded("mamut")
    size = build(experiment.size, paper.scales["smoke"].size | {"steps": 40}, "size")
    run = Run(slug="mamut", scale="smoke", size=size, seeds=(1, 2))
    data = experiment.generate(run)
    arm = build(experiment.arm, paper.arms[arm], arm)
    run = Run(slug="mamut", scale="smoke", size=size, seeds=(1, 2), arm_name="x", arm=arm)
    learned = experiment.train(run, data)
    losses = learned.curve["value"][learned.curve["metric"] == "loss"].reshape(-1, 2)
    return losses, experiment.evaluate(run, data, learned.arrays).frame()


def test_training_lowers_the_loss_and_wrong_labels_are_reported(monkeypatch):
    losses, frame = trial("mutated")
    assert (losses[-5:].mean(0) < losses[:5].mean(0)).all()
    assert (frame[frame.metric == "labels_right"].value == 1).all()
    monkeypatch.setitem(fm.KINDS, "equal", fm.false_version)
    frame = trial("masked")[1]
    labels = frame[frame.metric == "labels_right"].set_index(["kind", "seed"]).value
    assert (labels["equal"] < 0.1).all() and (labels["renamed"] == 1).all()
