"""Prompts and replies of the symbolic addition probe, and its stand-in's lines."""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml

from recount.experiment import load
from recount.kits.llm_eval import (
    Lines,
    LineSize,
    alphabets,
    fit_lines,
    last_number,
    last_word,
    line_scores,
)
from recount.run import Run
from recount.typed import BadValue, build

FOLDER = Path(__file__).parents[3] / "papers" / "llm_eval" / "symbolic_addition_probe"
EXPERIMENT = load(FOLDER)
PAPER = sys.modules["papers.llm_eval.symbolic_addition_probe.experiment"]


def smoke_run(arm: str = "alphabets_16") -> Run:
    declared = yaml.safe_load((FOLDER / "paper.yaml").read_text())
    size = build(EXPERIMENT.size, declared["scales"]["smoke"]["size"], "size")
    value = build(EXPERIMENT.arm, declared["arms"][arm], arm)
    return Run(slug="probe", scale="smoke", size=size, seeds=(5, 6), arm_name=arm, arm=value)


@pytest.mark.parametrize(
    ("reply", "answer"),
    [
        (" 42", "42"),
        ("It is 1,234,567.", "1234567"),
        ("7 + 5 = 12", "12"),
        ("007", "7"),
        ("0", "0"),
        ("no number", ""),
    ],
)
def test_last_number(reply, answer):
    assert last_number(reply) == answer


@pytest.mark.parametrize(
    ("reply", "answer"),
    [(" qz", "qz"), ("The sum is zq.", "zq"), ("zqx qz\n", "qz"), ("nothing", ""), ("q+z", "z")],
)
def test_last_word(reply, answer):
    assert last_word(reply, "qz") == answer


def test_every_prompt_holds_what_its_target_needs():
    """A reader who follows the stated mapping finds the target of every prompt."""
    run = smoke_run()
    prompts = PAPER.prompts(run)
    assert len(prompts) == len(run.seeds) * run.size.sums * 7
    for one in prompts:
        mapping = {}
        if one.text.startswith("Digits are written as letters: "):
            stated = one.text.split("\n")[0].removeprefix("Digits are written as letters: ")
            pairs = [part.split(" is ") for part in stated.rstrip(".").split(", ")]
            mapping = {letter: digit for digit, letter in pairs}
            assert sorted(mapping.values()) == list("0123456789")
        plain = "".join(mapping.get(letter, letter) for letter in one.target)
        task = one.text.split("\n")[-2]
        words = task.replace("?", " ").split()
        terms = [int("".join(mapping.get(c, c) for c in words[i])) for i in plain_terms(words)]
        assert sum(terms) == int(plain)
        assert PAPER.read(one, f" {one.target}.\n") == one.target


def plain_terms(words):
    """Places of the numbers in a question: around the plus, or after Write."""
    if "+" in words:
        return [words.index("+") - 1, words.index("+") + 1]
    return [words.index("Write") + 1]


def test_score_counts_each_kind_of_question():
    run = smoke_run()
    prompts = PAPER.prompts(run)
    wrong = {"rules", "renamed"}
    answers = ["x" if one.template in wrong else one.target for one in prompts]
    rows = PAPER.score(run, prompts, answers).frame().groupby("metric").value.mean()
    assert rows["numeric_accuracy"] == rows["copy_accuracy"] == rows["rules_loss"] == 1
    assert rows["symbolic_accuracy"] == rows["explain_loss"] == 0
    assert rows["violations"] == 0.5


def test_probe_of_a_checkpoint_end_to_end(checkpoint_folder, monkeypatch):
    """The paper's own prompts through the harness: every metric of its claims has a row a seed."""
    monkeypatch.setenv("RECOUNT_CHECKPOINTS", f"probe={checkpoint_folder}")
    run = smoke_run("checkpoint")
    data = EXPERIMENT.generate(run)
    arrays = EXPERIMENT.train(run, data).arrays
    frame = EXPERIMENT.evaluate(run, data, arrays).frame()
    claims = yaml.safe_load((FOLDER / "paper.yaml").read_text())["claims"]
    asked = [one for claim in claims.values() for one in claim["quantities"].values()]
    wanted = {one["metric"] for one in asked if one["arm"] == "checkpoint"}
    found = frame.groupby("metric").seed.nunique()
    assert wanted <= set(found.index)
    assert (found == len(run.seeds)).all()
    assert frame[frame.metric == "symbolic_accuracy"].value.tolist() == [0.0, 0.0]


def test_lines_add_write_and_read_in_their_alphabet():
    run = smoke_run()
    size, rng = run.size, np.random.default_rng(0)
    drawn = alphabets.anything(run, rng, None, 300)
    for task in (alphabets.ADD, alphabets.WRITE, alphabets.READ):
        for line in alphabets.lines_of(rng, size, drawn, np.full(300, task)):
            digit = {token: d for d, token in enumerate(line[: size.base])}
            first, second, answer = line[size.base + 1], line[size.base + 2], line[-2:]
            if task == alphabets.ADD:
                low, high = digit[answer[0]], digit[answer[1]]
                assert digit[first] + digit[second] == low + size.base * high
            elif task == alphabets.WRITE:
                assert digit[answer[0]] == first - 1
            else:
                assert digit[first] == answer[0] - 1


def test_unseen_alphabets_are_none_of_those_trained():
    run = smoke_run()
    for known in EXPERIMENT.generate(run)["alphabets"]:
        assert known.shape == (16, run.size.base)
        drawn = alphabets.unseen(run, np.random.default_rng(1), known, 500)
        assert len(drawn) == 500
        trained = {tuple(one) for one in known}
        assert not trained & {tuple(one) for one in drawn}


def test_an_arm_cannot_ask_for_more_alphabets_than_there_are():
    run = smoke_run()
    data = EXPERIMENT.generate(run)
    arm = build(EXPERIMENT.arm, {"source": "training", "alphabets": 17}, "arm")
    with pytest.raises(BadValue, match="alphabets: write 1 to 16"):
        EXPERIMENT.train(replace(run, arm=arm), data)


def world(rule: str) -> float:
    """Share right after training on lines (a, b, c): c follows from a and b, or from a coin."""
    size = LineSize(width=16, layers=1, heads=2, batch=32, steps=150, lr=0.01)
    shape = Lines(vocab=8, length=3, answer=2)
    run = Run(slug="world", scale="smoke", size=size, seeds=(1, 2))

    def draw(seed, step):
        rng = run.rng("lines", seed, step)
        terms, coin = rng.integers(4, size=(32, 2)), rng.integers(4, size=32)
        return np.column_stack([terms, 4 + (terms.sum(1) % 4 if rule == "sum" else coin)])

    learned = fit_lines(run, shape, size, draw)
    ids = np.stack(
        [np.concatenate([draw(seed, step) for step in range(900, 910)]) for seed in (1, 2)]
    )
    return line_scores(run, shape, size, learned.arrays, ids)[0].mean()


def test_stand_in_learns_a_rule_and_no_coin():
    assert world("sum") > 0.95
    assert 0.15 < world("coin") < 0.35
