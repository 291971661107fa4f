"""How a count of digit patterns changes when a fixed t is added: three independent computations.

The count is of ones ("1") or of overlapping pairs of neighbouring ones ("11") in binary. For t the
change is count(n + t) - count(n), and its density over all n is wanted. Reading the digits of n
upwards, each is 0 or 1 with weight 1/2, and the state (carry, last digit of n, last digit of n + t)
decides what comes next.

`change_density` walks the states with whole densities; `density_by_transform` multiplies transfer
matrices on the unit circle and sums the endless carries in closed form; `counted_changes` counts.
"""

from typing import Literal

import numpy as np

Pattern = Literal["1", "11"]
STATES = [(carry, low, high) for carry in (0, 1) for low in (0, 1) for high in (0, 1)]


def digits_upwards(t: int) -> list[int]:
    """Binary digits, least significant first."""
    return [int(digit) for digit in reversed(bin(t)[2:])]


def runs_of_ones(t: int) -> int:
    """Number of blocks of ones in the binary expansion of t >= 0."""
    return (t ^ (t << 1)).bit_count() // 2


def step(pattern: Pattern, state: tuple[int, int, int], digit: int, drawn: int):
    """(next state, change) when t has `digit` and n has `drawn` here."""
    carry, low, high = state
    carry, total = divmod(digit + drawn + carry, 2)
    change = total - drawn if pattern == "1" else (high & total) - (low & drawn)
    return (carry, drawn, total), change


def moves(pattern: Pattern, digit: int) -> list[tuple[int, int, int]]:
    """(from, to, change) as indices into STATES, each of weight 1/2."""
    return [
        (source, STATES.index(after), change)
        for source, state in enumerate(STATES)
        for drawn in (0, 1)
        for after, change in [step(pattern, state, digit, drawn)]
    ]


def change_density(pattern: Pattern, t: int, reach: int, tail: int = 60) -> np.ndarray:
    """Density of each change -reach ... reach, (2 reach + 1,). What falls outside is lost.

    After the last digit of t a carry lives on with weight 1/2 a digit; after `tail` digits more
    the rest, 2^-tail, is dropped.
    """
    return densities(pattern, digits_upwards(t) + [0] * tail, reach)


def densities(pattern: Pattern, digits: list[int], reach: int) -> np.ndarray:
    table = {digit: moves(pattern, digit) for digit in (0, 1)}
    now = np.zeros((8, 2 * reach + 3))
    now[0, reach + 1] = 1.0
    for digit in digits:
        after = np.zeros_like(now)
        for source, to, change in table[digit]:
            after[to, 1:-1] += now[source, 1 - change : now.shape[1] - 1 - change]
        after[:, [0, -1]] = 0
        now = after / 2
    return now.sum(0)[1:-1]


def all_densities(pattern: Pattern, bits: int, reach: int, tail: int = 60) -> np.ndarray:
    """`change_density` of every t < 2^bits at once, (2^bits, 2 reach + 1): a tree over digits."""
    now = np.zeros((1, 8, 2 * reach + 3))
    now[0, 0, reach + 1] = 1.0
    for _ in range(bits):
        parts = []
        for digit in (0, 1):
            after = np.zeros_like(now)
            for source, to, change in moves(pattern, digit):
                after[:, to, 1:-1] += now[:, source, 1 - change : now.shape[2] - 1 - change]
            parts.append(after / 2)
        now = np.concatenate(parts)
    return np.tensordot(now[:, :, 1:-1], tails(pattern, reach, tail), axes=([1, 2], [0, 1]))


def tails(pattern: Pattern, reach: int, tail: int) -> np.ndarray:
    """Density after `tail` zero digits from each state and change so far: (8, width, width)."""
    width = 2 * reach + 1
    out = np.zeros((8, width, width))
    for start in range(8):
        now = {(start, 0): 1.0}
        for _ in range(tail):
            after: dict[tuple[int, int], float] = {}
            for (source, so_far), weight in now.items():
                for origin, to, change in moves(pattern, 0):
                    if origin == source:
                        key = (to, so_far + change)
                        after[key] = after.get(key, 0.0) + weight / 2
            now = after
        for (_, change), weight in now.items():
            for place in range(max(0, -change), min(width, width - change)):
                out[start, place, place + change] += weight
    return out


def density_by_transform(pattern: Pattern, t: int, points: int) -> np.ndarray:
    """Density of the changes -points/2 ... points/2 - 1 by an inverse Fourier transform."""
    z = np.exp(2j * np.pi * np.arange(points) / points)
    power = {-1: 1 / z, 0: np.ones_like(z), 1: z}
    values = endings(pattern, z)
    for digit in reversed(digits_upwards(t)):
        before = [np.zeros_like(z) for _ in STATES]
        for source, to, change in moves(pattern, digit):
            before[source] = before[source] + power[change] * values[to] / 2
        values = before
    return np.fft.fftshift(np.fft.fft(values[0]).real / points)


def endings(pattern: Pattern, z: np.ndarray) -> list[np.ndarray]:
    """Generating function of all that follows the last digit of t, for each of STATES.

    Without a carry n and n + t agree from here on, so at most the next digit closes a pair that
    one of them has begun. A carry dies at the first 0 of n; until then n shows ones, n + t zeros.
    """
    one = np.ones_like(z)
    if pattern == "1":
        carried = (z / 2) / (1 - 1 / (2 * z))
        return [one] * 4 + [carried] * 4
    settled = {(low, high): (1 + z ** (high - low)) / 2 for low in (0, 1) for high in (0, 1)}
    long = (settled[0, 1] / 2) / (1 - 1 / (2 * z))
    carried = [
        z**high * settled[0, 1] / 2 + z**-low * long / 2 for low in (0, 1) for high in (0, 1)
    ]
    return [settled[low, high] for low in (0, 1) for high in (0, 1)] + carried


def counted_changes(pattern: Pattern, t: int, bits: int, reach: int) -> np.ndarray:
    """Share of n < 2^bits with each change -reach ... reach, by counting. Exact integers inside."""
    n = np.arange(2**bits, dtype=np.int64)
    change = np.bitwise_count(marked(pattern, n + t)).astype(int)
    change -= np.bitwise_count(marked(pattern, n))
    counts = np.bincount(change[np.abs(change) <= reach] + reach, minlength=2 * reach + 1)
    return counts / 2**bits


def marked(pattern: Pattern, n: np.ndarray) -> np.ndarray:
    return n if pattern == "1" else n & (n >> 1)


def chances_not_to_fall(bits: int) -> np.ndarray:
    """Density of the n with s(n + t) >= s(n), s the number of ones, for every t < 2^bits.

    By the recurrence over t: twice t changes nothing, 2t + 1 is t one step up or t + 1 one step
    down. Every number is a fraction over a power of 2 and exact in float64 up to 2^20.
    """
    reach = bits + 2
    table = np.zeros((2, 2 * reach + 1))
    table[0, reach] = 1.0
    table[1, : reach + 2] = 0.5 ** np.arange(reach + 2, 0, -1)
    for _ in range(1, bits):
        up = np.zeros_like(table)
        up[:, 1:] = table[:, :-1]
        down = np.zeros_like(table)
        down[:-1, :-1] = table[1:, 1:]
        down[-1, :-1] = table[1, 1:]
        table = np.stack([table, (up + down) / 2], axis=1).reshape(2 * len(table), -1)
    return table[:, reach:].sum(1)
