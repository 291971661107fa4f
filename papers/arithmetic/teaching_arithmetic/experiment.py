"""Teaching arithmetic to small transformers: the same sums, written in another order.

A fixed set of sums, balanced over digits and carries, is learned in epochs. `plain` writes
a sum as people do; `reverse` writes its units first, between dollar signs, so that each digit needs
only what stands before it; `scratchpad` writes every column's digit and carry before the sum.
Some lines are seen from within their question on, as at the start of a window on running text, so a
bare 2+3= could be the end of 12+3=: prompts are tested bare and after the newline that settles it.
"""

from dataclasses import replace
from typing import Literal

from recount.experiment import Arrays
from recount.kits.arithmetic import FORMATS, Study, Text, TextSize
from recount.run import Rows, Run
from recount.typed import typed


@typed()
class Arm:
    format: Literal["plain", "reverse", "scratchpad"]


def evaluate(run: Run, data: Arrays, arrays: Arrays) -> Rows:
    """The study's rows, and what the newline before the prompt is worth to each seed."""
    rows = study.evaluate(run, data, arrays)
    tests = rows.frame().query("metric == 'exact_match'")
    value = tests.set_index(["examples", "start", "seed"])["value"]
    for count in run.size.examples:
        gain = value[count, "newline"] - value[count, "bare"]
        rows.add("newline_gain", gain[list(run.seeds)], run.size.test_sums, examples=count)
    return rows


study = Study(arm=Arm, size=TextSize, lines=Text(form=lambda run: FORMATS[run.arm.format]))
experiment = replace(study, evaluate=evaluate)
