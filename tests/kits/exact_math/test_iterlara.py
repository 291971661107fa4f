"""Lara's operators on small tables, and faults in them that the comparisons must see."""

from fractions import Fraction

import pytest
from exact_trials import failed, frame_of, loaded

from recount.kits.exact_math import lara

SLUG = "iterlara"
IDENTITY = lara.table_of([[1, 0], [0, 1]])


def test_a_product_and_its_operations():
    counted = lara.Counted()
    square = lara.product(counted, *[lara.table_of([[1, 2], [3, 4]])] * 2)
    assert lara.entries(square, 2) == [[7, 10], [15, 22]]
    assert counted.operations == 2 * 8 - 4


def test_determinant_and_inverse_of_small_matrices():
    one = Fraction(1)
    table = lara.table_of([[1, 2], [3, 4]])
    assert lara.determinant(lara.Counted(), table, IDENTITY, one) == -2
    inverse = lara.inverse(lara.Counted(), table, IDENTITY, one)
    assert lara.entries(inverse, 2) == [[-2, 1], [Fraction(3, 2), Fraction(-1, 2)]]
    assert lara.inverse(lara.Counted(), lara.table_of([[1, 2], [2, 4]]), IDENTITY, one) is None
    assert lara.determinant(lara.Counted(), lara.table_of([[0, 0], [0, 0]]), IDENTITY, one) == 0


def test_join_agrees_on_common_keys_and_union_folds():
    left = lara.Table(("a", "b"), {(1, 1): 2, (1, 2): 3})
    right = lara.Table(("b", "c"), {(1, 7): 5})
    counted = lara.Counted()
    assert counted.join(left, right).rows == {(1, 1, 7): 10}
    assert counted.union([left], ("a",)).rows == {(1,): 5}
    assert counted.operations == 2


RIGHT = {"matrices": "determinant_right", "machines": "steps_right", "paths": "loop_right"}


@pytest.mark.parametrize("arm", RIGHT)
@pytest.mark.parametrize("fault", ["none", "union"])
def test_a_fault_is_seen(monkeypatch, arm, fault):
    experiment, module = loaded(SLUG)
    right = lara.Counted.union
    if fault == "union":
        monkeypatch.setattr(
            module.lara.Counted,
            "union",
            lambda self, tables, keys, *rest: right(self, tables[-1:], keys, *rest),
        )
    assert failed(frame_of(SLUG, experiment, arm), RIGHT[arm]) == (fault != "none")


def test_a_pivot_free_inverse_that_forgets_its_sign_is_seen(monkeypatch):
    experiment, module = loaded(SLUG)
    monkeypatch.setattr(module.lara, "scaled", lambda self, table, scalar: table)
    assert failed(frame_of(SLUG, experiment, "matrices"), "inverse_right")
