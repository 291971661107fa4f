"""Higher Bruhat orders: known sizes, two enumerations, and planted faults."""

from math import factorial

import pytest
from exact_trials import failed, frame_of, loaded

from recount.kits.exact_math import higher_bruhat as hb

SLUG = "higher_bruhat_enumeration"


@pytest.mark.parametrize(
    "n, k, count", [(4, 2, 8), (5, 2, 62), (6, 2, 908), (5, 1, 120), (6, 3, 148), (7, 4, 338)]
)
def test_sizes_that_are_known(n, k, count):
    """k = 2 counts simple arrangements of pseudolines (OEIS A006245), k = 1 permutations."""
    assert len(hb.by_single_steps(n, k)) == count
    assert hb.by_filling(n, k) == sorted(hb.by_single_steps(n, k))


def test_elements_of_b_n_1_are_the_inversion_sets_of_permutations():
    elements = hb.by_single_steps(4, 1)
    assert len(elements) == factorial(4) and all(hb.consistent(one, 4, 1) for one in elements)
    assert not hb.consistent(0b10, 4, 1)


def test_deleting_a_point_keeps_the_other_inversions():
    subsets = hb.packets(4, 1)[0]
    element = sum(1 << subsets.index(pair) for pair in [(1, 2), (1, 3), (1, 4)])
    assert hb.without(element, 4, 1, 1) == 0
    assert hb.without(element, 4, 1, 4) == 0b011
    assert hb.contracted(element, 4, 1, 1) == 0b111


@pytest.mark.parametrize("fault", ["none", "one element lost", "formula", "contraction"])
def test_a_fault_is_seen(monkeypatch, fault):
    experiment, module = loaded(SLUG)
    right = hb.by_single_steps
    if fault == "one element lost":
        monkeypatch.setattr(module.hb, "by_single_steps", lambda n, k: right(n, k) - {0})
    if fault == "formula":
        monkeypatch.setattr(module.hb, "ziegler", lambda n: 2 * hb.comb(2 * n, n))
    if fault == "contraction":
        monkeypatch.setattr(module.hb, "contracted", lambda one, n, k, gone: one)
    frame = frame_of(SLUG, experiment, "all_packets")
    seen = [failed(frame, m) for m in ("agreement", "is_formula", "contracted_is_element")]
    assert any(seen) == (fault != "none")


def test_the_formula_is_missed_when_a_packet_is_lost():
    experiment, _ = loaded(SLUG)
    assert not failed(frame_of(SLUG, experiment, "one_packet_lost"), "leaves_formula")
