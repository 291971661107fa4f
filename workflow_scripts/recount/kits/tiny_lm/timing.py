"""Wall times that can be compared: interleaved, in random order, repetition by repetition."""

import time
from collections.abc import Callable

import numpy as np
import torch


def interleaved(
    operations: dict[str, Callable[[], object]],
    generators: list[np.random.Generator],
    calls: int = 1,
    device: str = "cpu",
) -> dict[str, np.ndarray]:
    """Seconds of each operation: name -> (repetitions,), one repetition per generator.

    A repetition makes `calls` rounds; each round calls every operation once, in an order drawn from
    the repetition's generator, and an operation's time is that of its fastest call. A slow spell of
    the machine so falls on all alike, a short one on none, and ratios within a repetition are fair.
    Each operation runs once beforehand, untimed.
    """
    names = sorted(operations)
    for name in names:
        operations[name]()
    seconds = {name: np.full(len(generators), np.inf) for name in names}
    for repetition, rng in enumerate(generators):
        for index in np.concatenate([rng.permutation(len(names)) for _ in range(calls)]):
            wait(device)
            start = time.perf_counter()
            operations[names[index]]()
            wait(device)
            found = seconds[names[index]]
            found[repetition] = min(found[repetition], time.perf_counter() - start)
    return seconds


def wait(device: str) -> None:
    """Until the device has done all it was given; a CPU always has."""
    if device != "cpu":
        torch.cuda.synchronize(device)
