"""QMCPy's fast kernel methods: Gram matrices that a fast transform makes diagonal.

A shift-invariant kernel on lattice points is diagonal under the Fourier transform in bit-reversed
order, a digitally shift-invariant one on a digital net under the Walsh-Hadamard transform; so their
first column is enough to multiply by the matrix and to solve with it. Dense linear algebra checks
both; with the wrong points the same shortcut must be wrong. The points themselves are checked by
counting them in all elementary intervals and by how fast integrals of a smooth function converge.
"""

from functools import partial
from time import process_time
from typing import Literal

import numpy as np
import qmcpy

from recount.experiment import Measure
from recount.run import Rows
from recount.typed import typed

TRANSFORMS = {
    "shift": (qmcpy.KernelShiftInvar, qmcpy.fftbr, qmcpy.ifftbr),
    "digital": (qmcpy.KernelDigShiftInvar, qmcpy.fwht, qmcpy.fwht),
}


@typed()
class Arm:
    points: Literal["lattice", "net", "nested", "higher", "halton", "iid"]
    kernel: Literal["shift", "digital", "none"]


@typed()
class Size:
    dimensions: tuple[int, ...]
    dense: int  # points of a Gram matrix that is checked
    timed_fast: tuple[int, ...]
    timed_dense: tuple[int, ...]
    block: int  # numbers in a block of vectors that is timed, whatever their length
    columns: int  # vectors that a dense matrix is timed with
    integrals: tuple[int, ...]
    replicates: int
    intervals: int  # 2^intervals points of a net whose elementary intervals are counted


def source(run, seed, dimension, step=0):
    number = int(run.rng("points", seed, step).integers(2**31))
    made = {
        "lattice": lambda: qmcpy.Lattice(dimension, seed=number),
        "net": lambda: qmcpy.DigitalNetB2(dimension, seed=number),
        "nested": lambda: qmcpy.DigitalNetB2(dimension, seed=number, randomize="NUS"),
        "higher": lambda: qmcpy.DigitalNetB2(dimension, seed=number, alpha=2),
        "halton": lambda: qmcpy.Halton(dimension, seed=number),
        "iid": lambda: qmcpy.IIDStdUniform(dimension, seed=number),
    }
    return made[run.arm.points]()


def kernel_of(run, dimension, points):
    more = {"t": points.t} if run.arm.kernel == "digital" else {}
    return TRANSFORMS[run.arm.kernel][0](dimension, **more)


def gram(run, rows):
    """Largest relative errors of the shortcut; a solve may lose the condition number's digits."""
    _, there, back = TRANSFORMS[run.arm.kernel]
    n = run.size.dense
    for dimension in run.size.dimensions:
        products, solves, conditions = [], [], []
        for seed in run.seeds:
            points = source(run, seed, dimension)
            x = points(n)
            dense = kernel_of(run, dimension, points)(x[:, None, :], x[None, :, :])
            vector = run.rng("vector", seed).normal(size=n)
            values = there(dense[:, 0]) * np.sqrt(n)
            product, solution = dense @ vector, np.linalg.solve(dense, vector)
            found = [back(there(vector) * values).real, back(there(vector) / values).real]
            products.append(np.abs(found[0] - product).max() / np.abs(product).max())
            solves.append(np.abs(found[1] - solution).max() / np.abs(solution).max())
            conditions.append(np.linalg.cond(dense))
        rows.add("product_error", products, n, dimension=dimension)
        rows.add("solve_error", solves, n, dimension=dimension)
        rows.add("condition", conditions, n, dimension=dimension)
        right = (np.array(products) < 1e-8) & (solves < 1e-12 * np.array(conditions))
        rows.add("agrees", right, n, dimension=dimension)
        rows.add("disagrees", np.array(products) > 1e-3, n, dimension=dimension)


def seconds(call, block):
    start = process_time()
    call(block)
    return process_time() - start


def cost(run, rows):
    """Seconds a vector; blocks hold as many numbers for every n, so that caches favour none."""
    _, there, back = TRANSFORMS[run.arm.kernel]
    for n in run.size.timed_fast:
        count, taken = run.size.block // n, []
        for seed in run.seeds:
            vectors = run.rng("timed", seed).normal(size=(count, n))
            call = partial(lambda values, v: back(there(v) * values), there(vectors[0]))
            taken.append(min(seconds(call, vectors) for _ in range(3)) / count)
        rows.add("fast_seconds", taken, count, n=n)
    for n in run.size.timed_dense:
        count, matrix = run.size.columns, run.rng("matrix").normal(size=(n, n))
        blocks = [run.rng("timed", seed).normal(size=(n, count)) for seed in run.seeds]
        taken = [min(seconds(matrix.__matmul__, b) for _ in range(3)) / count for b in blocks]
        rows.add("dense_seconds", taken, count, n=n)


def integrate(run, rows):
    """Root mean square errors for a product of x e^x, whose integral is 1."""
    dimension = 1 if run.arm.points == "higher" else 2
    for n in run.size.integrals:
        errors = []
        for seed in run.seeds:
            draws = [source(run, seed, dimension, step)(n) for step in range(run.size.replicates)]
            means = np.prod(np.multiply(draws, np.exp(draws)), axis=2).mean(axis=1)
            errors.append(np.sqrt(np.mean((means - 1) ** 2)))
        rows.add("rmse", errors, run.size.replicates, n=n)


def intervals(run, rows):
    """Whether every elementary interval of size 2^-m holds exactly one of 2^m points."""
    m, right = run.size.intervals, []
    for seed in run.seeds:
        x, counts = source(run, seed, 2)(2**m), []
        for first in range(m + 1):
            cells = np.floor(x * [2**first, 2 ** (m - first)]).astype(int) @ [2 ** (m - first), 1]
            counts.append(np.bincount(cells, minlength=2**m))
        right.append(np.all(np.array(counts) == 1))
    rows.add("net_property", right, (m + 1) * 2**m)


def measure(run, data):
    rows = Rows(run)
    if run.arm.kernel != "none":
        gram(run, rows)
    if (run.arm.points, run.arm.kernel) in (("lattice", "shift"), ("net", "digital")):
        cost(run, rows)
    integrate(run, rows)
    if run.arm.points in ("net", "nested", "iid"):
        intervals(run, rows)
    rows.fingerprint([[one["value"] for one in rows.rows if one["seed"] == s] for s in run.seeds])
    return rows


experiment = Measure(arm=Arm, size=Size, measure=measure)
