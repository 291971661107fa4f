"""The prover on sets with known answers, its term orders, and calculi with a part missing."""

from dataclasses import replace

import numpy as np
import pytest
from exact_trials import failed, frame_of, loaded

from recount.kits.exact_math import clause_sets
from recount.kits.exact_math import lambda_free as terms
from recount.kits.exact_math.superposition import Calculus, saturate

SLUG = "lambda_free_ho_superposition"
A, B, F, G, H = clause_sets.SYMBOLS
X, Y, P, _ = clause_sets.VARIABLES
PATH = terms.path_order(("h", "f", "g", "a", "b"))
LAST = "saturated"
OURS = Calculus(PATH, terms.green)


def on(head, *arguments):
    return terms.applied(head, *arguments)


UNSATISFIABLE = [
    [((True, F, G),), ((False, on(F, A), on(G, A)),)],
    [((True, on(P, A), A),), ((False, on(F, A), A),)],
    [((True, on(H, X), F),), ((False, on(H, A, B), on(F, B)),)],
    [((True, on(F, X), X), (True, A, B)), ((False, A, B),), ((False, on(F, on(F, B)), B),)],
]
SATISFIABLE = [
    [((True, on(F, A), on(G, A)),), ((False, F, G),)],
    [((True, on(F, X), on(G, X)),), ((False, F, G),)],
    [((True, on(F, A), B),), ((False, on(G, A), B),)],
]


@pytest.mark.parametrize("clauses", UNSATISFIABLE)
def test_sets_that_cannot_hold_are_refuted_and_z3_agrees(clauses):
    assert saturate(clauses, OURS, 300).how == "refuted"
    assert clause_sets.known(clauses, 100000) == "unsat"


@pytest.mark.parametrize("clauses", SATISFIABLE)
def test_sets_that_can_hold_saturate_and_z3_agrees(clauses):
    """The second is refuted by extensionality, which the intensional calculus has not."""
    assert saturate(clauses, OURS, 300).how == "saturated"
    assert clause_sets.known(clauses, 100000) == "sat"


def test_without_argument_congruence_a_set_is_missed_unless_prefixes_are_rewritten():
    lame = replace(OURS, argument_congruence=False)
    assert saturate(UNSATISFIABLE[0], lame, 300).how == "saturated"
    order = terms.encoded_order(("h", "f", "g", "a", "b"))
    encoded = Calculus(order, terms.everywhere, False, False)
    assert saturate(UNSATISFIABLE[0], encoded, 300).how == "refuted"


def test_unification_of_an_applied_variable_takes_a_prefix():
    env = terms.unified(on(P, X), on(H, A, B))
    assert terms.substituted(P, env) == on(H, A) and terms.substituted(X, env) == B
    assert terms.unified(X, on(F, X)) is None


def test_the_path_order_does_not_keep_arguments():
    _, module = loaded(SLUG)
    held, kept = module.laws(PATH, 3)
    assert all(all(one) for one in held.values()) and not all(kept)


def test_random_clause_sets_are_well_typed():
    for step in range(50):
        for clause in clause_sets.random_clauses(np.random.default_rng(step), 4, 2):
            assert all(terms.kind_of(left) == terms.kind_of(right) for _, left, right in clause)


@pytest.mark.parametrize("fault", ["none", "unsound rule", "lost inferences", "order turned"])
def test_a_fault_is_seen(monkeypatch, fault):
    experiment, module = loaded(SLUG)
    right = module.saturate
    if fault == "unsound rule":
        monkeypatch.setattr(module, "saturate", lambda c, k, n: right([*c, ((False, X, Y),)], k, n))
    if fault == "lost inferences":
        monkeypatch.setattr(module, "saturate", lambda c, k, n: replace(right(c, k, 0), how=LAST))
    if fault == "order turned":
        monkeypatch.setitem(module.ORDERS, "path", lambda s, t: PATH(t, s))
    frame = frame_of(SLUG, experiment, "path", problems=30, depth=2)
    seen = [failed(frame, metric) for metric in ("sound", "complete", "order_law")]
    assert any(seen) == (fault != "none")
