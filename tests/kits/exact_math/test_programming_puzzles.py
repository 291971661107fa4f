"""Puzzles: two interpreters agree, verifiers know their answers, likelihoods follow solutions."""

import builtins
from dataclasses import replace

import numpy as np
import pytest
from exact_trials import frame_of, loaded, smoke_run

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


def test_inputs_that_weigh_more_come_earlier():
    rules, rng = pe.rules(("i0", "i1")), np.random.default_rng(4)
    listed = [
        eg.Enumeration(rules, eg.Likelihoods(weights={"i0": weight, "i1": weight})).first(
            "int", 40, rng
        )
        for weight in (1, 16)
    ]
    ahead = [sum(str(one).count("i") for one in part) for part in listed]
    assert ahead[1] > 1.5 * ahead[0]


def test_weights_outlive_what_is_added():
    base = eg.Likelihoods(weights={"i0": 7.0})
    rules = [one for one in pe.rules(("i0",)) if one.result == "int"]
    other = base.with_added([], 2.0)
    assert other.costs(rules, eg.TOP) == base.costs(rules, eg.TOP)
    assert other.costs(rules, eg.TOP) != eg.Likelihoods().costs(rules, eg.TOP)


@pytest.mark.parametrize(("arm", "shared"), [("own", 0), ("met", 6)])
def test_folds_keep_families_apart_or_part_them(arm, shared):
    run, _, module = smoke_run("programming_puzzles", arm)
    learning, asked, fold = module.drawn(run, 1)
    assert [one.family for one in learning] == [one.family for one in asked]
    assert np.mean([a.inputs != b.inputs for a, b in zip(learning, asked, strict=True)]) > 0.7
    met = set()
    for one in range(run.size.folds):
        known = {learning[k].family.name for k in np.flatnonzero(fold != one)}
        met |= known & {asked[k].family.name for k in np.flatnonzero(fold == one)}
    assert len(met) == shared


def test_a_solver_learns_from_no_answer_to_the_folds_left_out_and_takes_the_better_setting():
    run, _, module = smoke_run("programming_puzzles", "own")
    solver = module.Solver(run, 1)
    answers = solver.first[run.arm.copies[0]]
    kept = solver.taught((1.0, 1.0), answers, (0, 1)).used
    assert kept == eg.Likelihoods(one for k, one in answers.items() if solver.fold[k] == 2).used
    hopeless = 1e-9  # inputs that are never tried
    run = replace(run, arm=replace(run.arm, copies=(hopeless, 16.0), priors=(1000.0,)))
    assert module.Solver(run, 1).settings() == [(16.0, 1000.0)] * run.size.folds


def test_without_feedback_nothing_is_learned():
    run, _, module = smoke_run("programming_puzzles", "none")
    solver = module.Solver(run, 1)
    assert solver.first == dict.fromkeys(run.arm.copies, {})
    assert not solver.taught((1.0, 1.0), {}, ()).used


def test_planted_faults_are_seen(monkeypatch):
    experiment, _ = loaded("programming_puzzles")
    right = frame_of("programming_puzzles", experiment, "own")
    assert (right[right.metric.isin(["confirmed", "answers_hold"])].value == 1).all()
    for name, other in (("max", "min"), ("min", "max")):
        monkeypatch.setitem(pe.OPERATIONS, name, (*pe.OPERATIONS[name][:3], vars(builtins)[other]))
    wrong = frame_of("programming_puzzles", experiment, "none", families=50, folds=2, tries=(1, 30))
    assert (wrong[wrong.metric == "confirmed"].value == 0).all()
