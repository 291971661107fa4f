"""Which key a query may look at, how far away it thinks the key is, and attention by definition.

Masks are boolean (queries, keys), True where the query may look; queries are the last ones of the
keys (the usual case in decoding and in evaluating the end of a long text). Join masks with & and |.
"""

import numpy as np
import torch
from torch import Tensor


def distances(queries: int, keys: int, device="cpu") -> Tensor:
    """How many tokens each key lies behind each query, negative for keys still to come."""
    places = torch.arange(keys, device=device)
    return places[keys - queries :, None] - places[None, :]


def causal(queries: int, keys: int, device="cpu") -> Tensor:
    """The query itself and everything before it."""
    return distances(queries, keys, device) >= 0


def window(queries: int, keys: int, size: int, device="cpu") -> Tensor:
    """The query itself and the size - 1 tokens before it."""
    far = distances(queries, keys, device)
    return (far >= 0) & (far < size)


def sinks(queries: int, keys: int, count: int, device="cpu") -> Tensor:
    """The first `count` tokens of the text, as far as they are not still to come."""
    return causal(queries, keys, device) & (torch.arange(keys, device=device) < count)


def by_definition(
    query: np.ndarray, key: np.ndarray, value: np.ndarray, mask: np.ndarray | None = None
) -> np.ndarray:
    """softmax(q k / sqrt(d)) v in the widest float of the machine: a reference, slow on purpose.

    query (..., Q, d), key (..., K, d), value (..., K, v), mask (..., Q, K). The leading axes
    broadcast.
    """
    query, key, value = (np.asarray(part, dtype=np.longdouble) for part in (query, key, value))
    logits = (query[..., :, None, :] * key[..., None, :, :]).sum(-1) / np.sqrt(query.shape[-1])
    if mask is not None:
        logits = np.where(mask, logits, -np.inf)
    weights = np.exp(logits - logits.max(axis=-1, keepdims=True))
    weights /= weights.sum(axis=-1, keepdims=True)
    return (weights[..., None] * value[..., None, :, :]).sum(-2)


def roundings(found: Tensor, query: Tensor, key: Tensor, value: Tensor) -> float:
    """How far `found` is from attention by definition, in units of rounding.

    The unit is eps * (1 + largest logit) * largest value: a rounded logit x moves its weight by the
    share eps * |x|, so any method that computes logits in this precision errs by a few units.
    """
    wanted = by_definition(query.numpy(), key.numpy(), value.numpy())
    logit = float((query @ key.transpose(-1, -2)).abs().max()) * query.shape[-1] ** -0.5
    unit = torch.finfo(query.dtype).eps * (1 + logit) * float(value.abs().max())
    return float(np.abs(found.numpy() - wanted).max()) / unit
