"""Are quasi-Borel spaces cartesian closed? A finite sample space takes the place of the real line.

This is a small part of the matter. On the reals the point is that measurable spaces have no
function spaces; on a finite set nothing is uncountable and they have. What is left to check is the
definition itself: all spaces on few points, over every partition of two or three samples, with all
their products, function spaces, evaluations and currying, and both orders of integration. Each
axiom is then dropped, on two points: currying must fail without constants or precomposition. It
does not need gluing, which is there for the reals' countable case distinctions.
"""

from fractions import Fraction
from typing import Literal

from recount.kits.exact_math import Exact, fact
from recount.kits.exact_math import quasi_spaces as qs
from recount.typed import typed

SAMPLES = {
    "two alike": qs.Samples((0, 0)),
    "two apart": qs.Samples((0, 1)),
    "three alike": qs.Samples((0, 0, 0)),
    "two and one": qs.Samples((0, 0, 1)),
    "three apart": qs.Samples((0, 1, 2)),
}
WEIGHTS = (Fraction(1, 2), Fraction(1, 3), Fraction(1, 6))


@typed()
class Arm:
    dropped: Literal["nothing", "constants", "precomposition", "gluing"]


@typed()
class Size:
    samples: int
    points_of_two: int
    points_of_three: int
    functions: int


def listed(run, samples):
    axioms = tuple(axiom for axiom in qs.AXIOMS if axiom != run.arm.dropped)
    most = run.size.points_of_two if samples.size == 2 else run.size.points_of_three
    most = most if run.arm.dropped == "nothing" else min(most, 2)
    return [space for n in range(1, most + 1) for space in qs.spaces(samples, n, axioms)]


def cases(run):
    many = run.size.samples if run.arm.dropped == "nothing" else min(run.size.samples, 2)
    for name in list(SAMPLES)[:many]:
        for number in range(len(listed(run, SAMPLES[name]))):
            yield {"samples": name, "space": number}


def find(run, case):
    """The space X and all (Z, Y) for which every function from Z x X to Y is tried."""
    every = listed(run, SAMPLES[case["samples"]])
    source = every[case["space"]]
    few = [
        (left, target)
        for left in every
        for target in every
        if target.size ** (left.size * source.size) <= run.size.functions
    ]
    return {"source": source, "pairs": few}


def facts(run, case, found):
    samples, source, pairs = SAMPLES[case["samples"]], found["source"], found["pairs"]
    targets = sorted({target for _, target in pairs}, key=repr)
    tried = [qs.currying_agrees(left, source, target, samples) for left, target in pairs]
    yield fact("points", source.size)
    yield fact("random_elements", len(source.random), source.size**samples.size)
    yield fact("closed", not any(bad for _, bad in tried), sum(count for count, _ in tried))
    good = [qs.evaluation_is_morphism(source, target, samples) for target in targets]
    yield fact("evaluation", all(good), len(good))
    products = [qs.pairing_agrees(left, source, target) for left, target in pairs]
    yield fact("products", all(products), len(products))
    weights = dict(enumerate(WEIGHTS))
    if run.arm.dropped == "nothing":
        inside = [qs.exponential(source, target, samples) for target in targets]
        inside += [qs.paired(source, target) for target in targets]
        kept = [qs.keeps(space, samples, axiom) for space in inside for axiom in qs.AXIOMS]
        yield fact("stays_a_space", all(kept), len(kept))
        swaps = [qs.swap_holds(source, other, samples, weights) for other in targets]
        yield fact("swap", all(swaps), len(swaps))
        if len(set(samples.blocks)) == samples.size:
            full = len(source.random) == source.size**samples.size
            yield fact("nothing_but_sets", full, len(source.random))


def sums(run, rows):
    closed = [row["value"] for row in rows.rows if row["metric"] == "closed"]
    rows.add("closure_fails", 0 in closed, len(closed))


experiment = Exact(arm=Arm, size=Size, cases=cases, find=find, facts=facts, whole=sums)
