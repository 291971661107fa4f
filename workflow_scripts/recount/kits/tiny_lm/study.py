"""Train a small language model on local text, several seeds at once, and look at its loss.

A paper names its decoder and what to measure; the rest (drawing batches, training, held-out
accuracy at the training length, fingerprints) is the same for all.
"""

import math
from collections.abc import Callable
from functools import partial

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from recount.experiment import Arrays, Learned, Train
from recount.kits.tiny_lm import corpus
from recount.nn import loop
from recount.run import Rows, Run
from recount.typed import typed


@typed()
class Size:
    """What every small language model needs; a paper's own Size adds its fields to these."""

    width: int
    layers: int
    heads: int
    context: int  # tokens of a training line
    batch: int  # lines a step, per seed
    steps: int
    learning_rate: float
    held_out: int  # lines for the accuracy at the training length, per seed


Build = Callable[[Run, int], nn.Module]
Look = Callable[[Rows, Arrays, nn.Module], None]


def study(*, arm: type, size: type, build: Build, look: Look, text: str = "source") -> Train:
    """A Train that learns to predict the next byte of the corpus called `text`.

    `build(run, vocabulary)` makes the model, ids (S, B, T) -> logits (S, B, T, vocabulary);
    `look(rows, data, model)` adds the paper's own metrics once it is trained.
    """
    return Train(
        arm=arm,
        size=size,
        generate=lambda run: corpus.arrays(corpus.documents(text)),
        train=partial(train, build),
        evaluate=partial(evaluate, build, look),
    )


def lines(
    run: Run, data: Arrays, part: str, stream: str, count: int, length: int, step: int = 0
) -> Tensor:
    """Stretches of text, each seed's own, the same for all arms: (S, count, length) int64."""
    drawn = (
        corpus.windows(data, part, run.rng(stream, seed, step), count, length) for seed in run.seeds
    )
    return torch.from_numpy(np.stack(list(drawn)))


def bits(logits: Tensor, wanted: Tensor) -> Tensor:
    """Bits that each token of `wanted` (S, B, T) costs under logits (S, B, T, V): (S, B, T)."""
    nats = F.cross_entropy(logits.flatten(0, 2).float(), wanted.flatten(), reduction="none")
    return nats.view(wanted.shape) / math.log(2)


def train(build: Build, run: Run, data: Arrays) -> Learned:
    size, model = run.size, build(run, corpus.vocabulary(data))

    def batch(step: int) -> Tensor:
        return lines(run, data, "train", "train", size.batch, size.context + 1, step)

    def loss(model: nn.Module, ids: Tensor) -> Tensor:
        return bits(model(ids[:, :, :-1]), ids[:, :, 1:]).mean((1, 2))

    warmup = size.steps // 20
    curve = loop.fit(run, model, batch, loss, size.steps, lr=size.learning_rate, warmup=warmup)
    return Learned(loop.stacked(model), curve)


@torch.no_grad()
def evaluate(build: Build, look: Look, run: Run, data: Arrays, arrays: Arrays) -> Rows:
    size, rows = run.size, Rows(run)
    model = loop.restore(build(run, corpus.vocabulary(data)), arrays).to(run.device).eval()
    ids = lines(run, data, "held_out", "held out", size.held_out, size.context + 1).to(run.device)
    logits = model(ids[:, :, :-1])
    guess = logits.argmax(-1)
    count = size.held_out * size.context
    rows.add("in_distribution", (guess == ids[:, :, 1:]).double().mean((1, 2)).cpu(), count=count)
    rows.add("bits_per_byte", bits(logits, ids[:, :, 1:]).double().mean((1, 2)).cpu(), count=count)
    rows.add("corpus_digest", corpus.digest_number(data))
    rows.fingerprint(guess.cpu().numpy())
    look(rows, data, model)
    return rows
