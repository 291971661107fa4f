"""Superposition with applied variables and missing arguments, but no lambda (intensional calculus).

Only arguments are rewritten, never the prefix f a of f a b; equations between functions are given
arguments instead (argument congruence), and a variable that also occurs applied is rewritten, since
the path order does not keep arguments. Random small clause sets go through the prover, and z3, on a
plain first-order encoding, says which of them can hold. A refuted set that can hold would be
unsound; a set that cannot hold and yet saturates would be the end of completeness. Arms: two term
orders, no argument congruence (must miss sets), and superposition on the applicative encoding.
"""

from functools import cache
from itertools import product
from typing import Literal

import numpy as np

from recount.kits.exact_math import Exact, clause_sets, fact
from recount.kits.exact_math import lambda_free as terms
from recount.kits.exact_math.superposition import Calculus, heads_of, saturate
from recount.typed import typed

PRECEDENCE = ("h", "f", "g", "a", "b")
ORDERS = {
    "path": terms.path_order(PRECEDENCE),
    "weight": terms.weight_order(PRECEDENCE),
    "encoded path": terms.encoded_order(PRECEDENCE),
}


@typed()
class Arm:
    order: Literal["path", "weight", "encoded path"]
    argument_congruence: bool


@typed()
class Size:
    problems: int
    clauses: int
    depth: int
    generated: int
    steps: int
    law_terms: int


def cases(run):
    return [{"problem": number} for number in range(run.size.problems)]


def clauses_of(run, case):
    rng = run.rng("problem", step=case["problem"])
    return clause_sets.random_clauses(rng, run.size.clauses, run.size.depth)


def calculus_of(order, congruence):
    if order == "encoded path":
        return Calculus(ORDERS[order], terms.everywhere, False, False)
    return Calculus(ORDERS[order], terms.green, congruence, order == "path")


def find(run, case):
    clauses = clauses_of(run, case)
    calculus = calculus_of(run.arm.order, run.arm.argument_congruence)
    ended = saturate(clauses, calculus, run.size.generated)
    return {"how": ended.how, "generated": ended.generated, "clauses": clauses}


def facts(run, case, found):
    how, truth = found["how"], "not asked"
    if how != "limit":
        truth = clause_sets.known(found["clauses"], run.size.steps)
    sides = [term for clause in found["clauses"] for _, *both in clause for term in both]
    applied = any(heads_of(term) for term in sides)
    yield fact("generated", found["generated"], ended=how, truth=truth, applied=applied)
    if truth == "sat":
        yield fact("sound", how != "refuted", found["generated"])
    if truth == "unsat":
        yield fact("complete", how != "saturated", found["generated"])
    if run.arm.order == "path" and run.arm.argument_congruence and applied and truth == "unsat":
        encoded = calculus_of("encoded path", congruence=False)
        other = saturate(found["clauses"], encoded, run.size.generated)
        if how == other.how == "refuted":
            yield fact("share_of_encoding", (1 + found["generated"]) / (1 + other.generated))


@cache
def small_terms(most, with_variables):
    """All terms of at most so many symbols, by size."""
    heads = clause_sets.SYMBOLS + clause_sets.VARIABLES * with_variables
    found = {1: list(heads)}
    for size in range(2, most + 1):
        pairs = [(s, t) for k in range(1, size) for s, t in product(found[k], found[size - k])]
        fit = [(s, t) for s, t in pairs if isinstance(terms.kind_of(s), tuple)]
        found[size] = [("@", s, t) for s, t in fit if terms.kind_of(s)[0] == terms.kind_of(t)]
    return [one for group in found.values() for one in group]


def laws(greater, most):
    """{law: (whether it holds, cases)} on all small terms; contexts keep the argument's type."""
    ground, free = small_terms(most, False), small_terms(most - 1, True)
    more = {(s, t) for s, t in product(ground, repeat=2) if greater(s, t)}
    after = {s: [t for one, t in more if one == s] for s in ground}
    total = [((s, t) in more) != ((t, s) in more) for s, t in product(ground, repeat=2) if s != t]
    chains = [(s, t) in more for s in ground for middle in after[s] for t in after[middle]]
    below = [greater(s, t) for s in ground for path, t in terms.green(s) if path]
    alike = [(s, t) for s, t in more if terms.kind_of(s) == terms.kind_of(t)]
    frames = [(s, p, t) for s in ground for p, t in terms.green(s) if p]
    green = [
        greater(terms.put(frame, path, s), terms.put(frame, path, t))
        for frame, path, inner in frames
        for s, t in alike
        if s == inner
    ]
    envs = [dict(zip(clause_sets.VARIABLES, new, strict=True)) for new in instances()]
    stable = [
        greater(terms.substituted(s, env), terms.substituted(t, env))
        for s, t in product(free, repeat=2)
        if greater(s, t)
        for env in envs
    ]
    functions = [(s, t) for s, t in alike if isinstance(terms.kind_of(s), tuple)]
    args = [one for one in ground if terms.kind_of(one) == "i" and terms.size(one) < 3]
    kept = [greater(("@", s, u), ("@", t, u)) for s, t in functions for u in args]
    named = {"total": total, "transitive": chains, "subterm": below, "green context": green}
    return named | {"stable": stable}, kept


def instances():
    kinds = [terms.kind_of(one) for one in clause_sets.VARIABLES]
    small = small_terms(2, False)
    return product(*[[t for t in small if terms.kind_of(t) == kind][:2] for kind in kinds])


def sums(run, rows):
    missed = [row for row in rows.rows if row["metric"] == "complete" and row["value"] == 0]
    rows.add("misses_some", bool(missed), len(missed))
    shares = [row["value"] for row in rows.rows if row["metric"] == "share_of_encoding"]
    if shares:
        rows.add("less_than_encoding", float(np.median(shares)) < 1, len(shares))
    if run.arm.order != "encoded path":
        held, kept = laws(ORDERS[run.arm.order], run.size.law_terms)
        for law, all_of in held.items():
            rows.add("order_law", all(all_of), len(all_of), law=law)
        rows.add("keeps_arguments", all(kept), len(kept))
        rows.add("breaks_arguments", not all(kept), len(kept))


experiment = Exact(arm=Arm, size=Size, cases=cases, find=find, facts=facts, whole=sums)
