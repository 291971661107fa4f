"""The relayed step equals attention by definition, whatever the sizes; wrong mixes do not."""

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from recount.experiment import load
from recount.kits.tiny_lm.attention import by_definition, roundings
from recount.run import Run

EXPERIMENT = load(Path(__file__).parents[3] / "papers" / "tiny_lm" / "relay_attention")
NAMES = EXPERIMENT.measure.__globals__
SIZE = st.integers(1, 6)


def inputs(seed, batch, heads, group, prompt, context, precision=torch.float64):
    arm = EXPERIMENT.arm(key_heads=heads, queries_per_key=group)
    return NAMES["drawn"](np.random.default_rng(seed), batch, arm, prompt, context, 4, precision)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 99), SIZE, SIZE, SIZE, SIZE, SIZE, st.sampled_from([0.0, 1.0, 1e3, 1e6]))
def test_relay_is_exact(seed, batch, heads, group, prompt, context, spread):
    query, kept, contexts, cache = inputs(seed, batch, heads, group, prompt, context)
    query = query * spread
    assert roundings(NAMES["relay"](query, kept, contexts), query, *cache) < NAMES["ROUNDINGS"]


def test_every_timed_step_computes_the_same():
    query, kept, contexts, cache = inputs(3, 5, 2, 3, 7, 4)
    wanted = by_definition(query.numpy(), *(one.numpy() for one in cache)).astype(float)
    for found in (
        NAMES["relay"](query, kept, contexts),
        NAMES["shared"](query, kept, contexts),
        NAMES["plain"](query, *cache),
    ):
        np.testing.assert_allclose(found.numpy(), wanted, atol=1e-12)


def smoke(monkeypatch=None, **replaced):
    for name, value in replaced.items():
        monkeypatch.setitem(NAMES, name, value)
    size = EXPERIMENT.size(
        width=4, calls=1, batches=(2,), prompts=(8,), context=2,
        exact_prompts=(1, 9), exact_contexts=(3,), exact_spreads=(1.0, 1000.0),
    )  # fmt: skip
    arm = EXPERIMENT.arm(key_heads=2, queries_per_key=1)
    run = Run(slug="t", scale="smoke", size=size, seeds=(1, 2), arm_name="a", arm=arm)
    return EXPERIMENT.measure(run, {}).frame()


def test_rows_say_that_it_holds_and_that_an_even_mix_was_caught():
    frame = smoke()
    assert frame[frame.metric == "holds"].value.tolist() == [1, 1, 1, 1]
    assert frame[frame.metric == "even_mix_caught"].value.tolist() == [1, 1, 1, 1]
    assert set(frame[frame.metric == "speedup"].method) == {"relay", "copied", "shared"}


@pytest.mark.parametrize("slip", [1e-3, -1e-3])
def test_slightly_wrong_shares_break_it(monkeypatch, slip):
    right = NAMES["by_mass"]
    wrong = lambda one, other: right(one + slip, other)  # noqa: E731
    relay = NAMES["relay"]

    def slipping(query, prompt, context, share=wrong):
        return relay(query, prompt, context, wrong if share is right else share)

    frame = smoke(monkeypatch, relay=slipping)
    assert frame[frame.metric == "holds"].value.max() == 0
