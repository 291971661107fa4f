"""Squares and its tests: words by plain integers, a published Philox block, tests that can fail."""

import numpy as np
import pytest

from recount.kits.exact_math import randomness as tests

WORD, KEY = 2**64 - 1, 0xC58EFD154CE32F6D


def by_integers(counter, key, rounds):
    x = y = counter * key & WORD
    z = y + key & WORD
    for index in range(rounds):
        x = x * x + (z if index % 2 else y) & WORD
        last, x = x, (x >> 32 | x << 32) & WORD
    return last >> 32, last


@pytest.mark.parametrize("rounds", [1, 2, 3, 4, 5])
def test_words_are_those_of_plain_integers(rounds):
    counter = np.array([0, 1, 2, 12345, 2**40 + 1], np.uint64)
    wanted = [by_integers(int(one), KEY, rounds)[0] for one in counter]
    assert tests.squares(counter, KEY, rounds).tolist() == wanted


def test_wide_words_mix_the_fourth_and_the_fifth_round():
    counter = np.array([0, 1, 99], np.uint64)
    wanted = [
        by_integers(int(one), KEY, 4)[1] ^ by_integers(int(one), KEY, 5)[0] for one in counter
    ]
    assert tests.squares64(counter, KEY).tolist() == wanted


def test_philox_gives_its_published_first_block():
    block = tests.philox(np.zeros(1, np.uint64), (0, 0))[0]
    assert [f"{one:08x}" for one in block] == ["6627e8d5", "e169c58d", "bc57ac4c", "9b00dbd8"]


def test_keys_are_irregular_and_odd():
    for seed in range(50):
        text = f"{tests.irregular_key(np.random.default_rng(seed)):016x}"
        assert "0" not in text and int(text, 16) % 2
        assert len(set(text[:8])) == 8 and len(set(text[8:])) >= 7


def test_p_values_of_good_words_are_neither_tiny_nor_all_alike():
    found = {name: [] for name in tests.BATTERY}
    for seed in range(8):
        words = np.random.default_rng(seed).integers(2**32, size=2**15, dtype=np.uint32)
        for name, test in tests.BATTERY.items():
            found[name].append(test(words))
    for name, values in found.items():
        assert min(values) > 1e-4 and max(values) > 0.2, (name, values)


@pytest.mark.parametrize(
    ("test", "fault"),
    [
        ("bytes_even", lambda words: words & 0xFFFEFFFF),
        ("pairs_even", np.sort),
        ("birthday_spacings", lambda words: np.arange(len(words), dtype=np.uint32) * 1234567),
        ("collisions", lambda words: words & 0xFF3FFFFF),
        ("differences", lambda words: np.arange(len(words), dtype=np.uint32) ** 2 * 12345),
        ("ranks", lambda words: np.repeat(words[::8], 8)),
        ("weights_linked", lambda words: words ^ (words.astype(np.int32) >> 31).astype(np.uint32)),
        ("echoes", lambda words: np.tile(words[:64], len(words) // 64)),
        ("spectrum", lambda words: np.arange(len(words), dtype=np.uint32) * 987654321),
    ],
)
def test_each_test_fails_on_words_it_is_made_for(test, fault):
    words = np.random.default_rng(3).integers(2**32, size=2**15, dtype=np.uint32)
    broken = fault(words)
    if test == "weights_linked":
        broken = np.repeat(broken[::2], 2)
    assert tests.BATTERY[test](broken) < 1e-9


def test_ranks_of_random_matrices_add_up():
    assert sum(tests.share_of_rank(rank) for rank in range(20, 33)) == pytest.approx(1)
    assert tests.share_of_rank(32) == pytest.approx(0.2887880951)
