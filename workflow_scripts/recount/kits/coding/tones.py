"""Characters as tones: sound, two decoders, and what noise can do to them at worst.

Tones start at phase 0 and the receiver knows when; noise is white and normal. Sounds are arrays
(N, samples) with tones of amplitude 1, frequencies in Hz, durations in seconds.
"""

import numpy as np
from scipy.special import erfc

from recount.typed import BadValue


def sounds(frequencies: np.ndarray, seconds: float, sample_rate: int) -> np.ndarray:
    """One tone per frequency, (K, samples)."""
    samples = round(seconds * sample_rate)
    if samples < 1:
        raise BadValue(f"{seconds} s at {sample_rate} Hz has no sample; make the tone longer")
    return np.sin(2 * np.pi * np.outer(frequencies, np.arange(samples) / sample_rate))


def noise_level(snr_db: float) -> float:
    """Standard deviation of the noise per sample, for a tone of power 1/2."""
    return float(np.sqrt(0.5 / 10 ** (snr_db / 10)))


def by_matched_filter(received: np.ndarray, bank: np.ndarray) -> np.ndarray:
    """The tone nearest to each received sound, (N,): the likeliest one under white noise."""
    return (received @ bank.T - (bank**2).sum(1) / 2).argmax(1)


def by_peak(received: np.ndarray, frequencies: np.ndarray, sample_rate: int) -> np.ndarray:
    """The character whose frequency is nearest to the largest peak of the spectrum, (N,).

    It knows the table of frequencies but not how a tone beyond half the sample rate sounds.
    """
    points = 1 << (4 * received.shape[1] - 1).bit_length()
    spectrum = np.abs(np.fft.rfft(received * np.hanning(received.shape[1]), points))
    heard = spectrum.argmax(1) * sample_rate / points
    return np.abs(heard[:, None] - frequencies).argmin(1)


def error_bound(bank: np.ndarray, noise: float) -> np.ndarray:
    """Upper bound on the chance that each tone is mistaken by the matched filter, (K,).

    The chance of one given mistake is exact, Q(distance / 2 noise); all of them are added up.
    """
    squares = (bank**2).sum(1)
    apart = np.sqrt(np.maximum(squares[:, None] + squares - 2 * bank @ bank.T, 0))
    mistaken = erfc(apart / (2 * np.sqrt(2) * noise)) / 2
    np.fill_diagonal(mistaken, 0)
    return np.minimum(mistaken.sum(1), 1)


def least_information(error: float, characters: int) -> float:
    """Bits per character that get through at least, equally likely ones, by Fano's inequality."""
    error = min(error, 1 - 1 / characters)
    surprise = -sum(p * np.log2(p) for p in (error, 1 - error) if p > 0)
    return float(np.log2(characters) - surprise - error * np.log2(characters - 1))


def twelfth_root(power):
    """The twelfth root of a whole number, to the nearest whole number, by bisection."""
    low, high = 0, 1 << (power.bit_length() // 12 + 1)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if middle**12 <= power else (low, middle)
    return low + ((2 * low + 1) ** 12 <= power * 2**12)
