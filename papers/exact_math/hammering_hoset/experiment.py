"""How much of a written development in higher-order set theory can provers take over?

The development goes from extensionality through pairs, Russell, Cantor and induction to sums,
products, order, divisors and parity. Every line names the instances that it uses, so z3 and cvc5,
which then only see ground formulas, can each check every line. The hammer names no instance: it
gives a goal with its premises to first-order z3, to first-order cvc5 and at last to higher-order
cvc5, each within a fixed number of steps of its own. The largest spans that a prover closes become
one call. Arms: the premises that the replaced lines cite, or everything that was proved before.
Controls: a line without its instances must be refused, and so must the negation of a lemma.
"""

from typing import Literal

import numpy as np

from recount.experiment import Measure
from recount.kits.exact_math import declarative_proofs as dp
from recount.kits.exact_math import provers as pv
from recount.kits.exact_math.naturals_texts import NATURALS
from recount.kits.exact_math.parity_texts import PARITY
from recount.kits.exact_math.set_theory_texts import SETS
from recount.run import Rows, print_of
from recount.typed import typed

KERNELS = ("z3", "cvc5")


@typed()
class Arm:
    premises: Literal["cited", "all earlier"]


@typed()
class Size:
    lemmas: int  # the first so many, at most
    z3: int  # effort, in the resource units of each solver
    cvc5: int
    higher: int


def efforts(size):
    return {"z3": size.z3, "cvc5": size.cvc5, "cvc5 higher-order": size.higher}


def hammer_with(run, known):
    """attempt(facts, names, goal): the first prover that does it, as a list, or no one."""

    def attempt(facts, names, goal):
        cited = [one for name, one in known.items() if name in names]
        premises = [*facts, *(cited if run.arm.premises == "cited" else known.values())]
        tried = (
            prover
            for prover, effort in efforts(run.size).items()
            if pv.hammer(premises, goal, prover, effort)
        )
        return [prover for prover, _ in zip(tried, range(1), strict=False)]

    return attempt


def checked(lemma, known):
    """(lines that both kernels accept, lines, lines with instances, of these refused without)."""
    right = lines = named = refused = 0
    for one in dp.obligations(lemma.proof, lemma.formula, dp.Scope(dict(known))):
        lines += 1
        right += all(pv.ground(one.facts + one.instances, one.goal, by) for by in KERNELS)
        if one.instances:
            named += 1
            refused += not any(pv.ground(one.facts, one.goal, by) for by in KERNELS)
    return right, lines, named, refused


def add_hammered(rows, item, written, found):
    """What became of the proof, and of its subgoals: the lemma itself and its blocks."""
    goals, closed = len(found.attempts), [(fo, by[0]) for fo, by in found.attempts if by]
    plain = sum(by != "cvc5 higher-order" for _, by in closed)
    rows.add("kept", found.lines / written, written, item=item)
    rows.add("closed", len(closed) / goals, goals, item=item)
    rows.add("whole", bool(found.attempts[0][1]), 1, item=item)
    rows.add("first_order_goals", sum(fo for fo, _ in found.attempts) / goals, goals, item=item)
    rows.add("first_order_suffices", 2 * plain >= len(closed), len(closed), item=item)
    told = [found.lines, *(list(pv.HAMMERS).index(by) for _, by in closed)]
    rows.add("fingerprint", print_of(np.array(told)), item=item)
    for prover in pv.HAMMERS:
        count = sum(by == prover for _, by in closed)
        rows.add("closed_by", count / goals, goals, item=item, prover=prover)


def measure(run, data):
    rows, known, item = Rows(run), {}, 0
    lemmas = dp.development(SETS + NATURALS + PARITY)
    for lemma in lemmas:
        if lemma.proof is not None and item < run.size.lemmas:
            written = sum(one.lines() for one in lemma.proof)
            scope, attempt = dp.Scope(dict(known)), hammer_with(run, known)
            found = dp.shortened(lemma.proof, lemma.formula, scope, attempt)
            add_hammered(rows, item, written, found)
            if run.arm.premises == "cited":
                add_checks(run, rows, item, lemma, known)
            item += 1
            run.report(item, run.size.lemmas, lemma.name)
        known[lemma.name] = lemma.formula
    return rows


def add_checks(run, rows, item, lemma, known):
    right, lines, named, refused = checked(lemma, known)
    names = set().union(*(one.names() for one in lemma.proof))
    premises = [one for name, one in known.items() if name in names]
    wrong = pv.hammer(premises, ("not", lemma.formula), "z3", run.size.z3)
    rows.add("every_line_checked", right == lines, lines, item=item)
    rows.add("refused_without", refused / max(1, named), named, item=item)
    rows.add("negation_refused", not wrong, 1, item=item)


experiment = Measure(arm=Arm, size=Size, measure=measure)
