"""Casts of torch tensors for simulated low-precision training, with a straight-through gradient."""

import torch
from torch import Tensor

from recount.kits.number_formats.formats import Format


class _Straight(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x: Tensor, value: Tensor) -> Tensor:
        return value

    @staticmethod
    def backward(ctx, gradient: Tensor):
        return gradient, None


def cast(x: Tensor, format: Format, rounding: str = "even", saturate: bool = True) -> Tensor:
    """x (float32, any shape, any device) rounded to the format; the gradient passes unchanged.

    Equal to `Format.cast` of the same finite numbers.
    """
    fixed = x.detach()
    cut = torch.from_numpy(format.thresholds(rounding, "float32")).to(x.device)
    levels = torch.from_numpy(format.levels).to(x.device, torch.float32)
    place = torch.bucketize(fixed, cut, right=True)
    value = levels[(place - 1).clamp(0, levels.numel() - 1)]
    if not saturate and format.beyond is not None:
        edge = torch.full_like(fixed, float("inf" if format.codes["+inf"] is not None else "nan"))
        over = (place > levels.numel()) | (place == 0)
        value = torch.where(over, torch.copysign(edge, fixed), value)
    return _Straight.apply(x, torch.where(fixed.isnan(), fixed, value))


def stochastic(x: Tensor, format: Format, draws: Tensor) -> Tensor:
    """As `cast` with saturation, but up with probability (x - low) / (high - low).

    `draws` are uniform in [0, 1), of x's shape, from a named stream of the run.
    """
    levels = torch.from_numpy(format.levels).to(x.device, torch.float32)
    fixed = x.detach().clamp(float(levels[0]), float(levels[-1]))
    low = (torch.bucketize(fixed, levels, right=True) - 1).clamp(0, levels.numel() - 2)
    share = (fixed - levels[low]) / (levels[low + 1] - levels[low])
    return _Straight.apply(x, torch.where(draws < share, levels[low + 1], levels[low]))
