import numpy as np
import pytest

from recount.kits.sequence_models import Block, Head, encode, layer_norm


def loops(blocks, x, read, epsilon):
    """One string, position by position, straight from the definition."""

    def norm(v):
        return v if epsilon is None else (v - v.mean()) / np.sqrt(v.var() + epsilon)

    for block in blocks:
        after = []
        for here in x:
            mixed = here.copy()
            for head in block.heads:
                logits = [
                    (head.query @ here) @ (head.key @ there) / np.sqrt(len(head.query))
                    for there in x
                ]
                weights = np.exp(logits) / np.exp(logits).sum()
                mixed = mixed + head.out @ sum(w * (head.value @ t) for w, t in zip(weights, x))
            mixed = norm(mixed)
            relu = np.maximum(block.hidden @ mixed, 0)
            after.append(norm(mixed + block.output @ relu))
        x = np.array(after)
    return x[read]


def random_block(rng, width, uniform=False):
    heads = tuple(
        Head(
            np.zeros((2, width)) if uniform and index == 0 else rng.normal(size=(2, width)),
            rng.normal(size=(2, width)),
            rng.normal(size=(3, width)),
            rng.normal(size=(width, 3)) / 9,
        )
        for index in range(2)
    )
    return Block(heads, rng.normal(size=(4, width)), rng.normal(size=(width, 4)) / 9)


@pytest.mark.parametrize("epsilon", [None, 0.0, 0.01])
@pytest.mark.parametrize("read", [0, 2, -1, -2])
@pytest.mark.parametrize("uniform", [False, True])
def test_encode_equals_the_definition(epsilon, read, uniform):
    rng = np.random.default_rng(3)
    blocks = tuple(random_block(rng, 5, uniform) for _ in range(3))
    x = rng.normal(size=(4, 6, 5)) / 4
    wanted = [loops(blocks, one, read, epsilon) for one in x]
    np.testing.assert_allclose(encode(blocks, x, read, epsilon), wanted, rtol=1e-9)


def test_large_logits_do_not_overflow():
    e = np.eye(2)
    head = Head(1000 * e[:1], 1000 * e[:1], e, e)
    x = np.array([[[1.0, 0.0], [2.0, 5.0]]])
    empty = np.zeros((0, 2))
    out = encode((Block((head,), empty, empty.T),), x, 0)
    np.testing.assert_allclose(out, [[3.0, 5.0]])


def test_layer_norm_has_mean_zero_and_variance_one():
    x = layer_norm(np.random.default_rng(0).normal(2, 3, size=(7, 50)), 0.0)
    np.testing.assert_allclose(
        [x.mean(axis=1), x.var(axis=1)], [np.zeros(7), np.ones(7)], atol=1e-12
    )
