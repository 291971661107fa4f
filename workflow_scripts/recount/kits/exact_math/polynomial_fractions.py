"""Polynomial continued fractions a(0) + b(1) / (a(1) + b(2) / (a(2) + ...)): limits and dynamics.

Coefficients are written from the constant term up: (c0, c1, c2) is c0 + c1 n + c2 n^2.
"""

from collections.abc import Sequence
from fractions import Fraction
from itertools import product
from math import gcd, log

import numpy as np
from mpmath import mp, mpf

Formula = tuple[tuple[int, ...], tuple[int, ...]]


def limits(a: np.ndarray, b: np.ndarray, depth: int) -> tuple[np.ndarray, np.ndarray]:
    """Values (F,) of formulas with coefficients (F, 3) at `depth`, and how far half way is off."""
    count = len(a)
    tops = np.ones(count), a[:, 0].astype(float)
    bottoms = np.zeros(count), np.ones(count)
    half = np.zeros(count)
    with np.errstate(all="ignore"):
        for n in range(1, depth + 1):
            powers = np.array([1.0, n, n * n])
            term, over = a @ powers, b @ powers
            tops = tops[1], term * tops[1] + over * tops[0]
            bottoms = bottoms[1], term * bottoms[1] + over * bottoms[0]
            size = np.maximum(np.abs(bottoms[1]), np.abs(tops[1])) + 1e-300
            tops, bottoms = (tops[0] / size, tops[1] / size), (bottoms[0] / size, bottoms[1] / size)
            if n == depth // 2:
                half = tops[1] / bottoms[1]
        value = tops[1] / bottoms[1]
        return value, np.abs(value - half)


def convergent(formula: Formula, depth: int) -> tuple[int, int]:
    """Numerator and denominator at `depth`, as the recurrence makes them, nothing reduced."""
    a, b = formula
    tops, bottoms = (1, a[0]), (0, 1)
    for n in range(1, depth + 1):
        term, over = (sum(c * n**k for k, c in enumerate(one)) for one in (a, b))
        tops = tops[1], term * tops[1] + over * tops[0]
        bottoms = bottoms[1], term * bottoms[1] + over * bottoms[0]
    return tops[1], bottoms[1]


def dynamics(formula: Formula, depth: int) -> dict[str, float] | None:
    """What the convergents do, without their value; None where they stop, or stand on a fraction.

    delta: the error is the reduced denominator to the power -(1 + delta), the error taken against
    twice the depth; rate: digits of error a step; growth: of the reduced denominator's logarithm
    against n log n; reduced: the share of the denominator's logarithm that the reduction takes.
    """
    (top, bottom), (far, under) = convergent(formula, depth), convergent(formula, 2 * depth)
    if not bottom or not under or top * under == far * bottom:
        return None
    common = gcd(top, bottom)
    error = -logarithm(Fraction(abs(top * under - far * bottom), abs(bottom * under)))
    size = log(abs(bottom) // common) if abs(bottom) > common else 0.0
    if size < 1 or error <= 0:
        return None
    return {
        "delta": error / size - 1,
        "rate": error / depth,
        "growth": size / (depth * log(depth)),
        "reduced": log(common) / log(abs(bottom)),
    }


def logarithm(value: Fraction) -> float:
    return log(value.numerator) - log(value.denominator)


def close_to(formula: Formula, value: mpf, digits: int, depth: int) -> bool:
    """Whether the exact convergent is within 10^-digits of a value known to more digits."""
    top, bottom = convergent(formula, depth)
    return bool(bottom) and abs(mpf(top) / bottom - value) < mpf(10) ** -digits


def images(constant: float, most: int) -> tuple[np.ndarray, np.ndarray]:
    """Sorted values (p + q c) / (r + s c) with coefficients up to `most`, and those coefficients.

    Only in lowest terms, with p s - q r not 0, and one of each pair of opposite signs.
    """
    span = range(-most, most + 1)
    rows = np.array([
        row for row in product(span, repeat=4)
        if row[0] * row[3] != row[1] * row[2] and row > (0, 0, 0, 0) and gcd(*row) == 1
    ])  # fmt: skip
    with np.errstate(all="ignore"):
        value = (rows[:, 0] + rows[:, 1] * constant) / (rows[:, 2] + rows[:, 3] * constant)
    order = np.argsort(value)
    return value[order], rows[order]


def box(steepest: int, most: int) -> tuple[np.ndarray, np.ndarray]:
    """All formulas with a linear of slope 1 ... `steepest`, all other coefficients up to `most`.

    A negative slope only turns the sign of the value.
    """
    span = range(-most, most + 1)
    lines = np.array([(c, s, 0) for s in range(1, steepest + 1) for c in span])
    squares = np.array([row for row in product(span, repeat=3) if any(row)])
    return np.repeat(lines, len(squares), axis=0), np.tile(squares, (len(lines), 1))


def identified(
    a: np.ndarray, b: np.ndarray, value: np.ndarray, constant: mpf, most: int, depth: int
) -> list[tuple[Formula, Sequence[int]]]:
    """The formulas whose value is an image of the constant: by doubles, then 30 exact digits."""
    known, rows = images(float(constant), most)
    at = np.clip(np.searchsorted(known, value), 1, len(known) - 1)
    at -= np.abs(known[at - 1] - value) < np.abs(known[at] - value)
    near = np.flatnonzero(np.abs(known[at] - value) < 1e-11 * (1 + np.abs(value)))
    found = []
    for i in near:
        formula = tuple(int(v) for v in a[i]), tuple(int(v) for v in b[i])
        p, q, r, s = (int(v) for v in rows[at[i]])
        with mp.workdps(60):
            if close_to(formula, (p + q * constant) / (r + s * constant), 30, depth):
                found.append((formula, (p, q, r, s)))
    return found
