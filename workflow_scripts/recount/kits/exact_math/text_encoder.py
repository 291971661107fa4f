"""A transformer encoder that gives a text a direction, and the losses that teach it.

Texts are rows of token ids with PAD at the end. Their direction is the mean of the last states at
their tokens, brought to length 1. Everything carries the seeds in front: ids (S, B, T).
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from recount.nn.decoder import Decoder

PAD, MASK = 0, 1


class Encoder(Decoder):
    """`states` (S, B, T, D); `logits` reads tokens from them; `directions` (S, B, D)."""

    def __init__(self, vocab: int, width: int, layers: int, heads: int, *, seeds, context: int):
        super().__init__(
            vocab, width, layers, heads, seeds=seeds, context=context, causal=False, hidden=2
        )

    def states(self, ids: Tensor) -> Tensor:
        x = self.positions.enter(self.tokens(ids), None)
        for block in self.blocks:
            x = block(x, self.positions, None, None, False)
        return self.norm(x)

    def directions(self, ids: Tensor, states: Tensor | None = None) -> Tensor:
        states = self.states(ids) if states is None else states
        seen = (ids != PAD).unsqueeze(-1)
        return F.normalize((states * seen).sum(2) / seen.sum(2).clamp(min=1), dim=-1)


def masked_loss(model: Encoder, states: Tensor, ids: Tensor, hidden: Tensor) -> Tensor:
    """(S,): mean surprise at `hidden` tokens (S, B, T), read from states that saw MASK there."""
    logits = model.head(states)
    each = F.cross_entropy(logits.flatten(0, 2), ids.flatten(), reduction="none").view(ids.shape)
    return (each * hidden).flatten(1).sum(1) / hidden.flatten(1).sum(1).clamp(min=1)


def contrast(anchors: Tensor, others: Tensor, temperature: float) -> Tensor:
    """(S,): mean surprise that anchor i (S, B, D) points to row i of `others` (S, B or more, D)."""
    alike = anchors @ others.transpose(1, 2) / temperature
    right = torch.arange(anchors.shape[1], device=anchors.device).expand(alike.shape[:2])
    each = F.cross_entropy(alike.flatten(0, 1), right.flatten(), reduction="none")
    return each.view(right.shape).mean(1)


def average_precision(scores: Tensor, right: Tensor) -> Tensor:
    """(...,): mean precision at the right ones (..., N) when ranked by score, best first."""
    order = scores.argsort(dim=-1, descending=True, stable=True)
    hits = right.gather(-1, order).double()
    ranks = torch.arange(1, hits.shape[-1] + 1, device=hits.device)
    return (hits.cumsum(-1) / ranks * hits).sum(-1) / hits.sum(-1).clamp(min=1)


@torch.no_grad()
def filled_in(model: Encoder, ids: Tensor, hidden: Tensor) -> Tensor:
    """(S,): the share of `hidden` tokens that the model fills in rightly."""
    guess = model.head(model.states(ids.masked_fill(hidden, MASK))).argmax(-1)
    return ((guess == ids) & hidden).flatten(1).sum(1) / hidden.flatten(1).sum(1)


@torch.no_grad()
def found_among(model: Encoder, equal: Tensor, false: Tensor) -> tuple[Tensor, Tensor]:
    """Both (S,), for texts (S, groups, versions, T): how well the others of a group are found.

    Every text of `equal` asks in turn and ranks all others of `equal` and all of `false`. First the
    mean average precision of its own group; second how often one of its own group stands above one
    of the `false` of that group.
    """
    seeds, groups, versions, _ = equal.shape
    asking, others = (model.directions(one.flatten(1, 2)) for one in (equal, false))
    group = torch.arange(groups, device=equal.device).repeat_interleave(versions)
    own = group[:, None] == group[None]
    same = own & ~torch.eye(len(group), dtype=torch.bool, device=equal.device)
    inside, outside = asking @ asking.transpose(1, 2), asking @ others.transpose(1, 2)
    inside.diagonal(dim1=1, dim2=2).fill_(-2)  # last, and never counted as right
    right = torch.cat([same, torch.zeros_like(same)], 1).expand(seeds, -1, -1)
    precise = average_precision(torch.cat([inside, outside], 2), right).mean(1)
    above = inside[:, :, :, None] > outside[:, :, None, :]
    return precise, above[:, same[:, :, None] & own[:, None, :]].double().mean(1)


@torch.no_grad()
def nearest_right(model: Encoder, texts: Tensor) -> Tensor:
    """(S,): for texts (S, groups, versions, T), how often the nearest other is of the own group."""
    along = model.directions(texts.flatten(1, 2))
    alike = along @ along.transpose(1, 2)
    alike.diagonal(dim1=1, dim2=2).fill_(-2)
    group = torch.arange(texts.shape[1], device=texts.device).repeat_interleave(texts.shape[2])
    return (group[alike.argmax(-1)] == group).double().mean(1)
