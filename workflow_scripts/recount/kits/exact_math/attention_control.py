"""One self-attention head with tokens that a controller chooses: how far its output goes aside.

Source: the theorem on excluded outputs in Bhargava, Witkowski, Looi and Thomson, arXiv 2310.04444.
"""

import torch
from torch import Tensor


def aside(query: Tensor, key: Tensor, value: Tensor, state: Tensor, controls: Tensor) -> Tensor:
    """The part of the first state token's output at right angles to its output without controls.

    Matrices (..., d, d), state (..., M, d), controls (..., k, d); rows are tokens. Returns (...).
    """
    d = state.shape[-1]
    asked = state[..., :1, :] @ query
    seen = torch.exp(asked @ (state @ key).transpose(-1, -2) / d**0.5)
    added = torch.exp(asked @ (controls @ key).transpose(-1, -2) / d**0.5)
    alone = seen @ (state @ value) / seen.sum(-1, keepdim=True)
    given = seen @ (state @ value) + added @ (controls @ value)
    given = given / (seen.sum(-1, keepdim=True) + added.sum(-1, keepdim=True))
    along = (given * alone).sum(-1, keepdim=True) / (alone * alone).sum(-1, keepdim=True)
    return torch.linalg.vector_norm(given - along * alone, dim=-1)[..., 0]


def farthest(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    state: Tensor,
    controls: int,
    longest: float,
    share: float = 1.0,
) -> Tensor:
    """The theorem's bound on `aside` for every head (H,), with a share of its exponent.

    `controls` tokens of length at most `longest`; the rest as in `aside`.
    """
    sigma = [torch.linalg.matrix_norm(one, 2) for one in (query, key, value)]
    d = state.shape[-1]
    reach = torch.linalg.vector_norm(state, dim=-1).amax(-1)
    most = sigma[0] * sigma[1] * longest * reach / d**0.5
    seen = torch.exp(state[:, :1] @ query @ (state @ key).transpose(-1, -2) / d**0.5).sum((-1, -2))
    return controls * torch.exp(share * most) / seen * sigma[2] * longest


def shortened(controls: Tensor, longest: float) -> Tensor:
    """Tokens beyond the allowed length, cut to it."""
    length = torch.linalg.vector_norm(controls, dim=-1, keepdim=True)
    return controls * (longest / length.clamp(min=longest))
