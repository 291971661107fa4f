"""Small networks on tasks whose truth is known, and faults that can be planted in any arm.

A seed draws a teacher; the network learns its labels (or its curve) from examples and is measured
on the seed's test set, which all arms share, also where noise is added to the inputs (`shift`).
Unlike in a paper, an arm names its own chance: arms that differ in `chance` alone are a null pair,
and an arm with a `fault` is wrong in a way that the judge is told nothing of.
"""

from typing import Literal

import numpy as np
import torch
import torch.nn.functional as F

from recount.experiment import Learned, Train
from recount.nn.layers import Linear, draw
from recount.nn.loop import fit, restore, stacked
from recount.run import Rows
from recount.typed import typed

AT_TRAINING = ("none", "does_nothing", "shuffled", "leaked", "memorised")
AT_MEASURING = ("hidden", "dropped", "percent", "mislabelled")


@typed()
class Arm:
    chance: str
    fault: Literal[AT_TRAINING + AT_MEASURING] = "none"
    rate: float = 1.0  # times the learning rate
    steps: float = 1.0  # share of the steps
    examples: float = 1.0  # share of the training set


@typed()
class Size:
    task: Literal["line", "xor", "curve"]
    inputs: int
    width: int
    train: int
    test: int
    noise: float  # share of labels that are flipped, or spread that is added to the curve
    steps: int
    batch: int
    rate: float
    success: float
    shifts: tuple[float, ...]
    shards: int


def network(run):
    """Two layers, one output: x (S, B, inputs) -> (S, B, 1)."""
    seeds, width = len(run.seeds), run.size.width
    layers = Linear(seeds, run.size.inputs, width), torch.nn.Tanh(), Linear(seeds, width, 1)
    return torch.nn.Sequential(*layers)


def examples(run, stream, seed, count, noise):
    """Inputs (count, inputs) and targets (count,) of a seed's teacher."""
    size, rng = run.size, run.rng(stream, seed)
    teacher = run.rng("teacher", seed).normal(size=size.inputs) / np.sqrt(size.inputs)
    x = rng.normal(size=(count, size.inputs))
    if size.task == "curve":
        return x, np.sin(2 * x @ teacher) + noise * rng.normal(size=count)
    score = x[:, 0] * x[:, 1] if size.task == "xor" else x @ teacher
    return x, ((score > 0) ^ (rng.random(count) < noise)).astype(float)


def sets(run, stream, count, noise, mixed=False):
    """The same of all seeds, stacked; `mixed`: targets that have nothing to do with the inputs."""
    found = [examples(run, stream, seed, count, noise) for seed in run.seeds]
    if mixed:
        orders = [run.rng("nothing", seed).permutation(count) for seed in run.seeds]
        found = [(x, y[order]) for (x, y), order in zip(found, orders, strict=True)]
    return tuple(np.stack([one[i] for one in found]).astype(np.float32) for i in (0, 1))


def train(run, data):
    size, arm = run.size, run.arm
    seen = arm.fault in ("leaked", "memorised")
    stream, count = ("test", size.test) if seen else (f"train {arm.chance}", size.train)
    count = round(arm.examples * count)
    x, y = sets(run, stream, count, size.noise, arm.fault in ("shuffled", "memorised"))
    model = network(run)
    draw(model, [run.number(f"start {arm.chance}", seed) for seed in run.seeds])

    def batch(step):
        draws = [run.rng(f"order {arm.chance}", seed, step) for seed in run.seeds]
        chosen = np.stack([rng.integers(0, count, size.batch) for rng in draws])
        return np.take_along_axis(x, chosen[..., None], 1), np.take_along_axis(y, chosen, 1)

    def loss(model, tensors):
        measure = F.mse_loss if size.task == "curve" else F.binary_cross_entropy_with_logits
        return measure(model(tensors[0])[..., 0], tensors[1], reduction="none").mean(1)

    steps, rate = max(1, round(arm.steps * size.steps)), arm.rate * size.rate
    curve = fit(run, model, batch, loss, steps, every=steps, lr=rate, schedule="constant")
    return Learned(stacked(model), curve)


def evaluate(run, data, arrays):
    size, model, rows = run.size, restore(network(run), arrays), Rows(run)
    curve, mixed = size.task == "curve", run.arm.fault == "memorised"

    @torch.no_grad()
    def wrong(x, y):
        """Per item (S, B): the squared error, or whether the label is wrong; and the answers."""
        out = model(torch.from_numpy(x.astype(np.float32)))[..., 0].double().numpy()
        return (out - y) ** 2 if curve else ((out > 0) != (y > 0.5)).astype(float), out

    def explained(found, y):
        return 1 - found.mean(1) / (y.var(axis=1) if curve else 0.5)

    x, y = sets(run, "held out", 1000, 0.0)
    found, out = wrong(x, y)
    rows.add("in_distribution", np.clip(explained(found, y), 0, 1), 1000)
    rows.fingerprint(out)
    x, y = sets(run, "test", size.test, size.noise, mixed)
    found, _ = wrong(x, y)
    rows.add("explained", explained(found, y))
    rows.add("success", (found.mean(1) <= 1 - size.success).astype(float))
    moves = np.stack([run.rng("shift", seed).normal(size=x.shape[1:]) for seed in run.seeds])
    for shift in size.shifts:
        moved, _ = wrong(x + shift * moves, y)
        rows.add("error", moved.mean(1), shift=shift)
        rows.add("accuracy", 1 - np.minimum(moved.mean(1), 1), size.test, shift=shift)
    for shard in range(size.shards):
        rows.add("error", found[:, shard :: size.shards].mean(1), shard=shard + 1)
    spoil(run, rows)
    return rows


def spoil(run, rows):
    """What happens to results on their way: lost, left out, in percent, under the wrong label."""
    kept = [row for row in rows.rows if row["metric"] in ("error", "accuracy", "success")]
    level = {row["seed"]: row["value"] for row in rows.rows if row["metric"] == "explained"}
    bad = [seed for seed, value in level.items() if value < np.median(list(level.values()))]
    for row in kept:
        if run.arm.fault == "hidden" and row["seed"] in bad:
            row["value"] = np.nan
        if run.arm.fault == "percent":
            row["value"] *= 100
        if run.arm.fault == "mislabelled" and "shift" in row:
            row["shift"] = max(run.size.shifts) - row["shift"]
    if run.arm.fault == "dropped":
        rows.rows = [row for row in rows.rows if row not in kept or row["seed"] not in bad]


experiment = Train(arm=Arm, size=Size, train=train, evaluate=evaluate)
