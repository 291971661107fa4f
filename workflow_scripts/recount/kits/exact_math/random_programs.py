"""Random well-typed programs of the language in differentiation.py, and what they compute.

The values come without any rule of differentiation: sympy polynomials in t, mpmath's numerical
derivatives, and jax.
"""

from fractions import Fraction

import jax
import mpmath
import sympy
from mpmath import mp

from recount.kits.exact_math.differentiation import REAL, evaluated, num, var

jax.config.update("jax_enable_x64", True)
T = sympy.Symbol("t")


class TooLarge(Exception):
    """A number on the way is too large to compare."""


def guarded(value):
    if abs(value) > 20:
        raise TooLarge
    return mp.exp(value)


EXACT = {"num": Fraction, "+": lambda a, b: a + b, "*": lambda a, b: a * b}
PRECISE = EXACT | {"num": lambda n: mp.mpf(n.numerator) / n.denominator}
PRECISE |= {"sin": mp.sin, "cos": mp.cos, "exp": guarded}
IN_JAX = EXACT | {"num": float, "sin": jax.numpy.sin, "cos": jax.numpy.cos, "exp": jax.numpy.exp}


def rational(number):
    return sympy.Poly(sympy.Rational(number.numerator, number.denominator), T, domain="QQ")


def by_polynomials(program, numbers, order):
    """The Taylor coefficients along the line, read off the program's polynomial in t."""
    x, y, dx, dy = map(rational, numbers)
    t = sympy.Poly(T, T, domain="QQ")
    whole = evaluated(program, {"x": x + t * dx, "y": y + t * dy}, EXACT | {"num": rational})
    found = (whole.coeff_monomial(T**k) for k in range(order + 1))
    return [Fraction(int(one.p), int(one.q)) for one in found]


def by_differences(program, numbers, order):
    """The same by mpmath, numerically, at its present precision."""
    x, y, dx, dy = map(PRECISE["num"], numbers)

    def along(t):
        return mp.mpf(evaluated(program, {"x": x + t * dx, "y": y + t * dy}, PRECISE))

    return mpmath.taylor(along, 0, order)


def by_jax(program, numbers):
    """The first coefficient by jax, as a float."""
    x, y, dx, dy = map(float, numbers)

    def value(x, y):
        return evaluated(program, {"x": x, "y": y}, IN_JAX) * 1.0

    return float(jax.jvp(value, (x, y), (dx, dy))[1])


class Writer:
    """Types are "r", ("->", a, b), ("*", a, b), ("+", a, b) and ("list", a)."""

    def __init__(self, rng, polynomial):
        self.rng, self.names = rng, 0
        self.unary = () if polynomial else ("sin", "cos", "exp")

    def fresh(self):
        self.names += 1
        return f"v{self.names}"

    def some_type(self):
        return [REAL, REAL, ("->", REAL, REAL), ("*", REAL, REAL), ("+", REAL, REAL)][
            self.rng.integers(5)
        ]

    def term(self, kind, context, depth):
        """A term of a type over variables {name: type}."""
        fitting = [name for name, own in context.items() if own == kind]
        if fitting and (depth <= 0 or self.rng.random() < 0.25):
            return var(fitting[self.rng.integers(len(fitting))])
        if depth > 0 and self.rng.random() < 0.5:
            return self.eliminated(kind, context, depth)
        return self.made(kind, context, depth)

    def made(self, kind, context, depth):
        if kind == REAL:
            return self.real(context, depth)
        if kind[0] == "->":
            name = self.fresh()
            return ("lam", name, self.term(kind[2], context | {name: kind[1]}, depth - 1))
        if kind[0] == "*":
            return ("pair", *(self.term(one, context, depth - 1) for one in kind[1:]))
        if kind[0] == "+":
            side = int(self.rng.integers(2))
            return (("left", "right")[side], self.term(kind[1 + side], context, depth - 1))
        count = self.rng.integers(1, 4)
        return ("list", *(self.term(kind[1], context, depth - 1) for _ in range(count)))

    def real(self, context, depth):
        if depth <= 0:
            return num(Fraction(int(self.rng.integers(-3, 4)), int(self.rng.integers(1, 4))))
        if self.unary and self.rng.random() < 0.3:
            name = self.unary[self.rng.integers(len(self.unary))]
            return ("op", name, self.term(REAL, context, depth - 1))
        sign = "+*"[self.rng.integers(2)]
        return ("op", sign, *(self.term(REAL, context, depth - 1) for _ in range(2)))

    def eliminated(self, kind, context, depth):
        """A use of a function, a pair, a sum or a list that yields the type."""
        way, other = self.rng.integers(4), self.some_type()
        if way == 0:
            function = self.term(("->", other, kind), context, depth - 1)
            return ("app", function, self.term(other, context, depth - 1))
        if way == 1:
            side = int(self.rng.integers(2))
            pair = ("*", kind, other) if side == 0 else ("*", other, kind)
            return (("fst", "snd")[side], self.term(pair, context, depth - 1))
        if way == 2:
            x, y, more = self.fresh(), self.fresh(), self.some_type()
            tested = self.term(("+", other, more), context, depth - 1)
            left = self.term(kind, context | {x: other}, depth - 1)
            return ("case", tested, x, left, y, self.term(kind, context | {y: more}, depth - 1))
        step = ("->", kind, ("->", REAL, kind))
        parts = (step, kind, ("list", REAL))
        return ("fold", *(self.term(one, context, depth - 1) for one in parts))
