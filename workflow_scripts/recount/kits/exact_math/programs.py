"""Straight-line programs of k operations + - * / on x and constants, and their best constants.

A program is a tuple of operations (kind, left, right). An operand is the place of an earlier
operation, X for the argument, or C for the operation's own constant. Many programs of one length
are run and fitted at once: values (B, k, N), constants (B, k).
"""

import numpy as np

X, C = -1, -2
PLUS, MINUS, TIMES, OVER = range(4)
Operation = tuple[int, int, int]
Program = tuple[Operation, ...]
WORST = 1e30


def chebyshev(count: int) -> np.ndarray:
    """Nodes in [0, 1], the ends included."""
    return (1 - np.cos(np.pi * np.arange(count) / (count - 1))) / 2


def values(program: Program, constants, x):
    """The program's value on any numbers (floats, mpmath, flint balls): one by one, no arrays."""
    done = []
    for place, (kind, *operands) in enumerate(program):
        left, right = (
            x if one == X else constants[place] if one == C else done[one] for one in operands
        )
        if kind == PLUS:
            done.append(left + right)
        elif kind == MINUS:
            done.append(left - right)
        else:
            done.append(left * right if kind == TIMES else left / right)
    return done[-1]


def run(table: np.ndarray, constants: np.ndarray, x: np.ndarray):
    """Values (B, N) of programs `table` (B, k, 3) and slopes (B, k, N) in their constants."""
    count, length, _ = table.shape
    done = np.empty((count, length + 2, len(x)))
    slopes = np.zeros((count, length + 2, length, len(x)))
    done[:, X] = x
    rows = np.arange(count)
    for i in range(length):
        kind = table[:, i, 0, None]
        done[:, C] = constants[:, i, None]
        slopes[:, C] = 0.0
        slopes[:, C, i] = 1.0
        one, two = table[:, i, 1], table[:, i, 2]
        a, b, da, db = done[rows, one], done[rows, two], slopes[rows, one], slopes[rows, two]
        quotient = a / b
        done[:, i] = np.choose(kind, [a + b, a - b, a * b, quotient])
        times = da * b[:, None] + a[:, None] * db
        over = (da - quotient[:, None] * db) / b[:, None]
        slopes[:, i] = np.choose(kind[:, None], [da + db, da - db, times, over])
    return done[:, length - 1], slopes[:, length - 1]


def fitted(
    programs: list[Program],
    constants: np.ndarray,
    target: np.ndarray,
    x: np.ndarray,
    steps: int,
    weights: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Constants (B, k) after Levenberg-Marquardt steps, and relative residuals (B, N).

    `weights` (B, N) multiply the residuals. A program that breaks down has residuals of 1e30.
    """
    table = np.array(programs)
    weights = np.ones((len(programs), len(x))) if weights is None else weights

    def residuals(at):
        with np.errstate(all="ignore"):
            value, slope = run(table, at, x)
            bad = ~np.isfinite(value).all(1) | ~np.isfinite(slope).all((1, 2))
            bad |= np.abs(slope).max((1, 2)) > 1e12
        rest, slope = value / target - 1, slope / target
        rest[bad], slope[bad] = WORST, 0.0
        return rest, slope * weights[:, None], (rest**2 * weights**2).sum(1)

    damping = np.full(len(programs), 1e-2)
    rest, slope, cost = residuals(constants)
    for _ in range(steps):
        square = slope @ slope.transpose(0, 2, 1)
        size = np.einsum("bii->bi", square)
        lift = damping[:, None] * size + 1e-14 * size.max(1, keepdims=True) + 1e-30
        square = square + np.eye(square.shape[1]) * lift[:, None]
        step = np.linalg.solve(square, (slope @ (rest * weights)[:, :, None]))[..., 0]
        tried = constants - step
        new_rest, new_slope, new_cost = residuals(tried)
        better = new_cost < cost
        constants = np.where(better[:, None], tried, constants)
        rest, slope = (
            np.where(better[:, None], new_rest, rest),
            np.where(better[:, None, None], new_slope, slope),
        )
        cost = np.where(better, new_cost, cost)
        damping = np.clip(np.where(better, damping / 4, damping * 5), 1e-15, 1e8)
    return constants, rest


def minimax(program: Program, constants: np.ndarray, target, x, rounds: int = 60):
    """Constants that level the largest residual, by Lawson's weights: (constants, largest)."""
    weights = np.ones((1, len(x)))
    constants, rest = fitted([program], constants[None], target, x, 60, weights)
    best = constants[0], float(np.abs(rest).max())
    for _ in range(rounds):
        weights = weights * np.sqrt(np.abs(rest) / np.abs(rest).max() + 1e-3)
        weights /= weights.max()
        constants, rest = fitted([program], constants, target, x, 12, weights)
        if np.abs(rest).max() < best[1]:
            best = constants[0], float(np.abs(rest).max())
    return best


def horner(degree: int, start: int = 0) -> list[Operation]:
    """c x + c, then times x and + c again: 2 `degree` operations from place `start` on."""
    done: list[Operation] = [(TIMES, X, C), (PLUS, start, C)]
    for _ in range(degree - 1):
        place = start + len(done)
        done += [(TIMES, place - 1, X), (PLUS, place, C)]
    return done


def quotient(top: int, bottom: int) -> Program:
    """Two Horner schemes, the lower one monic: 2 top + 2 bottom operations."""
    done = horner(top)
    above = len(done) - 1
    done.append((PLUS, X, C))
    for _ in range(bottom - 1):
        place = len(done)
        done += [(TIMES, place - 1, X), (PLUS, place, C)]
    return (*done, (OVER, above, len(done) - 1))


def fraction(levels: int) -> Program:
    """c + c / (x + c + c / (x + ...)): a quotient of degrees (n, n) in 3 n operations and more."""
    done: list[Operation] = [(PLUS, X, C), (OVER, C, 0)]
    for _ in range(levels - 1):
        place = len(done)
        done += [(PLUS, X, C), (PLUS, place, place - 1), (OVER, C, place + 1)]
    return (*done, (PLUS, len(done) - 1, C))


def random_operation(rng: np.random.Generator, place: int) -> Operation:
    """Any operation on what is there before `place`; not both operands constant."""
    left, right = (int(v) for v in rng.integers(C, place, 2))
    if left == C and right == C:
        left = int(rng.integers(X, place))
    return int(rng.integers(4)), left, right


def changed(rng: np.random.Generator, program: Program) -> Program:
    """One operation drawn anew, in whole or one operand of it."""
    done, at = list(program), int(rng.integers(len(program)))
    fresh, old = random_operation(rng, at), done[at]
    part = int(rng.integers(4))
    mixed = fresh if part == 3 else tuple(fresh[i] if i == part else old[i] for i in range(3))
    done[at] = mixed if mixed[1:] != (C, C) else fresh
    return tuple(done)


def grown(rng: np.random.Generator, program: Program) -> Program:
    """One operation more: after the last, or between an operation and one of its operands."""
    kind = int(rng.integers(4))
    if rng.random() < 0.4:
        last = len(program) - 1
        return (*program, (kind, last, int(rng.choice([last, C, X]))))
    at, side = int(rng.integers(len(program))), int(rng.integers(1, 3))
    old = program[at][side]
    other = int(rng.integers(C, at)) if old != C else X
    moved = [
        (k, *(one + 1 if one >= at else one for one in operands)) for k, *operands in program[at:]
    ]
    consumer = list(moved[0])
    consumer[side] = at
    return (*program[:at], (kind, old, other), tuple(consumer), *moved[1:])


def drawn(rng: np.random.Generator, length: int) -> Program:
    return tuple(random_operation(rng, place) for place in range(length))


def child(rng: np.random.Generator, parent: tuple[Program, tuple], length: int):
    """A changed parent, or one grown to `length`; its constants kept and shaken a little."""
    program, constants = parent
    fresh = rng.normal(scale=2.0)
    if len(program) == length:
        made, kept = changed(rng, program), list(constants)
        if rng.random() < 0.3:
            kept[int(rng.integers(length))] = fresh
    else:
        made = grown(rng, program)
        same = [one == two for one, two in zip(made, program, strict=False)]
        at = same.index(False) if False in same else len(program)
        kept = [*constants[:at], fresh, *constants[at:]]
    return made, [c * (1 + 0.1 * rng.normal()) for c in kept]


def parent_of(rng: np.random.Generator, pool: list, elders: list):
    """Mostly from the programs of this length, by a small tournament; else one to grow."""
    group = pool if pool and (not elders or rng.random() < 0.7) else elders
    return group[min(rng.integers(len(group), size=2))]


def best_of(pool: list, count: int) -> list:
    """The best different ones of (error, ...): equal errors are taken for one program."""
    kept: dict[str, tuple] = {}
    for one in sorted(pool, key=lambda one: one[0]):
        kept.setdefault(f"{one[0]:.3e}", one)
    return list(kept.values())[:count]
