"""From a source of lines to a trained and tested experiment."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import torch.nn.functional as F
from torch import Tensor, nn

from recount.experiment import Arrays, Learned, Train, no_data
from recount.nn.decode import wrong
from recount.nn.decoder import Decoder
from recount.nn.loop import fit, moved, restore, stacked
from recount.run import Rows, Run
from recount.typed import typed


@typed()
class Size:
    """Sizes that most papers of this kit share; a paper with more inherits from it."""

    steps: int
    batch: int
    width: int
    heads: int = 4
    layers: int = 1
    lr: float = 0.001
    warmup: int = 100
    weight_decay: float = 0.0
    held_out: int = 400


@dataclass(frozen=True)
class Lines:
    """Lines of tokens: ids (S, N, T), what is to be found (T,) or (S, N, T) bool, position ids.

    `answer` starts at column `first` at the earliest; `places` (T,), (S, T), (S, N, T) or None.
    """

    ids: np.ndarray
    answer: np.ndarray
    places: np.ndarray | None = None

    @property
    def first(self) -> int:
        return int(self.answer.reshape(-1, self.answer.shape[-1]).any(0).argmax())


class Source(Protocol):
    """What is trained on and what is tested. All chance from the run's streams, never the arm's."""

    def examples(self, run: Run) -> tuple[int, ...]:
        """Sizes of the training set, each trained anew; (0,) where every step has fresh lines."""

    def network(self, run: Run) -> nn.Module:
        """The untrained model, all seeds stacked."""

    def batch(self, run: Run, examples: int) -> Callable[[int], Lines]:
        """The lines of a training step, a pure function of the step."""

    def held_out(self, run: Run, examples: int) -> Lines:
        """Lines the arm was not trained on, drawn as its training lines are."""

    def tests(self, run: Run, examples: int) -> Iterator[tuple[str, dict[str, Any], Lines]]:
        """Metric (exact_match, where it is a test), axis values and lines; equal in all arms."""


def network(run: Run, vocab: int, *, layers: int = 0, **more) -> Decoder:
    """A decoder of the size asked for, weights from the stream "weights"; `more` as in Decoder.

    `layers` other than the size's where an arm says so.
    """
    size = run.size
    numbers = [run.number("weights", seed) for seed in run.seeds]
    return Decoder(vocab, size.width, layers or size.layers, size.heads, seeds=numbers, **more)


def answer_loss(model: nn.Module, lines: dict[str, Any]) -> Tensor:
    """Mean cross-entropy of the answer's tokens, per seed (S,)."""
    ids, first = lines["ids"], lines["first"]
    wanted = ids[:, :, first:]
    logits = model(ids, lines["places"], read=slice(first - 1, ids.shape[-1] - 1))
    each = F.cross_entropy(logits.flatten(0, -2), wanted.flatten(), reduction="none")
    weight = lines["answer"][..., first:].expand(wanted.shape).flatten(1).to(each.dtype)
    return (each.view(weight.shape) * weight).sum(1) / weight.sum(1).clamp(min=1)


def tensors(lines: Lines) -> dict[str, Any]:
    return {
        "ids": lines.ids,
        "answer": lines.answer,
        "places": lines.places,
        "first": max(1, lines.first),
    }


def exact(run: Run, model: nn.Module, lines: Lines) -> tuple[np.ndarray, np.ndarray]:
    """Share of lines whose answer is right throughout, (S,), and what was said, (S, N, R)."""
    inside = moved((lines.ids, lines.answer, lines.places), run.device)
    faults, found = wrong(model, *inside)
    return 1 - faults.double().mean(1).cpu().numpy(), found.cpu().numpy()


def Study(
    *,
    arm: type,
    lines: Source | Callable[[Run], Source],
    size: type = Size,
    generate: Callable[[Run], Arrays] = no_data,
) -> Train:
    """An experiment that trains the source's network on its lines and tests it.

    `lines` is a source, or a function that chooses one by the run's arm.
    Rows: the source's tests (`exact_match` with axes), `in_distribution` of the last (largest)
    training set, `fingerprint`.
    """

    def chosen(run: Run) -> Source:
        return lines(run) if callable(lines) else lines

    def train(run: Run, data: Arrays) -> Learned:
        arrays, curves, s, source = {}, [], run.size, chosen(run)
        for count in source.examples(run):
            model, batch = source.network(run), source.batch(run, count)
            curve = fit(
                run, model, lambda step, batch=batch: tensors(batch(step)), answer_loss, s.steps,
                lr=s.lr, warmup=min(s.warmup, s.steps // 10), floor=0.1,
                weight_decay=s.weight_decay, name=f"fit{count or ''}",
            )  # fmt: skip
            curves.append(curve | {"metric": named(curve["metric"], count)})
            arrays |= {f"{count}/{name}": value for name, value in stacked(model).items()}
        return Learned(arrays, {key: np.concatenate([c[key] for c in curves]) for key in curves[0]})

    def evaluate(run: Run, data: Arrays, arrays: Arrays) -> Rows:
        rows, seen, source = Rows(run), [], chosen(run)
        for count in source.examples(run):
            start = f"{count}/"
            mine = {k.removeprefix(start): v for k, v in arrays.items() if k.startswith(start)}
            model = restore(source.network(run), mine).to(run.device)
            for metric, axes, test in source.tests(run, count):
                level, found = exact(run, model, test)
                rows.add(metric, level, test.ids.shape[1], **axes)
                seen.append(found)
        own = source.held_out(run, count)
        level, found = exact(run, model, own)
        rows.add("in_distribution", level, own.ids.shape[1])
        each = zip(*seen, found, strict=True)
        rows.fingerprint(np.concatenate([part.ravel() for part in one]) for one in each)
        return rows

    return Train(arm=arm, size=size, train=train, evaluate=evaluate, generate=generate)


def named(metric: np.ndarray, count: int) -> np.ndarray:
    return np.char.add(metric, f" {count}") if count else metric
