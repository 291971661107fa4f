"""Prompts as items, and what a reply says: its last number, or its last word of some letters."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from recount.run import Run


@dataclass(frozen=True)
class Prompt:
    """A question. `seed` is its cluster, `template` the wording's name, `target` what is right.

    `letters` are those that an answer in words is made of; `choices` the answers to choose from, as
    they would continue the text.
    """

    seed: int
    template: str
    text: str
    target: str
    letters: str = ""
    choices: tuple[str, ...] = ()


def last_number(reply: str) -> str:
    """The last whole number in a reply, without commas and leading zeros; "" if there is none."""
    found = re.findall(r"\d[\d,]*", reply)
    return (found[-1].replace(",", "").lstrip("0") or "0") if found else ""


def last_word(reply: str, letters: str) -> str:
    """The last word in a reply that is made of these letters alone; "" if there is none."""
    found = re.findall(rf"(?<!\w)[{re.escape(letters)}]+(?!\w)", reply)
    return found[-1] if found else ""


def by_seed(
    run: Run, prompts: Sequence[Prompt], values: Iterable[float], template: str
) -> np.ndarray:
    """(S,): the mean of `values`, one per prompt, over each seed's prompts of one template."""
    chosen = {seed: [] for seed in run.seeds}
    for prompt, value in zip(prompts, values, strict=True):
        if prompt.template == template:
            chosen[prompt.seed].append(value)
    return np.array([np.mean(part) for part in chosen.values()])
