from dataclasses import dataclass

import numpy as np
import pytest

from recount.kits.sequence_models import (
    First,
    Parity,
    add_by_length,
    add_exactness,
    bits_of_surprise,
    every_string,
    in_parts,
)
from recount.run import Rows, Run


@dataclass(frozen=True)
class Size:
    n: int = 1


def rows_of(seeds=(5, 6)):
    return Rows(Run(slug="test", scale="smoke", size=Size(), seeds=seeds, arm_name="a"))


def values(rows, metric):
    return [row["value"] for row in rows.rows if row["metric"] == metric]


def perfect(language, strings):
    return np.where(language.holds(strings), 2.0, -2.0)


def test_surprise_in_bits():
    scores, labels = np.array([0.0, np.log(3), -np.log(3)]), np.array([True, True, True])
    np.testing.assert_allclose(bits_of_surprise(scores, labels), [1, np.log2(4 / 3), 2])


def test_accuracy_by_length_counts_undecided_as_wrong():
    rows, language = rows_of(), Parity()
    score = lambda index, strings: perfect(language, strings) * (index == 0)  # noqa: E731
    add_by_length(rows, language, score, (4, 9), count=50)
    assert values(rows, "accuracy") == [1, 0, 1, 0]
    assert {row["length"] for row in rows.rows} == {4, 9}


def test_every_arm_meets_the_same_strings():
    met = []
    for arm in ("a", "b"):
        run = Run(slug="test", scale="smoke", size=Size(), seeds=(5,), arm_name=arm)
        add_by_length(Rows(run), First(), lambda _, s: met.append(s) or s[:, 0], (6,), count=20)
    np.testing.assert_array_equal(met[0], met[1])


def test_exactness_names_the_first_fault():
    rows, strings = rows_of((1,)), every_string(3)
    found = perfect(Parity(), strings)
    found[4] = -found[4]  # 100
    add_exactness(rows, Parity(), found, strings, check="all")
    assert values(rows, "holds") == [0]
    assert rows.rows[0]["string"] == "100"
    assert values(rows, "alike") == [0]


@pytest.mark.parametrize("fault", [0.0, np.nan])
def test_exactness_counts_undecided_as_wrong(fault):
    rows, strings = rows_of((1,)), every_string(2)
    found = perfect(First(), strings)
    found[-1] = fault
    add_exactness(rows, First(), found, strings)
    assert values(rows, "holds") == [0]


def test_parts_join_to_the_whole():
    strings = every_string(5)
    np.testing.assert_array_equal(in_parts(lambda s: s.sum(1), strings, 7), strings.sum(1))
