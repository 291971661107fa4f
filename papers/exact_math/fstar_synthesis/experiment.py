"""Does a synthesiser profit from definitions whose types are near to the wanted one?

The claim proper needs the corpus of F* definitions and its checker, and is not run without them. In
their place stands a small language whose types say what a function returns, as a relation for z3.
A project has helpers that are known by contracts, and definitions in families. The synthesiser is
a grammar with likelihoods: learned from definitions of other projects whose types have a like
outline, then moved by the ones it is shown from the file so far: none, random ones, the last ones,
or those of nearest types. It writes ten bodies, likeliest first, and the checker says which have
the type.
"""

from typing import Literal

import numpy as np

from recount.experiment import Measure, NotRun
from recount.kits.exact_math import definition_projects as pj
from recount.kits.exact_math import expression_grammar as eg
from recount.kits.exact_math import refinement_types as rt
from recount.run import Rows
from recount.typed import typed

MISSING = "no corpus of F* definitions and no F* checker; only the claims about the stand-in run"


@typed()
class Arm:
    source: Literal["corpus", "generated"]
    shown: Literal["related", "random", "last", "none"]
    model: Literal["tuned", "prompted", "grammar"] = "grammar"


@typed()
class Size:
    training: int  # projects
    projects: int  # for the test
    definitions: int  # of each project; the last `asked` are asked for
    asked: int
    families: int
    helpers: int  # of one argument, and as many of two
    learned: int  # definitions of other projects, with types of nearest outline
    shown: int
    tries: tuple[int, ...]
    inputs: int


def project(run, seed, number):
    size = run.size
    rng = run.rng(f"project {number}", seed)
    return pj.drawn_project(rng, size.definitions, size.families, size.helpers)


def learned(run, seed):
    """All definitions of the training projects, found by the outlines of their types."""
    every = [project(run, seed, number).definitions for number in range(run.size.training)]
    return pj.Library([one for group in every for one in group], rt.Refined.outline)


def shown(run, rng, wanted, before):
    """The definitions of the file so far that the synthesiser sees."""
    if run.arm.shown == "related":
        return pj.Library(before, rt.Refined.atoms).nearest(wanted, run.size.shown)
    if run.arm.shown == "random":
        return [before[k] for k in rng.permutation(len(before))[: run.size.shown]]
    return before[-run.size.shown :] if run.arm.shown == "last" else []


def attempts(run, rng, library, helpers, wanted, before):
    """Bodies, likeliest first; what is shown weighs as much as all that was learned."""
    base = eg.Likelihoods(one.body for one in library.nearest(wanted, run.size.learned))
    seen = [one.body for one in shown(run, rng, wanted, before)]
    likelihoods = base.with_added(seen, run.size.learned / max(1, len(seen)))
    listed = eg.Enumeration(rt.rules(helpers, wanted.numbers()), likelihoods)
    return listed.first("int", run.size.tries[-1], rng)


def tried(run, seed):
    """[(calls in the known body, the first right try or infinity, confirmed)] of all asked."""
    library, found = learned(run, seed), []
    for number in range(run.size.training, run.size.training + run.size.projects):
        one = project(run, seed, number)
        for at in range(run.size.definitions - run.size.asked, run.size.definitions):
            rng, asked = run.rng(f"ties {number}", seed, at), one.definitions[at]
            before = one.definitions[:at]
            bodies = attempts(run, rng, library, one.helpers, asked.type, before)
            first, right = np.inf, True
            for place, body in enumerate(bodies, 1):
                if rt.has_type(body, one.helpers, asked.type):
                    first, right = place, same(run, seed, one.helpers, body, asked.body)
                    break
            found.append((asked.calls(one.helpers), first, right))
    return found


def same(run, seed, helpers, body, other):
    """Whether two bodies return the same on random inputs, with the helpers really run."""
    inputs = run.rng("inputs", seed).integers(-30, 31, (run.size.inputs, 2)).tolist()
    return all(rt.run(body, helpers, *one) == rt.run(other, helpers, *one) for one in inputs)


def checker_right(run, seed):
    """Whether the checker accepts every known body of a project and refuses it plus one."""
    one = project(run, seed, run.size.training)
    return all(
        rt.has_type(each.body, one.helpers, each.type)
        and not rt.has_type(("+", each.body, ("1",)), one.helpers, each.type)
        for each in one.definitions
    )


def measure(run, data):
    if run.arm.source == "corpus":
        raise NotRun(MISSING)
    rows, found = Rows(run), []
    for done, seed in enumerate(run.seeds):
        found.append(tried(run, seed))
        run.report(done + 1, len(run.seeds), "")
    calls, first, confirmed = np.array(found).transpose(2, 0, 1)
    for tries in run.size.tries:
        rows.add("verified", (first <= tries).mean(1), first.shape[1], tries=tries)
    for number in (1, 2):
        of_it = calls == number
        share = ((first <= tries) & of_it).sum(1) / np.maximum(of_it.sum(1), 1)
        rows.add("verified_by_calls", share, int(of_it.sum(1).min()), calls=number)
    rows.add("confirmed", confirmed.all(1), first.shape[1])
    rows.add("checker_right", [checker_right(run, seed) for seed in run.seeds])
    rows.fingerprint(first)
    return rows


experiment = Measure(arm=Arm, size=Size, measure=measure)
