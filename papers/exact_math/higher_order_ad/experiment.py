"""Is forward-mode differentiation, as a macro on a higher-order language, right on every program?

Random well-typed programs in two real variables use functions as values, pairs, sums with case
distinctions and folds over lists. The macro rewrites numbers and operations alone, a real becoming
its Taylor coefficients along a line; everything else keeps its shape. Polynomial programs are run
on sympy polynomials in t, without any rule of differentiation, and must have the same coefficients
exactly; programs with sin, cos and exp meet mpmath's numerical derivatives at 50 digits and, at
order one, jax. Two arms break a rule on purpose and must be caught.
"""

from fractions import Fraction
from typing import Literal

from mpmath import mp

from recount.kits.exact_math import Exact, fact
from recount.kits.exact_math import differentiation as ad
from recount.kits.exact_math import random_programs as programs
from recount.typed import typed

HIGHER = {"lam", "app", "case", "fold"}
RULES = {"right": ad.RULES, "product cut": ad.PRODUCT_CUT, "chain lost": ad.CHAIN_LOST}
DIGITS, LARGE = 50, 10**6


@typed()
class Arm:
    programs: Literal["polynomial", "smooth"]
    rules: Literal["right", "product cut", "chain lost"]


@typed()
class Size:
    batches: int
    programs: int
    depth: int
    order: int
    jax_every: int


def cases(run):
    return [{"batch": number} for number in range(run.size.batches)]


def written(run, case):
    """[(program, x, y, dx, dy)] with small rational numbers."""
    for number in range(run.size.programs):
        rng = run.rng("program", step=case["batch"] * run.size.programs + number)
        writer = programs.Writer(rng, run.arm.programs == "polynomial")
        program = writer.term(ad.REAL, {"x": ad.REAL, "y": ad.REAL}, run.size.depth)
        yield program, *(Fraction(int(rng.integers(-4, 5)), 3) for _ in range(4))


def kinds(term):
    yield term[0]
    for one in term[1:]:
        if isinstance(one, tuple):
            yield from kinds(one)


def twice(run, program, numbers):
    """The second coefficient by the macro applied to what the first-order macro wrote."""
    x, y, dx, dy = numbers
    nested = ad.macro(ad.macro(program, 1, RULES[run.arm.rules]), 1, RULES[run.arm.rules])
    env = {"x": ((x, dx), (dx, Fraction(0))), "y": ((y, dy), (dy, Fraction(0)))}
    return ad.evaluated(nested, env, programs.EXACT)[1][1] / 2


def exactly(run, program, numbers):
    """(right, moves, nested agrees, nothing of jax) of a polynomial program."""
    order = run.size.order
    ours = ad.along_line(program, numbers, order, programs.EXACT, RULES[run.arm.rules])
    true = programs.by_polynomials(program, numbers, order)
    nested = twice(run, program, numbers) == ours[2] if order > 1 else None
    return ours == true, any(ours[1:]), nested, None


def closely(run, program, numbers, with_jax):
    """(right, moves, nothing nested, jax agrees), or None where a number is too large."""
    order = run.size.order
    with mp.workdps(DIGITS):
        try:
            ours = ad.along_line(program, numbers, order, programs.PRECISE, RULES[run.arm.rules])
            true = programs.by_differences(program, numbers, order)
        except programs.TooLarge:
            return None
        if max(map(abs, true)) > LARGE:
            return None
        pairs = zip(ours, true, strict=True)
        same = all(abs(a - b) <= mp.mpf(10) ** -20 * (1 + abs(b)) for a, b in pairs)
    jax = None
    if with_jax:
        jax = abs(programs.by_jax(program, numbers) - ours[1]) <= 1e-6 * (1 + abs(ours[1]))
    return same, any(ours[1:]), None, jax


def find(run, case):
    """One (right, moves, nested agrees, jax agrees, higher-order) for each program."""
    found = []
    for number, (program, *numbers) in enumerate(written(run, case)):
        if run.arm.programs == "polynomial":
            one = exactly(run, program, numbers)
        else:
            one = closely(run, program, numbers, number % run.size.jax_every == 0)
        if one is not None:
            found.append((*one, bool(HIGHER & set(kinds(program)))))
    return {"programs": found}


def facts(run, case, found):
    same, moves, nested, jaxed, higher = zip(*found["programs"], strict=True)
    yield fact("true_derivative", all(same), len(same))
    yield fact("share_wrong", 1 - sum(same) / len(same), len(same))
    yield fact("share_that_moves", sum(moves) / len(moves), len(moves))
    yield fact("share_higher_order", sum(higher) / len(higher), len(higher))
    if run.arm.programs == "polynomial" and run.size.order > 1:
        yield fact("nested_agrees", all(nested), len(nested))
    if asked := [one for one in jaxed if one is not None]:
        yield fact("jax_agrees", all(asked), len(asked))


def sums(run, rows):
    right = [row["value"] for row in rows.rows if row["metric"] == "true_derivative"]
    moves = [row["value"] for row in rows.rows if row["metric"] == "share_that_moves"]
    rows.add("caught", 0 in right, len(right))
    rows.add("programs_matter", min(moves) > 0.25, len(moves))


experiment = Exact(arm=Arm, size=Size, cases=cases, find=find, facts=facts, whole=sums)
