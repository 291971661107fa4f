"""Small decoders trained on text that every machine has: the sources of Python's standard library.

They stand in for large language models where a claim is about trained weights or about training in
a format. Tokens are bytes below 128, and a last one for all others; the last tenth of each module
is held out.
"""

import importlib.util
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from recount.experiment import Arrays
from recount.nn.decoder import Decoder
from recount.run import Rows, Run
from recount.typed import BadValue, typed

MODULES = "argparse ast datetime decimal difflib doctest inspect mailbox optparse pickle pydoc"
MODULES += " subprocess tarfile threading typing unittest.mock zipfile"
VOCABULARY = 129


@typed()
class Text:
    """How long a line is, how many a step has, and how many are held out to test each seed."""

    context: int
    batch: int
    held_out: int


def source_text(run: Run) -> Arrays:
    """`train` and `held_out`, uint8 tokens. Raises BadValue if a module has no source."""
    parts: dict[str, list[np.ndarray]] = {"train": [], "held_out": []}
    for name in MODULES.split():
        found = importlib.util.find_spec(name)
        if found is None or not found.origin or not Path(found.origin).is_file():
            raise BadValue(f"module {name}: has no source file; use CPython with its library")
        text = np.frombuffer(Path(found.origin).read_bytes(), np.uint8)
        cut = text.size * 9 // 10
        parts["train"].append(text[:cut])
        parts["held_out"].append(text[cut:])
    return {name: np.minimum(np.concatenate(part), 128) for name, part in parts.items()}


def lines(
    run: Run, text: np.ndarray, stream: str, shape: Text, count: int, step: int = 0
) -> Tensor:
    """(S, count, context + 1) tokens from random places, each seed's own, the same for all arms."""
    span = np.arange(shape.context + 1)
    starts = [
        run.rng(stream, s, step).integers(text.size - span.size, size=count) for s in run.seeds
    ]
    return torch.from_numpy(text[np.stack(starts)[:, :, None] + span].astype(np.int64))


def next_byte_loss(model: nn.Module, ids: Tensor) -> Tensor:
    """Nats per token and seed, (S,)."""
    return byte_losses(model, ids).mean((1, 2))


def byte_losses(model: nn.Module, ids: Tensor) -> Tensor:
    logits = model(ids[:, :, :-1])
    wanted = ids[:, :, 1:]
    loss = F.cross_entropy(logits.flatten(0, 2), wanted.flatten(), reduction="none")
    return loss.view(wanted.shape)


def batches(run: Run, data: Arrays, shape: Text) -> Callable[[int], Tensor]:
    return lambda step: lines(run, data["train"], "train", shape, shape.batch, step)


def byte_decoder(run: Run, width: int, layers: int, heads: int, context: int) -> Decoder:
    seeds = [run.number("init", seed) for seed in run.seeds]
    return Decoder(VOCABULARY, width, layers, heads, seeds=seeds, context=context)


@torch.no_grad()
def add_level(rows: Rows, model: nn.Module, data: Arrays, shape: Text) -> None:
    """in_distribution (share of held-out bytes guessed), bits_per_byte, and the fingerprint."""
    run = rows.run
    ids = lines(run, data["held_out"], "held_out", shape, shape.held_out).to(run.device)
    guess = model(ids[:, :, :-1]).argmax(-1)
    count = guess[0].numel()
    right = (guess == ids[:, :, 1:]).double().mean((1, 2))
    rows.add("in_distribution", right.cpu().numpy(), count)
    bits = byte_losses(model, ids).double().mean((1, 2)) / math.log(2)
    rows.add("bits_per_byte", bits.cpu().numpy(), count)
    rows.fingerprint(guess.cpu().numpy())
