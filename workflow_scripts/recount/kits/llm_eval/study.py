"""A claim about a checkpoint as an experiment, with an optional stand-in trained from scratch.

An arm says where its model comes from: `source: checkpoint` or `source: training`. Without a
checkpoint the first ends as not_run; it is never replaced by the second, which is judged by claims
of its own.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from recount.experiment import Arrays, Learned, NotRun, Train
from recount.kits.llm_eval.checkpoints import Checkpoint, configured
from recount.kits.llm_eval.harness import ask
from recount.kits.llm_eval.prompts import Prompt
from recount.run import Rows, Run
from recount.typed import BadValue

NO_CURVE = {
    "seed": np.empty(0, np.int64),
    "step": np.empty(0, np.int64),
    "metric": np.empty(0, np.str_),
    "value": np.empty(0),
}


@dataclass(frozen=True, kw_only=True)
class Questions:
    """What a checkpoint is asked.

    `prompts(run)` makes those of all seeds; `read(prompt, reply)` finds the answer in a reply;
    `score(run, prompts, answers) -> Rows` turns them into rows (in_distribution among them).
    """

    prompts: Callable[[Run], Sequence[Prompt]]
    read: Callable[[Prompt, str], str]
    score: Callable[[Run, Sequence[Prompt], Sequence[str]], Rows]


def Study(*, arm: type, size: type, questions: Questions, stand_in: Train | None = None) -> Train:
    """A Train whose arms have `source`; its size has `tokens`, the longest reply.

    `stand_in` is a Train of the same arm and size for the arms with `source: training`.
    """

    def generate(run: Run) -> Arrays:
        found = configured(run.slug)
        digest = bytes.fromhex(found.sha256) if found else b""
        known = stand_in.generate(run) if stand_in else {}
        return known | {"checkpoint": np.frombuffer(digest, np.uint8)}

    def train(run: Run, data: Arrays) -> Learned:
        if run.arm.source == "training":
            return trained(stand_in).train(run, data)
        required(run, data)
        return Learned({"checkpoint": np.tile(data["checkpoint"], (len(run.seeds), 1))}, NO_CURVE)

    def evaluate(run: Run, data: Arrays, arrays: Arrays) -> Rows:
        if run.arm.source == "training":
            return trained(stand_in).evaluate(run, data, arrays)
        checkpoint, prompts = required(run, data), questions.prompts(run)
        replies = ask(checkpoint, prompts, device=run.device, tokens=run.size.tokens)
        answers = [questions.read(*pair) for pair in zip(prompts, replies, strict=True)]
        rows = questions.score(run, prompts, answers)
        rows.fingerprint(told(run, prompts, answers))
        return rows

    return Train(arm=arm, size=size, train=train, evaluate=evaluate, generate=generate)


def trained(stand_in: Train | None) -> Train:
    if stand_in is None:
        raise BadValue("an arm has `source: training`, but the experiment has no stand_in; add it")
    return stand_in


def required(run: Run, data: Arrays) -> Checkpoint:
    """The checkpoint that generate saw. NotRun without one, BadValue if it has changed since."""
    found = configured(run.slug)
    if found is None:
        raise NotRun("no checkpoint")
    if bytes(data["checkpoint"]) != bytes.fromhex(found.sha256):
        raise BadValue(f"{found.folder}: has changed since the data were made; make them again")
    return found


def told(run: Run, prompts: Sequence[Prompt], answers: Sequence[str]) -> list[np.ndarray]:
    """Per seed, all its answers as bytes."""
    texts = {seed: [] for seed in run.seeds}
    for prompt, answer in zip(prompts, answers, strict=True):
        texts[prompt.seed].append(answer)
    return [np.frombuffer("\n".join(parts).encode(), np.uint8) for parts in texts.values()]
