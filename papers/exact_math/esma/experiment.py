"""Formulas for constants, found by searching integer sequences for a pattern.

x = a0 + b0/(a1 + b1/(a2 + ...)) with signs b of a short period: b chosen, x fixes the terms a. The
first terms of every pattern of signs go through Berlekamp-Massey; a short linear recurrence is a
candidate, approved if it foretells terms it has not seen and, continued, gives x to 1,000 digits.
Random numbers, alike in all arms, must yield none. Hankel ranks and mpmath repeat the search.
"""

from functools import cache
from itertools import islice
from typing import Literal

from mpmath import mp

from recount.kits.exact_math import Decimals, Exact, fact, recurrences
from recount.kits.exact_math import continued_fractions as fractions
from recount.typed import typed

# The number, and the signs and the terms of a formula that was known before.
CLAIMED = {
    "e": (mp.e, (1,), lambda n: 2 * (n + 1) // 3 if n % 3 == 2 else 1 + (n == 0)),
    "e^2": (lambda: mp.e**2, (1,), lambda n: e_squared(*divmod(n - 1, 5)) if n else 7),
    "tan(1)": (lambda: mp.tan(1), (1,), lambda n: n if n % 2 else 1),
    "I0(2)/I1(2)": (lambda: mp.besseli(0, 2) / mp.besseli(1, 2), (1,), lambda n: n + 1),
    "I0(1)/I1(1)": (lambda: mp.besseli(0, 1) / mp.besseli(1, 1), (1,), lambda n: 2 * n + 2),
    "J0(2)/J1(2)": (lambda: mp.besselj(0, 2) / mp.besselj(1, 2), (-1,), lambda n: n + 1),
    "J0(1)/J1(1)": (lambda: mp.besselj(0, 1) / mp.besselj(1, 1), (-1,), lambda n: 2 * n + 2),
}
EASY = {"sqrt(2)": (lambda: mp.sqrt(2),), "golden ratio": (mp.phi,)}
WITHOUT = {"pi": (mp.pi,), "zeta(3)": (mp.apery,), "gamma": (mp.euler,), "Catalan": (mp.catalan,)}
NUMBERS = CLAIMED | EASY | WITHOUT
GOAL = 1000


@typed()
class Arm:
    signs: Literal["both", "plus"]


@typed()
class Size:
    period: int
    sample: int
    longest: int
    held_out: int
    digits: int
    random: int
    checked_random: int
    checked_period: int
    faster: float


def cases(run):
    names = [*NUMBERS, *(f"random {index}" for index in range(run.size.random))]
    return [{"number": name} for name in names]


@cache
def decimals(run, name):
    scale = 10**run.size.digits
    if name not in NUMBERS:
        drawn = run.rng("digits", step=int(name.split()[1])).integers(0, 10, run.size.digits)
        return Decimals(int("".join(map(str, drawn))), scale)
    with mp.workdps(run.size.digits + 20):
        return Decimals(int(mp.floor(NUMBERS[name][0]() * scale)), scale)


def patterns(run, period):
    return fractions.sign_patterns(period) if run.arm.signs == "both" else [(1,)]


@cache
def search(run, name):
    """Signs -> (the recurrence of the sample or (), the terms it needs if approved or 0)."""
    found, number = {}, decimals(run, name)
    for signs in patterns(run, run.size.period):
        sample = islice(fractions.signed_terms(number, signs), run.size.sample)
        recurrence = recurrences.shortest_recurrence(sample, run.size.longest) or ()
        found[signs] = recurrence, approved(run, number, signs, recurrence) if recurrence else 0
    return found


def approved(run, number, signs, recurrence):
    terms = list(fractions.signed_terms(number, signs))
    enough = len(terms) >= run.size.sample + run.size.held_out
    formula = islice(recurrences.continued(terms, recurrence), 10 * GOAL)
    good = enough and recurrences.follows(terms, recurrence)
    return fractions.terms_needed(formula, signs, number, GOAL) if good else 0


def find(run, case):
    found = search(run, case["number"]).items()
    return {signs: (len(one), len(one) > 0, count > 0) for signs, (one, count) in found}


def check(run, case):
    name, size, other = case["number"], run.size, {}
    if name not in NUMBERS and int(name.split()[1]) >= size.checked_random:
        return None
    with mp.workdps(size.digits):
        number, near = mp.fdiv(*decimals(run, name)), mp.mpf(10) ** -GOAL
        for signs in patterns(run, size.checked_period):
            terms = fractions.terms_by_floats(number, signs, size.sample)
            rank = recurrences.hankel_rank(terms)
            recurrence, count = search(run, name)[signs]
            formula = islice(recurrences.continued(terms, recurrence), (count or GOAL) + 9)
            close = abs(fractions.folded(formula, signs) - number) < near
            fits = recurrences.follows(terms, recurrence)
            other[signs] = (rank if rank <= size.longest else 0, fits, close)
    return other


def facts(run, case, found):
    name = case["number"]
    tried, good = len(found), sum(good for *_, good in found.values())
    yield fact("candidates", sum(fits for _, fits, _ in found.values()), tried)
    yield fact("formulas", good, tried)
    if name in EASY:
        yield fact("easy_found", good > 0, tried)
    elif name not in CLAIMED:
        yield fact("nothing_found" if name in NUMBERS else "random_silent", good == 0, tried)
    else:
        number, signs = decimals(run, name), (1,)
        plain = fractions.terms_needed(fractions.signed_terms(number, signs), signs, number, GOAL)
        fewest = min((count for _, count in search(run, name).values() if count), default=0)
        yield fact("formula_found", good > 0, tried)
        yield fact("known_formula", has_known(run, name), tried)
        yield fact("plain_terms", plain)
        yield fact("fewest_terms", fewest)
        yield fact("faster", 0 < fewest <= run.size.faster * plain, good)


def has_known(run, name):
    signs, form = CLAIMED[name][1:]
    recurrence, good = search(run, name).get(signs, ((), 0))
    terms = list(fractions.signed_terms(decimals(run, name), signs))
    formula = islice(recurrences.continued(terms, recurrence), GOAL)
    return good > 0 and list(formula) == list(map(form, range(GOAL)))


def e_squared(part, place):
    return (3 * part + 2, 1, 1, 3 * part + 3, 12 * part + 18)[place]


def sums(run, rows):
    found = {row["value"] for row in rows.rows if row["metric"] == "faster"}
    rows.add("faster_somewhere", 1 in found, len(CLAIMED))


experiment = Exact(arm=Arm, size=Size, cases=cases, find=find, check=check, facts=facts, whole=sums)
