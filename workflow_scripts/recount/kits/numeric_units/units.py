"""Arithmetic units, stacked over seeds: inputs (S, B, I), weights (S, I, O), outputs (S, B, O).

NAC and NALU: Trask et al. 2018 (arXiv 1808.00508). NAU and NMU: Madsen and Johansen 2020
(arXiv 2001.05016), who also give the initial spread of the NAC used here. Each unit says its
`weights`, and its `sparsity`, the mean distance of a weight from 0 or 1, if it is trained for that.
"""

import numpy as np
import torch
from scipy import optimize
from torch import Tensor, nn

from recount.nn.layers import parameter

SMALLEST = 1e-7


def add(x: Tensor, weight: Tensor) -> Tensor:
    """Sums of weighted inputs."""
    return torch.bmm(x, weight)


def multiply_logs(x: Tensor, weight: Tensor) -> Tensor:
    """NAC-times: products of |inputs| to the power of their weights, by logarithms."""
    return torch.exp(add(torch.log(x.abs() + SMALLEST), weight))


def multiply(x: Tensor, weight: Tensor) -> Tensor:
    """NMU: products of w x + 1 - w, so that a weight of 0 leaves an input out."""
    return (x.unsqueeze(3) * weight.unsqueeze(1) + 1 - weight.unsqueeze(1)).prod(2)


def sparsity_error(weight: Tensor) -> Tensor:
    """The largest distance of a weight from -1, 0 or 1, per seed (S,); at most 1/2 if |w| <= 1."""
    size = weight.detach().abs()
    return torch.minimum(size, (1 - size).abs()).flatten(1).amax(1)


class NAC(nn.Module):
    """Weights tanh(w) sigmoid(m) lean towards -1, 0 and 1; `times` multiplies by logarithms."""

    def __init__(self, seeds: int, inputs: int, outputs: int, times: bool = False):
        super().__init__()
        self.apply_weights = multiply_logs if times else add
        spread = nac_spread(inputs + outputs)
        self.w = parameter(seeds, inputs, outputs, spread=spread, uniform=True)
        self.m = parameter(seeds, inputs, outputs, spread=spread, uniform=True)

    def weights(self) -> Tensor:
        return torch.tanh(self.w) * torch.sigmoid(self.m)

    def sparsity(self) -> Tensor:
        return self.w.new_zeros(self.w.shape[0])

    def forward(self, x: Tensor) -> Tensor:
        return self.apply_weights(x, self.weights())


class NALU(NAC):
    """A gate g = sigmoid(G x) chooses between adding and multiplying with the same weights."""

    def __init__(self, seeds: int, inputs: int, outputs: int):
        super().__init__(seeds, inputs, outputs)
        self.gate = parameter(
            seeds, inputs, outputs, spread=(6 / (inputs + outputs)) ** 0.5, uniform=True
        )

    def forward(self, x: Tensor) -> Tensor:
        weight, gate = self.weights(), torch.sigmoid(add(x, self.gate))
        return gate * add(x, weight) + (1 - gate) * multiply_logs(x, weight)


class NAU(nn.Module):
    """Plain weights, kept in [-1, 1]."""

    low, high = -1.0, 1.0
    apply_weights = staticmethod(add)

    def __init__(self, seeds: int, inputs: int, outputs: int):
        super().__init__()
        self.w = parameter(seeds, inputs, outputs, **self.law(inputs, outputs))

    def law(self, inputs: int, outputs: int) -> dict:
        return {"spread": min(0.5, (6 / (inputs + outputs)) ** 0.5), "uniform": True}

    def weights(self) -> Tensor:
        """The weights, first put back where an optimiser step has left [low, high]."""
        with torch.no_grad():
            self.w.clamp_(self.low, self.high)
        return self.w

    def sparsity(self) -> Tensor:
        size = self.w.abs()
        return torch.minimum(size, (1 - size).abs()).flatten(1).mean(1)

    def forward(self, x: Tensor) -> Tensor:
        return self.apply_weights(x, self.weights())


class NMU(NAU):
    """Multiplies what it selects; weights in [0, 1], started around one half."""

    low, high = 0.0, 1.0
    apply_weights = staticmethod(multiply)

    def law(self, inputs: int, outputs: int) -> dict:
        return {"center": 0.5, "spread": 0.25, "uniform": True}


class Line(nn.Module):
    """A linear layer with bias and no constraint."""

    def __init__(self, seeds: int, inputs: int, outputs: int):
        super().__init__()
        spread = (6 / (inputs + outputs)) ** 0.5
        self.w = parameter(seeds, inputs, outputs, spread=spread, uniform=True)
        self.bias = parameter(seeds, outputs)

    def weights(self) -> Tensor:
        return self.w

    def sparsity(self) -> Tensor:
        return self.w.new_zeros(self.w.shape[0])

    def forward(self, x: Tensor) -> Tensor:
        return add(x, self.w) + self.bias.unsqueeze(1)


class Network(nn.Module):
    """Units one after the other; (S, B, I) -> (S, B) for a last unit with one output."""

    def __init__(self, *units: nn.Module):
        super().__init__()
        self.units = nn.ModuleList(units)

    def forward(self, x: Tensor) -> Tensor:
        for unit in self.units:
            x = unit(x)
        return x.squeeze(2)

    def sparsity(self) -> Tensor:
        return sum(unit.sparsity() for unit in self.units)

    def sparsity_error(self) -> Tensor:
        """The worst weight of all units, per seed (S,)."""
        return torch.stack([sparsity_error(unit.weights()) for unit in self.units]).amax(0)


def nac_spread(fan: int) -> float:
    """r such that w, m uniform in [-r, r] give tanh(w) sigmoid(m) the variance 2 / max(fan, 5)."""

    def excess(r: float) -> float:
        variance = (1 - np.tanh(r) / r) * (r - np.tanh(r / 2)) / (2 * r)
        return max(fan, 5) * variance - 2

    return float(optimize.brentq(excess, 1e-3, 10))
