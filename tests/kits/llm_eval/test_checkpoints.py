"""Which folders are accepted, and the harness end to end on a tiny checkpoint, offline."""

import json
import shutil
import socket

import numpy as np
import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from recount.experiment import NotRun, Train
from recount.kits.llm_eval import (
    Prompt,
    Questions,
    Study,
    accepted,
    ask,
    by_seed,
    configured,
    weigh,
)
from recount.kits.llm_eval import last_number as number
from recount.run import Rows, Run
from recount.typed import BadValue, typed

from .conftest import question


@pytest.fixture
def copied(checkpoint_folder, tmp_path):
    return shutil.copytree(checkpoint_folder, tmp_path / "copy")


def test_hash_is_of_names_and_contents(checkpoint_folder, copied):
    same = accepted(checkpoint_folder).sha256
    assert accepted(copied).sha256 == same
    (copied / "config.json").rename(copied / "first.json")
    (copied / "first.json").rename(copied / "config.json")
    assert accepted(copied).sha256 == same
    (copied / "notes.txt").write_text("one more file")
    assert accepted(copied).sha256 != same


@pytest.mark.parametrize("name", ["pytorch_model.bin", "model.pt", "optimizer.pkl"])
def test_pickled_weights_are_refused(copied, name):
    (copied / name).write_bytes(b"\x80\x04.")
    with pytest.raises(BadValue, match=rf"{name}.*safetensors"):
        accepted(copied)


def test_remote_code_is_refused(copied):
    for name in ("config.json", "tokenizer_config.json"):
        plain = (copied / name).read_text()
        asking = json.loads(plain) | {"auto_map": {"AutoModel": "modeling.Net"}}
        (copied / name).write_text(json.dumps(asking))
        with pytest.raises(BadValue, match=rf"{name}.*remote code"):
            accepted(copied)
        (copied / name).write_text(plain)
    (copied / "modeling.py").write_text("raise SystemExit")
    with pytest.raises(BadValue, match=r"modeling.py.*never run"):
        accepted(copied)


def test_folders_without_model_are_refused(copied, tmp_path):
    with pytest.raises(BadValue, match=r"no config.json"):
        accepted(tmp_path)
    for path in copied.glob("*.safetensors"):
        path.unlink()
    with pytest.raises(BadValue, match="no weights in safetensors"):
        accepted(copied)


def test_a_checkpoint_is_found_by_variable_or_config(checkpoint_folder, tmp_path, monkeypatch):
    monkeypatch.setenv("RECOUNT_ROOT", str(tmp_path))
    monkeypatch.delenv("RECOUNT_CHECKPOINTS", raising=False)
    assert configured("tiny") is None
    (tmp_path / "config").mkdir()
    shutil.copytree(checkpoint_folder, tmp_path / "models" / "adder")
    (tmp_path / "config" / "config.yaml").write_text("checkpoints: {tiny: [models/adder]}\n")
    assert configured("tiny").folder == tmp_path / "models" / "adder"
    assert configured("other") is None
    monkeypatch.setenv("RECOUNT_CHECKPOINTS", f"tiny={checkpoint_folder}")
    assert configured("tiny").folder == checkpoint_folder
    monkeypatch.setenv("RECOUNT_CHECKPOINTS", f"tiny={checkpoint_folder}:tiny=elsewhere")
    with pytest.raises(BadValue, match="two judgements"):
        configured("tiny")
    monkeypatch.setenv("RECOUNT_CHECKPOINTS", str(checkpoint_folder))
    with pytest.raises(BadValue, match="write paper=folder"):
        configured("tiny")


@typed()
class Arm:
    source: str


@typed()
class Size:
    tokens: int


def prompts(run):
    sums = [(a, b) for a in (1, 2) for b in (1, 2)]
    plain = [
        Prompt(s, "plain", question(*pair), str(sum(pair))) for s in run.seeds for pair in sums
    ]
    named = [Prompt(s, "renamed", question(*"ab"), "c") for s in run.seeds for _ in sums]
    return plain + named


def score(run, prompts, answers):
    rows = Rows(run)
    right = [one.target == answer for one, answer in zip(prompts, answers, strict=True)]
    rows.add("in_distribution", by_seed(run, prompts, right, "plain"), 4)
    rows.add("symbolic_accuracy", by_seed(run, prompts, right, "renamed"), 4)
    return rows


STUDY = Study(
    arm=Arm,
    size=Size,
    questions=Questions(prompts=prompts, read=lambda prompt, reply: number(reply), score=score),
)


def run_of(source: str) -> Run:
    seeds, size = (1, 2), Size(tokens=4)
    return Run(slug="tiny", scale="smoke", size=size, seeds=seeds, arm=Arm(source=source))


def test_harness_end_to_end_without_the_net(checkpoint_folder, monkeypatch):
    """The checkpoint knows plain sums by heart, and not the renamed ones: rows say so."""

    def no_net(*args, **kwargs):
        raise AssertionError("the net was asked")

    monkeypatch.setattr(socket.socket, "connect", no_net)
    monkeypatch.setenv("RECOUNT_CHECKPOINTS", f"tiny={checkpoint_folder}")
    run = run_of("checkpoint")
    data = STUDY.generate(run)
    learned = STUDY.train(run, data)
    assert {len(column) for column in learned.curve.values()} == {0}
    assert learned.arrays["checkpoint"].shape == (2, 32)
    rows = STUDY.evaluate(run, data, learned.arrays).frame().set_index("metric").value
    assert rows["in_distribution"].tolist() == [1.0, 1.0]
    assert rows["symbolic_accuracy"].tolist() == [0.0, 0.0]
    assert rows["fingerprint"].nunique() == 1


def test_replies_are_those_of_greedy_generation(checkpoint_folder):
    texts = ["What is 2 + 2?", "Digits", question(1, 2), "What is 2 + 2?"]
    found = ask(
        accepted(checkpoint_folder),
        [Prompt(0, "free", text, "") for text in texts],
        tokens=6,
        until=["\n\n", "~"],
        batch=2,
    )
    tokenizer = AutoTokenizer.from_pretrained(checkpoint_folder)
    model = AutoModelForCausalLM.from_pretrained(checkpoint_folder).eval()
    for text, reply in zip(texts, found, strict=True):
        asked = tokenizer(text, return_tensors="pt")
        ids = model.generate(**asked, max_new_tokens=6, do_sample=False)[0]
        whole = tokenizer.decode(ids[asked.input_ids.shape[1] :], skip_special_tokens=True)
        assert reply == whole.split("\n\n")[0]


def test_weights_are_the_log_likelihoods_of_the_choices(checkpoint_folder):
    choices = (" 2", " 3", " forty")
    prompts = [Prompt(0, "choice", question(1, b), f" {1 + b}", choices=choices) for b in (1, 2)]
    found = weigh(accepted(checkpoint_folder), prompts, batch=2)
    tokenizer = AutoTokenizer.from_pretrained(checkpoint_folder)
    model = AutoModelForCausalLM.from_pretrained(checkpoint_folder).eval()
    for prompt, weights in zip(prompts, found, strict=True):
        for choice, weight in zip(choices, weights, strict=True):
            start = len(tokenizer(prompt.text).input_ids)
            ids = tokenizer(prompt.text + choice, return_tensors="pt").input_ids
            with torch.no_grad():
                told = model(ids).logits.log_softmax(-1)[0, :-1]
            by_hand = told.gather(1, ids[0, 1:, None])[start - 1 :].sum()
            assert weight == pytest.approx(float(by_hand), rel=0.001, abs=0.001)
        assert choices[weights.argmax()] == prompt.target
    with pytest.raises(BadValue, match="two choices"):
        weigh(accepted(checkpoint_folder), [Prompt(0, "bare", "Why?", "")])


def test_without_a_checkpoint_nothing_is_run(monkeypatch, tmp_path):
    monkeypatch.setenv("RECOUNT_ROOT", str(tmp_path))
    monkeypatch.delenv("RECOUNT_CHECKPOINTS", raising=False)
    run = run_of("checkpoint")
    data = STUDY.generate(run)
    for stage in (lambda: STUDY.train(run, data), lambda: STUDY.evaluate(run, data, {})):
        with pytest.raises(NotRun, match="no checkpoint"):
            stage()


def test_a_changed_checkpoint_is_noticed(copied, monkeypatch):
    monkeypatch.setenv("RECOUNT_CHECKPOINTS", f"tiny={copied}")
    data = STUDY.generate(run_of("checkpoint"))
    (copied / "notes.txt").write_text("changed")
    with pytest.raises(BadValue, match="has changed"):
        STUDY.train(run_of("checkpoint"), data)


def test_an_arm_without_stand_in_is_a_fault():
    assert isinstance(STUDY, Train)
    with pytest.raises(BadValue, match="no stand_in"):
        STUDY.train(run_of("training"), {"checkpoint": np.empty(0, np.uint8)})
