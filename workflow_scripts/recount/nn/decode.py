"""Exact match without decoding: one teacher-forced forward gives greedy decoding's answer.

Under teacher forcing every token is predicted from the true ones before it. Up to its first error a
greedy decoder sees the same tokens, so both are right throughout or both are wrong somewhere.
"""

import torch
from torch import Tensor, nn


@torch.no_grad()
def wrong(
    model: nn.Module,
    ids: Tensor,
    answer: Tensor,
    places: Tensor | None = None,
    chunk: int = 1 << 18,
    **more,
) -> tuple[Tensor, Tensor]:
    """Which lines are wrong, (S, N) bool, and what was said for the answers, (S, N, R).

    ids (S, N, T); `answer` bool, broadcastable to it: the tokens to be found. R runs from the first
    column with an answer to T; tokens outside the answer are 0. Done in chunks of `chunk` tokens.
    """
    rows = max(1, chunk // (ids.shape[0] * ids.shape[2]))
    answer = answer.expand(ids.shape)
    first = max(1, int(answer.flatten(0, 1).any(0).int().argmax()))
    read = slice(first - 1, ids.shape[2] - 1)
    faults, found = [], []
    for at in range(0, ids.shape[1], rows):
        part, asked = ids[:, at : at + rows], answer[:, at : at + rows, first:]
        here = places[:, at : at + rows] if places is not None and places.dim() == 3 else places
        guess = model(part, here, read=read, **more).argmax(-1) * asked
        faults.append((guess != part[:, :, first:] * asked).any(-1))
        found.append(guess)
    return torch.cat(faults, 1), torch.cat(found, 1)


@torch.no_grad()
def greedy(
    model: nn.Module, ids: Tensor, answer: Tensor, places: Tensor | None = None, **more
) -> Tensor:
    """Lines (S, N, T) with every `answer` token replaced by the model's own, left to right."""
    ids, answer = ids.clone(), answer.expand(ids.shape)
    ids[answer] = 0
    first = int(answer.flatten(0, 1).any(0).nonzero()[0])
    for at in range(first, ids.shape[2]):
        guess = model(ids, places, **more)[:, :, at - 1].argmax(-1)
        ids[:, :, at] = torch.where(answer[:, :, at], guess, ids[:, :, at])
    return ids
