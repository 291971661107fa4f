import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from recount.kits.tiny_lm.attention import (
    by_definition,
    causal,
    distances,
    roundings,
    sinks,
    window,
)

SMALL = st.integers(1, 9)


@settings(max_examples=60, deadline=None)
@given(SMALL, st.integers(0, 6), SMALL, st.integers(0, 4))
def test_masks_follow_their_definitions(queries, before, size, count):
    keys = queries + before
    for row in range(queries):
        at = keys - queries + row
        for key in range(keys):
            past = key <= at
            assert distances(queries, keys)[row, key] == at - key
            assert causal(queries, keys)[row, key] == past
            assert window(queries, keys, size)[row, key] == (past and at - key < size)
            assert sinks(queries, keys, count)[row, key] == (past and key < count)


def test_definition_against_plain_loops():
    rng = np.random.default_rng(2)
    query, key, value = (
        rng.normal(size=(2, 3, 4)),
        rng.normal(size=(2, 5, 4)),
        rng.normal(size=(2, 5, 3)),
    )
    mask = causal(3, 5).numpy()
    found = by_definition(query, key, value, mask)
    for b in range(2):
        for q in range(3):
            kept = [k for k in range(5) if mask[q, k]]
            weights = np.exp([query[b, q] @ key[b, k] / 2 for k in kept])
            wanted = (weights / weights.sum()) @ value[b, kept]
            np.testing.assert_allclose(found[b, q].astype(float), wanted, rtol=1e-12)


@pytest.mark.parametrize("precision", [torch.float64, torch.float32])
def test_torch_attention_is_a_few_roundings_off_and_a_shifted_one_is_not(precision):
    source = torch.Generator().manual_seed(1)
    parts = [torch.randn(2, 4, 8, dtype=precision, generator=source) for _ in range(3)]
    found = torch.nn.functional.scaled_dot_product_attention(*parts)
    assert roundings(found, *parts) < 16
    assert roundings(found * (1 + 1000 * torch.finfo(precision).eps), *parts) > 16
