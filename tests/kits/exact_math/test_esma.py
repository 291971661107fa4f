"""Signed continued fractions, shortest recurrences, and what the search does with faulty ones."""

import sys
from fractions import Fraction
from itertools import islice
from math import isqrt
from pathlib import Path

import pytest
from mpmath import mp

from recount import registry
from recount.experiment import load
from recount.kits.exact_math import (
    Decimals,
    continued,
    counter_examples,
    folded,
    follows,
    hankel_rank,
    recurrences,
    shortest_recurrence,
    sign_patterns,
    signed_terms,
    terms_by_floats,
    terms_needed,
)
from recount.run import Run
from recount.typed import build

FOLDER = Path(__file__).resolve().parents[3] / "papers" / "exact_math" / "esma"
ROOT_TWO = Decimals(isqrt(2 * 10**400), 10**200)
SMALL = {"period": 2, "random": 3, "checked_random": 2, "checked_period": 2}


@pytest.fixture(scope="module")
def experiment():
    return load(FOLDER)


def frame_of(experiment, arm="signed", **sizes):
    paper = registry.load_paper(FOLDER)
    size = build(experiment.size, paper.scales["smoke"].size | SMALL | sizes, "size")
    settings = build(experiment.arm, paper.arms[arm], arm)
    run = Run(slug=paper.slug, scale="smoke", size=size, seeds=(1,), arm_name=arm, arm=settings)
    module_of(experiment).search.cache_clear()
    return experiment.measure(run, {}).frame().set_index("number")


def module_of(experiment):
    return sys.modules[experiment.arm.__module__]


def value_of(frame, number, metric):
    return frame[frame.metric == metric].value[number]


def test_patterns_are_the_primitive_ones():
    assert sign_patterns(2) == [(1,), (-1,), (1, -1), (-1, 1)]
    assert [len(sign_patterns(n)) for n in range(1, 7)] == [2, 4, 10, 22, 52, 106]


@pytest.mark.parametrize("signs", sign_patterns(4))
def test_terms_are_certain_and_give_the_number_back(signs):
    terms = list(signed_terms(ROOT_TWO, signs))
    value = Fraction(10**9)
    for place in reversed(range(len(terms))):
        value = terms[place] + signs[place % len(signs)] / value
    assert abs(value - Fraction(*ROOT_TWO)) < Fraction(1, 10**195)
    with mp.workdps(200):
        number = mp.fdiv(*ROOT_TWO)
        assert terms_by_floats(number, signs, 60) == terms[:60]
        assert abs(folded(terms, signs) - number) < mp.mpf(10) ** -195


def test_only_terms_on_which_both_ends_agree_are_given():
    assert list(signed_terms(Decimals(314, 100), (1,))) == [3]
    assert list(signed_terms(Decimals(314159265, 10**8), (1,)))[:4] == [3, 7, 15, 1]


def test_terms_needed_is_the_first_convergent_that_is_near_enough():
    terms = [1] + [2] * 300
    found = terms_needed(terms, (1,), ROOT_TWO, 50)
    gaps = [abs(convergent(terms[:n]) - Fraction(*ROOT_TWO)) for n in (found - 1, found)]
    assert gaps[0] >= Fraction(1, 10**50) > gaps[1]
    assert terms_needed([1] + [3] * 300, (1,), ROOT_TWO, 50) == 0


def convergent(terms):
    value = Fraction(terms[-1])
    for term in reversed(terms[:-1]):
        value = term + 1 / value
    return value


@pytest.mark.parametrize(
    ("first", "recurrence"),
    [
        ([1, 1], (1, 1)),
        ([5, 0, 1, 1], (1, 1, 0)),
        ([1, 1, 1, 3], (0, 2, 0, -1)),
        ([3, -4, 7, 1, 0, 2], (0, 0, -6, 11, 0, 5)),
    ],
)
def test_a_planted_recurrence_is_found_and_is_the_rank(first, recurrence):
    terms = list(islice(continued(first, recurrence), 40))
    assert shortest_recurrence(terms, 10) == recurrence
    assert hankel_rank(terms) == len(recurrence)
    assert follows(terms, recurrence)
    assert not follows([*terms[:-1], terms[-1] + 1], recurrence)


def test_a_sequence_without_one_is_given_up_at_once():
    squares = (n * n % 101 * 7919 % 65537 for n in range(10**9))
    assert shortest_recurrence((next(squares) ** 3 % 99991 for _ in range(10**9)), 12) is None
    assert hankel_rank([n**n % 99991 for n in range(60)]) == 30


def test_known_formulas_are_found_and_random_numbers_are_silent(experiment):
    frame = frame_of(experiment)
    statements = ["agreement", "formula_found", "known_formula", "easy_found"]
    for metric in [*statements, "nothing_found", "random_silent", "faster_somewhere"]:
        assert len(frame[frame.metric == metric]) and counter_examples(frame, metric).empty, metric
    assert value_of(frame, "e", "plain_terms") > value_of(frame, "e", "fewest_terms") > 0


def test_a_run_of_equal_terms_is_a_candidate_but_no_formula(experiment):
    """With ceilings alone 292 in [3; 7, 15, 1, 292, ...] becomes a run of 2s beyond the sample."""
    frame = frame_of(experiment)
    assert value_of(frame, "pi", "candidates") == 1 and value_of(frame, "pi", "formulas") == 0


def test_the_plain_arm_cannot_know_the_signed_formulas(experiment):
    unknown = counter_examples(frame_of(experiment, "plain"), "known_formula").index
    assert set(unknown) == {"J0(2)/J1(2)", "J0(1)/J1(1)"}


@pytest.mark.parametrize("fault", ["too long", "none", "wrong coefficient", "approves all"])
def test_a_faulty_search_is_seen(experiment, monkeypatch, fault):
    def search(terms, longest):
        found = shortest_recurrence(terms, longest)
        if found is None or fault == "none":
            return None
        return (*found, 0) if fault == "too long" else (found[0] + 1, *found[1:])

    if fault == "approves all":
        monkeypatch.setattr(module_of(experiment), "approved", lambda *rest: 300)
    else:
        monkeypatch.setattr(recurrences, "shortest_recurrence", search)
    frame = frame_of(experiment)
    seen = counter_examples(frame, "agreement").index
    assert ("pi" if fault == "approves all" else "e") in seen
    if fault in ("none", "wrong coefficient"):
        assert not counter_examples(frame, "formula_found").empty
