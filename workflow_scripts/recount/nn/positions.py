"""How a network is told where a token stands: in its input, in its queries and keys, or as a bias.

`make(name, ...)` knows none, learned, sinusoidal, rope, alibi and t5. Places are the position ids:
None means 0 .. T-1; (T,), (S, T) or (S, B, T) are explicit ids, which is how digits of one weight
can share an id (coupled), or start late (random offsets). Ids beyond `context` raise BadValue.
"""

import math

import torch
from torch import Tensor, nn

from recount.nn.layers import Embedding, parameter
from recount.typed import BadValue


class Positions(nn.Module):
    """No positions at all: the causal mask is the only hint. Base of the others."""

    def enter(self, x: Tensor, places: Tensor | None) -> Tensor:
        """x (S, B, T, D), token embeddings -> the same with positions put in."""
        return x

    def turn(self, x: Tensor, places: Tensor | None, read: slice) -> Tensor:
        """x (S, B, H, R, D/H), queries or keys at the places of `read` -> rotated."""
        return x

    def bias(self, length: int, places: Tensor | None, device) -> Tensor | None:
        """Added to attention logits, broadcastable to (S, B, H, T, T); None for nothing."""
        return None


def spread_out(places: Tensor | None, length: int, device) -> Tensor:
    """Places as (1 or S, 1 or B, T)."""
    if places is None:
        places = torch.arange(length, device=device)
    if places.dim() == 1:
        places = places.unsqueeze(0)
    return places.unsqueeze(1) if places.dim() == 2 else places


class Learned(Positions):
    """One learned vector per place, added to the token's."""

    def __init__(self, seeds: int, width: int, heads: int, context: int):
        super().__init__()
        if context < 1:
            raise BadValue("positions learned: context is 0; give the number of places")
        self.table = Embedding(seeds, context, width)

    def enter(self, x: Tensor, places: Tensor | None) -> Tensor:
        if places is None:
            return x + self.table.weight[:, None, : x.shape[2]]
        shared = places.dim() == 1
        found = self.table(places, shared=shared)
        return x + (found.unsqueeze(1) if found.dim() == 3 else found)


class Sinusoidal(Positions):
    """Fixed sines and cosines of wave lengths 2 pi .. 20,000 pi (Vaswani et al. 2017)."""

    def __init__(self, seeds: int, width: int, heads: int, context: int):
        super().__init__()
        self.rates = [10_000 ** (-2 * i / width) for i in range(width // 2)]

    def enter(self, x: Tensor, places: Tensor | None) -> Tensor:
        places = spread_out(places, x.shape[2], x.device)
        angles = places.unsqueeze(-1) * torch.tensor(self.rates, device=x.device)
        return x + torch.cat([angles.sin(), angles.cos()], -1) * x.shape[-1] ** -0.5


class Rope(Positions):
    """Rotary positions (Su et al. 2021): pairs of a query or key turn with their place."""

    def __init__(self, seeds: int, width: int, heads: int, context: int):
        super().__init__()
        size = width // heads
        if size % 2:
            raise BadValue(f"positions rope: width/heads is {size}; make it even")
        self.rates = [10_000 ** (-2 * i / size) for i in range(size // 2)]

    def turn(self, x: Tensor, places: Tensor | None, read: slice) -> Tensor:
        end = x.shape[3] if read.stop is None else read.stop
        places = spread_out(places, end, x.device)[..., read].unsqueeze(2)
        angles = places.unsqueeze(-1) * torch.tensor(self.rates, device=x.device)
        sin, cos = angles.sin().to(x.dtype), angles.cos().to(x.dtype)
        a, b = x.chunk(2, -1)
        return torch.cat([a * cos - b * sin, b * cos + a * sin], -1)


def behind(length: int, places: Tensor | None, device) -> Tensor:
    """How far each key (last axis) lies behind each query: (1 or S, 1 or B, 1, T, T)."""
    places = spread_out(places, length, device)
    return (places.unsqueeze(-1) - places.unsqueeze(-2)).unsqueeze(2)


class Alibi(Positions):
    """A fixed penalty per step of distance, a slope per head (Press et al. 2021)."""

    def __init__(self, seeds: int, width: int, heads: int, context: int):
        super().__init__()
        self.slopes = [2.0 ** (-8 * (i + 1) / heads) for i in range(heads)]

    def bias(self, length: int, places: Tensor | None, device) -> Tensor:
        slopes = torch.tensor(self.slopes, device=device).view(1, 1, -1, 1, 1)
        return -slopes * behind(length, places, device).abs()


class T5(Positions):
    """A learned bias per head and distance bucket: 16 single steps, then 16 log steps to 128."""

    def __init__(self, seeds: int, width: int, heads: int, context: int):
        super().__init__()
        self.table = parameter(seeds, heads, 32, spread=0.02)

    def bias(self, length: int, places: Tensor | None, device) -> Tensor:
        far = behind(length, places, self.table.device).clamp(min=0)
        log = 16 + (far.clamp(min=1).float() / 16).log() / math.log(128 / 16) * 16
        bucket = torch.where(far < 16, far, log.long().clamp(max=31))
        seeds, heads, buckets = self.table.shape
        shape = (seeds, bucket.shape[1], heads, length, length)
        table = self.table.view(seeds, 1, heads, 1, buckets).expand(*shape[:4], buckets)
        return table.gather(-1, bucket.expand(shape))


KINDS = {
    "none": lambda *_: Positions(),
    "learned": Learned,
    "sinusoidal": Sinusoidal,
    "rope": Rope,
    "alibi": Alibi,
    "t5": T5,
}


def make(name: str, seeds: int, width: int, heads: int, context: int) -> Positions:
    if name not in KINDS:
        raise BadValue(f"positions {name!r} is unknown; known: {', '.join(KINDS)}")
    return KINDS[name](seeds, width, heads, context)
