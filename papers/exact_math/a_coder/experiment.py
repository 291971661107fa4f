"""Accelerated dual averaging that takes the blocks of coordinates in turn, with extrapolation.

Each block's gradient is taken where the blocks before it in the pass have moved already, and
corrected by what the last pass missed. The guarantee, a gap of at most |x*|^2 / (2 A_k), is checked
after every pass on four kinds of problems whose minimum is solved and certified. Then exponents are
measured: of the gap against passes, of the passes against the number of blocks, at a fixed
condition, and against the condition. `too_long` takes steps for a tenth of the constant: its
guarantee must break.
"""

from typing import Literal

import numpy as np

from recount.experiment import Measure
from recount.kits.exact_math import cyclic_descent as cd
from recount.run import Rows
from recount.typed import typed

GONE = 1e6  # a share of the guarantee from which nothing comes back
KINDS = ("power law", "alike", "lasso", "elastic net")


@typed()
class Arm:
    method: Literal["a_coder", "coder", "cyclic"]
    shrink: float = 1.0


@typed()
class Size:
    size: int
    blocks: int
    passes: int
    checked: int  # passes after which the guarantee is checked
    window: int  # the first pass from which the gap's exponent is taken
    numbers: tuple[int, ...]  # blocks of one coordinate each
    condition: float
    strengths: tuple[float, ...]  # of strong convexity
    draws: int
    most: int  # passes
    share: float  # of the first gap that ends a count of passes


def problem(run, seed, kind, size, draw=0):
    rng = run.rng(f"{kind} {draw}", seed, size)
    if kind == "power law":
        return cd.power_law(rng, size)
    if kind == "alike":
        return cd.alike(rng, size, run.size.condition)
    return cd.sparse(rng, size, 0.05, 0.01 if kind == "elastic net" else 0.0)


def guarantees(run, seed, kind):
    """(largest share of the guaranteed gap for each number of blocks, residual of the minimum)."""
    one, size = problem(run, seed, kind, run.size.size), run.size
    lowest, far = one.value(one.best), one.best @ one.best
    shares = []
    for number in (1, size.blocks, size.size):
        shares.append(0.0)
        points = cd.a_coder(one, cd.blocks_of(size.size, number), size.checked, run.arm.shrink)
        for y, total in points:
            shares[-1] = max(shares[-1], (one.value(y) - lowest) * 2 * total / far)
            if shares[-1] > GONE:
                break
    return *shares, one.residual(one.best)


def exponent(run, seed):
    """Of the gap in the passes, on the power law."""
    one, method = problem(run, seed, "power law", run.size.size), cd.METHODS[run.arm.method]
    lowest, blocks = one.value(one.best), cd.blocks_of(run.size.size, run.size.blocks)
    gaps = [one.value(y) - lowest for y, _ in method(one, blocks, run.size.passes)]
    passes = np.arange(run.size.window, run.size.passes + 1)
    return np.polyfit(np.log(passes), np.log(gaps[run.size.window - 1 :]), 1)[0]


def passes_by_blocks(run, seed, number):
    """The geometric mean over some starts, with one coordinate a block."""
    method, blocks = cd.METHODS[run.arm.method], cd.blocks_of(number, number)
    counts = [
        cd.passes_to(method, problem(run, seed, "alike", number, draw), blocks, *stop(run))
        for draw in range(run.size.draws)
    ]
    return float(np.exp(np.mean(np.log(counts))))


def stop(run):
    return run.size.share, run.size.most


def passes_by_strength(run, seed, strong):
    one = cd.power_law(run.rng("strong", seed), run.size.size // 2, strong)
    blocks = cd.blocks_of(run.size.size // 2, run.size.blocks)
    return cd.passes_to(cd.METHODS[run.arm.method], one, blocks, *stop(run))


def fitted(axis, table):
    """The slope of log table (points, seeds) along log axis, one a seed."""
    return np.polyfit(np.log(axis), np.log(table), 1)[0]


def measure(run, data):
    rows, size, prints = Rows(run), run.size, []
    if run.arm.method == "a_coder":
        kept, solved = np.ones(len(run.seeds)), np.ones(len(run.seeds))
        for kind in KINDS:
            *shares, rest = np.array([guarantees(run, seed, kind) for seed in run.seeds]).T
            for number, share in zip((1, size.blocks, size.size), shares, strict=True):
                rows.add("share_of_guarantee", share, kind=kind, blocks=number)
                kept *= share <= 1 + 1e-9
            solved *= rest < 1e-9
            run.report(1, 3, kind)
        rows.add("guarantee_kept", kept, len(KINDS) * 3 * size.checked)
        rows.add("minimum_certified", solved, len(KINDS))
        prints += [kept, solved]
    if run.arm.shrink == 1:
        prints.append([exponent(run, seed) for seed in run.seeds])
        rows.add("rate_exponent", prints[-1], size.passes)
        for name, axis, count in (
            ("block", size.numbers, passes_by_blocks),
            ("condition", size.strengths, passes_by_strength),
        ):
            table = np.array([[count(run, seed, point) for seed in run.seeds] for point in axis])
            for point, passes in zip(axis, table, strict=True):
                rows.add(f"passes_by_{name}", passes, **{name: point})
            sign = 1 if name == "block" else -1
            prints.append(sign * fitted(axis, table))
            rows.add(f"{name}_exponent", prints[-1], len(axis))
    rows.fingerprint(np.array(prints).T)
    return rows


experiment = Measure(arm=Arm, size=Size, measure=measure)
