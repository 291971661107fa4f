"""Stacked layers: every parameter is (S, ...), one slice per seed.

A network built from these is drawn by `draw(model, seeds)`. The numbers of a parameter depend on
its seed, its name and its shape alone, so two arms that share a layer start equal there.
"""

import hashlib
from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from recount.typed import BadValue


def parameter(*shape: int, spread: float = 0.0, center: float = 0.0, uniform: bool = False):
    """A parameter to be filled by `draw`: normal(center, spread), or uniform center +- spread."""
    made = nn.Parameter(torch.full(shape, center))
    made.law = (float(center), float(spread), uniform)
    return made


def count(seeds: int | Sequence[int]) -> int:
    """S: how many models are stacked. An int n stands for the seeds 0 .. n-1."""
    return seeds if isinstance(seeds, int) else len(seeds)


@torch.no_grad()
def draw(model: nn.Module, seeds: int | Sequence[int]) -> None:
    """Fill every parameter made by `parameter`, each seed from its own named stream."""
    seeds = range(seeds) if isinstance(seeds, int) else seeds
    for name, value in model.named_parameters():
        if not hasattr(value, "law") or value.law[1] == 0:
            continue
        center, spread, uniform = value.law
        for row, seed in enumerate(seeds):
            key = np.frombuffer(hashlib.sha256(f"{seed}/{name}".encode()).digest()[:16], "<u8")
            rng = np.random.Generator(np.random.Philox(key=key))
            shape = tuple(value.shape[1:])
            size = rng.random(shape, np.float32) * 2 - 1 if uniform else normal(rng, shape)
            value[row] = torch.from_numpy(center + spread * size)


def normal(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    return rng.standard_normal(shape, np.float32)


class Linear(nn.Module):
    """x (S, ..., inputs) -> (S, ..., outputs). Weight (S, inputs, outputs), bias (S, outputs).

    Weights start with variance gain^2 / (3 inputs), the usual default; biases start at 0.
    """

    def __init__(self, seeds: int, inputs: int, outputs: int, *, bias=True, gain: float = 1.0):
        super().__init__()
        self.weight = parameter(seeds, inputs, outputs, spread=gain * (3 * inputs) ** -0.5)
        self.bias = parameter(seeds, outputs) if bias else None

    def forward(self, x: Tensor) -> Tensor:
        seeds, inputs, outputs = self.weight.shape
        flat = x.reshape(seeds, -1, inputs)
        if seeds == 1:
            bias = None if self.bias is None else self.bias[0]
            out = F.linear(flat[0], self.weight[0].T, bias)
        elif self.bias is None:
            out = torch.bmm(flat, self.weight)
        else:
            out = torch.baddbmm(self.bias.unsqueeze(1), flat, self.weight)
        return out.view(*x.shape[:-1], outputs)


class Embedding(nn.Module):
    """Ids (S, ...), or (...) with `shared`, -> (S, ..., width). BadValue on an id >= rows."""

    def __init__(self, seeds: int, rows: int, width: int, spread: float | None = None):
        super().__init__()
        self.weight = parameter(seeds, rows, width, spread=spread or (3 * width) ** -0.5)

    def forward(self, ids: Tensor, shared: bool = False) -> Tensor:
        seeds, rows, width = self.weight.shape
        check_range(ids, rows)
        if shared:
            ids = ids.unsqueeze(0).expand(seeds, *ids.shape)
        if seeds > 1:
            start = torch.arange(0, seeds * rows, rows, device=ids.device)
            ids = ids + start.view(-1, *[1] * (ids.dim() - 1))
        return F.embedding(ids, self.weight.reshape(seeds * rows, width))


def check_range(ids: Tensor, rows: int) -> None:
    """An id past the table would silently read the next seed's rows."""
    if ids.device.type != "cpu":
        torch._assert_async(((ids >= 0) & (ids < rows)).all())
    elif ids.numel() and (int(ids.max()) >= rows or int(ids.min()) < 0):
        found = int(ids.max())
        raise BadValue(f"id {found} in a table of {rows} rows; make vocab or context larger")


class Norm(nn.Module):
    """Layer norm over the last dimension with gain and bias per seed."""

    def __init__(self, seeds: int, width: int):
        super().__init__()
        self.weight = parameter(seeds, width, center=1.0)
        self.bias = parameter(seeds, width)

    def forward(self, x: Tensor) -> Tensor:
        seeds, width = self.weight.shape
        if seeds == 1:
            return F.layer_norm(x, (width,), self.weight[0], self.bias[0])
        shape = (seeds, *[1] * (x.dim() - 2), width)
        return torch.addcmul(
            self.bias.view(shape), F.layer_norm(x, (width,)), self.weight.view(shape)
        )
