"""Studies: what is trained on, what is tested, and that learning shows."""

from dataclasses import replace
from typing import Literal

import numpy as np
import pytest
import torch

from recount.kits.arithmetic import ByLength, LengthSize, Study, Text, TextSize
from recount.kits.arithmetic.study import answer_loss, tensors
from recount.kits.arithmetic.text import FORMATS
from recount.run import Run
from recount.typed import typed


@typed()
class Arm:
    positions: Literal["learned", "none"] = "learned"
    format: Literal["plain", "reverse", "scratchpad", "detailed"] = "plain"


LENGTHS = LengthSize(
    steps=400, batch=128, width=64, lr=0.003, train_digits=1, test_digits=(1, 3), test_sums=100
)
TEXT = TextSize(steps=3, batch=8, width=16, examples=(300, 400), cut=0.5, test_sums=60, held_out=50)
SHORT = ByLength(span=lambda run: 20)
LINES = Text(form=lambda run: FORMATS[run.arm.format])


def run_of(size, seeds=(11, 22), **arm):
    return Run(slug="sums", scale="smoke", size=size, seeds=seeds, arm_name="a", arm=Arm(**arm))


def test_a_study_by_length_learns_what_it_saw_and_no_more():
    study, run = Study(arm=Arm, size=LengthSize, lines=SHORT), run_of(LENGTHS)
    learned = study.train(run, {})
    frame = study.evaluate(run, {}, learned.arrays).frame()
    assert (frame[frame.metric == "in_distribution"].value > 0.9).all()
    tests = frame[frame.metric == "exact_match"]
    assert (tests[tests.digits == 1].value > 0.9).all()
    assert (tests[tests.digits == 3].value < 0.1).all()
    assert (
        tests["count"].eq(100).all() and frame[frame.metric == "fingerprint"].value.nunique() == 2
    )


def test_all_arms_see_the_same_sums():
    for source, size in ((SHORT, LENGTHS), (LINES, TEXT)):
        one, other = run_of(size, positions="learned"), run_of(size, positions="none")
        count = source.examples(one)[0]
        first, second = (source.batch(run, count)(2).ids for run in (one, other))
        assert (first == second).all()
        pairs = zip(source.tests(one, count), source.tests(other, count), strict=True)
        for (metric, axes, test), (other_metric, same, again) in pairs:
            assert metric == other_metric and axes == same and (test.ids == again.ids).all()


def test_lengths_may_be_named_in_multiples():
    size = replace(LENGTHS, train_digits=3, test_digits=(), test_times=(1, 2))
    tests = list(SHORT.tests(run_of(size), 0))
    assert [axes for _, axes, _ in tests] == [{"times": 1}, {"times": 2}]
    assert [test.ids.shape[-1] for *_, test in tests] == [13, 22]


def test_padded_lines_are_all_as_wide_as_the_longest():
    size = replace(LENGTHS, train_digits=4)
    free, padded = (ByLength(padded=p).batch(run_of(size), 0) for p in (False, True))
    assert {padded(step).ids.shape[-1] for step in range(20)} == {16}
    assert {free(step).ids.shape[-1] for step in range(60)} == {7, 10, 13, 16}


def test_position_ids_of_their_own_stream():
    def places(run, digits, count, rng):
        return np.arange(3 * digits + 4) + rng.integers(5, size=(count, 1))

    source = ByLength(places=places, span=lambda run: 40)
    lines = source.batch(run_of(LENGTHS), 0)(0)
    assert lines.places.shape == lines.ids.shape
    assert (lines.ids == SHORT.batch(run_of(LENGTHS), 0)(0).ids).all()
    assert len(np.unique(lines.places[..., 0])) == 5


def test_nothing_tested_was_trained_on():
    run = run_of(TEXT)
    trained = [set(map(tuple, LINES.pairs(run, seed, 400).tolist())) for seed in run.seeds]
    for even in (True, False):
        for taken, tested in zip(trained, LINES.unseen(run, 400, even), strict=True):
            assert not taken & set(map(tuple, tested.tolist()))
            assert len(tested) == (50 if even else 60)


@pytest.mark.parametrize("name", ["plain", "reverse", "scratchpad", "detailed"])
def test_text_arms_ask_and_answer_in_their_format(name):
    run = run_of(TEXT, format=name)
    tests = {axes.get("start", metric): lines for metric, axes, lines in LINES.tests(run, 300)}
    for start, mark in (("bare", ""), ("newline", "\n")):
        lines = tests[start]
        text = LINES.characters.decode(lines.ids[0])
        asked = LINES.characters.decode(np.where(lines.answer[0], 0, lines.ids[0]))
        pairs = LINES.unseen(run, 300, False)[0].tolist()
        want = [FORMATS[name](a, b) for a, b in pairs]
        assert text == [mark + question + answer for question, answer in want]
        assert asked == [mark + question for question, _ in want]


def test_fitted_lines_were_trained_on():
    run = run_of(TEXT)
    metric, axes, lines = list(LINES.tests(run, 300))[-1]
    assert (metric, axes) == ("fitted", {"examples": 300})
    for row, seed in enumerate(run.seeds):
        trained = {"\n" + "".join(FORMATS["plain"](a, b)) for a, b in LINES.pairs(run, seed, 300)}
        assert set(LINES.characters.decode(lines.ids[row])) <= trained


def test_some_training_lines_open_within_their_question():
    run = run_of(replace(TEXT, batch=400))
    lines = LINES.batch(run, 300)(5)
    for row, seed in enumerate(run.seeds):
        trained = {"".join(FORMATS["plain"](a, b)) for a, b in LINES.pairs(run, seed, 300)}
        texts = LINES.characters.decode(lines.ids[row])
        whole = [text for text in texts if text[0] == "\n"]
        assert 0.4 < len(whole) / 400 < 0.6 and {text[1:] for text in whole} <= trained
        cut = {text for text in texts if text[0] != "\n"}
        assert cut - trained and all(any(line.endswith(text) for line in trained) for text in cut)
        answers = LINES.characters.decode(np.where(lines.answer[row], lines.ids[row], 0))
        ends = {line.split("=")[1] for line in trained}
        assert set(answers) <= ends and "" not in answers


def test_without_cuts_every_line_is_whole():
    ids = LINES.batch(run_of(replace(TEXT, cut=0.0)), 300)(0).ids
    assert all(text[0] == "\n" for row in ids for text in LINES.characters.decode(row))


def test_a_text_study_trains_once_per_number_of_examples():
    study, run = Study(arm=Arm, size=TextSize, lines=LINES), run_of(TEXT)
    learned = study.train(run, {})
    assert {name.split("/")[0] for name in learned.arrays} == {"300", "400"}
    assert set(np.unique(learned.curve["metric"])) == {"loss 300", "loss 400"}
    tests = study.evaluate(run, {}, learned.arrays).frame().query("metric == 'exact_match'")
    assert len(tests) == 2 * 2 * 2 and set(tests.start) == {"bare", "newline"}


def test_the_loss_counts_the_answer_alone():
    run = run_of(LENGTHS)
    model, lines = SHORT.network(run), SHORT.batch(run, 0)(0)
    parts = {name: torch.from_numpy(v) if isinstance(v, np.ndarray) else v
             for name, v in tensors(lines).items()}  # fmt: skip
    loss = answer_loss(model, parts)
    logits = model(parts["ids"]).log_softmax(-1)
    first = lines.first
    picked = logits[:, :, first - 1 : -1].gather(-1, parts["ids"][:, :, first:, None])
    torch.testing.assert_close(loss, -picked.flatten(1).mean(1))
    assert loss.shape == (2,)
