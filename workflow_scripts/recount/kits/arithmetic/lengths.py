"""Training on short sums, testing on longer ones: every line of a batch has the same width."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from torch import nn

from recount.kits.arithmetic.addition import Addition, longer_of_two, stacked
from recount.kits.arithmetic.study import Lines, Size, network
from recount.run import Run
from recount.typed import typed


@typed()
class LengthSize(Size):
    """Trained on sums of 1 .. train_digits digits, tested at each of test_digits.

    `test_times` are lengths in multiples of train_digits, for a rule that holds at every scale.
    """

    train_digits: int
    test_digits: tuple[int, ...] = ()
    test_times: tuple[int, ...] = ()
    test_sums: int = 500

    @property
    def lengths(self) -> dict[tuple[str, int], int]:
        """(Axis, its value) -> digits, of every test."""
        times = {("times", n): n * self.train_digits for n in self.test_times}
        return {("digits", n): n for n in self.test_digits} | times


Places = Callable[[Run, int, int, np.random.Generator], np.ndarray | None]


def positions_of_arm(run: Run) -> str:
    return run.arm.positions


@dataclass(frozen=True, kw_only=True)
class ByLength:
    """A source of sums by length.

    `places(run, digits, count, rng)` gives the position ids of `count` lines, (count, T), or None.
    `span(run)` is the number of position ids there are. `positions(run)` names the network's
    positions and `layers(run)` its depth (0: the size's). With `padded` all training lines are as
    wide as the longest, shorter numbers padded with zeros.
    """

    task: Addition = field(default_factory=Addition)
    places: Places = lambda run, digits, count, rng: None
    span: Callable[[Run], int] = lambda run: 0
    positions: Callable[[Run], str] = positions_of_arm
    layers: Callable[[Run], int] = lambda run: 0
    padded: bool = False

    def network(self, run: Run) -> nn.Module:
        more = {"positions": self.positions(run), "context": self.span(run)}
        return network(run, self.task.vocab, layers=self.layers(run), **more)

    def examples(self, run: Run) -> tuple[int, ...]:
        return (0,)

    def batch(self, run: Run, examples: int) -> Callable[[int], Lines]:
        """Both lengths of a sum are uniform; those of one step share the longer one."""
        size = run.size
        digits = longer_of_two(run.rng("digits"), size.train_digits, size.steps)
        if self.padded:
            digits[:] = size.train_digits
        return lambda step: self.drawn(run, "train", int(digits[step]), size.batch, step, True)

    def held_out(self, run: Run, examples: int) -> Lines:
        """Sums of the longest trained length, where a network that learned too little shows it."""
        return self.drawn(run, "held out", run.size.train_digits, run.size.held_out, 0, True)

    def tests(self, run: Run, examples: int) -> Iterator[tuple[str, dict[str, Any], Lines]]:
        for (axis, value), digits in run.size.lengths.items():
            lines = self.drawn(run, "test", digits, run.size.test_sums, digits, False)
            yield "exact_match", {axis: value}, lines

    def drawn(
        self, run: Run, stream: str, digits: int, count: int, step: int, shorter: bool
    ) -> Lines:
        """`count` lines per seed, and position ids of their own stream."""
        sums = [
            self.task.sums(run.rng(stream, seed, step), digits, count, shorter=shorter)
            for seed in run.seeds
        ]
        places = [
            self.places(run, digits, count, run.rng(f"{stream} places", seed, step))
            for seed in run.seeds
        ]
        answer = np.arange(self.task.width(digits)) >= self.task.first(digits)
        return Lines(stacked(sums), answer, None if places[0] is None else stacked(places))
