"""A training loop in the style of nanoGPT and of teaching_arithmetic, written anew as a baseline.

What makes the style: batches stacked from a stream of tokens in a Python loop, layers without
biases, GELU spelt out in elementary operations, dropout, tied embeddings, AdamW as it comes on a
CPU, and the loss read and printed at every step.
"""

import io
import math

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn


def gelu(x):
    """The tanh form, one operation after the other."""
    inner = x + 0.044715 * torch.pow(x, 3.0)
    return 0.5 * x * (1.0 + torch.tanh(math.sqrt(2.0 / math.pi) * inner))


class Attention(nn.Module):
    def __init__(self, width: int, heads: int, dropout: float):
        super().__init__()
        self.heads, self.dropout = heads, dropout
        self.joint = nn.Linear(width, 3 * width, bias=False)
        self.out = nn.Linear(width, width, bias=False)
        self.drop = nn.Dropout(dropout)

    def forward(self, x):
        batch, length, width = x.shape
        parts = self.joint(x).split(width, dim=2)
        query, key, value = (
            part.view(batch, length, self.heads, width // self.heads).transpose(1, 2)
            for part in parts
        )
        rate = self.dropout if self.training else 0.0
        mixed = F.scaled_dot_product_attention(query, key, value, dropout_p=rate, is_causal=True)
        mixed = mixed.transpose(1, 2).contiguous().view(batch, length, width)
        return self.drop(self.out(mixed))


class Block(nn.Module):
    def __init__(self, width: int, heads: int, dropout: float):
        super().__init__()
        self.first, self.second = nn.LayerNorm(width, bias=False), nn.LayerNorm(width, bias=False)
        self.attention = Attention(width, heads, dropout)
        self.up = nn.Linear(width, 4 * width, bias=False)
        self.down = nn.Linear(4 * width, width, bias=False)
        self.drop = nn.Dropout(dropout)

    def forward(self, x):
        x = x + self.attention(self.first(x))
        return x + self.drop(self.down(gelu(self.up(self.second(x)))))


class Model(nn.Module):
    """ids and targets (B, T) -> mean cross-entropy."""

    def __init__(self, case, dropout: float):
        super().__init__()
        self.tokens = nn.Embedding(case.vocab, case.width)
        self.places = nn.Embedding(case.length, case.width)
        self.drop = nn.Dropout(dropout)
        blocks = (Block(case.width, case.heads, dropout) for _ in range(case.layers))
        self.blocks = nn.ModuleList(blocks)
        self.norm = nn.LayerNorm(case.width, bias=False)
        self.head = nn.Linear(case.width, case.vocab, bias=False)
        self.tokens.weight = self.head.weight
        for value in self.parameters():
            if value.dim() > 1:
                nn.init.normal_(value, std=0.02)

    def forward(self, ids, targets):
        places = torch.arange(ids.shape[1], device=ids.device)
        x = self.drop(self.tokens(ids) + self.places(places))
        for block in self.blocks:
            x = block(x)
        logits = self.head(self.norm(x))
        return F.cross_entropy(logits.view(-1, logits.shape[-1]), targets.view(-1))


def loop(case, stream: np.ndarray, dropout: float):
    """A loop for `timing.Steps`: trains on the token stream until it is ended."""

    def draw():
        starts = torch.randint(len(stream) - case.length, (case.batch,))
        cut = [stream[i : i + case.length + 1].astype(np.int64) for i in starts]
        ids = torch.stack([torch.from_numpy(one[:-1]) for one in cut])
        return ids, torch.stack([torch.from_numpy(one[1:]) for one in cut])

    def train(pause):
        torch.manual_seed(1)
        model, log = Model(case, dropout), io.StringIO()
        matrices = [value for value in model.parameters() if value.dim() > 1]
        gains = [value for value in model.parameters() if value.dim() == 1]
        groups = [{"params": matrices, "weight_decay": 0.1}, {"params": gains, "weight_decay": 0}]
        optimizer = torch.optim.AdamW(groups, lr=0.001, betas=(0.9, 0.99))
        step = 0
        while True:
            for group in optimizer.param_groups:
                group["lr"] = 0.001 * (1 + math.cos(math.pi * min(1, step / 100_000))) / 2
            loss = model(*draw())
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            print(f"step {step}: loss {loss.item():.4f}", file=log)
            step += 1
            pause()

    return train
