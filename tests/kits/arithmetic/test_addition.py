"""Sums as digits, lines and text, against Python's own integers."""

import numpy as np
import pytest

from recount.data import Characters, Draws
from recount.kits.arithmetic import FORMATS, Addition, add, balanced, draw_digits
from recount.kits.arithmetic.addition import longer_of_two
from recount.kits.arithmetic.text import ALPHABET, carries
from recount.run import Run
from recount.typed import BadValue


def rng():
    return np.random.default_rng(3)


def number(digits, base=10):
    value = 0
    for one in digits:
        value = value * base + int(one)
    return value


@pytest.mark.parametrize("base", [2, 10, 16])
@pytest.mark.parametrize("digits", [1, 3, 200])
def test_add_agrees_with_integers(base, digits):
    a, b = rng().integers(base, size=(2, 50, digits))
    a[0], b[0] = base - 1, 0
    b[0, -1] = 1  # a carry through every digit
    total = add(a, b, base)
    assert [number(row, base) for row in total] == [
        number(x, base) + number(y, base) for x, y in zip(a, b, strict=True)
    ]
    assert total.min() >= 0 and total.max() < base


def test_drawn_numbers_have_the_length_that_was_asked():
    lengths = rng().integers(1, 8, size=3000)
    values = [number(row) for row in draw_digits(rng(), lengths, 7)]
    assert [len(str(value)) for value in values] == lengths.tolist()
    ones = [value for value, n in zip(values, lengths, strict=True) if n == 1]
    assert set(ones) == set(range(10))


@pytest.mark.parametrize("reverse", [True, False])
@pytest.mark.parametrize("reverse_operands", [True, False])
def test_lines_spell_the_sum(reverse, reverse_operands):
    task = Addition(reverse=reverse, reverse_operands=reverse_operands)
    a, b = np.array([[0, 4, 7]]), np.array([[9, 5, 8]])
    line = "".join("0123456789+=$"[i] for i in task.lines(a, b)[0])
    left, right = ("740", "859") if reverse_operands else ("047", "958")
    assert line == f"${left}+{right}={'5001' if reverse else '1005'}"
    assert len(line) == task.width(3) and line.index("=") + 1 == task.first(3)


def test_shorter_operands_are_uniform_pairs_with_one_full_length():
    task, digits = Addition(), 4
    lines = task.sums(rng(), digits, 7000, shorter=True)
    one, two = (lines[:, at : at + digits] for at in (1, digits + 2))
    lengths = [digits - (part != 0).argmax(1) for part in (one, two)]
    pairs = {(x, y) for x, y in zip(*lengths, strict=True) if max(x, y) == digits}
    assert pairs == {(x, y) for x in range(1, 5) for y in range(1, 5) if max(x, y) == 4}
    share = np.mean((lengths[0] == 2) & (lengths[1] == 4))
    assert share == pytest.approx(1 / 7, abs=0.02)


def test_the_longer_of_two_uniform_lengths():
    drawn = longer_of_two(rng(), 4, 40_000)
    shares = np.bincount(drawn, minlength=5)[1:] / len(drawn)
    np.testing.assert_allclose(shares, np.array([1, 3, 5, 7]) / 16, atol=0.01)


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("a, b", [(0, 0), (7, 5), (999, 1), (128, 367), (5, 995)])
def test_every_format_asks_for_both_numbers_and_ends_with_the_sum(name, a, b):
    question, answer = FORMATS[name](a, b)
    digits = "".join(c if c.isdigit() else " " for c in question).split()
    assert [int(n) for n in digits] == [a, b]
    assert answer.endswith("\n") and set(question + answer) <= set(ALPHABET)
    last = answer.strip("\n$").replace(">", "=").split("=")[-1]
    assert int(last[::-1] if name == "reverse" else last) == a + b


def test_scratchpads_carry_as_on_paper():
    assert FORMATS["scratchpad"](128, 367) == ("128+367:", "A5C1,A9C0,A4C0=495\n")
    assert FORMATS["scratchpad"](95, 5) == ("95+5:", "A0C1,A0C1=100\n")
    assert FORMATS["detailed"](95, 5) == ("95+5:", "5+5+0=10,A0C1;9+0+1=10,A00C1>100\n")


@pytest.mark.parametrize("count", [500, 1000, 5000])
def test_balanced_pairs(count):
    pairs = balanced(rng(), count)
    assert pairs.shape == (count, 2) and len(set(map(tuple, pairs.tolist()))) == count
    longest = np.array([len(str(max(pair))) for pair in pairs.tolist()])
    assert (longest == 1).sum() == 100
    assert (longest == 2).sum() == pytest.approx(count / 10, abs=3)
    three = pairs[longest == 3]
    split = [[[int(c) for c in f"{n:03d}"] for n in column] for column in three.T]
    counts = np.bincount(carries(*map(np.array, split)), minlength=4)
    assert counts.max() - counts.min() <= 1


def test_carries_agree_with_digit_sums():
    a, b = rng().integers(10, size=(2, 300, 5))
    total = add(a, b)
    assert (carries(a, b) == (a.sum(1) + b.sum(1) - total.sum(1)) // 9).all()


def test_characters_are_ids_and_back():
    letters = Characters("ab\n")
    ids = letters.encode(["ab", "b\n", ""], 3)
    assert ids.tolist() == [[1, 2, 0], [2, 3, 0], [0, 0, 0]]
    assert letters.decode(ids) == ["ab", "b\n", ""] and letters.size == 4
    with pytest.raises(BadValue, match="'c' is not in the alphabet"):
        letters.encode(["abc"])
    with pytest.raises(BadValue, match="widen"):
        letters.encode(["abab"], 3)
    with pytest.raises(BadValue, match="repeats"):
        Characters("aba")


def test_draws_are_a_function_of_seed_and_step():
    run = Run(slug="x", scale="smoke", size=None, seeds=(5, 6))
    alone = Run(slug="x", scale="smoke", size=None, seeds=(6,), arm_name="other")
    one, other = Draws(run, "rows", 1000, 4), Draws(alone, "rows", 1000, 4)
    forward = [one(step) for step in range(130)]
    assert all((one(step) == forward[step]).all() for step in (129, 0, 64, 63))
    assert all((other(step)[0] == forward[step][1]).all() for step in (7, 100))
    assert len({row.tobytes() for step in forward for row in step}) == 260
