"""A transformer encoder with weights written by hand, in float64.

This is the architecture of the theory papers, stripped of training: blocks of soft attention
over all positions and a ReLU layer, each added to the residual and, where asked,
layer-normalised after the addition. It answers "do weights exist that ...?", so every matrix is
an argument and none is learned.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Head:
    """One attention head over vectors of width d.

    `query` and `key` (a, d) give the logits q . k / sqrt(a); `value` (v, d) is averaged with the
    softmax of the logits, and `out` (d, v) puts the average back into the residual.
    """

    query: np.ndarray
    key: np.ndarray
    value: np.ndarray
    out: np.ndarray


@dataclass(frozen=True)
class Block:
    """Heads, then x + output @ relu(hidden @ x): `hidden` (h, d), `output` (d, h)."""

    heads: tuple[Head, ...]
    hidden: np.ndarray
    output: np.ndarray


def encode(
    blocks: tuple[Block, ...], x: np.ndarray, read: int, epsilon: float | None = None
) -> np.ndarray:
    """The last block's vectors at position `read`: (count, d) for inputs x (count, length, d).

    `epsilon` is the constant under the root of layer normalisation, None for no normalisation. The
    last block is worked out for the position that is read and no other; nothing else looks at it.
    """
    for block in blocks[:-1]:
        x = _block(block, x, x, epsilon)
    queries = x[:, read : read + 1] if read >= 0 else x[:, read:][:, :1]
    return _block(blocks[-1], queries, x, epsilon)[:, 0]


def layer_norm(x: np.ndarray, epsilon: float) -> np.ndarray:
    """Mean 0 and variance 1 over the last axis; a constant vector becomes nan if epsilon is 0."""
    centred = x - x.mean(axis=-1, keepdims=True)
    return centred / np.sqrt((centred**2).mean(axis=-1, keepdims=True) + epsilon)


def stacked_heads(block: Block, queries: np.ndarray, x: np.ndarray) -> np.ndarray:
    """What all heads of a block add to `queries`: (count, 1 or positions, d)."""
    return sum(_attend(head, queries, x) for head in block.heads)


def _block(block: Block, queries: np.ndarray, x: np.ndarray, epsilon: float | None) -> np.ndarray:
    mixed = _normalised(queries + stacked_heads(block, queries, x), epsilon)
    return _normalised(mixed + np.maximum(mixed @ block.hidden.T, 0) @ block.output.T, epsilon)


def _normalised(x: np.ndarray, epsilon: float | None) -> np.ndarray:
    return x if epsilon is None else layer_norm(x, epsilon)


def _attend(head: Head, queries: np.ndarray, x: np.ndarray) -> np.ndarray:
    values = x @ head.value.T
    if not head.query.any():  # equal logits: the softmax is the plain mean, the same everywhere
        return values.mean(axis=1, keepdims=True) @ head.out.T
    logits = (queries @ head.query.T) @ (x @ head.key.T).swapaxes(1, 2) / np.sqrt(len(head.query))
    weights = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return (weights / weights.sum(axis=-1, keepdims=True)) @ values @ head.out.T
