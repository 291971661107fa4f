"""Programs of k operations + - * / for 2^x on [0, 1]: evolved from nothing, against the classics.

Evolution knows operations only: programs of three random ones, then children of the best, with an
operation or an operand drawn anew; the best of k operations grow by one to start k + 1. Constants
are fitted by least squares at Chebyshev nodes, for every child alike. `random` draws as many whole
programs and fits them as well. `classical` is the best of Taylor, minimax polynomials, rational
functions in Horner's scheme and continued fractions with at most k operations; `thrifty` leaves the
fractions out, as the paper's list does. The winners are levelled to the least largest relative
error, which is then taken again with 40 digits on a fine grid.
"""

from functools import cache
from math import factorial, inf, log
from typing import Literal

import numpy as np
from mpmath import mp, mpf

from recount.experiment import Measure
from recount.kits.exact_math import programs as pr
from recount.run import Rows
from recount.typed import typed

NODES = pr.chebyshev(25)
TARGET = 2.0**NODES
FINE = pr.chebyshev(60)


@typed()
class Arm:
    search: Literal["evolved", "random", "classical", "thrifty"]


@typed()
class Size:
    longest: int
    children: int
    generations: int
    kept: int
    steps: int
    digits_at: int


def scored(run, programs, constants):
    found, rest = pr.fitted(programs, np.array(constants), TARGET, NODES, run.size.steps)
    errors = np.abs(rest).max(1)
    return [(float(e), p, tuple(c)) for e, p, c in zip(errors, programs, found, strict=True)]


def searched(run, seed):
    """Operations -> the best program and constants of one seed."""
    rng, size, found, pool = run.rng("search", seed), run.size, {}, []
    for length in range(3, size.longest + 1):
        elders, pool = pool, []
        for _ in range(size.generations):
            if run.arm.search == "random" or not (pool or elders):
                made = [pr.drawn(rng, length) for _ in range(size.children)]
                constants = rng.normal(scale=2.0, size=(size.children, length))
            else:
                born = [pr.parent_of(rng, pool, elders) for _ in range(size.children)]
                made, constants = zip(
                    *(pr.child(rng, one[1:], length) for one in born), strict=True
                )
            pool = pr.best_of(pool + scored(run, list(made), constants), size.kept)
        found[length] = pool[0][1:]
    return found


@cache
def classics(thrifty, longest):
    """Operations -> the least error of a classic with so many, or fewer; fits start from many."""
    listed = [(2 * n, tuple(pr.horner(n))) for n in range(1, 6)]
    listed += [(2 * a + 2 * b, pr.quotient(a, b)) for a in range(1, 4) for b in range(1, 4)]
    if not thrifty:
        listed += [(3 * n, pr.fraction(n)) for n in (1, 2, 3)]
    rng, best = np.random.default_rng(0), {}
    for length, program in ((n, one) for n, one in listed if n <= longest):
        starts = rng.normal(scale=3.0, size=(40, length))
        fitted, rest = pr.fitted([program] * 40, starts, TARGET, NODES, 60)
        one = program, tuple(fitted[np.abs(rest).max(1).argmin()])
        best.setdefault(length, []).append(one)
    return best


def taylor(degree):
    terms = [(FINE * log(2)) ** n / factorial(n) for n in range(degree + 1)]
    return float(np.abs(sum(terms) / 2**FINE - 1).max())


def largest_error(program, constants, count):
    """The largest relative error on a fine grid, with 40 digits; infinite where it divides by 0."""
    with mp.workdps(40):
        exact = [mpf(c) for c in constants]
        grid = [mpf(i) / count for i in range(count + 1)]
        try:
            return float(max(abs(pr.values(program, exact, x) / 2**x - 1) for x in grid))
        except ZeroDivisionError:
            return inf


def levelled(run, program, constants):
    with np.errstate(all="ignore"):
        best = pr.minimax(program, np.array(constants), 2.0**FINE, FINE)[0]
    return largest_error(program, best, run.size.digits_at)


def errors_of(run, seed):
    """Operations -> error of one seed's programs; no longer program is worse than a shorter one."""
    lengths = range(3, run.size.longest + 1)
    if run.arm.search in ("evolved", "random"):
        found = {n: levelled(run, *one) for n, one in searched(run, seed).items()}
    else:
        found = classical_errors(run)
    return [min(found[k] for k in found if k <= n) for n in lengths]


@cache
def classical_errors(run):
    listed = classics(run.arm.search == "thrifty", run.size.longest)
    found = {n: min(levelled(run, *one) for one in ones) for n, ones in listed.items()}
    return {n: min(e, taylor(n // 2)) for n, e in found.items() if n <= run.size.longest}


def measure(run, data):
    rows, every = Rows(run), []
    for done, seed in enumerate(run.seeds):
        every.append(errors_of(run, seed))
        run.report(done + 1, len(run.seeds), f"{run.arm.search}: {every[-1][-1]:.1e}")
    for place, column in enumerate(np.array(every).T):
        rows.add("error", column, operations=place + 3)
        rows.add("digits", np.clip(-np.log10(column), 0, 40), operations=place + 3)
    rows.fingerprint(every)
    return rows


experiment = Measure(arm=Arm, size=Size, measure=measure)
