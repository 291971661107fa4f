"""Determinants det(phi_{j-k+r} + w_{j+k+s}), their limits, and the polynomials behind them.

A symbol of Szego type is scale * exp(p z + q/z) / ((1 - c z) (1 - d/z)) times a power of z, its
winding number. Coefficients are balls of 400 bits, so that rounding never hides an error.

Source: A. Boettcher and B. Silbermann, Analysis of Toeplitz Operators (Wiener-Hopf factors);
E. Basor and T. Ehrhardt, on determinants of Toeplitz plus Hankel matrices (both symbols alike).
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from flint import arb, arb_mat, arb_series, ctx, fmpq

BITS, TERMS = 400, 320
Entries = dict[int, arb]


@dataclass(frozen=True)
class Symbol:
    """Numbers of a symbol, as fractions; |c| and |d| are below one."""

    scale: fmpq
    p: fmpq
    q: fmpq
    c: fmpq
    d: fmpq
    winding: int = 0

    def factor(self, plus: bool, power: int = 1) -> list:
        """Coefficients of the factor in z (or in 1/z), or of its inverse for `power` -1."""
        ctx.prec, ctx.cap = BITS, TERMS
        entire, pole = (self.p, self.c) if plus else (self.q, self.d)
        line = arb_series([1, -arb(pole)])
        grown = arb_series([0, arb(power * entire)]).exp()
        made = grown * (1 / line if power == 1 else line)
        return [made[k] for k in range(TERMS)]

    @cached_property
    def coefficients(self) -> Entries:
        """k -> the k-th Fourier coefficient, for |k| below half the number of terms."""
        plus, minus = self.factor(True), self.factor(False)
        return {
            k + self.winding: arb(self.scale) * product_at(plus, minus, k)
            for k in range(-TERMS // 2, TERMS // 2)
        }

    def logarithm(self, k: int) -> fmpq:
        """The k-th coefficient of the logarithm of the part without winding, k not 0."""
        entire, pole = (self.p, self.c) if k > 0 else (self.q, self.d)
        return pole ** abs(k) / abs(k) + (entire if abs(k) == 1 else 0)


def product_at(plus: list, minus: list, k: int) -> arb:
    shift = max(0, -k)
    number = TERMS - shift - max(0, k)
    return sum((plus[k + shift + m] * minus[shift + m] for m in range(number)), arb(0))


def drawn(rng: np.random.Generator, winding: int = 0) -> Symbol:
    """A random symbol of Szego type with small whole twentieths as numbers."""
    numbers = [fmpq(int(one), 20) for one in rng.integers(-10, 11, 4)]
    return Symbol(fmpq(int(rng.integers(10, 31)), 20), *numbers, winding)


def matrix(phi: Symbol, w: Symbol | None, number: int, r: int = 0, s: int = 0) -> arb_mat:
    ctx.prec = BITS
    first, second = phi.coefficients, w.coefficients if w else {}
    entries = [
        first[j - k + r] + (second[j + k + s] if w else 0)
        for j in range(number)
        for k in range(number)
    ]
    return arb_mat(number, number, entries)


def determinants(phi: Symbol, w: Symbol | None, numbers, r: int = 0, s: int = 0) -> list[arb]:
    return [matrix(phi, w, n, r, s).det() if n else arb(1) for n in numbers]


def norm_by_polynomial(phi: Symbol, w: Symbol, number: int, r: int = 0, s: int = 0) -> arb:
    """The norm of the monic polynomial of a degree: it is orthogonal to all lower powers.

    Orthogonality is a linear system for the coefficients; the norm is the product with the power
    of the same degree.
    """
    whole = matrix(phi, w, number + 1, r, s)
    inner = arb_mat([[whole[j, k] for k in range(number)] for j in range(number)])
    wanted = arb_mat([[-whole[j, number]] for j in range(number)])
    low = inner.solve(wanted)
    parts = (whole[number, k] * low[k, 0] for k in range(number))
    return sum(parts, whole[number, number])


def szego_constant(phi: Symbol) -> arb:
    """The constant of the strong Szego theorem, exp(sum k V_k V_-k)."""
    ctx.prec = BITS
    inner = phi.p * phi.d + phi.q * phi.c + phi.p * phi.q
    return arb(inner).exp() / (1 - arb(phi.c * phi.d))


def hankel_constant(phi: Symbol, w: Symbol, number: int, s: int = 0) -> arb:
    """det(1 + T(phi)^-1 H(w)) on the half line, cut off, by the Wiener-Hopf factors of phi."""
    ctx.prec = BITS
    plus, minus = phi.factor(True, -1), phi.factor(False, -1)
    upper = arb_mat(number, number, triangle(minus, number, False))
    lower = arb_mat(number, number, triangle(plus, number, True))
    second = w.coefficients
    hankel = arb_mat([[second[j + k + s] for k in range(number)] for j in range(number)])
    whole = lower * (upper * hankel) * (1 / arb(phi.scale))
    one = arb_mat([[int(j == k) for k in range(number)] for j in range(number)])
    return (one + whole).det()


def triangle(values: list, number: int, lower: bool) -> list:
    """Entries of a triangular Toeplitz matrix, by rows."""
    sign = 1 if lower else -1
    return [
        values[sign * (j - k)] if sign * (j - k) >= 0 else arb(0)
        for j in range(number)
        for k in range(number)
    ]


def same_symbol_constant(phi: Symbol) -> arb:
    """Basor and Ehrhardt's constant of det(phi_{j-k} + phi_{j+k+1})."""
    ctx.prec = BITS
    odd = [arb(phi.logarithm(k)) for k in range(1, TERMS, 2)]
    squares = [k * arb(phi.logarithm(k)) ** 2 for k in range(1, TERMS)]
    return (sum(odd, arb(0)) - sum(squares, arb(0)) / 2).exp() * szego_constant(phi)


def distance(value: arb, wanted: arb) -> float:
    """|value / wanted - 1|, an upper bound."""
    return float(abs(value / wanted - 1).upper())


def jump(r: int, s: int, z: fmpq, values: dict) -> list:
    """The 4 x 4 jump matrix of the Riemann-Hilbert problem of offsets r, s at a point.

    `values`: of phi and w at z and (with a tilde) at 1/z.
    """
    top = [z ** (s - 1) * values["w tilde"], -(z ** (1 - r)) * values["phi"]]
    low = [z ** (r - 1) * values["phi tilde"], -(z ** (1 - s)) * values["w"]]
    return [[1, 0, *top], [0, 1, *low], [0, 0, 1, 0], [0, 0, 0, 1]]


def moved(rows: list, z: fmpq, exponents: tuple) -> list:
    """The jump after a right multiplication of the solution by the diagonal of powers of z."""
    powers = [z**one for one in exponents]
    return [[rows[j][k] * powers[k] / powers[j] for k in range(4)] for j in range(4)]
