"""Derivatives of functionals by rules for operators, against Euler and Lagrange.

A functional is built from a few operators on functions; each operator knows how to linearise and
how to transpose itself, and reverse mode through them gives the functional derivative as a function
that can be called. For integrals of L(x, f, f') the answer is dL/df - d/dx dL/df', which a computer
algebra system finds from the same L; a few nested functionals are done by hand. The derivative must
also foretell how the functional responds to changes that vanish at both ends, and forward and
reverse mode must agree. `flipped` transposes the slope without its minus sign and must fail.
"""

from functools import partial
from typing import Literal

import jax
import numpy as np
import sympy
from jax import numpy as jnp

from recount.kits.exact_math import Exact, fact
from recount.kits.exact_math import functionals as fn
from recount.typed import typed

LAGRANGIANS = {
    "Dirichlet energy": lambda m, x, f, d: d**2 / 2,
    "arc length": lambda m, x, f, d: m.sqrt(1 + d**2),
    "surface of revolution": lambda m, x, f, d: f * m.sqrt(1 + d**2),
    "brachistochrone": lambda m, x, f, d: m.sqrt((1 + d**2) / f),
    "square": lambda m, x, f, d: f**2,
    "Thomas-Fermi": lambda m, x, f, d: f ** (5 / 3 if m is jnp else sympy.Rational(5, 3)),
    "Slater exchange": lambda m, x, f, d: f ** (4 / 3 if m is jnp else sympy.Rational(4, 3)),
    "Weizsaecker": lambda m, x, f, d: d**2 / f / 8,
    "entropy": lambda m, x, f, d: f * m.log(f),
    "exponential": lambda m, x, f, d: m.exp(-(f**2)),
    "pendulum": lambda m, x, f, d: d**2 / 2 + m.cos(f),
    "Klein-Gordon": lambda m, x, f, d: d**2 / 2 - f**2 / 2,
    "quartic field": lambda m, x, f, d: d**2 / 2 - (f**2 - 1) ** 2 / 4,
    "driven oscillator": lambda m, x, f, d: d**2 / 2 - f**2 + f * m.sin(3 * x),
    "Sturm-Liouville": lambda m, x, f, d: m.exp(x) * d**2 - m.cos(x) * f**2,
    "Fermat in a layered medium": lambda m, x, f, d: (1 + f / 3) * m.sqrt(1 + d**2),
    "total derivative": lambda m, x, f, d: 2 * f * d,
}
KERNEL = lambda y, x: jnp.exp(-((y - x) ** 2)) * (1 + x)  # noqa: E731


@typed()
class Arm:
    rules: Literal["right", "flipped"]


@typed()
class Size:
    every: int
    functions: int
    points: int
    close: float


def cases(run):
    names = [*LAGRANGIANS, *NESTED][:: run.size.every]
    return [
        {"functional": name, "function": k} for name in names for k in range(run.size.functions)
    ]


def smooth(run, number):
    """A positive smooth function and a change that vanishes at both ends, as coefficients."""
    rng = run.rng("function", step=number)
    return rng.uniform(-0.3, 0.3, 3), rng.uniform(-1, 1, 3)


def shape(m, x, c):
    return 2 + c[0] * m.sin(2 * x) + c[1] * m.cos(3 * x) + c[2] * x**2


def nudge(x, c):
    return sum(part * jnp.sin((k + 1) * jnp.pi * x) for k, part in enumerate(c))


def functional(name):
    """A function of a Node; the nested ones stand below."""
    if name in NESTED:
        return NESTED[name][0]
    return lambda f: fn.integral(
        fn.apply(lambda x, v, d: LAGRANGIANS[name](jnp, x, v, d), f, fn.slope(f))
    )


NESTED = {  # name: (the functional, its derivative by hand)
    "square of an integral": (
        lambda f: fn.apply(lambda x, v: v**2, functional("square")(f)),
        lambda f: lambda x: 4 * fn.total(lambda y: f(y) ** 2) * f(x),
    ),
    "logarithm of a partition sum": (
        lambda f: fn.apply(
            lambda x, v: jnp.log(v), fn.integral(fn.apply(lambda x, v: jnp.exp(v), f))
        ),
        lambda f: lambda x: jnp.exp(f(x)) / fn.total(lambda y: jnp.exp(f(y))),
    ),
    "kernel form": (
        lambda f: fn.integral(fn.apply(lambda x, v, k: v * k, f, fn.weighted(KERNEL, f))),
        lambda f: lambda x: fn.total(lambda y: (KERNEL(x, y) + KERNEL(y, x)) * f(y)),
    ),
}


def find(run, case):
    right, (coefficients, _) = fn.slope, smooth(run, case["function"])
    f = lambda x: shape(jnp, x, coefficients)  # noqa: E731
    with jax.enable_x64(True):
        if run.arm.rules == "flipped":
            fn.slope = lambda node: fn.Node(
                jax.grad(node.value), (node,), lambda c: jax.grad(c[0]), lambda h: [jax.grad(h)]
            )
        try:
            gradient = fn.gradient(functional(case["functional"]), f)
            found = jax.vmap(gradient)(jnp.linspace(0.05, 0.95, run.size.points))
            return {"gradient": np.asarray(found), "handed": gradient}
        finally:
            fn.slope = right


def check(run, case):
    name, at = case["functional"], np.linspace(0.05, 0.95, run.size.points)
    coefficients, _ = smooth(run, case["function"])
    if name in NESTED:
        with jax.enable_x64(True):
            by_hand = NESTED[name][1](lambda x: shape(jnp, x, coefficients))
            return {"gradient": np.asarray(jax.vmap(by_hand)(jnp.asarray(at)))}
    path = lambda x: shape(sympy, x, coefficients)  # noqa: E731
    return {"gradient": fn.euler_lagrange(partial(LAGRANGIANS[name], sympy), path, at)}


def facts(run, case, found):
    coefficients, change = smooth(run, case["function"])
    made = functional(case["functional"])
    with jax.enable_x64(True):
        f, g = (lambda x: shape(jnp, x, coefficients)), (lambda x: nudge(x, change))
        reverse = float(fn.total(lambda x: found["handed"](x) * g(x)))
        forward = fn.response(made, f, g)
        ends = [fn.value_of(made, lambda x, s=s: f(x) + s * g(x)) for s in (1e-4, -1e-4)]
    size, seen = max(1.0, abs(forward)), (ends[0] - ends[1]) / 2e-4
    yield fact("modes_apart", abs(reverse - forward) / size)
    yield fact("response_apart", abs(seen - forward) / size)
    yield fact("modes_agree", abs(reverse - forward) <= run.size.close * size)
    yield fact("response_foretold", abs(seen - reverse) <= 100 * run.size.close * size)


experiment = Exact(
    arm=Arm, size=Size, cases=cases, find=find, check=check, facts=facts, tolerance=1e-8
)
