import doctest

import numpy as np
import pytest

from recount.kits.sequence_models import First, Language, Parity, every_string, languages, mark
from recount.typed import BadValue


def test_the_worked_examples_run():
    assert doctest.testmod(languages).failed == 0


@pytest.mark.parametrize("length", range(1, 8))
def test_labels_follow_the_definition(length):
    strings = every_string(length)
    assert len({tuple(one) for one in strings.tolist()}) == 2**length
    wanted = [sum(one) % 2 == 1 for one in strings.tolist()]
    assert Parity().holds(strings).tolist() == wanted
    assert First().holds(strings).tolist() == [one[0] == 1 for one in strings.tolist()]


@pytest.mark.parametrize("language", [Parity(), First(), Language()])
@pytest.mark.parametrize("length", [1, 2, 5])
def test_kinds_leave_no_kind_out(language, length):
    few = language.kinds(length, np.random.default_rng(1))
    assert few.shape[1] == length
    assert set(language.kind(few)) == set(language.kind(every_string(length)))


def test_other_alphabets_are_listed_in_full():
    assert len(np.unique(every_string(4, 3), axis=0)) == 81


def test_a_listing_too_long_is_refused():
    with pytest.raises(BadValue, match="length 25"):
        every_string(25)


def test_the_class_mark_stands_where_asked():
    assert mark(np.array([[0, 1]]), 2, end=True).tolist() == [[0, 1, 2]]
    assert mark(np.array([[0, 1]]), 2, end=False).tolist() == [[2, 0, 1]]
