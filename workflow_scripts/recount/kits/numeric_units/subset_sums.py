"""The arithmetic task of Trask et al. 2018, with the criterion of Madsen and Johansen 2019.

x has uniform entries; a and b are the sums of two overlapping runs of entries; the answer is
a + b, a - b or a b. Training sees entries in [1, 2], the test entries in [2, 6]. A seed succeeds if
its test error is below that of a perfect network whose first weights are all off by 1e-5.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
import torch
from torch import Tensor

from recount.experiment import Learned, Train
from recount.kits.numeric_units.units import Network
from recount.nn.layers import draw
from recount.nn.loop import fit, restore, stacked
from recount.run import Rows, Run
from recount.typed import BadValue, typed

OPERATIONS = {"add": torch.add, "subtract": torch.sub, "multiply": torch.mul}
BLOCK = 64


@typed()
class Size:
    inputs: int
    subset: float  # share of the inputs in each sum
    overlap: float  # share of a sum's entries that the other has too
    batch: int
    steps: int
    test: int  # examples per seed, inside and outside the training range
    inside: tuple[float, float] = (1.0, 2.0)
    outside: tuple[float, float] = (2.0, 6.0)
    off: float = 0.00001


@dataclass(frozen=True)
class Sums:
    """The data of a run: where each seed's two sums lie, and examples drawn from named streams."""

    run: Run

    @cached_property
    def masks(self) -> Tensor:
        """(S, inputs, 2), 1 where an entry belongs to the sum."""
        size, lines = self.run.size, []
        length = int(size.subset * size.inputs)
        shift = length - int(size.overlap * length)
        if length < 1 or shift + length > size.inputs:
            raise BadValue(f"size: subset {size.subset} of {size.inputs} inputs does not fit")
        for seed in self.run.seeds:
            start = self.run.rng("places", seed).integers(size.inputs - length - shift + 1)
            mask = np.zeros((size.inputs, 2), np.float32)
            mask[start : start + length, 0] = 1
            mask[start + shift : start + shift + length, 1] = 1
            lines.append(mask)
        return torch.from_numpy(np.stack(lines)).to(self.run.device)

    def draw(self, stream: str, span: tuple[float, float], shape: tuple, step: int = 0) -> Tensor:
        """(S, *shape, inputs) uniform in the span."""
        low, high = span
        shape = (*shape, self.run.size.inputs)
        drawn = [
            self.run.rng(stream, seed, step).random(shape, np.float32) for seed in self.run.seeds
        ]
        return torch.from_numpy(np.stack(drawn)).mul_(high - low).add_(low).to(self.run.device)

    def answers(self, x: Tensor, operation: str, off: float = 0.0) -> Tensor:
        """(S, B); with `off`, those of a perfect network whose first weights are off by so much."""
        exact = torch.float64
        a, b = torch.bmm(x.to(exact), self.masks.to(exact) * (1 - 2 * off) + off).unbind(2)
        return OPERATIONS[operation](a, b)

    def batches(self) -> Callable[[int], tuple[Tensor, Tensor]]:
        """step -> x (S, batch, inputs) and its answers (S, batch); the same x for every arm."""
        size, held = self.run.size, {}

        def batch(step: int) -> tuple[Tensor, Tensor]:
            block, row = divmod(step, BLOCK)
            if block not in held:
                held.clear()
                x = self.draw("train", size.inside, (BLOCK, size.batch), block)
                a, b = torch.bmm(x.flatten(1, 2), self.masks).unbind(2)
                answers = OPERATIONS[self.run.arm.operation](a, b)
                held[block] = x.transpose(0, 1).contiguous(), answers.view(x.shape[:3])
            x, answers = held[block]
            return x[row], answers[:, row]

        return batch


def ideal_error(sums: Sums, x: Tensor, operation: str) -> Tensor:
    """Mean squared error (S,) below which a seed has succeeded on x."""
    near = sums.answers(x, operation, sums.run.size.off)
    return (near - sums.answers(x, operation)).square().mean(1)


def Study(arm: type, network: Callable[[Run], Network], pressure: Callable[[Run, float], float]):
    """An experiment on subset sums. The arm has fields `operation`, `learning_rate`, `memory` (of
    the squared gradients in Adam) and `share` (of the size's steps).

    `network(run)` gives the units; `pressure(run, done)` is the weight of the sparsity term after a
    share `done` of the training.
    """
    return Train(
        arm=arm,
        size=Size,
        train=partial(train, network, pressure),
        evaluate=partial(evaluate, network),
    )


def train(network, pressure, run: Run, data) -> Learned:
    """Adam without clipping, its rate falling to zero by a cosine; the best curve point is kept.

    Best is the one of least validation error, inside the training range; what it reaches outside is
    the result. Arrays: `inside`, `outside`, `sparsity_error`, `right` (S,) of that point, `limit`
    (S,), `solved_at` (S,) in steps or inf, and the last weights.
    """
    size, arm, sums = run.size, run.arm, Sums(run)
    model = network(run)
    draw(model, [run.number("init", seed) for seed in run.seeds])
    draws, steps = sums.batches(), round(size.steps * arm.share)
    inside = sums.draw("validation", size.inside, (size.test,))
    outside = sums.draw("test", size.outside, (size.test,))

    def batch(step: int):
        return *draws(step), pressure(run, step / steps)

    def loss(model: Network, tensors) -> Tensor:
        x, answers, weight = tensors
        error = (model(x) - answers).square().mean(1)
        return error + weight * model.sparsity() if weight else error

    chosen = dict(lr=arm.learning_rate, schedule="cosine", clip=None, betas=(0.9, arm.memory))
    probe = levels(sums, inside, outside)
    curve = fit(run, model, batch, loss, steps, probe=probe, **chosen)
    limit = ideal_error(sums, outside, arm.operation).cpu().numpy()
    return Learned(stacked(model) | best(run, curve) | solved(run, curve, limit), curve)


def levels(sums: Sums, inside: Tensor, outside: Tensor) -> Callable[[Network], dict[str, Tensor]]:
    """What a curve point holds, each (S,): squared errors on both sets, the sparsity error, and
    `right`, the share of inside answers within 1 % (of 1 where the answer is smaller)."""
    truth, beyond = (sums.answers(x, sums.run.arm.operation) for x in (inside, outside))

    def probe(model: Network) -> dict[str, Tensor]:
        near, far = model(inside).double() - truth, model(outside).double() - beyond
        return {
            "inside": near.square().mean(1),
            "outside": far.square().mean(1),
            "sparsity_error": model.sparsity_error(),
            "right": (near.abs() < 0.01 * truth.abs().clamp(min=1)).double().mean(1),
        }

    return probe


def columns(run: Run, curve, metric: str) -> np.ndarray:
    """(S, points) of one metric of a curve."""
    kept = curve["metric"] == metric
    return np.stack([curve["value"][kept & (curve["seed"] == seed)] for seed in run.seeds])


def best(run: Run, curve) -> dict[str, np.ndarray]:
    """The curve's values where the validation error is least."""
    inside = columns(run, curve, "inside")
    place = np.where(np.isnan(inside), np.inf, inside).argmin(1)
    names = ("inside", "outside", "sparsity_error", "right")
    rows = np.arange(len(run.seeds))
    return {name: columns(run, curve, name)[rows, place] for name in names}


def solved(run: Run, curve, limit: np.ndarray) -> dict[str, np.ndarray]:
    """When the test error first falls below the limit."""
    reached = columns(run, curve, "outside") < limit[:, None]
    steps = np.unique(curve["step"])
    first = np.where(reached.any(1), steps[reached.argmax(1)], np.inf)
    return {"limit": limit, "solved_at": first}


def evaluate(network, run: Run, data, arrays) -> Rows:
    """success (1 or 0), test error and its limit, sparsity error, solved_at; in_distribution is the
    share of validation examples that are right."""
    rows = Rows(run)
    rows.add("success", arrays["outside"] < arrays["limit"])
    rows.add("mse", arrays["outside"], run.size.test, where="outside")
    rows.add("mse", arrays["inside"], run.size.test, where="inside")
    rows.add("limit", arrays["limit"], run.size.test)
    rows.add("sparsity_error", arrays["sparsity_error"])
    rows.add("solved_at", arrays["solved_at"])
    rows.add("in_distribution", arrays["right"], run.size.test)
    model = restore(network(run), arrays).to(run.device)
    x = Sums(run).draw("test", run.size.outside, (run.size.test,))
    with torch.no_grad():
        rows.fingerprint(model(x).cpu().numpy())
    return rows
