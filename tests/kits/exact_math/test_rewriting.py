from itertools import pairwise
from random import Random

import numpy as np
import pytest

from recount.kits.exact_math import proof_checker as checker
from recount.kits.exact_math import rewriting as rw
from recount.kits.exact_math.proof_search import Node, beam, best_first, planted
from recount.kits.exact_math.tactic_model import Layout, among_first, examples

RULES = rw.rules_of()


def test_steps_by_hand():
    braid = RULES.index(("aba", "bab"))
    assert rw.taken("cabad", RULES, (braid, 1), 10) == "cbabd"
    assert rw.taken("cabad", RULES, (braid, 0), 10) is None
    insertion = RULES.index(("", "cc"))
    assert rw.taken("ab", RULES, (insertion, 2), 4) == "abcc"
    assert rw.taken("ab", RULES, (insertion, 2), 3) is None
    assert rw.taken("ab", RULES, (insertion, 3), 9) is None
    assert rw.places("aaa", "aa") == [0, 1]
    assert rw.places("ab", "") == [0, 1, 2]


@pytest.mark.parametrize("seed", range(5))
def test_every_step_can_be_undone(seed):
    chance = Random(seed)
    word = rw.random_word(chance, 7)
    for rule, place in rw.moves(word, RULES, 10):
        found = rw.taken(word, RULES, (rule, place), 10)
        assert rw.taken(found, RULES, (rule ^ 1, place), 10) == word


def breadth_first(start, target):
    edge, seen, depth = [start], {start}, 0
    while target not in edge:
        edge = {rw.taken(w, RULES, s, 6) for w in edge for s in rw.moves(w, RULES, 6)} - seen
        seen |= edge
        depth += 1
    return depth


@pytest.mark.parametrize("seed", range(6))
def test_known_proofs_are_proofs_and_none_is_shorter(seed):
    one = rw.theorem(Random(seed), 6, 6, letters=(3, 4))
    words = rw.words_of(one.start, one.proof, RULES, 6)
    assert checker.certified(words, one.start, one.target, rw.EQUATIONS)
    assert len(one.proof) == breadth_first(one.start, one.target)
    back = rw.words_of(one.target, rw.backwards(one.proof), RULES, 6)
    assert back == words[::-1]


def test_graded_theorems_have_their_depths():
    found = rw.by_depth(Random(1), 8, (1, 4), 3)
    assert [len(one.proof) for one in found] == [1] * 3 + [4] * 3


def test_the_theory_holds_in_its_model_and_the_model_is_s5():
    known = checker.meanings()
    for left, right in rw.EQUATIONS:
        assert checker.value(left, known) == checker.value(right, known)
    reached, edge = {checker.SAME}, [checker.SAME]
    while edge:
        edge = {checker.after(p, known[x]) for p in edge for x in "abcd"} - reached
        reached |= edge
    assert len(reached) == 120


def test_local_letters_get_their_meaning():
    known = checker.meanings((("cpa", "bd"),))
    assert checker.value("cpa", known) == checker.value("bd", known)
    with pytest.raises(ValueError, match="exactly one new letter"):
        checker.meanings((("ab", "ba"),))


def test_the_checker_refuses_planted_faults():
    words = ["aba", "bab", "babcc", "bacbc"]
    good = ["aba", "bab", "ccbab"]
    assert checker.certified(good, "aba", "ccbab", rw.EQUATIONS)
    assert not checker.certified(words, "aba", "bacbc", rw.EQUATIONS)
    assert not checker.certified([good[0], good[2]], "aba", "ccbab", rw.EQUATIONS)
    assert not checker.certified(good, "aba", "bab", rw.EQUATIONS)
    assert not checker.certified([], "a", "a", rw.EQUATIONS)
    assert not checker.certified(["ab", "ba"], "ab", "ba", (*rw.EQUATIONS, ("ab", "ba")))


LAYOUT = Layout(4, 8, len(RULES))


def test_lines_tell_states_apart():
    assert LAYOUT.line("ab", "ba") != LAYOUT.line("ba", "ab")
    assert LAYOUT.line("ab", "ba", "p=ac") != LAYOUT.line("ab", "ba", "p=ca")
    assert len(LAYOUT.line("ab", "ba")) == LAYOUT.length == len(LAYOUT.places)
    assert LAYOUT.step(LAYOUT.tactic(7, 3)) == (7, 3)


def test_examples_are_the_steps_both_ways():
    one = rw.Theorem("aab", "b", ((0, 0),))
    lines, tactics = examples(LAYOUT, [one])
    assert [LAYOUT.step(t) for t in tactics] == [(0, 0), (1, 0)]
    assert lines[1].tobytes() == LAYOUT.line("b", "aab")


def oracle(theorems):
    """Scores that know every proof's next step."""
    known = {}
    for one in theorems:
        words = rw.words_of(one.start, one.proof, RULES, 8)
        for word, step in zip(words, one.proof, strict=False):
            known[LAYOUT.line(word, one.target)] = step

    def ask(lines):
        scores = np.full((*lines.shape[:2], 9 * len(RULES)), -9.0)
        for at in np.ndindex(*lines.shape[:2]):
            if step := known.get(lines[at].tobytes()):
                scores[at][LAYOUT.tactic(*step)] = -1.0
        return scores

    return ask


def test_searches_follow_a_policy_that_knows():
    theorems = rw.by_depth(Random(3), 8, (2, 5), 2)
    for search, more in ((best_first, {"exponent": 0.0}), (beam, {"kept": 1})):
        forest = [planted(theorems)]
        search(oracle(theorems), LAYOUT, forest, expansions=9, width=1, **more)
        for tree in forest[0]:
            assert tree.used == len(tree.goal.proof)
            assert checker.certified(tree.proof, tree.goal.start, tree.goal.target, rw.EQUATIONS)


@pytest.mark.parametrize("exponent, deepest", [(0.0, 1), (0.05, 1), (1.0, 2)])
def test_after_two_expansions_the_exponent_decides_between_width_and_depth(exponent, deepest):
    """Open are bb (-1.1 after one step) and aaaa (-2.0 after two)."""

    def ask(lines):
        scores = np.full((1, lines.shape[1], 9 * len(RULES)), -9.0)
        for insertion, score in (("aa", -1.0), ("bb", -1.1)):
            scores[..., LAYOUT.tactic(RULES.index(("", insertion)), 0)] = score
        return scores

    forest = [planted([rw.Theorem("", "d", ())])]
    best_first(ask, LAYOUT, forest, expansions=3, width=2, exponent=exponent)
    assert forest[0][0].deepest == deepest


def test_the_uniform_policy_proves_what_is_near():
    theorems = rw.by_depth(Random(7), 8, (1,), 4)
    forest = [planted(theorems)]
    best_first(None, LAYOUT, forest, expansions=1, width=99, exponent=0.0)
    assert all(tree.proof and tree.used == 1 for tree in forest[0])


def test_words_of_a_node_lead_to_it():
    node = Node("b", before=Node("aab", before=Node("baab")))
    assert [*pairwise(node.words)] == [("baab", "aab"), ("aab", "b")]


def test_among_first_counts_ranks():
    scores = np.log([[[0.5, 0.3, 0.2], [0.5, 0.3, 0.2]]])
    assert among_first(scores, np.array([[1, 2]]), 2).tolist() == [0.5]
