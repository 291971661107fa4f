"""A transformer with S seeds side by side: pre-norm, GELU, fused attention.

    model = Decoder(vocab=14, width=64, layers=1, heads=4, seeds=numbers, positions="learned",
                    context=100)
    logits = model(ids)            # ids (S, B, T) -> (S, B, T, vocab)

`seeds` are the numbers the weights are drawn from, one model each (`run.number("init", seed)` for
every seed of a run; an int n means 0 .. n-1). Causal unless told otherwise.
"""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from recount.nn.layers import Embedding, Linear, Norm, count, draw
from recount.nn.positions import Positions, make
from recount.typed import BadValue


class Attention(nn.Module):
    """Multi-head self-attention, (S, B, T, D) -> (S, B, T, D)."""

    def __init__(self, seeds: int, width: int, heads: int, gain: float):
        super().__init__()
        self.heads = heads
        self.into = Linear(seeds, width, 3 * width)
        self.out = Linear(seeds, width, width, gain=gain)

    def forward(self, x, positions: Positions, places, bias, causal: bool):
        seeds, batch, length, width = x.shape
        parts = self.into(x).view(seeds, batch, length, 3, self.heads, width // self.heads)
        query, key, value = parts.permute(3, 0, 1, 4, 2, 5)
        query, key = positions.turn(query, places), positions.turn(key, places)
        if bias is None:
            query, key, value = (part.flatten(0, 1) for part in (query, key, value))
        mixed = F.scaled_dot_product_attention(
            query, key, value, attn_mask=bias, is_causal=causal and bias is None
        ).view(seeds, batch, self.heads, length, -1)
        return self.out(mixed.transpose(2, 3).reshape(seeds, batch, length, width))


class Block(nn.Module):
    """Attention and a GELU layer `hidden` times as wide, each on a normed residual stream."""

    def __init__(self, seeds: int, width: int, heads: int, gain: float, hidden: int):
        super().__init__()
        self.norm_attention, self.norm_mlp = Norm(seeds, width), Norm(seeds, width)
        self.attention = Attention(seeds, width, heads, gain)
        self.up = Linear(seeds, width, hidden * width)
        self.down = Linear(seeds, hidden * width, width, gain=gain)

    def forward(self, x, positions, places, bias, causal: bool):
        x = x + self.attention(self.norm_attention(x), positions, places, bias, causal)
        return x + self.down(F.gelu(self.up(self.norm_mlp(x))))


class Decoder(nn.Module):
    """ids (S, B, T) -> logits (S, B, T, vocab); see the module's text.

    `positions` is a name (none, learned, sinusoidal, rope, alibi, t5) or a Positions of your own;
    `context` is the number of learned places. `causal=False` lets every token see the whole line.
    Raises BadValue for sizes that do not fit together and for ids outside vocab or context.
    """

    def __init__(
        self,
        vocab: int,
        width: int,
        layers: int,
        heads: int,
        *,
        seeds: int | Sequence[int] = 1,
        positions: str | Positions = "learned",
        context: int = 0,
        causal: bool = True,
        hidden: int = 4,
    ):
        super().__init__()
        if width % heads:
            raise BadValue(f"width {width} is not a multiple of heads {heads}; change one")
        stack, gain = count(seeds), (2 * layers) ** -0.5
        self.causal = causal
        self.tokens = Embedding(stack, vocab, width)
        self.positions = (
            make(positions, stack, width, heads, context)
            if isinstance(positions, str)
            else positions
        )
        self.blocks = nn.ModuleList(Block(stack, width, heads, gain, hidden) for _ in range(layers))
        self.norm = Norm(stack, width)
        self.head = Linear(stack, width, vocab)
        draw(self, seeds)

    def forward(
        self,
        ids: Tensor,
        places: Tensor | None = None,
        mask: Tensor | None = None,
        read: slice | None = None,
    ) -> Tensor:
        """Logits at every place, or only at those of `read` (the head is then paid for there).

        `places` (T,), (S, T) or (S, B, T): explicit position ids. `mask`: True where a query
        (second last axis) may look at a key, broadcastable to (S, B, 1, T, T); it joins the causal
        mask.
        """
        x = self.positions.enter(self.tokens(ids), places)
        bias = self.bias(ids, places, mask)
        for block in self.blocks:
            x = block(x, self.positions, places, bias, self.causal)
        return self.head(self.norm(x if read is None else x[:, :, read]))

    def bias(self, ids: Tensor, places: Tensor | None, mask: Tensor | None) -> Tensor | None:
        """What is added to attention logits, or None where the causal flag alone says it all."""
        length = ids.shape[-1]
        bias = self.positions.bias(length, places, ids.device)
        if bias is None and mask is None:
            return None
        if self.causal:
            past = torch.ones(length, length, dtype=torch.bool, device=ids.device).tril()
            mask = past if mask is None else mask & past
        return (
            mask if bias is None else bias if mask is None else bias.masked_fill(~mask, -torch.inf)
        )
