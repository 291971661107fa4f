"""Clocks: turns of contestants, processor seconds of children, loops advanced from outside."""

import contextlib
import os
import statistics
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import torch


def interleaved(
    contestants: dict[str, Callable[[], object]],
    rounds: int,
    clock: Callable[[], float] = time.process_time,
) -> dict[str, float]:
    """Median seconds of each contestant. Every round each runs once, in an order that rotates.

    One round before the first is not counted.
    """
    names = list(contestants)
    taken: dict[str, list[float]] = {name: [] for name in names}
    for turn in range(rounds + 1):
        for name in names[turn % len(names) :] + names[: turn % len(names)]:
            begun = clock()
            contestants[name]()
            if turn:
                taken[name].append(clock() - begun)
    return {name: statistics.median(values) for name, values in taken.items()}


def child(argv: list[str], cwd: Path | None = None, **environment: str) -> float:
    """Processor seconds of a command and all its children. Raises RuntimeError when it fails."""
    before = os.times()
    done = subprocess.run(
        argv, cwd=cwd, env=os.environ | environment, capture_output=True, text=True
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(argv)}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
    after = os.times()
    return after.children_user + after.children_system - sum(before[2:4])


class Over(BaseException):
    """Ends a loop that nobody advances any more."""


class Steps:
    """A loop that owns its steps, advanced by calls from outside, one step a call.

    `loop(pause)` must call `pause()` once per step. It runs in a thread of its own, and never while
    its caller does.
    """

    def __init__(self, loop: Callable[[Callable[[], None]], object]):
        self.go, self.paused = threading.Semaphore(0), threading.Semaphore(0)
        self.over = False
        self.fault: BaseException | None = None
        self.thread = threading.Thread(target=self.work, args=(loop,), daemon=True)
        self.thread.start()

    def work(self, loop) -> None:
        self.go.acquire()
        try:
            torch.set_num_threads(1)
            if not self.over:
                loop(self.pause)
        except Over:
            pass
        except BaseException as fault:
            self.fault = fault
        self.paused.release()

    def pause(self) -> None:
        self.paused.release()
        self.go.acquire()
        if self.over:
            raise Over

    def __call__(self) -> None:
        self.go.release()
        self.paused.acquire()
        if self.fault:
            raise self.fault

    def close(self) -> None:
        self.over = True
        self.go.release()
        self.thread.join()


@contextlib.contextmanager
def stepping(loops: dict[str, Callable]) -> Iterator[dict[str, Steps]]:
    """Loops by name as contestants; all are ended in the end."""
    steps = {name: Steps(loop) for name, loop in loops.items()}
    try:
        yield steps
    finally:
        for one in steps.values():
            one.close()
