"""LM-Infinite: a trained decoder reads far beyond its training length, nothing about it changed.

Full: each token attends to the `context` tokens up to itself and to the first `sinks` tokens of the
text (a Lambda-shaped mask), and a distance beyond `context` counts as `context`: a key that far off
is taken as if it stood at place 0 and the query at place `context`. Other methods leave parts out.
Growth is bits per byte of tokens deep in a long line over bits per byte of the same tokens read
afresh, in overlapping lines of the training length; cost is bits per byte over the full method's.
"""

from typing import Literal

import torch
from torch import nn

from recount.kits import tiny_lm as kit
from recount.kits.tiny_lm.attention import causal, distances, sinks, window
from recount.nn.decoder import ALL, Decoder
from recount.typed import typed

METHODS = {  # window, sinks, capped distance
    "full": (True, True, True),
    "uncapped": (True, True, False),
    "no_sinks": (True, False, False),
    "only_sinks": (False, True, True),
    "only_cap": (False, False, True),
    "vanilla": (False, False, False),
}


@typed()
class Arm:
    positions: Literal["rope", "alibi"]


@typed()
class Size(kit.Size):
    sinks: int
    times: int  # the longest line, in training lengths
    texts: int  # long lines per seed


class Infinite(nn.Module):
    """Stands in for a decoder's attention; the same weights, another mask and other distances."""

    def __init__(self, inner, method, size, chunk=256):
        super().__init__()
        self.inner, self.size, self.chunk = inner, size, chunk
        self.windowed, self.sinking, self.capped = METHODS[method]

    def mask(self, queries, keys, device):
        size, allowed = self.size, causal(queries, keys, device)
        if self.windowed:
            allowed = window(queries, keys, size.context, device)
        if self.sinking:
            first = sinks(queries, keys, size.sinks, device)
            itself = distances(queries, keys, device) == 0
            allowed = (allowed if self.windowed else itself) | first
        return allowed

    def forward(self, x, positions, *_):
        length, inner, cap = x.shape[2], self.inner, self.size.context
        query, key, value = (
            layer(x).unflatten(-1, (inner.heads, -1)).transpose(2, 3)
            for layer in (inner.query, inner.key, inner.value)
        )
        near = [positions.turn(one, None, ALL) for one in (query, key)]
        ends = torch.tensor([0, cap], device=x.device)
        far = [positions.turn(query, ends[1:].expand(length), ALL), key]
        slope = positions.bias(2, ends, x.device)
        found = []
        for start in range(0, length, self.chunk):
            stop = min(start + self.chunk, length)
            allowed = self.mask(stop - start, stop, x.device)
            kept = allowed.any(0).nonzero()[:, 0]
            behind = distances(stop - start, stop, x.device)[:, kept]
            logits = near[0][..., start:stop, :] @ near[1][..., kept, :].transpose(-1, -2)
            if self.capped:
                other = far[0][..., start:stop, :] @ far[1][..., kept, :].transpose(-1, -2)
                logits = torch.where(behind < cap, logits, other)
            logits = logits * query.shape[-1] ** -0.5
            if slope is not None:
                steps = behind.clamp(max=cap) if self.capped else behind
                logits = logits + slope[..., 1:, :1] / cap * steps
            logits = logits.masked_fill(~allowed[:, kept], -torch.inf)
            found.append(torch.softmax(logits, -1) @ value[..., kept, :])
        return inner.out(torch.cat(found, -2).transpose(2, 3).flatten(-2))


def build(run, vocabulary):
    size, starts = run.size, [run.number("init", seed) for seed in run.seeds]
    kind = run.arm.positions
    return Decoder(vocabulary, size.width, size.layers, size.heads, seeds=starts, positions=kind)


def read(model, ids, method, size):
    """Bits of each token of (S, B, T + 1) after the first, read as one long line."""
    plain = [block.attention for block in model.blocks]
    for block in model.blocks:
        block.attention = Infinite(block.attention, method, size)
    try:
        logits = torch.cat([model(one[:, None, :-1]) for one in ids.unbind(1)], 1)
    finally:
        for block, attention in zip(model.blocks, plain, strict=True):
            block.attention = attention
    return kit.bits(logits, ids[:, :, 1:])


def look(rows, data, model):
    run, size, half = rows.run, rows.run.size, rows.run.size.context // 2
    ids = kit.lines(run, data, "held_out", "long", size.texts, size.context * size.times + 1)
    ids = ids.to(run.device)
    cut = ids.unfold(2, size.context + 1, half).flatten(1, 2)  # overlapping training lengths
    fresh = kit.bits(model(cut[:, :, :-1]), cut[:, :, 1:])[:, :, half:]
    fresh = fresh.reshape(len(ids), size.texts, -1)  # the same tokens as read below
    found = {method: read(model, ids, method, size)[:, :, half:] for method in METHODS}
    for times in (2**power for power in range(1, size.times.bit_length())):
        end = size.context * times
        span = slice(end // 2 - half, end - half)  # tokens between half of it and all of it
        level = {name: one[:, :, span].double().mean((1, 2)).cpu() for name, one in found.items()}
        base = fresh[:, :, span].double().mean((1, 2)).cpu()
        for method, bits in level.items():
            axes = {"count": size.texts * end // 2, "lengths": times, "method": method}
            rows.add("long_bits", bits, **axes)
            rows.add("growth", bits / base, **axes)
            rows.add("cost", bits / level["full"], **axes)


experiment = kit.study(arm=Arm, size=Size, build=build, look=look)
