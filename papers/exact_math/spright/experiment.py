"""SPRIGHT: the few large Walsh-Hadamard coefficients of a noisy signal from few of its samples.

The signal is read on three random subspaces, each shifted many times; a short transform hashes all
coefficients into bins, and bins that hold one coefficient are peeled. Without noise one shift a bit
spells out its index. With noise the shifts are the words of a code: here blocks of three bits, each
with all its eight sums, decoded jointly with the coefficient's sign. `uncoded` keeps one shift a
bit and four times the bins, so more samples in all; it knows the noise as well. `noiseless` is the
same without that knowledge: a bin is empty or single only if it is so to six digits.
"""

import numpy as np

from recount.experiment import Measure
from recount.kits.exact_math.sparse_hadamard import design, peel, read
from recount.run import Rows
from recount.typed import typed


@typed()
class Arm:
    block: int
    bins: int  # per non-zero coefficient
    knows_noise: bool


@typed()
class Size:
    bits: tuple[int, ...]  # of the signal's index, multiples of 3: 2^(bits / 3) coefficients
    decibels: tuple[int, ...]
    trials: int


def one_trial(run, seed, bits, step):
    """Per noise level, the last without any: whether all was right, and the cost."""
    size, count, cell = run.size, 2 ** (bits // 3), 1000 * bits + step
    rng = run.rng("coefficients", seed, cell)
    index = rng.choice(2**bits, count, replace=False)
    value = rng.choice([-1.0, 1.0], count)
    chosen = design(run.rng("design", seed, cell), bits, run.arm.bins * count, 3, run.arm.block)
    samples, found = read(chosen, index, value), []
    for level in (*size.decibels, np.inf):
        spread = np.sqrt(count) * 10 ** (-level / 20)
        noise = run.rng(f"noise {level}", seed, cell)
        known = spread**2 / chosen.bins if run.arm.knows_noise else 0.0
        peeled = peel(chosen, samples.bins(noise, spread), known, 1e-6)
        right = peeled.found == dict(zip(index.tolist(), value.tolist(), strict=True))
        found.append((right, len(samples.signal), peeled.operations))
    return found


def measure(run, data):
    rows, size = Rows(run), run.size
    names = [str(level) for level in size.decibels] + ["none"]
    for done, bits in enumerate(size.bits):
        every = [
            [one_trial(run, seed, bits, step) for step in range(size.trials)] for seed in run.seeds
        ]
        every = np.array(every, float).mean(axis=1)  # (seeds, levels, 3)
        coefficients = 2 ** (bits // 3)
        for place, name in enumerate(names):
            recovered, samples, operations = every[:, place].T
            rows.add("recovered", recovered, size.trials, bits=bits, noise=name)
            product = coefficients * bits
            rows.add("samples", samples, noise=name, product=product)
            rows.add("operations", operations, noise=name, product=product * bits)
            rows.add("share", operations / (2**bits * bits), noise=name, bits=bits)
            rows.add("share_read", samples / 2**bits, noise=name, bits=bits)
        run.report(done + 1, len(size.bits), f"{bits} bits")
    return rows


experiment = Measure(arm=Arm, size=Size, measure=measure)
