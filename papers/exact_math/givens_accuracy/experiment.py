"""Which formula for a Givens rotation loses fewest bits: few operations in all, or few per entry?

c, s and r of a rotation that turns (f, g) into (r, 0) are computed in 32 and 64 bits, operation by
operation and without fusing, by the formulas of LAPACK 3.9 and 3.10 and by the paper's, which takes
a second root so that each entry has fewer operations behind it. Errors are relative to the exact
entry, in rounding units, from a reference with at least 11 bits more. `blunted` is a control that
must lose. For real numbers the paper's formulas are those of 3.9; 3.10 multiplies by a reciprocal.
"""

from typing import Literal

import numpy as np

from recount.experiment import Measure
from recount.kits.exact_math import givens
from recount.run import Rows
from recount.typed import typed

FORMULAS = {
    "per_entry": givens.per_entry,
    "lapack_3_9": givens.lapack_3_9,
    "lapack_3_10": givens.lapack_3_10,
}
PRECISIONS = {32: (np.float32, np.float64), 64: (np.float64, np.longdouble)}
KINDS = ("gaussian", "spread", "alike")


@typed()
class Arm:
    formula: Literal["per_entry", "lapack_3_9", "lapack_3_10", "blunted"]


@typed()
class Size:
    pairs: int
    binades: int


def pairs(run, seed, field, bits):
    """(4, N): f and g, real and imaginary parts, of three kinds; the same in every arm."""
    rng, count = run.rng(f"pairs {field} {bits}", seed), run.size.pairs
    turned = []
    for kind in KINDS:
        parts = rng.normal(size=(4, count))
        if field == "real":
            parts[1] = parts[3] = 0
        if kind != "gaussian":
            wide = run.size.binades if kind == "spread" else 0.01
            length = 2.0 ** rng.uniform(-wide, wide, (2, count))
            f, g = np.hypot(parts[0], parts[1]), np.hypot(parts[2], parts[3])
            parts *= np.repeat(length / np.stack([f, g]), 2, axis=0)
        turned.append(parts)
    return np.concatenate(turned, axis=1).astype(PRECISIONS[bits][0])


def real_entries(formula, f, g):
    """The formulas for real numbers, as (c, s, 0, r, 0); up to signs, which lose nothing."""
    d = np.sqrt(f * f + g * g)
    zero = np.zeros_like(f)
    if formula == "lapack_3_10":
        p = 1 / d
        return f * p, g * p, zero, d, zero
    return f / d, g / d, zero, d, zero


def entries(formula, field, numbers):
    if formula == "blunted":
        off = 1 + 4 * np.finfo(numbers.dtype).eps
        return [one * off for one in entries("lapack_3_10", field, numbers)]
    if field == "real":
        return real_entries(formula, numbers[0], numbers[2])
    return FORMULAS[formula](*numbers, np.sqrt)


def reference(field, numbers):
    """The entries by one square root each of exact quotients, in the wider type."""
    fr, fi, gr, gi = numbers
    f2, g2 = fr * fr + fi * fi, gr * gr + gi * gi
    if field == "real":
        d = np.sqrt(f2 + g2)
        return fr / d, gr / d, 0 * fr, d, 0 * fr
    c, longer = np.sqrt(f2 / (f2 + g2)), np.sqrt(1 + g2 / f2)
    d = np.sqrt(f2 * (f2 + g2))
    sr, si = (fr * gr + fi * gi) / d, (fi * gr - fr * gi) / d
    return c, sr, si, fr * longer, fi * longer


def errors(run, seed, field, bits):
    """Name -> error of every pair in rounding units."""
    numbers = pairs(run, seed, field, bits)
    narrow, wide = PRECISIONS[bits]
    found = entries(run.arm.formula, field, numbers)
    if any(one.dtype != narrow for one in found):
        raise TypeError(f"a formula left {narrow.__name__}")
    c, sr, si, rr, ri = (one.astype(wide) for one in found)
    c0, sr0, si0, rr0, ri0 = reference(field, numbers.astype(wide))
    unit = np.finfo(narrow).eps / 2
    return numbers, {
        "c": (np.abs(c - c0) / np.abs(c0) / unit).astype(float),
        "s": (np.hypot(sr - sr0, si - si0) / np.hypot(sr0, si0) / unit).astype(float),
        "r": (np.hypot(rr - rr0, ri - ri0) / np.hypot(rr0, ri0) / unit).astype(float),
        "unitarity": (np.abs(c * c + sr * sr + si * si - 1) / unit).astype(float),
    }


def measure(run, data):
    rows = Rows(run)
    sums = []
    for field in ("real", "complex"):
        for bits in PRECISIONS:
            axes = {"field": field, "bits": bits}
            tried = [errors(run, seed, field, bits) for seed in run.seeds]
            run.report(len(sums) + 1, 4, f"{field}, {bits} bits")
            for name in ("c", "s", "r", "unitarity"):
                means = [found[name].mean() for _, found in tried]
                rows.add(f"error_{name}", means, 3 * run.size.pairs, **axes)
                rows.add(f"worst_{name}", [found[name].max() for _, found in tried], **axes)
            entry = [np.mean([found[name].mean() for name in "csr"]) for _, found in tried]
            rows.add("mean_error", entry, 9 * run.size.pairs, **axes)
            sums.append(entry)
            by_binade(run, rows, axes, tried)
    if run.arm.formula in FORMULAS:
        for name, count in givens.operations(FORMULAS[run.arm.formula]).items():
            rows.add("operations", count, entry=name)
    rows.fingerprint(np.array(sums).T)
    return rows


def by_binade(run, rows, axes, tried):
    """The mean error of s by the binade of |g| / |f|: where the formulas part."""
    wide, means = run.size.binades, []
    for (fr, fi, gr, gi), found in tried:
        quotient = np.sqrt((gr * gr + gi * gi) / (fr * fr + fi * fi)).astype(float)
        place = np.clip(np.floor(np.log2(quotient)).astype(int) + wide, 0, 2 * wide - 1)
        counts = np.bincount(place, minlength=2 * wide)
        sums = np.bincount(place, found["s"], minlength=2 * wide)
        means.append(np.where(counts > 0, sums / np.maximum(counts, 1), np.nan))
    for k, column in enumerate(np.array(means).T):
        rows.add("error_s_by_binade", column, binade=k - wide, **axes)


experiment = Measure(arm=Arm, size=Size, measure=measure)
