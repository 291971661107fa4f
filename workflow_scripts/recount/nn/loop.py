"""The training loop: AdamW over stacked seeds, resumed bit for bit after any stop.

    curve = fit(run, model, batch, loss, steps=1000, lr=0.001)

`batch(step)` gives the step's tensors as a pure function of the step (draw from `run.rng(stream,
seed, step)`); `loss(model, tensors)` gives one loss per seed, (S,). Their sum is followed downhill,
and clipping is per seed, so each seed walks as it would alone.
"""

import contextlib
import hashlib
import json
import math
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from recount.nn import NN_VERSION, checkpoint
from recount.run import Run
from recount.typed import BadValue

Batch = Callable[[int], Any]
Loss = Callable[[nn.Module, Any], Tensor]
Probe = Callable[[nn.Module], dict[str, Tensor]]
MOST_POINTS = 200


class Stopped(SystemExit):
    """Told to go (SIGTERM, SIGUSR1), checkpoint written. Exit code 75: try again."""

    def __init__(self):
        super().__init__(75)


@dataclass(frozen=True, kw_only=True)
class Enough:
    """Stop once the probe's `metric` was >= `level` for every seed at `times` curve points running.

    A saving of time, not a choice of the best moment: give the same rule to all arms.
    """

    metric: str = "exact_match"
    level: float = 1.0
    times: int = 3

    def reached(self, points: list[dict[str, Tensor]]) -> bool:
        last = points[-self.times :]
        return len(last) == self.times and all(
            self.metric in one and bool((one[self.metric] >= self.level).all()) for one in last
        )


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the optimiser does; see `fit`."""

    steps: int
    lr: float = 0.001
    warmup: int = 0
    schedule: str = "cosine"
    floor: float = 0.0
    clip: float | None = 1.0
    weight_decay: float = 0.0
    betas: tuple[float, float] = (0.9, 0.99)
    half: bool = False

    def __post_init__(self):
        if self.schedule not in ("cosine", "constant"):
            raise BadValue(f"schedule {self.schedule!r} is unknown; known: cosine, constant")

    def rate(self, step: int) -> float:
        """The learning rate of a step, from 0 on: up over `warmup`, then down to lr * floor."""
        if step < self.warmup:
            return self.lr * (step + 1) / self.warmup
        if self.schedule == "constant":
            return self.lr
        done = (step - self.warmup) / max(1, self.steps - self.warmup)
        return self.lr * (self.floor + (1 - self.floor) * (1 + math.cos(math.pi * done)) / 2)


class Flat:
    """All parameters as views of at most two flat (S, P) tensors: with weight decay and without.

    So clipping, the optimiser and a checkpoint are a handful of operations, however many layers.
    Weight decay touches matrices and tables, not biases and gains.
    """

    def __init__(self, model: nn.Module, seeds: int, settings: Settings):
        groups: dict[float, list[nn.Parameter]] = {}
        for value in trained(model, seeds).values():
            decay = settings.weight_decay if value.dim() > 2 else 0.0
            groups.setdefault(decay, []).append(value)
        self.seeds = seeds
        self.members = list(groups.values())
        self.tensors = [self.joined(members) for members in self.members]
        settled = [{"params": [t], "weight_decay": d} for t, d in zip(self.tensors, groups)]
        self.optimizer = torch.optim.AdamW(
            settled, lr=settings.lr, betas=settings.betas, fused=True
        )

    def joined(self, members: list[nn.Parameter]) -> Tensor:
        """One (S, P) tensor; each member becomes a view of its columns."""
        flat = torch.cat([value.detach().reshape(self.seeds, -1) for value in members], 1)
        sizes = [value.numel() // self.seeds for value in members]
        for value, columns in zip(members, flat.split(sizes, 1), strict=True):
            value.data = columns.view(value.shape)
        return flat

    def step(self, rate: float, clip: float | None) -> None:
        """Shorten each seed's gradient to length `clip`, then walk one step at the given rate."""
        for tensor, members in zip(self.tensors, self.members, strict=True):
            tensor.grad = torch.cat([self.taken(value) for value in members], 1)
        if clip is not None:
            lengths = [torch.linalg.vector_norm(tensor.grad, dim=1) for tensor in self.tensors]
            length = torch.linalg.vector_norm(torch.stack(lengths), dim=0)
            scale = (clip / (length + 1e-6)).clamp(max=1.0).unsqueeze(1)
            for tensor in self.tensors:
                tensor.grad.mul_(scale)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        self.optimizer.step()

    def taken(self, value: nn.Parameter) -> Tensor:
        grad, value.grad = value.grad, None
        return (torch.zeros_like(value) if grad is None else grad).reshape(self.seeds, -1)

    def state(self) -> dict[str, Tensor]:
        """Weights and optimiser state, by name."""
        found = {f"weights.{i}": tensor for i, tensor in enumerate(self.tensors)}
        for i, tensor in enumerate(self.tensors):
            for name, value in self.optimizer.state[tensor].items():
                found[f"{name}.{i}"] = value
        return found

    def fits(self, found: dict[str, Tensor]) -> bool:
        """Whether a checkpoint holds every tensor, each in its shape."""
        shapes = {name: tuple(value.shape) for name, value in found.items()}
        return "curve" in shapes and all(
            shapes.get(f"{name}.{i}") == (() if name == "step" else tuple(tensor.shape))
            for i, tensor in enumerate(self.tensors)
            for name in ("weights", "step", "exp_avg", "exp_avg_sq")
        )

    def resume(self, found: dict[str, Tensor]) -> None:
        with torch.no_grad():
            for i, tensor in enumerate(self.tensors):
                tensor.copy_(found[f"weights.{i}"])
                self.optimizer.state[tensor] = {
                    name: found[f"{name}.{i}"].to(tensor.device)
                    for name in ("step", "exp_avg", "exp_avg_sq")
                }


def trained(model: nn.Module, seeds: int) -> dict[str, nn.Parameter]:
    """The parameters that are learned; each must carry the seeds on axis 0."""
    found = {name: p for name, p in model.named_parameters() if p.requires_grad}
    for name, value in found.items():
        if value.dim() < 1 or value.shape[0] != seeds:
            shape = tuple(value.shape)
            raise BadValue(f"parameter {name}: shape {shape}; axis 0 must be the {seeds} seeds")
    return found


class Points:
    """The curve while it grows: at most 200 points of metric -> (S,)."""

    def __init__(self, steps: int, every: int | None):
        least = -(-steps // MOST_POINTS)
        self.every = max(least, every or least)
        self.steps: list[int] = []
        self.values: list[dict[str, Tensor]] = []

    def due(self, done: int, steps: int) -> bool:
        return done % self.every == 0 or done == steps

    def add(self, step: int, values: dict[str, Tensor]) -> None:
        self.steps.append(step)
        self.values.append({name: v.detach().double().cpu() for name, v in values.items()})

    def state(self) -> dict[str, Tensor]:
        names = self.values[0] if self.values else {}
        found = {f"curve.{n}": torch.stack([v[n] for v in self.values]) for n in names}
        return found | {"curve": torch.tensor(self.steps, dtype=torch.int64)}

    def resume(self, found: dict[str, Tensor]) -> None:
        names = [name for name in found if name.startswith("curve.")]
        for row, step in enumerate(found["curve"].tolist()):
            self.add(step, {name.removeprefix("curve."): found[name][row] for name in names})

    def long(self, seeds: tuple[int, ...]) -> dict[str, np.ndarray]:
        """Columns seed, step, metric, value; by step, then metric, also after a resumption."""
        rows = [
            (seed, step, name, float(value))
            for step, values in zip(self.steps, self.values, strict=True)
            for name, column in sorted(values.items())
            for seed, value in zip(seeds, column, strict=True)
        ]
        columns = list(zip(*rows, strict=True)) or [()] * 4
        kinds = zip(("seed", "step", "metric", "value"), (np.int64, np.int64, str, float))
        return {name: np.array(c, kind) for (name, kind), c in zip(kinds, columns, strict=True)}


@contextlib.contextmanager
def told_to_stop():
    """A function that says whether SIGTERM or SIGUSR1 came; the old handlers return at the end."""
    came: list[int] = []
    names = (signal.SIGTERM, signal.SIGUSR1)
    main = threading.current_thread() is threading.main_thread()
    before = [signal.signal(name, lambda number, _: came.append(number)) for name in names if main]
    try:
        yield lambda: bool(came)
    finally:
        for name, handler in zip(names, before):
            signal.signal(name, handler)


def identity(run: Run, name: str, settings: Settings, model: nn.Module) -> str:
    """What a checkpoint must share with a run to continue it."""
    facts = {
        "run": [run.slug, run.scale, run.arm_name, repr(run.arm), repr(run.size), *run.seeds],
        "fit": [name, asdict(settings)],
        "shapes": {name: list(value.shape) for name, value in model.named_parameters()},
        "versions": [NN_VERSION, torch.__version__],
    }
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def moved(tensors: Any, device: str) -> Any:
    """Arrays and tensors, in tuples, lists or maps, on the device."""
    if isinstance(tensors, np.ndarray):
        tensors = torch.from_numpy(tensors)
    if isinstance(tensors, Tensor):
        return tensors.to(device, non_blocking=True)
    if isinstance(tensors, dict):
        return {name: moved(value, device) for name, value in tensors.items()}
    if isinstance(tensors, (tuple, list)):
        return type(tensors)(moved(value, device) for value in tensors)
    return tensors


def fit(
    run: Run,
    model: nn.Module,
    batch: Batch,
    loss: Loss,
    steps: int,
    *,
    every: int | None = None,
    probe: Probe | None = None,
    enough: Enough | None = None,
    name: str = "fit",
    save_seconds: float = 60.0,
    **settings,
) -> dict[str, np.ndarray]:
    """Train in place; returns the curve in long form (seed, step, metric, value).

    A curve point every `every` steps (never more than 200) holds `loss` and what `probe(model)`
    says, each (S,). Further settings: lr, warmup (steps), schedule (cosine, constant), floor (of
    the cosine, as a share of lr), clip (length per seed; None for none), weight_decay, betas, half
    (bf16 autocast). With `run.checkpoints` the state is saved there every `save_seconds`, at the
    end, and on SIGTERM or SIGUSR1, which then raise Stopped; a later call goes on from it. A second
    fit in one run needs its own `name`.
    """
    model.to(run.device)
    chosen = Settings(steps=steps, **settings)
    flat, points = Flat(model, len(run.seeds), chosen), Points(steps, every)
    folder = run.checkpoints / name if run.checkpoints else None
    who = identity(run, name, chosen, model)
    start = 0
    if folder and (found := checkpoint.latest(folder, who)) and flat.fits(found[1]):
        start = found[0]
        flat.resume(found[1])
        points.resume(found[1])
    saved = time.monotonic()
    with told_to_stop() as stopping:
        for step in range(start, steps):
            if enough and enough.reached(points.values):
                break
            tensors = moved(batch(step), run.device)
            with torch.autocast(run.device, torch.bfloat16, enabled=chosen.half):
                value = loss(model, tensors)
            value.sum().backward()
            flat.step(chosen.rate(step), chosen.clip)
            done = step + 1
            if points.due(done, steps):
                points.add(done, {"loss": value} | probed(model, probe))
                run.report(done, steps, f"loss {float(points.values[-1]['loss'].mean()):.3g}")
            late = time.monotonic() - saved >= save_seconds or done == steps
            if folder and (late or stopping()):
                checkpoint.save(folder, done, who, flat.state() | points.state())
                saved = time.monotonic()
            if stopping():
                raise Stopped()
    return points.long(run.seeds)


@torch.no_grad()
def probed(model: nn.Module, probe: Probe | None) -> dict[str, Tensor]:
    return {} if probe is None else probe(model)


def stacked(model: nn.Module) -> dict[str, np.ndarray]:
    """Every learned parameter by name, (S, ...), as float32 copies."""
    found = {name: p.detach() for name, p in model.named_parameters() if p.requires_grad}
    return {name: value.float().cpu().contiguous().numpy().copy() for name, value in found.items()}


def restore(model: nn.Module, arrays: dict[str, np.ndarray]) -> nn.Module:
    """Put `stacked` arrays back; returns the model. BadValue where names or shapes differ."""
    for name, value in model.named_parameters():
        if not value.requires_grad:
            continue
        if name not in arrays or arrays[name].shape != tuple(value.shape):
            found = arrays[name].shape if name in arrays else "nothing"
            raise BadValue(
                f"stored {name}: {found} where {tuple(value.shape)} is due; train this arm again"
            )
        value.data.copy_(torch.from_numpy(np.ascontiguousarray(arrays[name])))
    return model
