"""LM-Infinite's attention against the plain decoder and against its definition, query by query."""

from pathlib import Path

import numpy as np
import pytest
import torch

from recount.experiment import load
from recount.nn.decoder import ALL, Decoder

EXPERIMENT = load(Path(__file__).parents[3] / "papers" / "tiny_lm" / "lm_infinite")
NAMES = EXPERIMENT.evaluate.args[1].__globals__
Infinite, METHODS, read = NAMES["Infinite"], NAMES["METHODS"], NAMES["read"]
CONTEXT, SINKS = 6, 2
SIZE = EXPERIMENT.size(
    width=8, layers=1, heads=2, context=CONTEXT, batch=1, steps=1, learning_rate=0.1, held_out=1,
    sinks=SINKS, times=4, texts=1,
)  # fmt: skip


def decoder(positions, layers=1):
    return Decoder(11, 8, layers, 2, seeds=2, positions=positions).eval()


def ids_of(length, seed=0):
    return torch.from_numpy(np.random.default_rng(seed).integers(11, size=(2, 1, length)))


def logits(model, ids, method, chunk=5):
    plain = [block.attention for block in model.blocks]
    for block in model.blocks:
        block.attention = Infinite(block.attention, method, SIZE, chunk)
    with torch.no_grad():
        found = model(ids)
    for block, attention in zip(model.blocks, plain):
        block.attention = attention
    return found


@pytest.mark.parametrize("positions", ["rope", "alibi"])
@pytest.mark.parametrize("chunk", [4, 64])
def test_vanilla_is_the_decoder_itself(positions, chunk):
    model, ids = decoder(positions, 2), ids_of(21)
    with torch.no_grad():
        wanted = model(ids)
    torch.testing.assert_close(logits(model, ids, "vanilla", chunk), wanted, atol=2e-5, rtol=0)


@pytest.mark.parametrize("positions", ["rope", "alibi"])
@pytest.mark.parametrize("method", sorted(set(METHODS) - {"only_sinks"}))
def test_nothing_changes_within_the_training_length(positions, method):
    model, ids = decoder(positions, 2), ids_of(CONTEXT)
    with torch.no_grad():
        wanted = model(ids)
    torch.testing.assert_close(logits(model, ids, method), wanted, atol=2e-5, rtol=0)


def allowed(method, at, key):
    near, first = at - key < CONTEXT, key < SINKS
    return {
        "full": near or first,
        "uncapped": near or first,
        "no_sinks": near,
        "only_sinks": first or key == at,
        "only_cap": True,
        "vanilla": True,
    }[method]


def by_hand(model, x, method, positions):
    """One attention layer: each query against each key it may see, at the distance it believes."""
    inner, (seeds, _, length, width) = model.blocks[0].attention, x.shape
    split = lambda y: y.unflatten(-1, (2, -1))[:, 0]  # noqa: E731
    query, key, value = (split(layer(x)) for layer in (inner.query, inner.key, inner.value))

    def placed(vector, place):
        turned = model.positions.turn(vector[:, None, :, None], torch.tensor([place]), ALL)
        return turned[:, 0, :, 0]

    out = torch.zeros(seeds, 1, length, width)
    for at in range(length):
        kept = [k for k in range(at + 1) if allowed(method, at, k)]
        scores = []
        for k in kept:
            far = at - k
            if METHODS[method][2]:
                far = min(far, CONTEXT)
            score = (placed(query[:, at], far) * placed(key[:, k], 0)).sum(-1) / 2
            if positions == "alibi":
                score = score - far * torch.tensor(model.positions.slopes)
            scores.append(score)
        weights = torch.softmax(torch.stack(scores, -1), -1)
        mixed = torch.einsum("shk,skhd->shd", weights, value[:, kept])
        out[:, 0, at] = mixed.flatten(1)
    return inner.out(out)


@pytest.mark.parametrize("positions", ["rope", "alibi"])
@pytest.mark.parametrize("method", METHODS)
def test_every_method_follows_its_definition(positions, method):
    model = decoder(positions)
    x = torch.from_numpy(np.random.default_rng(1).normal(size=(2, 1, 17, 8))).float()
    with torch.no_grad():
        layer = Infinite(model.blocks[0].attention, method, SIZE, 5)
        found = layer(x, model.positions, None, None, True, ALL)
        wanted = by_hand(model, x, method, positions)
    torch.testing.assert_close(found, wanted, atol=1e-5, rtol=0)


def test_reading_puts_the_decoder_back_as_it_was():
    model, ids = decoder("rope"), ids_of(13)
    before = model.blocks[0].attention
    with torch.no_grad():
        full = read(model, ids, "full", SIZE)
        assert full.shape == (2, 1, 12)
        assert not torch.allclose(full, read(model, ids, "vanilla", SIZE))
    assert model.blocks[0].attention is before
