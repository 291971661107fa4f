"""Cyclic block methods for composite quadratics: accelerated dual averaging and its rivals.

F(x) = x A x / 2 - b x + l1 |x|_1 + strong |x|^2 / 2. A method takes the blocks of coordinates in
turn; a pass is one gradient of every block. Every method starts at 0.

Source: C. Y. Lin, C. Song and J. Diakonikolas (A-CODER); C. Song and J. Diakonikolas (CODER);
A. Beck and L. Tetruashvili (cyclic proximal descent); A. Beck and M. Teboulle (FISTA).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

STEP = 0.4  # of the squared step, over the constant
Blocks = list[slice]


@dataclass(frozen=True)
class Problem:
    """A composite quadratic; `hessian` (d, d) is positive semidefinite."""

    hessian: np.ndarray
    linear: np.ndarray
    l1: float = 0.0
    strong: float = 0.0

    def value(self, x: np.ndarray) -> float:
        smooth = x @ self.hessian @ x / 2 - self.linear @ x
        return float(smooth + self.l1 * np.abs(x).sum() + self.strong * x @ x / 2)

    def gradient(self, x: np.ndarray) -> np.ndarray:
        """Of the smooth part."""
        return self.hessian @ x - self.linear

    def prox(self, x: np.ndarray, scale) -> np.ndarray:
        """argmin over u of scale g(u) + |u - x|^2 / 2."""
        small = np.sign(x) * np.maximum(np.abs(x) - scale * self.l1, 0)
        return small / (1 + scale * self.strong)

    @cached_property
    def smoothness(self) -> float:
        return float(np.linalg.norm(self.hessian, 2))

    @cached_property
    def best(self) -> np.ndarray:
        """The minimiser: FISTA finds its signs, then a linear system its values."""
        x, held = np.zeros(len(self.linear)), np.ones(len(self.linear), bool)
        if self.l1:
            *_, (x, _) = fista(self, [slice(None)], 3000)
            held = np.abs(x) > 1e-9
        inner = self.hessian[np.ix_(held, held)] + self.strong * np.eye(held.sum())
        best = np.zeros(len(x))
        best[held] = np.linalg.solve(inner, (self.linear - self.l1 * np.sign(x))[held])
        return best

    def residual(self, x: np.ndarray) -> float:
        """How far x is from meeting the conditions of a minimum; 0 at one."""
        slope = self.gradient(x) + self.strong * x
        at_zero = np.maximum(np.abs(slope) - self.l1, 0)
        return float(np.max(np.where(x == 0, at_zero, np.abs(slope + self.l1 * np.sign(x)))))


def blocks_of(size: int, number: int) -> Blocks:
    """So many blocks of neighbouring coordinates, as equal as can be."""
    ends = np.linspace(0, size, number + 1).round().astype(int)
    return [slice(int(low), int(high)) for low, high in zip(ends[:-1], ends[1:], strict=True)]


def later_part(problem: Problem, blocks: Blocks) -> np.ndarray:
    """The Hessian where its columns belong to a later block than its rows."""
    part = np.zeros_like(problem.hessian)
    for block in blocks:
        part[block, block.stop or len(part) :] = problem.hessian[block, block.stop or len(part) :]
    return part


def constant(problem: Problem, blocks: Blocks) -> float:
    """L of A-CODER's step, for which its guarantee was checked by hand: 0.4 of the gradient's
    Lipschitz constant and 0.8 of that of its change by the later blocks."""
    return STEP * problem.smoothness + 2 * STEP * float(
        np.linalg.norm(later_part(problem, blocks), 2)
    )


def a_coder(
    problem: Problem, blocks: Blocks, passes: int, shrink: float = 1.0, extrapolate: bool = True
) -> Iterator[tuple[np.ndarray, float]]:
    """Accelerated cyclic dual averaging with extrapolation: (y, A) after every pass.

    `shrink` divides the constant: above one, the steps are too long.
    """
    bound = constant(problem, blocks) / shrink
    size = len(problem.linear)
    v, y, z = np.zeros(size), np.zeros(size), np.zeros(size)
    a = total = 0.0
    missed = np.zeros(size)  # by how much the last gradients differed from those at x
    for _ in range(passes):
        rate = STEP * (1 + total * problem.strong) / bound
        last, a = a, (rate + np.sqrt(rate**2 + 4 * rate * total)) / 2
        before, total = total, total + a
        x = (before * y + a * v) / total
        at_x = problem.gradient(x)
        now, ratio = at_x.copy(), last / a if extrapolate else 0.0
        y_new, p = y.copy(), np.empty(size)
        for block in reversed(blocks):
            p[block] = now[block]
            z[block] += a * (p[block] + ratio * missed[block])
            v[block] = problem.prox(-z[block], total)
            y_new[block] = (before * y[block] + a * v[block]) / total
            now += problem.hessian[:, block] @ (y_new[block] - x[block])
        missed, y = at_x - p, y_new
        yield y.copy(), total


def coder(problem: Problem, blocks: Blocks, passes: int) -> Iterator[tuple[np.ndarray, float]]:
    """The same without acceleration: the better of the last point and the weighted average."""
    size = len(problem.linear)
    x, z, mean, missed = np.zeros(size), np.zeros(size), np.zeros(size), np.zeros(size)
    a = total = 0.0
    for _ in range(passes):
        last, a = a, (1 + total * problem.strong) / (2 * problem.smoothness)
        total += a
        now = problem.gradient(x)
        p = np.empty(size)
        for block in reversed(blocks):
            p[block] = now[block]
            old = x[block].copy()
            z[block] += a * (p[block] + (last / a) * missed[block])
            x[block] = problem.prox(-z[block], total)
            now += problem.hessian[:, block] @ (x[block] - old)
        missed = now - p
        mean = mean + (a / total) * (x - mean)
        yield (x if problem.value(x) <= problem.value(mean) else mean).copy(), total


def cyclic(problem: Problem, blocks: Blocks, passes: int) -> Iterator[tuple[np.ndarray, float]]:
    """Plain cyclic proximal descent, each block with the step of its own Lipschitz constant."""
    x = np.zeros(len(problem.linear))
    steps = [1 / np.linalg.norm(problem.hessian[block, block], 2) for block in blocks]
    now = problem.gradient(x)
    for done in range(passes):
        for block, step in zip(blocks, steps, strict=True):
            old = x[block].copy()
            x[block] = problem.prox(old - step * now[block], step)
            now += problem.hessian[:, block] @ (x[block] - old)
        yield x.copy(), float(done + 1)


def fista(problem: Problem, blocks: Blocks, passes: int) -> Iterator[tuple[np.ndarray, float]]:
    """Accelerated proximal gradient on all coordinates at once, restarted when the value rises."""
    x = y = np.zeros(len(problem.linear))
    step, speed = 1 / problem.smoothness, 1.0
    for done in range(passes):
        new = problem.prox(y - step * problem.gradient(y), step)
        if problem.l1 + problem.strong and (y - new) @ (new - x) > 0:
            speed = 1.0
        after = (1 + np.sqrt(1 + 4 * speed**2)) / 2
        y, x, speed = new + (speed - 1) / after * (new - x), new, after
        yield x, float(done + 1)


def passes_to(method, problem: Problem, blocks: Blocks, share: float, most: int) -> int:
    """Passes until the gap is that share of the first one; `most` if it takes longer."""
    lowest = problem.value(problem.best)
    wanted = share * (problem.value(np.zeros(len(problem.linear))) - lowest)
    for done, (point, _) in enumerate(method(problem, blocks, most)):
        if problem.value(point) - lowest <= wanted:
            return done + 1
    return most


METHODS = {"a_coder": a_coder, "coder": coder, "cyclic": cyclic, "fista": fista}


def power_law(
    rng: np.random.Generator, size: int, strong: float = 0.0, decay: float = 2.0
) -> Problem:
    """Eigenvalues i^-decay in random directions and a minimiser that is hard for all of them."""
    basis = np.linalg.qr(rng.normal(size=(size, size)))[0]
    order = np.arange(1, size + 1)
    best = basis @ (order**-0.55 * rng.normal(size=size))
    hessian = (basis * order**-decay) @ basis.T
    return Problem(hessian, hessian @ best + strong * best, 0.0, strong)


def alike(rng: np.random.Generator, size: int, condition: float) -> Problem:
    """All coordinates equally coupled, at a given condition: bad for plain cyclic descent.

    Source: R. Sun and Y. Ye, Worst-case complexity of cyclic coordinate descent.
    """
    own = size / (condition + size - 1)
    hessian = (1 - own) * np.ones((size, size)) + own * np.eye(size)
    hessian /= np.linalg.norm(hessian, 2)
    return Problem(hessian, hessian @ rng.normal(size=size))


def sparse(rng: np.random.Generator, size: int, l1: float, strong: float) -> Problem:
    """Lasso or elastic net on a random design with correlated columns."""
    rows = 2 * size
    design = rng.normal(size=(rows, size)) + rng.normal(size=(rows, 1))
    truth = rng.normal(size=size) * (rng.random(size) < 0.2)
    wanted = design @ truth + 0.1 * rng.normal(size=rows)
    hessian, linear = design.T @ design / rows, design.T @ wanted / rows
    return Problem(hessian, linear, l1 * float(np.abs(linear).max()), strong)
