"""Puzzles: two interpreters agree, verifiers know their answers, likelihoods follow solutions."""

import builtins

import numpy as np
import pytest
from exact_trials import frame_of, loaded

from recount.kits.exact_math import expression_grammar as eg
from recount.kits.exact_math import puzzles as pz
from recount.kits.exact_math import python_expressions as pe
from recount.kits.exact_math.puzzle_families import FAMILIES
from recount.typed import BadValue

INPUTS = {"i0": 7, "l0": [5, 2, 9], "s0": "cde"}


@pytest.mark.parametrize("kind", ["int", "str", "list"])
def test_both_interpreters_say_the_same(kind):
    listed = eg.Enumeration(pe.rules(tuple(INPUTS)), eg.Likelihoods())
    found = listed.first(kind, 1500, np.random.default_rng(0))
    known = {}
    values = [(one, pe.value(one, INPUTS, known)) for one in found]
    good = [(one, value) for one, value in values if value is not None]
    assert len(set(found)) == 1500 and len(good) > 500
    assert all(pe.value_of_text(pe.text(one), INPUTS) == value for one, value in good)


def test_the_second_interpreter_reads_nothing_else():
    for written in ("__import__('os')", "s0.count('c')", "[x for x in l0]", "i0 if i0 else 1"):
        with pytest.raises(BadValue, match="not in this part of Python"):
            pe.value_of_text(written, INPUTS)


def test_more_likely_expressions_come_first_and_solutions_become_likely():
    rules, rng = pe.rules(("i0", "l0")), np.random.default_rng(1)
    plain = eg.Enumeration(rules, eg.Likelihoods()).first("list", 400, rng)
    sizes = [len(str(one).split("(")) for one in plain]
    assert sizes[0] <= 2 and sizes == sorted(sizes)
    solution = ("start", ("sorted", ("l0",)), ("-", ("i0",), ("1",)))
    assert solution not in plain
    taught = eg.Enumeration(rules, eg.Likelihoods([solution] * 5, 0.1))
    assert taught.first("list", 1, rng) == [solution]


def test_an_exchange_keeps_types():
    names = eg.exchange(pe.rules(), np.random.default_rng(2))
    assert sorted(names) == sorted(names.values())
    shape = {rule.name: (rule.result, rule.takes) for rule in pe.rules()}
    assert all(shape[one] == shape[other] for one, other in names.items())
    assert eg.renamed(("+", ("i0",), ("1",)), names)[0] == names["+"]


@pytest.mark.parametrize("family", FAMILIES, ids=lambda one: one.name)
def test_verifiers_accept_their_answers_and_not_each_others(family):
    rng = np.random.default_rng(3)
    for _ in range(20):
        puzzle = pz.drawn(family, rng)
        assert puzzle.accepts(puzzle.answer())
        assert not puzzle.accepts({"int": -1, "str": "", "list": []}[family.kind])


def test_planted_faults_are_seen(monkeypatch):
    experiment, _ = loaded("programming_puzzles")
    right = frame_of("programming_puzzles", experiment, "own")
    assert (right[right.metric.isin(["confirmed", "answers_hold"])].value == 1).all()
    for name, other in (("max", "min"), ("min", "max")):
        monkeypatch.setitem(pe.OPERATIONS, name, (*pe.OPERATIONS[name][:3], vars(builtins)[other]))
    wrong = frame_of("programming_puzzles", experiment, "none", families=50)
    assert (wrong[wrong.metric == "confirmed"].value == 0).all()
