"""Terms and tracing: sums by hand, equal values, and storages that lose a term."""

from pathlib import Path

import numpy as np
import pytest

from recount import registry
from recount.experiment import load
from recount.kits.exact_math import terms
from recount.kits.exact_math.tracing import Compiled, Traced
from recount.run import Run
from recount.typed import build

FOLDER = Path(__file__).resolve().parents[3] / "papers" / "exact_math" / "symbolics_dispatch"


@pytest.fixture
def experiment():
    return load(FOLDER)


def frame_of(experiment, arm):
    paper = registry.load_paper(FOLDER)
    run = Run(
        slug=paper.slug,
        scale="smoke",
        size=build(experiment.size, paper.scales["smoke"].size, "size"),
        seeds=(1, 2),
        arm_name=arm,
        arm=build(experiment.arm, paper.arms[arm], arm),
    )
    return experiment.measure(run, {}).frame()


@pytest.mark.parametrize("storage", ["tree", "collected"])
def test_like_terms_meet_and_cancel(storage):
    parts = [(2, (1, 0)), (3, (0, 1)), (1, (0, 0)), (-1, (0, 0))]
    term, work = terms.simplified(parts, storage)
    assert terms.arguments(term) == ((5, (0, 1)),) and work > 0


@pytest.mark.parametrize("arm", ["collected", "tree"])
def test_values_are_kept_and_trees_take_more_work(experiment, arm):
    frame = frame_of(experiment, arm)
    equal = frame[frame.metric.isin(["same_value", "traced_equal"])].value
    assert len(equal) >= 2 and (equal == 1).all()
    work = frame[frame.metric == "work"].groupby("terms").value.mean()
    assert (work[64] > 3 * work[32]) == (arm == "tree")


def test_a_traced_program_is_the_program():
    cells = [Traced(("read", place)) for place in range(4)]
    made = Compiled([2 * cells[k] + cells[k - 1] * (1 - cells[k]) - 3 for k in range(4)])
    x = np.array([1.0, 2.0, 5.0, -1.0])
    assert np.allclose(made(x), 2 * x + np.roll(x, 1) * (1 - x) - 3)
    assert len(made.groups) == 1


def test_a_rule_that_forgets_a_term_is_seen(experiment, monkeypatch):
    def dropped(term, work):
        return terms.Tree(terms.arguments(term)[1:])

    monkeypatch.setattr(terms, "RULES", (*terms.RULES, dropped))
    frame = frame_of(experiment, "tree")
    assert (frame[frame.metric == "same_value"].value == 0).all()
