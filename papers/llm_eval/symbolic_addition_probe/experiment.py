"""Addition asked in plain digits, and again with the digits renamed by a mapping that is stated.

A checkpoint gets each sum plain, with its terms swapped, after the rules of addition, with an
explanation asked for, and with letters for digits; writing a number in those letters, without
adding, is the control. A seed is one renaming and its sums. The stand-ins are small decoders, one
a seed. A line states an alphabet, then asks to add two one-digit numbers in it, to write a digit in
it, or to read one of its symbols. Writing and reading are trained in any alphabet, adding in the
plain one and `alphabets` - 1 others; then adding is asked where it was never trained.
"""

from typing import Literal

import numpy as np

from recount.kits.llm_eval import (
    AlphabetSize,
    Prompt,
    Questions,
    Study,
    by_seed,
    last_number,
    last_word,
    stated_alphabets,
)
from recount.run import Rows
from recount.typed import typed

RULES = (
    "To add two numbers, write one below the other, aligned on the right. Add the digits of each "
    "column from right to left; when a column reaches 10, write its last digit and carry 1.\n"
)


@typed()
class Arm:
    source: Literal["checkpoint", "training"]
    alphabets: int = 0


@typed()
class Size(AlphabetSize):
    """For a checkpoint: `sums` of up to `digits` digits, replies of up to `tokens` tokens."""

    sums: int
    digits: int
    tokens: int


def letters(run, seed):
    return "".join(run.rng("letters", seed).permutation(list("abcdefghijklmnopqrstuvwxyz"))[:10])


def prompts(run):
    found = []
    for seed in run.seeds:
        rng = run.rng("sums", seed)
        for _ in range(run.size.sums):
            lengths = rng.integers(1, run.size.digits + 1, 2)
            a, b = (int("".join(map(str, rng.integers(0, 10, n)))) for n in lengths)
            found += [Prompt(seed, *one) for one in asked(letters(run, seed), a, b)]
    return found


def asked(letters, a, b):
    """(template, text, target, letters) for one sum; each swapped question follows its own."""
    A, B, total = (str(n).translate(str.maketrans("0123456789", letters)) for n in (a, b, a + b))
    mapping = ", ".join(f"{digit} is {letter}" for digit, letter in enumerate(letters))
    stated = f"Digits are written as letters: {mapping}.\n"
    number, word = " Answer with the number only.\nAnswer:", " Answer with letters only.\nAnswer:"
    yield "plain", f"What is {a} + {b}?{number}", str(a + b)
    yield "plain_swapped", f"What is {b} + {a}?{number}", str(a + b)
    yield "rules", f"{RULES}What is {a} + {b}?{number}", str(a + b)
    yield "explain", f"What is {a} + {b}? Explain, then end with the number.\nAnswer:", str(a + b)
    yield "renamed", f"{stated}What is {A} + {B}?{word}", total, letters
    yield "renamed_swapped", f"{stated}What is {B} + {A}?{word}", total, letters
    yield "copy", f"{stated}Write {a + b} in these letters.{word}", total, letters


def read(prompt, reply):
    return last_word(reply, prompt.letters) if prompt.letters else last_number(reply)


def score(run, prompts, answers):
    right = [one.target == answer for one, answer in zip(prompts, answers, strict=True)]
    unlike = [one != other for one, other in zip(answers, [*answers[1:], ""], strict=True)]
    plain, rows = by_seed(run, prompts, right, "plain"), Rows(run)
    broken = [by_seed(run, prompts, unlike, name) for name in ("plain", "renamed")]
    for metric, values in {
        "in_distribution": plain,
        "numeric_accuracy": plain,
        "symbolic_accuracy": by_seed(run, prompts, right, "renamed"),
        "copy_accuracy": by_seed(run, prompts, right, "copy"),
        "violations": np.mean(broken, 0),
        "rules_loss": plain - by_seed(run, prompts, right, "rules"),
        "explain_loss": plain - by_seed(run, prompts, right, "explain"),
    }.items():
        rows.add(metric, values, run.size.sums)
    return rows


experiment = Study(
    arm=Arm,
    size=Size,
    questions=Questions(prompts=prompts, read=read, score=score),
    stand_in=stated_alphabets(Arm, Size),
)
