"""Generators of random words that work from a counter, and a battery of tests of randomness.

Every test takes uint32 words and returns a p-value, two-sided: tiny where the words are too uneven
or too even. Sources: Widynski, arXiv 2004.06278 (squares); Salmon, Moraes, Dror and Shaw (2011)
(Philox); Marsaglia (1985) and Knuth volume 2 for the tests.
"""

import numpy as np
from scipy import stats

HALF = np.uint64(32)


def swapped(x):
    return (x >> HALF) | (x << HALF)


def squares(counter: np.ndarray, key: int, rounds: int) -> np.ndarray:
    """uint32 words of a middle square of counter times key, after some rounds of squaring."""
    with np.errstate(over="ignore"):
        x = y = counter.astype(np.uint64) * np.uint64(key)
        z = y + np.uint64(key)
        for index in range(rounds - 1):
            x = swapped(x * x + (z if index % 2 else y))
        return ((x * x + (y if rounds % 2 else z)) >> HALF).astype(np.uint32)


def squares64(counter: np.ndarray, key: int) -> np.ndarray:
    """uint64 words after five rounds."""
    with np.errstate(over="ignore"):
        x = y = counter.astype(np.uint64) * np.uint64(key)
        z = y + np.uint64(key)
        for more in (y, z, y):
            x = swapped(x * x + more)
        whole = x * x + z
        x = swapped(whole)
        return whole ^ ((x * x + y) >> HALF)


def philox(counter: np.ndarray, key: tuple[int, int]) -> np.ndarray:
    """Philox4x32-10: (n, 4) uint32 words of the counters (c, 0, 0, 0)."""
    c = [counter.astype(np.uint64) & np.uint64(0xFFFFFFFF)] + [
        np.zeros_like(counter, np.uint64)
    ] * 3
    low = np.uint64(0xFFFFFFFF)
    for step in range(10):
        one, two = np.uint64(0xD2511F53) * c[0], np.uint64(0xCD9E8D57) * c[2]
        first = np.uint64((key[0] + step * 0x9E3779B9) & 0xFFFFFFFF)
        second = np.uint64((key[1] + step * 0xBB67AE85) & 0xFFFFFFFF)
        c = [(two >> HALF) ^ c[1] ^ first, two & low, (one >> HALF) ^ c[3] ^ second, one & low]
    return np.stack(c, axis=1).astype(np.uint32)


def congruential(counter: np.ndarray, key: int) -> np.ndarray:
    """A linear congruential generator modulo 2^32, which no battery should pass."""
    x, found = key & 0xFFFFFFFF, np.empty(len(counter), np.uint32)
    for index in range(len(counter)):
        x = (1664525 * x + 1013904223) & 0xFFFFFFFF
        found[index] = x
    return found


def irregular_key(rng) -> int:
    """An odd key; no hexadecimal digit is 0 or twice in either half, but for the last made odd."""
    digits = [int(one) for _ in range(2) for one in rng.permutation(np.arange(1, 16))[:8]]
    return int("".join(f"{one:x}" for one in digits), 16) | 1


def both_tails(low: float, high: float) -> float:
    return float(min(1.0, 2 * min(low, high)))


def chi_square(counts: np.ndarray, expected) -> float:
    total = ((counts - expected) ** 2 / expected).sum()
    freedom = counts.size - 1
    return both_tails(stats.chi2.cdf(total, freedom), stats.chi2.sf(total, freedom))


def poisson(count: int, mean: float) -> float:
    return both_tails(stats.poisson.cdf(count, mean), stats.poisson.sf(count - 1, mean))


def normals(scores: np.ndarray) -> float:
    """Independent standard normal scores, together."""
    total = (np.asarray(scores) ** 2).sum()
    freedom = np.size(scores)
    return both_tails(stats.chi2.cdf(total, freedom), stats.chi2.sf(total, freedom))


def bytes_even(words):
    return chi_square(np.bincount(words.view(np.uint8), minlength=256), 4 * len(words) / 256)


def pairs_even(words):
    """Consecutive leading five bits; overlapping pairs would not be independent."""
    top = (words >> 26).astype(np.int64)
    pairs = top[: len(top) // 2 * 2].reshape(-1, 2) @ [64, 1]
    return chi_square(np.bincount(pairs, minlength=4096), len(pairs) / 4096)


def birthday_spacings(words, days=1024):
    """Equal spacings among sorted birthdays in a year of 2^27 days."""
    blocks = (words[: len(words) // days * days] >> 5).reshape(-1, days)
    gaps = np.sort(np.diff(np.sort(blocks.astype(np.int64), axis=1), axis=1), axis=1)
    repeats = (np.diff(gaps, axis=1) == 0).sum()
    return poisson(int(repeats), len(blocks) * days**3 / (4 * 2**27))


def collisions(words, balls=4096):
    """Balls into 2^24 urns, named by the leading twelve bits of two words."""
    balls, urns = min(balls, len(words) // 2), 2**24
    top = (words[: len(words) // (2 * balls) * 2 * balls] >> 20).astype(np.int64)
    thrown = np.sort((top.reshape(-1, 2) @ [4096, 1]).reshape(-1, balls), axis=1)
    hits = (np.diff(thrown, axis=1) == 0).sum()
    expected = balls + urns * np.expm1(balls * np.log1p(-1 / urns))
    return poisson(int(hits), len(thrown) * expected)


def share_of_rank(rank: int, size: int = 32) -> float:
    """The chance that a random square matrix over the field of two elements has this rank."""
    ratio = [(1 - 2.0 ** (i - size)) ** 2 / (1 - 2.0 ** (i - rank)) for i in range(rank)]
    return 2.0 ** (rank * (2 * size - rank) - size**2) * float(np.prod(ratio))


def ranks(words):
    """Ranks over the field of two elements of 32 by 32 matrices of consecutive words."""
    rows = words[: len(words) // 32 * 32].reshape(-1, 32).copy()
    rank, index = np.zeros(len(rows), np.int64), np.arange(len(rows))
    for bit in range(32):
        mask = np.uint32(1 << bit)
        free = np.arange(32)[None] >= rank[:, None]
        has = ((rows & mask) != 0) & free
        pivot, found = has.argmax(axis=1), has.any(axis=1)
        at = np.minimum(rank, 31)
        chosen, there = rows[index, pivot], rows[index, at]
        rows[index, pivot] = np.where(found, there, chosen)
        rows[index, at] = np.where(found, chosen, there)
        below = ((rows & mask) != 0) & (np.arange(32)[None] > at[:, None]) & found[:, None]
        rows ^= np.where(below, rows[index, at][:, None], np.uint32(0))
        rank += found
    full, one_less = share_of_rank(32), share_of_rank(31)
    shares = np.array([1 - full - one_less, one_less, full])
    counts = np.array([(rank < 31).sum(), (rank == 31).sum(), (rank == 32).sum()])
    return chi_square(counts, shares * len(rows))


def differences(words):
    """First to fourth differences of consecutive words, from blocks that do not overlap."""
    blocks, found = words[: len(words) // 5 * 5].reshape(-1, 5), []
    for _ in range(4):
        blocks = blocks[:, 1:] - blocks[:, :-1]
        counts = np.bincount(blocks[:, 0] >> 25, minlength=128)
        found.append(chi_square(counts, len(blocks) / 128))
    return min(1.0, 4 * min(found))


def weights_linked(words):
    """Hamming weights of words at lags of 1, 2 and 3."""
    weight = np.bitwise_count(words).astype(float) - 16
    scores = [(weight[:-k] * weight[k:]).sum() / 8 / np.sqrt(len(words) - k) for k in (1, 2, 3)]
    return normals(scores)


def differing_bits(one, other):
    """How often each of the 32 bits differs between two streams."""
    words = one ^ other
    counts = np.array([int(((words >> bit) & 1).sum()) for bit in range(32)])
    return normals((counts - len(words) / 2) / np.sqrt(len(words) / 4))


def echoes(words):
    """Every bit against itself at lags of powers of two, the worst of them."""
    lags = [2**k for k in range(12)]
    found = min(differing_bits(words[:-lag], words[lag:]) for lag in lags)
    return min(1.0, len(lags) * found)


def spectrum(words):
    """The highest peak in the spectrum of the leading bit, and of the last."""
    found = []
    for bit in (31, 0):
        signs = 1 - 2.0 * ((words >> bit) & 1)
        power = np.abs(np.fft.rfft(signs))[1:-1] ** 2 / len(words)
        below = -np.exp(-min(max(power.max(), 1e-3), 700.0))
        found.append(-np.expm1(len(power) * np.log1p(below)))
    return min(1.0, 2 * float(min(found)))


BATTERY = {
    test.__name__: test
    for test in (
        bytes_even,
        pairs_even,
        birthday_spacings,
        collisions,
        ranks,
        differences,
        weights_linked,
        echoes,
        spectrum,
    )
}
