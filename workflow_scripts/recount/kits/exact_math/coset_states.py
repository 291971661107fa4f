"""Registers modulo D^2 P as maps from basis vectors to amplitudes, and a counter of bit operations.

A basis vector is (X, T, Z): coordinates, shift and the block that is Fourier transformed. Source:
Zhang, arXiv 2509.12341 (the pair-shift difference of its versions 1 to 4).
"""

from collections import defaultdict

import numpy as np
from sympy import primefactors


def direction(rng, p: int, n: int) -> np.ndarray:
    """b, of which every prime of P leaves some coordinate."""
    while True:
        b = rng.integers(0, 5 * p, n)
        if all((b % q).any() for q in primefactors(p)):
            return b


def affine(b, v, m: int, d: int, phases, window: int) -> dict:
    """Amplitudes of X = 2 D^2 j b + v for j below `window`, under a quadratic phase in j."""
    state = defaultdict(complex)
    for j in range(window):
        phase = np.exp(2j * np.pi * (phases[0] * j * j + phases[1] * j + phases[2]) / m)
        x = tuple(int(one) for one in (2 * d * d * j * b + v) % m)
        state[x, 0, (0,) * len(b)] += phase
    scale = np.sqrt(sum(abs(one) ** 2 for one in state.values()))
    return {key: one / scale for key, one in state.items()}


def stepped(state: dict, step) -> dict:
    """A reversible step on basis vectors."""
    found = defaultdict(complex)
    for key, amplitude in state.items():
        found[step(*key)] += amplitude
    return found


def recovered(z, b, d: int, p: int) -> int:
    """T from 2 D^2 T b, by an inverse modulo each prime and the Chinese remainder theorem."""
    whole = 0
    for q in primefactors(p):
        place = int(np.argmax(b % q != 0))
        part = z[place] * pow(int(2 * d * d * b[place]), -1, q) % q
        whole += part * (p // q) * pow(p // q, -1, q)
    return int(whole % p)


def differences(state: dict, b, d: int, p: int, erase: bool) -> dict:
    """T in superposition, Z = (X + 2 D^2 T b) - X, and T erased again where asked."""
    m, shift = d * d * p, 2 * d * d * b
    root = np.sqrt(p)
    state = {(x, t, z): one / root for (x, _, z), one in state.items() for t in range(p)}

    def added(z, values):
        return tuple(int(one) for one in (np.array(z) + values) % m)

    state = stepped(state, lambda x, t, z: (x, t, added(z, np.array(x))))
    state = stepped(state, lambda x, t, z: (x, t, added(z, t * shift)))
    state = stepped(state, lambda x, t, z: (x, t, added(z, -np.array(x))))
    if erase:
        state = stepped(state, lambda x, t, z: (x, (t - recovered(z, b, d, p)) % p, z))
    return state


def chances(state: dict, m: int, n: int) -> np.ndarray:
    """(m,) * n probabilities of the Fourier transform of Z, whatever X and T turn out to be."""
    blocks = defaultdict(dict)
    for (x, t, z), amplitude in state.items():
        blocks[x, t][z] = amplitude
    found = np.zeros((m,) * n)
    for block in blocks.values():
        array = np.zeros((m,) * n, complex)
        for z, amplitude in block.items():
            array[z] = amplitude
        found += np.abs(np.fft.fftn(array)) ** 2 / m**n
    return found


class BitCounter:
    """Arithmetic modulo m from additions of words; `count` is of single-bit operations."""

    def __init__(self, m: int):
        self.m, self.bits, self.count = m, m.bit_length(), 0

    def add(self, a: int, b: int) -> int:
        """An addition, a comparison and a subtraction that may be undone."""
        self.count += 3 * self.bits
        return (a + b) % self.m

    def multiply(self, a: int, b: int) -> int:
        total = 0
        for place in range(self.bits):
            if b >> place & 1:
                total = self.add(total, a)
            else:
                self.count += 3 * self.bits  # a controlled addition is carried out all the same
            a = self.add(a, a)
        return total

    def inverse(self, a: int) -> int:
        """Binary Euclid: at most two halvings a bit, each with word operations on four numbers."""
        u, v, x, y = a % self.m, self.m, 1, 0
        while u:
            self.count += 4 * self.bits
            if u % 2 == 0:
                u, x = u // 2, (x if x % 2 == 0 else x + self.m) // 2
            elif u >= v:
                u, x = u - v, (x - y) % self.m
            else:
                u, v, x, y = v - u, u, (y - x) % self.m, x
        return y % self.m
