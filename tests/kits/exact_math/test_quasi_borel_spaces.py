"""Finite quasi-Borel spaces: counts that are known, function spaces, and dropped axioms."""

import pytest
from exact_trials import failed, frame_of, loaded

from recount.kits.exact_math import quasi_spaces as qs

SLUG = "quasi_borel_spaces"
ALIKE, APART = qs.Samples((0, 0)), qs.Samples((0, 1))


def test_over_two_samples_that_are_alike_spaces_are_graphs():
    """A random element (x, y) with its reverse is an edge: 1, 2 and 8 labelled graphs."""
    assert [len(qs.spaces(ALIKE, n, qs.AXIOMS)) for n in (1, 2, 3)] == [1, 2, 8]


def test_over_samples_apart_spaces_are_sets():
    assert [len(qs.spaces(APART, n, qs.AXIOMS)) for n in (1, 2, 3)] == [1, 1, 1]


def test_the_function_space_of_an_edge():
    edge = qs.Space(2, frozenset({(0, 0), (1, 1), (0, 1), (1, 0)}))
    loose = qs.Space(2, frozenset({(0, 0), (1, 1)}))
    assert len(qs.morphisms(edge, loose)) == 2 and len(qs.morphisms(loose, edge)) == 4
    assert qs.exponential(edge, loose, ALIKE).random == frozenset({(0, 0), (1, 1)})
    assert qs.currying_agrees(edge, loose, edge, ALIKE) == (16, None)


def test_an_integral_needs_a_measurable_function():
    assert qs.integral([3, 5], ALIKE, {0: 1}) is None
    assert qs.integral([3, 5], APART, {0: 1, 1: 2}) == 13


@pytest.mark.parametrize("arm", ["all_axioms", "no_constants", "no_precomposition", "no_gluing"])
def test_currying_fails_without_constants_or_precomposition_only(arm):
    experiment, _ = loaded(SLUG)
    wrong = failed(frame_of(SLUG, experiment, arm), "closed")
    assert wrong == (arm in ("no_constants", "no_precomposition"))


@pytest.mark.parametrize("fault", ["function space", "product"])
def test_a_fault_is_seen(monkeypatch, fault):
    experiment, module = loaded(SLUG)
    if fault == "function space":
        right = qs.exponential

        def smaller(*rest):
            space = right(*rest)
            return qs.Space(space.size, frozenset(sorted(space.random)[1:]))

        monkeypatch.setattr(module.qs, "exponential", smaller)
    else:
        monkeypatch.setattr(module.qs, "paired", lambda a, b: qs.Space(a.size * b.size, a.random))
    frame = frame_of(SLUG, experiment, "all_axioms")
    assert any(failed(frame, m) for m in ("closed", "products", "stays_a_space"))
