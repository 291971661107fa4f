"""Written proofs: formulas read and instantiated, lines checked, wrong ones refused."""

import pytest
from exact_trials import frame_of, loaded

from recount.kits.exact_math import declarative_proofs as dp
from recount.kits.exact_math import provers as pv
from recount.kits.exact_math import set_formulas as sf
from recount.kits.exact_math.naturals_texts import NATURALS
from recount.kits.exact_math.parity_texts import PARITY
from recount.kits.exact_math.set_theory_texts import SETS
from recount.typed import BadValue

LEMMAS = dp.development(SETS + NATURALS + PARITY)
NUMBER = {lemma.name: k for k, lemma in enumerate(LEMMAS)}


def before(name):
    return {one.name: one.formula for one in LEMMAS[: NUMBER[name]]}


def lines(name, proof=None):
    lemma = LEMMAS[NUMBER[name]]
    return list(dp.obligations(proof or lemma.proof, lemma.formula, dp.Scope(before(name))))


def test_formulas_are_read_by_strength():
    read = sf.read("not x in A or x = y and y in B cup C -> false")
    assert read[0] == "->" and read[1][0] == "or" and read[1][1] == ("not", ("in", "x", "A"))
    assert read[1][2][2] == ("in", "y", ("cup", "B", "C"))
    assert all(sf.read(sf.shown(one.formula)) == one.formula for one in LEMMAS)
    for text in ("x in", "x = y z", "(x = y", "x # y"):
        with pytest.raises(BadValue):
            sf.read(text)


def test_bound_names_make_way_and_lambdas_are_applied():
    found = sf.instance(sf.read("all x. some y. not x = y"), ["y"])
    assert sf.normal(found) == sf.normal(sf.read("some z. not y = z"))
    found = sf.instance(sf.read("all P. P(0) -> all x. P(x)"), [sf.read("k. k in y")])
    assert found == sf.read("0 in y -> all x. x in y")
    with pytest.raises(BadValue, match="another kind"):
        sf.instance(sf.read("all P. P(0)"), ["x"])


def test_orders():
    assert sf.first_order(sf.read("(all k. P(k) -> P(s(k))) -> P(0)"))
    assert not sf.first_order(sf.read("all P. P(0)"))
    assert not sf.first_order(sf.read("x in sep(A, y. not y in y)"))


@pytest.mark.parametrize("name", ["russell", "cantor", "pr_second", "induct", "s_mul", "not_both"])
def test_both_kernels_accept_every_line_and_no_line_without_its_instances(name):
    for one in lines(name):
        for by in ("z3", "cvc5"):
            assert pv.ground(one.facts + one.instances, one.goal, by)
            wrong = ("not", one.goal)
            if one.instances and "false" not in (one.goal, *one.facts):
                assert not pv.ground(one.facts, one.goal, by) or pv.ground(one.facts, wrong, by)


def test_planted_faults_in_a_proof_are_seen():
    lemma = LEMMAS[NUMBER["zero_le"]]
    wrong = [dp.step("with 0: some k. nat(k) and 0 + k = n", []), lemma.proof[-1]]
    one = lines("zero_le", wrong)[0]
    assert not any(pv.ground(one.facts + one.instances, one.goal, by) for by in ("z3", "cvc5"))
    for step, said in (("0 + n = n : later[n]", "neither"), ("0 + n = n", "does not end")):
        with pytest.raises(BadValue, match=said):
            lines("zero_le", [dp.step(step, [])] + lemma.proof[-1:] * (said == "neither"))
    with pytest.raises(BadValue, match="in use"):
        lines("zero_le", [dp.step("take n. nat(n)", []), lemma.proof[-1]])


@pytest.mark.parametrize("prover", pv.HAMMERS)
def test_provers_close_what_is_true_and_not_what_is_false(prover):
    premises = [before("cup_assoc")["cup"]]
    assert pv.hammer(premises, sf.read("all A B x. x in A -> x in A cup B"), prover, 50000)
    assert not pv.hammer(premises, sf.read("all A B x. x in A cup B -> x in A"), prover, 5000)


def test_only_higher_order_provers_get_higher_order_goals():
    goal = sf.read("all P. P(0) -> P(0)")
    assert pv.hammer([], goal, "cvc5 higher-order", 5000) and not pv.hammer([], goal, "z3", 5000)


def test_a_proof_is_replaced_from_the_first_line_from_which_a_prover_goes_on():
    lemma = LEMMAS[NUMBER["le_trans"]]

    def attempt(facts, names, goal):
        return ["z3"] * (len(facts) == 5)  # two premises of the goal and three lines

    found = dp.shortened(lemma.proof, lemma.formula, dp.Scope({}), attempt)
    assert found.lines == 3 and found.attempts == [(True, [])]


def test_controls_of_the_paper_see_a_line_that_does_not_follow(monkeypatch):
    experiment, module = loaded("hammering_hoset")
    right = frame_of("hammering_hoset", experiment, "cited", lemmas=2)
    assert (right[right.metric == "every_line_checked"].value == 1).all()
    assert right.item.notna().all()
    wrong = SETS.replace("x in B : sub_elim[A; B; x]", "x in B : sub_elim[B; A; x]")
    monkeypatch.setattr(module, "SETS", wrong)
    frame = frame_of("hammering_hoset", experiment, "cited", lemmas=2)
    assert (frame[frame.metric == "every_line_checked"].value == [1, 0]).all()
