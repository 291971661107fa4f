"""Exact coset sampling: the difference of two shifted copies has no offset left.

The registers hold X(j) = 2 D^2 j b + v modulo M = D^2 P for unknown v, under quadratic phases in j.
A second block gets X + 2 D^2 T b - X for T in superposition: 2 D^2 T b, whatever v was. T is then
read off the block, prime by prime, and erased, which needs that no prime of P divides all of b. The
Fourier transform of the block shows only u with <b, u> = 0 modulo P. Arms: with T erased; with T
left; and the Fourier transform of X itself. States are followed basis vector by basis vector.
"""

from itertools import product
from math import gcd
from typing import Literal

import numpy as np
import sympy

from recount.kits.exact_math import Exact, fact
from recount.kits.exact_math import coset_states as states
from recount.typed import typed

NEAR = 1e-12


@typed()
class Arm:
    method: Literal["erased", "left", "direct"]


@typed()
class Size:
    moduli: tuple[list[int], ...]  # D and P
    registers: tuple[int, ...]
    largest: int  # amplitudes of a block
    draws: int
    window: int  # values of j
    bits: tuple[int, ...]  # of moduli whose gates are counted


def cases(run):
    size = run.size
    made = product(size.moduli, size.registers, range(size.draws))
    return [
        {"d": d, "p": p, "registers": n, "draw": draw}
        for (d, p), n, draw in made
        if (d * d * p) ** n <= size.largest
    ]


def start(run, case, offset):
    """b, and the state of X for one offset and one set of phases."""
    d, p, n = case["d"], case["p"], case["registers"]
    m, step = d * d * p, 1000 * p + case["draw"]
    other = run.rng(f"offset {offset}", step=step)
    b = states.direction(run.rng("direction", step=step), p, n)
    v, phases = other.integers(m, size=n), other.integers(m, size=3)
    return b, states.affine(b, v, m, d, phases, run.size.window)


def distribution(run, case, offset=0):
    """b, and the chance of every u."""
    d, p, (b, state) = case["d"], case["p"], start(run, case, offset)
    if run.arm.method == "direct":
        state = {((), 0, x): amplitude for (x, _, _), amplitude in state.items()}
    else:
        state = states.differences(state, b, d, p, run.arm.method == "erased")
    return b, states.chances(state, d * d * p, case["registers"])


def find(run, case):
    b, chances = distribution(run, case)
    return {"support": np.flatnonzero(chances.ravel() > NEAR), "b": b, "chances": chances}


def orthogonal(case, b):
    """All u with <b, u> = 0 modulo P, by trying every one."""
    m, n = case["d"] ** 2 * case["p"], case["registers"]
    return sum(int(one) * u for one, u in zip(b, np.indices((m,) * n))) % case["p"] == 0


def check(run, case):
    if run.arm.method != "erased":
        return None
    b = start(run, case, 0)[0]
    return {"support": np.flatnonzero(orthogonal(case, b).ravel())}


def facts(run, case, found):
    chances, p = found["chances"], case["p"]
    inside = orthogonal(case, found["b"])
    mass = chances[inside].sum()
    yield fact("mass_inside", mass, chances.size)
    yield fact("nothing_outside", abs(1 - mass) < NEAR * chances.size, chances.size)
    even = np.abs(chances[inside] * chances.size / p - 1).max() < 1e-9
    yield fact("uniform_inside", even, int(inside.sum()))
    yield fact("by_chance", abs(mass - 1 / p) < 1e-9, chances.size)
    yield fact("visible_outside", mass < 0.9, chances.size)
    again = distribution(run, case, offset=1)[1]
    yield fact("offsets_cancel", np.abs(again - chances).max() < NEAR, chances.size)


def whole(run, rows):
    """Sums of roots of unity that are exactly 0; what happens without access; gates."""
    x = sympy.symbols("x")
    for d, p in run.size.moduli[:1]:
        cyclotomic = sympy.Poly(sympy.cyclotomic_poly(d * d * p, x), x)
        for inner in range(p):
            powers = [2 * d * d * t * inner % (d * d * p) for t in range(p)]
            rest = sympy.Poly(sum(x**one for one in powers), x).rem(cyclotomic)
            rows.add("exactly_zero", float(rest.is_zero == (inner != 0)), inner=inner)
        z = {tuple(2 * d * d * t * np.array([0, p]) % (d * d * p)) for t in range(p)}
        rows.add("no_access_no_order", float(len(z) < p), d=d, p=p)
    counts = []
    for bits in run.size.bits:
        rng = run.rng("gates", step=bits)
        m, a, b = (int.from_bytes(rng.bytes(bits // 8)) | 1 for _ in range(3))
        m |= 1 << (bits - 1)
        counter = states.BitCounter(m)
        times, inverse = counter.multiply(a % m, b % m), counter.inverse(a)
        right = times == a * b % m and (gcd(a, m) > 1 or inverse == pow(a, -1, m))
        rows.add("arithmetic_right", float(right), bits=bits)
        counts.append(counter.count)
    exponent = np.polyfit(np.log(run.size.bits), np.log(counts), 1)[0]
    rows.add("gate_exponent", exponent)
    rows.add("gates_polynomial", float(exponent <= 4))


experiment = Exact(
    arm=Arm, size=Size, cases=cases, find=find, facts=facts, check=check, whole=whole
)
