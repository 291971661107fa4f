"""Functional derivatives: known ones, transposition, and a wrong rule that is seen."""

import jax
import numpy as np
import pytest
from jax import numpy as jnp
from paper_frames import frame_of, module_of

from recount.kits.exact_math import counter_examples
from recount.kits.exact_math import functionals as fn


def test_the_derivative_of_dirichlets_energy_is_minus_the_second_one():
    with jax.enable_x64(True):
        energy = lambda f: fn.integral(fn.apply(lambda x, d: d**2 / 2, fn.slope(f)))  # noqa: E731
        assert float(fn.gradient(energy, jnp.sin)(0.3)) == pytest.approx(np.sin(0.3))
        assert fn.value_of(energy, lambda x: x**2) == pytest.approx(2 / 3)


def test_a_node_used_twice_is_handed_back_twice():
    with jax.enable_x64(True):
        double = lambda f: fn.integral(fn.apply(lambda x, a, b: a * b, f, f))  # noqa: E731
        assert float(fn.gradient(double, jnp.cos)(0.5)) == pytest.approx(2 * np.cos(0.5))
        assert fn.response(double, jnp.cos, lambda x: 0 * x + 1) == pytest.approx(2 * np.sin(1))


def test_an_integral_operator_and_its_transpose():
    kernel = lambda y, x: jnp.exp(y) * x**2  # noqa: E731
    with jax.enable_x64(True):
        node = fn.weighted(kernel, fn.Node(jnp.cos))
        one = fn.total(lambda y: node.value(y) * jnp.sin(y))
        other = fn.total(lambda x: jnp.cos(x) * node.back(jnp.sin)[0](x))
        assert float(one) == pytest.approx(float(other))


def test_rules_agree_with_algebra_and_a_lost_sign_is_seen():
    paper = module_of("exact_math", "autofd")
    frame = frame_of(paper, "rules")
    for metric in ("agreement", "modes_agree", "response_foretold"):
        assert counter_examples(frame, metric).empty
    assert not counter_examples(frame_of(paper, "flipped"), "agreement").empty
