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

ALL = slice(None)


class Attention(nn.Module):
    """Multi-head self-attention, (S, B, T, D) -> (S, B, R, D), R = T or the places of `read`."""

    def __init__(self, seeds: int, width: int, heads: int, gain: float):
        super().__init__()
        self.heads = heads
        self.query = Linear(seeds, width, width)
        self.key = Linear(seeds, width, width)
        self.value = Linear(seeds, width, width)
        self.out = Linear(seeds, width, width, gain=gain)

    def forward(self, x, positions: Positions, places, bias, causal: bool, read: slice):
        seeds, batch, length, width = x.shape
        shape = (self.heads, width // self.heads)
        asking = x if read == ALL else x[:, :, read]
        query, key, value = (
            layer(seen).unflatten(-1, shape).transpose(2, 3)
            for layer, seen in ((self.query, asking), (self.key, x), (self.value, x))
        )
        query, key = positions.turn(query, places, read), positions.turn(key, places, ALL)
        if bias is None or bias.dim() == 2:  # four dimensions are the fast way through
            query, key, value = (part.flatten(0, 1) for part in (query, key, value))
        mixed = F.scaled_dot_product_attention(
            query, key, value, attn_mask=bias, is_causal=causal and bias is None
        )
        mixed = mixed.view(seeds, batch, self.heads, -1, shape[1])
        return self.out(mixed.transpose(2, 3).flatten(-2))


class Block(nn.Module):
    """Attention and a GELU layer `hidden` times as wide, each on a normed residual stream."""

    def __init__(self, seeds: int, width: int, heads: int, gain: float, hidden: int):
        super().__init__()
        self.norm_attention, self.norm_mlp = Norm(seeds, width), Norm(seeds, width)
        self.attention = Attention(seeds, width, heads, gain)
        self.up = Linear(seeds, width, hidden * width)
        self.down = Linear(seeds, hidden * width, width, gain=gain)

    def forward(self, x, positions, places, bias, causal: bool, read: slice = ALL):
        mixed = self.attention(self.norm_attention(x), positions, places, bias, causal, read)
        x = (x if read == ALL else x[:, :, read]) + mixed
        return x + self.down(F.gelu(self.up(self.norm_mlp(x))))


class Decoder(nn.Module):
    """ids (S, B, T) -> logits (S, B, T, vocab); see the module's text.

    `positions` is a name (none, learned, sinusoidal, rope, alibi, t5) or a Positions of your own;
    `context` is the number of learned places. `causal=False` lets every token see the whole line;
    with `prefix` the first so many tokens see each other both ways, the rest only what came before.
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
        prefix: int = 0,
        hidden: int = 4,
    ):
        super().__init__()
        if width % heads:
            raise BadValue(f"width {width} is not a multiple of heads {heads}; change one")
        stack, gain = count(seeds), (2 * layers) ** -0.5
        self.causal, self.prefix = causal, prefix
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
        read: slice = ALL,
    ) -> Tensor:
        """Logits at every place, or only at those of `read`: the last block then asks only there.

        `places` (T,), (S, T) or (S, B, T): explicit position ids. `mask`: True where a query
        (second last axis) may look at a key, broadcastable to (S, B, 1, T, T); it joins the causal
        mask.
        """
        x = self.positions.enter(self.tokens(ids), places)
        bias = self.bias(ids, places, mask)
        for block in self.blocks[:-1]:
            x = block(x, self.positions, places, bias, self.causal)
        if read != ALL:
            read = slice(*read.indices(ids.shape[-1]))
            bias = self.seen(ids) if bias is None and self.causal else bias
            bias = bias if bias is None else bias[..., read, :]
        x = self.blocks[-1](x, self.positions, places, bias, self.causal, read)
        return self.head(self.norm(x))

    def seen(self, ids: Tensor) -> Tensor:
        """True where a place (second last axis) sees another: itself, those before, the prefix."""
        length = ids.shape[-1]
        seen = torch.ones(length, length, dtype=torch.bool, device=ids.device).tril()
        seen[:, : self.prefix] = True
        return seen

    def bias(self, ids: Tensor, places: Tensor | None, mask: Tensor | None) -> Tensor | None:
        """What is added to attention logits, or None where the causal flag alone says it all."""
        bias = self.positions.bias(ids.shape[-1], places, ids.device)
        if bias is None and mask is None and not self.prefix:
            return None
        if self.causal:
            mask = self.seen(ids) if mask is None else mask & self.seen(ids)
        if bias is None or mask is None:
            return mask if bias is None else bias
        return bias.masked_fill(~mask, -torch.inf)
