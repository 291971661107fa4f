"""Stand-ins: a small decoder per seed, trained on lines whose last tokens are the answer."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F

from recount.experiment import Arrays, Learned
from recount.nn import decode, loop
from recount.nn.decoder import Decoder
from recount.run import Run
from recount.typed import typed


@typed()
class LineSize:
    """The decoder and its training, `batch` lines a step."""

    width: int
    layers: int
    heads: int
    batch: int
    steps: int
    lr: float


@dataclass(frozen=True, kw_only=True)
class Lines:
    """Lines of `length` ids below `vocab`; the tokens from place `answer` on are the answer."""

    vocab: int
    length: int
    answer: int


def network(run: Run, lines: Lines, size: LineSize) -> Decoder:
    numbers = [run.number("init", seed) for seed in run.seeds]
    shape = (lines.vocab, size.width, size.layers, size.heads)
    return Decoder(*shape, seeds=numbers, positions="learned", context=lines.length)


def fit_lines(
    run: Run, lines: Lines, size: LineSize, draw: Callable[[int, int], np.ndarray]
) -> Learned:
    """Cross-entropy over the answer's tokens; `draw(seed, step)` gives ids (batch, length)."""

    def batch(step: int) -> np.ndarray:
        return np.stack([draw(seed, step) for seed in run.seeds])

    def loss(model: Decoder, ids: torch.Tensor) -> torch.Tensor:
        wanted = ids[:, :, lines.answer :]
        logits = model(ids[:, :, :-1], read=slice(lines.answer - 1, None))
        each = F.cross_entropy(logits.flatten(0, 2), wanted.flatten(), reduction="none")
        return each.view(len(run.seeds), -1).mean(1)

    model = network(run, lines, size)
    warmup = size.steps // 10
    curve = loop.fit(run, model, batch, loss, size.steps, lr=size.lr, warmup=warmup)
    return Learned(loop.stacked(model), curve)


def line_scores(
    run: Run, lines: Lines, size: LineSize, arrays: Arrays, ids: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """For lines (S, N, length): which answers are wholly right (S, N), and the tokens predicted."""
    model = loop.restore(network(run, lines, size), arrays).to(run.device)
    answer = torch.arange(lines.length, device=run.device) >= lines.answer
    wrong, found = decode.wrong(model, loop.moved(ids, run.device), answer)
    return ~wrong.cpu().numpy(), found.cpu().numpy()
