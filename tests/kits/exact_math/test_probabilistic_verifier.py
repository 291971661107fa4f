"""Verification conditions on known loops, the exact chain behind them, and spoilt rules."""

from fractions import Fraction

import pytest
from exact_trials import failed, frame_of, loaded

from recount.kits.exact_math import expectations as ex
from recount.kits.exact_math.probabilistic_programs import LOOPS

SLUG = "probabilistic_verifier"


def proved(name, depth=1, bound=None):
    loop = LOOPS[name]
    bound = bound or loop.bound
    rule = ex.loop(loop.guard, loop.body, bound, depth)
    return ex.accepted(rule, bound, loop.after, loop.domain)


def test_the_chain_gives_known_values():
    loop = LOOPS["time to ruin"]
    values = ex.true_values(loop.guard, loop.body, loop.after, loop.domain)
    assert [values[(x,)] for x in range(7)] == [0, 5, 8, 9, 8, 5, 0]
    coin = LOOPS["von Neumann"]
    assert ex.true_values(coin.guard, coin.body, coin.after, coin.domain)[(1, 0)] == Fraction(1, 2)


def test_every_bound_is_right_in_every_state():
    for loop in LOOPS.values():
        values = ex.true_values(loop.guard, loop.body, loop.after, loop.domain)
        states = (dict(zip(loop.domain, key, strict=True)) for key in values)
        assert all(loop.bound(s) >= v for s, v in zip(states, values.values(), strict=True))


@pytest.mark.parametrize("depth, right", [(1, False), (2, False), (3, True)])
def test_three_phases_need_three_induction(depth, right):
    assert proved("three phases", depth) == right


def test_a_bound_below_the_truth_is_refused():
    assert proved("fair ruin") and not proved("fair ruin", bound=lambda s: s["x"] * Fraction(1, 7))


def test_the_four_lattice_statements():
    infinity, two, three = (ex.ALWAYS, ex.real(0)), (ex.NEVER, ex.real(2)), (ex.NEVER, ex.real(3))

    def meaning(kind, bound, value):
        infinite, number = ex.lattice(kind, bound, value)
        top = ex.z3.is_true(ex.z3.simplify(infinite))
        return "infinity" if top else ex.z3.simplify(number).as_long()

    assert meaning("assert", 2, three) == 2 and meaning("coassert", 2, three) == 3
    assert meaning("assume", 2, three) == "infinity" and meaning("assume", 3, two) == 2
    assert meaning("coassume", 2, three) == 3 and meaning("coassume", 3, two) == 0
    assert meaning("coassume", 3, infinity) == "infinity"


@pytest.mark.parametrize("fault", ["none", "coin", "meet for join"])
def test_a_fault_is_seen(monkeypatch, fault):
    experiment, module = loaded(SLUG)
    right = ex.condition
    if fault == "coin":
        none = ("skip",)
        monkeypatch.setattr(
            module.ex,
            "condition",
            lambda s, *rest: right(none if s[0] == "tick" else s, *rest),
        )
    if fault == "meet for join":
        lattice = ex.lattice
        monkeypatch.setattr(module.ex, "lattice", lambda k, *rest: lattice(k[2:] or k, *rest))
    frame = frame_of(SLUG, experiment, "park")
    assert any(failed(frame, metric) for metric in ("refused", "proved")) == (fault != "none")


def test_a_rule_that_forgets_the_invariant_accepts_a_false_bound():
    experiment, _ = loaded(SLUG)
    assert failed(frame_of(SLUG, experiment, "unforced"), "refused")
