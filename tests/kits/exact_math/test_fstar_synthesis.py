"""Refined functions: contracts hold of what helpers do, and the checker believes nothing else."""

import numpy as np
import pytest
from exact_trials import frame_of, loaded

from recount.experiment import NotRun
from recount.kits.exact_math import definition_projects as pj
from recount.kits.exact_math import expression_grammar as eg
from recount.kits.exact_math import refinement_types as rt
from recount.typed import BadValue

SLUG = "fstar_synthesis"


def holds(of, values):
    if not isinstance(of, tuple):
        return values.get(of, of)
    parts = [holds(one, values) for one in of[1:]]
    if of[0] in ("or", "not"):
        return any(parts) if of[0] == "or" else not parts[0]
    a, b = parts
    return {"+": a + b, "-": a - b, "*": a * b, "<=": a <= b, "=": a == b}[of[0]]


@pytest.mark.parametrize(
    ("arity", "kind"), [(1, kind) for kind in rt.ONE] + [(2, kind) for kind in rt.TWO]
)
def test_a_contract_says_exactly_what_a_helper_returns(arity, kind):
    helper, rng = rt.Helper(arity, kind, 3), np.random.default_rng(0)
    for arguments in rng.integers(-9, 10, (40, arity)).tolist():
        right = helper.value(*arguments)
        for told in (right, right - 1, right + 1):
            contract = helper.contract(*arguments, told)
            assert all(holds(one, {}) for one in contract) == (told == right)


def project(seed=1):
    return pj.drawn_project(np.random.default_rng(seed), 20, 5, 3)


def test_the_checker_takes_the_known_body_and_refuses_changed_ones():
    one = project()
    for each in one.definitions:
        assert rt.has_type(each.body, one.helpers, each.type)
        for wrong in (("+", each.body, ("1",)), ("<=", each.body, ("x",)), ("f9", ("x",))):
            assert not rt.has_type(wrong, one.helpers, each.type)


def test_the_checker_knows_sums_in_another_order_but_trusts_contracts_only(monkeypatch):
    helpers = {"g0": rt.Helper(2, "larger", 2)}
    wanted = rt.refined(("+", ("g0", ("x",), ("y",)), ("3",)), helpers)
    other = ("+", ("3",), ("g0", ("y",), ("x",)))
    assert rt.has_type(other, helpers, wanted)
    silent = (rt.TWO["larger"][0], lambda c, x, y, t: [("<=", x, t)])
    monkeypatch.setitem(rt.TWO, "larger", silent)
    assert not rt.has_type(other, helpers, wanted)


def test_plain_types_are_checked():
    assert rt.kind_of(("<=", ("x",), ("2",)), {}) == "bool"
    for body in (("if", ("x",), ("x",), ("y",)), ("+", ("x",)), ("z",), ("f0", ("x",))):
        with pytest.raises(BadValue):
            rt.kind_of(body, {})


def test_types_name_no_helper_and_near_types_have_near_bodies():
    one = project(2)
    words = " ".join(word for each in one.definitions for word in each.type.atoms())
    assert not any(name in words for name in one.helpers)
    library = pj.Library(one.definitions, rt.Refined.atoms)
    for each in one.definitions:
        first = library.nearest(each.type, 1)[0]
        assert first.type.atoms() == each.type.atoms()
    hidden = pj.Library(one.definitions, rt.Refined.outline).nearest(one.definitions[0].type, 3)
    assert hidden[0].type.outline() == one.definitions[0].type.outline()


def test_what_is_shown_becomes_likely():
    one = project(3)
    body = one.definitions[0].body
    rules = rt.rules(one.helpers, one.definitions[0].type.numbers())
    plain = eg.Likelihoods([("+", ("x",), ("y",))])
    taught = plain.with_added([body], 50)
    rng = np.random.default_rng(0)
    assert body in eg.Enumeration(rules, taught).first("int", 5, rng)
    assert body not in eg.Enumeration(rules, plain).first("int", 5, rng)


def test_without_the_corpus_its_claim_is_not_run():
    experiment, _ = loaded(SLUG)
    with pytest.raises(NotRun, match="no corpus"):
        frame_of(SLUG, experiment, "tuned")


def test_a_checker_that_believes_everything_is_seen(monkeypatch):
    experiment, module = loaded(SLUG)
    right = frame_of(SLUG, experiment, "related")
    assert (right[right.metric.isin(["confirmed", "checker_right"])].value == 1).all()
    monkeypatch.setattr(module.rt, "has_type", lambda body, helpers, wanted: True)
    wrong = frame_of(SLUG, experiment, "none")
    assert (wrong[wrong.metric.isin(["confirmed", "checker_right"])].value == 0).all()
