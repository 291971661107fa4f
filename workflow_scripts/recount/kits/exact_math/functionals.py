"""Functions as values that JAX can differentiate: operators with rules to linearise and transpose.

A `Node` is an operator applied to functions of one number. `apply` composes a formula g(x, f1(x),
f2(x), ...) with functions; `slope` differentiates; `integral` integrates over [0, 1] by Gauss. Each
has a rule for the change of its output (forward) and one that hands a function back (reverse). The
transpose of `slope` is minus `slope`, so what it says holds for changes that vanish at both ends.
Written after the five operators of M. Lin, arXiv 2311.18727, and not from its code.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import jax
import numpy as np
import sympy
from jax import numpy as jnp

Function = Callable[[jax.Array], jax.Array]
POINTS, WEIGHTS = np.polynomial.legendre.leggauss(64)
POINTS, WEIGHTS = (POINTS + 1) / 2, WEIGHTS / 2


@dataclass(frozen=True)
class Node:
    """A function that remembers how it was made; without parents it is an input."""

    value: Function
    parents: tuple["Node", ...] = ()
    forward: Callable[[Sequence[Function]], Function] | None = None
    back: Callable[[Function], Sequence[Function]] | None = None


def constant(value) -> Function:
    return lambda x: value + 0.0 * x


def apply(formula: Callable, *inputs: Node) -> Node:
    """x -> formula(x, f1(x), f2(x), ...)."""

    def partial(which: int) -> Function:
        slope = jax.grad(formula, argnums=which + 1)
        return lambda x: slope(x, *(one.value(x) for one in inputs))

    partials = [partial(i) for i in range(len(inputs))]
    return Node(
        lambda x: formula(x, *(one.value(x) for one in inputs)),
        inputs,
        lambda changes: lambda x: sum(p(x) * c(x) for p, c in zip(partials, changes, strict=True)),
        lambda handed: [lambda x, p=p: p(x) * handed(x) for p in partials],
    )


def slope(node: Node) -> Node:
    return Node(
        jax.grad(node.value),
        (node,),
        lambda changes: jax.grad(changes[0]),
        lambda handed: [lambda x: -jax.grad(handed)(x)],
    )


def integral(node: Node) -> Node:
    """The constant function that is the integral over [0, 1]."""
    return Node(
        constant(total(node.value)),
        (node,),
        lambda changes: constant(total(changes[0])),
        lambda handed: [constant(total(handed))],
    )


def weighted(kernel: Callable, node: Node) -> Node:
    """y -> the integral of kernel(y, x) f(x) over x."""

    def through(f: Function, swapped: bool) -> Function:
        def value(y):
            at = jnp.asarray(POINTS)
            row = jax.vmap(lambda x: kernel(x, y) if swapped else kernel(y, x))(at)
            return (row * jax.vmap(f)(at)) @ jnp.asarray(WEIGHTS)

        return value

    return Node(
        through(node.value, False),
        (node,),
        lambda changes: through(changes[0], False),
        lambda handed: [through(handed, True)],
    )


def total(f: Function) -> jax.Array:
    return jax.vmap(f)(jnp.asarray(POINTS)) @ jnp.asarray(WEIGHTS)


def ordered(node: Node) -> list[Node]:
    """The nodes below and including one, each after all its parents."""
    seen: list[Node] = []

    def visit(one: Node) -> None:
        if not any(one is other for other in seen):
            for parent in one.parents:
                visit(parent)
            seen.append(one)

    visit(node)
    return seen


def gradient(functional: Callable[[Node], Node], f: Function) -> Function:
    """Reverse mode: the functional derivative at f, itself a function."""
    leaf = Node(f)
    nodes = ordered(functional(leaf))
    handed: dict[int, list[Function]] = {id(nodes[-1]): [constant(1.0)]}
    for node in reversed(nodes):
        parts = handed.get(id(node), [])
        if node.back is None or not parts:
            continue
        for parent, part in zip(node.parents, node.back(added(parts)), strict=True):
            handed.setdefault(id(parent), []).append(part)
    return added(handed.get(id(leaf), [constant(0.0)]))


def added(parts: Sequence[Function]) -> Function:
    return parts[0] if len(parts) == 1 else lambda x: sum(part(x) for part in parts)


def response(functional: Callable[[Node], Node], f: Function, change: Function) -> float:
    """Forward mode: how fast the functional changes when f moves along `change`."""
    leaf = Node(f)
    nodes = ordered(functional(leaf))
    moved: dict[int, Function] = {id(leaf): change}
    for node in nodes:
        if node.forward is not None:
            moved[id(node)] = node.forward([moved[id(parent)] for parent in node.parents])
    return float(moved[id(nodes[-1])](0.5))


def value_of(functional: Callable[[Node], Node], f: Function) -> float:
    return float(functional(Node(f)).value(0.5))


def euler_lagrange(line: Callable, path: Callable, at: np.ndarray) -> np.ndarray:
    """dL/df - d/dx dL/df' along a path, by computer algebra: shares no code with the operators."""
    x, v, d = sympy.symbols("x v d")
    formula, along = line(x, v, d), [(v, path(x)), (d, sympy.diff(path(x), x))]
    turned = sympy.diff(sympy.diff(formula, d).subs(along), x)
    found = sympy.lambdify(x, sympy.diff(formula, v).subs(along) - turned, "numpy")(at)
    return np.broadcast_to(found, at.shape)
