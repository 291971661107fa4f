"""Tones: the error bound holds for real noise, and what a receiver cannot know it gets wrong."""

from math import log2

import numpy as np
import pytest

from recount.kits.coding import (
    by_matched_filter,
    by_peak,
    error_bound,
    least_information,
    noise_level,
    sounds,
)
from recount.typed import BadValue

TABLE = 220 * 2 ** (np.arange(40) / 12)
RATE = 16000


def share_wrong(seconds, snr, repeats=60):
    bank = sounds(TABLE, seconds, RATE)
    sent = np.tile(np.arange(len(TABLE)), repeats)
    noise = np.random.default_rng(1).standard_normal((len(sent), bank.shape[1]))
    decoded = by_matched_filter(bank[sent] + noise * noise_level(snr), bank)
    return np.mean(decoded != sent), error_bound(bank, noise_level(snr)).mean()


@pytest.mark.parametrize("seconds", [0.01, 0.02, 0.05])
@pytest.mark.parametrize("snr", [-15, -5, 5])
def test_errors_stay_below_the_bound(seconds, snr):
    wrong, bound = share_wrong(seconds, snr)
    assert wrong <= bound + 3 * np.sqrt(max(bound * (1 - bound), 0) / 2400) + 1e-12


def test_the_bound_says_something():
    wrong, bound = share_wrong(0.02, -13, repeats=200)
    assert 0.005 < wrong < 1.2 * bound < 3 * wrong


def test_for_two_tones_the_bound_is_the_exact_chance():
    bank = sounds(np.array([500.0, 510.0]), 0.01, RATE)
    sent = np.zeros(40_000, int)
    noise = np.random.default_rng(2).standard_normal((len(sent), bank.shape[1])) * 2
    wrong = np.mean(by_matched_filter(bank[sent] + noise, bank) == 1)
    exact = error_bound(bank, 2.0)[0]
    assert wrong == pytest.approx(exact, abs=4 * np.sqrt(exact / 40_000))


def test_the_noise_has_the_level_that_was_asked_for():
    tone = sounds(np.array([1000.0]), 1.0, RATE)
    assert (tone**2).mean() / noise_level(7) ** 2 == pytest.approx(10**0.7, rel=1e-3)


def test_peaks_name_the_tone_up_to_half_the_sample_rate_and_not_beyond():
    below = np.array([400.0, 1000.0, 7000.0])
    assert by_peak(sounds(below, 0.1, RATE), below, RATE).tolist() == [0, 1, 2]
    table = np.array([4000.0, 12000.0])
    assert by_peak(sounds(table, 0.1, RATE), table, RATE).tolist() == [0, 0]


def test_information_is_all_without_errors_and_none_at_chance():
    assert least_information(0.0, 95) == pytest.approx(log2(95))
    assert least_information(94 / 95, 95) == pytest.approx(0, abs=1e-12)
    assert least_information(1.0, 95) == pytest.approx(0, abs=1e-12)
    levels = [least_information(error, 95) for error in np.linspace(0, 0.9, 10)]
    assert levels == sorted(levels, reverse=True)


def test_a_tone_without_samples_is_refused():
    with pytest.raises(BadValue, match="make the tone longer"):
        sounds(TABLE, 1e-6, RATE)
