"""Run-limited words: counting, numbering and errors, against brute force over all words."""

import numpy as np
import pytest

from recount.kits.coding import (
    ResidueCode,
    RunLimited,
    admissible_words,
    doubles,
    index_differences,
    singles,
    smallest_modulus,
)
from recount.typed import BadValue

SMALL = [(run, length) for run in (1, 2, 3) for length in (3, 5, 6)]


def code_of(longest_run, length, modulus=None):
    words = RunLimited(longest_run, length)
    differences = index_differences(words)
    return ResidueCode(words, modulus or smallest_modulus(differences), differences)


@pytest.mark.parametrize(("longest_run", "length"), SMALL)
def test_numbering_is_that_of_sorting_all_words(longest_run, length):
    words, good = admissible_words(longest_run, length)
    rule = RunLimited(longest_run, length)
    index, admissible = rule.rank(words)
    assert rule.size == good.sum()
    assert (admissible == good).all()
    assert index[good].tolist() == list(range(rule.size))
    assert (rule.unrank(np.arange(rule.size)) == words[good]).all()


@pytest.mark.parametrize("longest_run", [1, 2, 3])
def test_numbering_at_thirty_one_letters_is_a_bijection_in_order(longest_run):
    rule = RunLimited(longest_run, 31)
    rng = np.random.default_rng(longest_run)
    indices = np.sort(rng.integers(rule.size, size=300))
    words = rule.unrank(indices)
    assert (rule.rank(words)[0] == indices).all() and rule.rank(words)[1].all()
    texts = ["".join(map(str, word)) for word in words]
    assert texts == sorted(texts)
    runs = np.stack([words[:, i : 31 - longest_run + i] for i in range(longest_run + 1)])
    assert not (runs == runs[0]).all(0).any()


def test_counts_are_the_known_ones():
    assert [RunLimited(1, m).size for m in (1, 2, 3, 4)] == [4, 12, 36, 108]
    assert [RunLimited(3, m).size for m in (3, 4)] == [64, 252]


def test_lengths_that_do_not_fit_and_indices_that_do_not_exist_are_refused():
    with pytest.raises(BadValue, match="up to length 31"):
        RunLimited(2, 32).unrank(np.array([0]))
    with pytest.raises(BadValue, match="no such word"):
        RunLimited(1, 2).unrank(np.array([12]))
    with pytest.raises(BadValue, match="at least 1"):
        RunLimited(0, 5)


def test_a_count_that_is_off_by_one_is_caught_by_sorting():
    words, good = admissible_words(2, 5)
    caught = 0
    for left in range(1, 4):
        for run in (1, 2):
            rule = RunLimited(2, 5)
            rule.completions[left][run] += 1
            caught += rule.rank(words)[0][good].tolist() != list(range(good.sum()))
    assert caught == 6


def test_substitutions_are_all_and_only_those():
    words = np.random.default_rng(0).integers(4, size=(3, 5))
    for made, wrong in ((singles(words), 1), (doubles(words), 2)):
        assert ((made != words[:, None]).sum(2) == wrong).all()
        assert made.min() >= 0 and made.max() <= 3
    assert [len({tuple(w) for w in one}) for one in singles(words)] == [15] * 3
    assert [len({tuple(w) for w in one}) for one in doubles(words)] == [90] * 3


@pytest.mark.parametrize(("longest_run", "length"), SMALL)
def test_windows_show_exactly_the_differences_that_errors_make(longest_run, length):
    rule = RunLimited(longest_run, length)
    words = rule.unrank(np.arange(rule.size))
    received = singles(words)
    index = rule.rank(received.reshape(-1, length))[0].reshape(received.shape[:2])
    real = set((index - np.arange(rule.size)[:, None]).ravel().tolist())
    assert real == index_differences(rule)


@pytest.mark.parametrize(("longest_run", "length"), [(1, 9), (2, 6), (3, 6), (1, 40)])
def test_the_modulus_separates_all_differences_and_none_smaller_does(longest_run, length):
    values = index_differences(RunLimited(longest_run, length)) | {0}
    modulus = smallest_modulus(values)
    separates = [len({v % m for v in values}) == len(values) for m in range(1, modulus + 1)]
    assert separates == [False] * (modulus - 1) + [True]


@pytest.mark.parametrize(("longest_run", "length"), SMALL)
def test_every_single_error_is_corrected_and_right_words_stay(longest_run, length):
    code = code_of(longest_run, length)
    sent = np.arange(code.size) * code.modulus
    assert (code.nearby(code.codewords) == sent).all()
    received = singles(code.codewords)
    decoded = code.nearby(received.reshape(-1, length)).reshape(received.shape[:2])
    assert (decoded == sent[:, None]).all()


@pytest.mark.parametrize("longest_run", [1, 2, 3])
def test_a_modulus_that_is_too_small_leaves_errors_uncorrected(longest_run):
    right = code_of(longest_run, 6)
    code = code_of(longest_run, 6, right.modulus // 2)
    received = singles(code.codewords)
    decoded = code.nearby(received.reshape(-1, 6)).reshape(received.shape[:2])
    assert (decoded != np.arange(code.size)[:, None] * code.modulus).any()


@pytest.mark.parametrize("longest_run", [1, 2, 3])
def test_lists_hold_exactly_the_codewords_two_letters_away(longest_run):
    code = code_of(longest_run, 6)
    received = doubles(code.codewords).reshape(-1, 6)[::7]
    apart = (received[:, None] != code.codewords).sum(2)
    near, lists = code.nearby(received), code.listed(received)
    for distances, one, found in zip(apart, near, lists, strict=True):
        closest = distances.min()
        assert (one >= 0) == (closest <= 1)
        wanted = np.flatnonzero(distances == (closest if closest < 2 else 2)) * code.modulus
        assert sorted({*found.tolist()} - {-1}) == wanted.tolist()
