"""Formulas put together by how they converge, without their values, are formulas of one constant.

Formulas are continued fractions of two polynomials with coefficients from -5 to 5, a(n) linear and
b(n) quadratic. Their limits in doubles are looked up among the images (p + q c) / (r + s c) of each
constant c, and what fits is proved to 30 digits with exact convergents. Each formula found is then
described by four numbers that know nothing of the value: the irrationality exponent delta, the rate
of convergence, the growth of the reduced denominators and the share that reducing takes. These are
clustered, and clusters are compared with constants, and with constants shuffled. `coefficients`
clusters by the six coefficients instead; a number without formulas must find none.
"""

from functools import cache
from typing import Literal

import numpy as np
from mpmath import mp, mpf
from scipy.cluster.hierarchy import fcluster, linkage
from sklearn.metrics import adjusted_mutual_info_score as agreement

from recount.experiment import Measure
from recount.kits.exact_math import polynomial_fractions as pf
from recount.run import Rows
from recount.typed import typed

CONSTANTS = {
    "pi": mp.pi,
    "log 2": lambda: mp.log(2),
    "log 3": lambda: mp.log(3),
    "e": mp.e,
    "root of e": lambda: mp.sqrt(mp.e),
    "pi / root 3": lambda: mp.pi / mp.sqrt(3),
    "Gauss": lambda: 1 / mp.agm(1, mp.sqrt(2)),
    "golden ratio": mp.phi,
    "root 2": lambda: mp.sqrt(2),
    "root 3": lambda: mp.sqrt(3),
    "no formula": lambda: mpf(
        "0.73908513321516064165531208767387340401341175890075746496568063577"
    ),
}
NAMES = ("delta", "rate", "growth", "reduced")
CLASSICS = {"pi": ((1, 2, 0), (0, 0, 1)), "e": ((0, 1, 0), (0, 1, 0))}


@typed()
class Arm:
    by: Literal["dynamics", "coefficients"]


@typed()
class Size:
    most: int
    depth: int
    apart: float
    shuffles: int
    every: int
    share_depth: int
    pure: float
    alike: float


@cache
def found(run):
    """(constant, formula, its four numbers) of every formula identified and still moving."""
    a, b = pf.box(run.size.most, run.size.most)
    value, off = pf.limits(a, b, 200)
    sure = np.isfinite(value) & (off < 1e-12 * (1 + np.abs(value)))
    every = []
    for name, constant in CONSTANTS.items():
        with mp.workdps(60):
            number = +constant() if callable(constant) else +constant
        fits = pf.identified(a[sure], b[sure], value[sure], number, run.size.most, 400)
        described = [(formula, pf.dynamics(formula, run.size.depth)) for formula, _ in fits]
        every += [(name, formula, d) for formula, d in described if d]
        run.report(len(every), len(every), name)
    return every


def clusters(run, every, by):
    """Cluster numbers; as many for the coefficients as the dynamics have by their distance."""
    points = np.array([[one[key] for key in NAMES] for *_, one in every])
    if by == "coefficients":
        count = len(set(clusters(run, every, "dynamics")))
        points = np.array([[*a, *b] for _, (a, b), _ in every], float)
    spread = points.std(0)
    tree = linkage((points - points.mean(0)) / np.where(spread > 0, spread, 1), "average")
    if by == "coefficients":
        return fcluster(tree, count, "maxclust")
    return fcluster(tree, run.size.apart, "distance")


def measure(run, data):
    rows, every = Rows(run), found(run)
    names = np.array([name for name, *_ in every])
    for name in CONSTANTS:
        rows.add("formulas", float((names == name).sum()), constant=name)
    rows.add("nothing_for_no_formula", float("no formula" not in names))
    for name, formula in CLASSICS.items():
        rows.add("classic_found", float((name, formula) in {one[:2] for one in every}), of=name)
    if run.arm.by == "dynamics":
        described(run, rows, every)
        share(run, rows)
    made = clusters(run, every, run.arm.by)
    judged(run, rows, names, made)
    rows.fingerprint([made])
    return rows


def judged(run, rows, names, made):
    score, rng = agreement(names, made), run.rng("shuffles")
    shuffled = [agreement(rng.permutation(names), made) for _ in range(run.size.shuffles)]
    groups = [names[made == one] for one in sorted(set(made))]
    purity = [np.unique(one, return_counts=True)[1].max() / len(one) for one in groups]
    median = float(np.median([p for p, one in zip(purity, groups, strict=True) if len(one) > 1]))
    rows.add("mutual_information", score, len(names))
    rows.add("mutual_information_shuffled", max(shuffled), run.size.shuffles)
    rows.add("clusters", len(set(made)), len(names))
    for place, (share_of_best, one) in enumerate(zip(purity, groups, strict=True)):
        rows.add("purity", share_of_best, len(one), cluster=place)
    rows.add("median_purity", median, len(groups))
    rows.add("better_than_shuffled", float(score > max(shuffled)), run.size.shuffles)
    rows.add("clusters_are_pure", float(median >= run.size.pure))


def described(run, rows, every):
    """The four numbers of each formula, and delta of its tail, which has a related value."""
    for place, (name, (a, b), numbers) in enumerate(every):
        for key in NAMES:
            rows.add(key, numbers[key], run.size.depth, constant=name, formula=place)
        later = tuple((c[0] + c[1] + c[2], c[1] + 2 * c[2], c[2]) for c in (a, b))
        tail = pf.dynamics(later, run.size.depth)
        apart = abs(tail["delta"] - numbers["delta"]) if tail else 1.0
        rows.add("delta_apart", apart, constant=name, formula=place)
        rows.add("tail_shares_delta", float(apart <= run.size.alike), constant=name, formula=place)


def share(run, rows):
    """The share of all formulas, a linear or quadratic, that settle by our own test."""
    row = np.array([c for c in np.ndindex(11, 11, 11) if c != (5, 5, 5)]) - 5
    which = np.arange(0, len(row) ** 2, run.size.every)
    value, off = pf.limits(row[which // len(row)], row[which % len(row)], run.size.share_depth)
    settled = np.isfinite(value) & (off < 0.01 * (1 + np.abs(value)))
    rows.add("converging_share", settled.mean(), len(which))


experiment = Measure(arm=Arm, size=Size, measure=measure)
