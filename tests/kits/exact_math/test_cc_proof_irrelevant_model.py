"""The type checker, the model of traces, and what goes wrong without them."""

import pytest
from exact_trials import failed, frame_of, loaded

from recount.kits.exact_math import constructions as cc

SLUG = "cc_proof_irrelevant_model"
IDENTITY = ("lam", cc.PROP, ("lam", ("var", 0), ("var", 0)))
TAUTOLOGY = ("pi", cc.PROP, ("pi", ("var", 0), ("var", 1)))


def test_the_identity_proves_what_it_should():
    assert cc.normal(cc.inferred((), IDENTITY)) == TAUTOLOGY
    assert cc.inferred((), TAUTOLOGY) == cc.PROP
    assert cc.evaluated(TAUTOLOGY, ()) == frozenset({cc.EMPTY})
    assert cc.evaluated(IDENTITY, ()) == cc.EMPTY


@pytest.mark.parametrize(
    "term",
    [cc.TYPE, ("app", cc.TRUE, cc.TRUE), ("app", ("lam", cc.BOOL, ("var", 0)), cc.PROP)]
    + [("lam", cc.TRUE, ("var", 0)), ("if", cc.BOOL, cc.TRUE, cc.PROP, cc.TRUE)],
)
def test_ill_typed_terms_are_refused(term):
    with pytest.raises(cc.IllTyped):
        cc.inferred((), term)


def test_functions_between_booleans_are_four_in_both_models():
    arrow = ("pi", cc.BOOL, cc.BOOL)
    assert len(cc.evaluated(arrow, ())) == len(cc.erased(arrow)) == 4
    assert len(cc.evaluated(("pi", arrow, cc.BOOL), ())) == 16


def test_computation_keeps_the_value():
    negation = ("lam", cc.BOOL, ("if", cc.BOOL, cc.FALSE, cc.TRUE, ("var", 0)))
    term = ("app", negation, cc.TRUE)
    assert cc.normal(term) == cc.FALSE
    assert cc.evaluated(term, ()) == cc.evaluated(cc.FALSE, ())


@pytest.mark.parametrize("fault", ["none", "falsity holds", "branches swapped", "rule lost"])
def test_a_fault_is_seen(monkeypatch, fault):
    experiment, module = loaded(SLUG)
    right = cc.evaluated
    if fault == "falsity holds":
        monkeypatch.setattr(module.cc, "EMPTY", frozenset({1}))
    if fault == "branches swapped":
        mine = lambda term, env, *rest: right(flipped(term), env, *rest)  # noqa: E731
        monkeypatch.setattr(module.cc, "evaluated", mine)
    if fault == "rule lost":
        monkeypatch.setattr(module.cc, "encoded", lambda graph, encoding: frozenset(graph))
    frame = frame_of(SLUG, experiment, "trace")
    laws = ("sound", "conversion", "falsity_is_empty", "agreement")
    assert any(failed(frame, law) for law in laws) == (fault != "none")


def flipped(term):
    """Both branches of the outermost choice the other way round."""
    return ("if", term[1], term[3], term[2], term[4]) if term[0] == "if" else term


@pytest.mark.parametrize("arm", ["graph", "unchecked"])
def test_the_controls_fail(arm):
    experiment, _ = loaded(SLUG)
    assert failed(frame_of(SLUG, experiment, arm), "sound")
