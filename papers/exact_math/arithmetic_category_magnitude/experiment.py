"""Categories whose arrows compose by arithmetic: which size maps there are, and what weights show.

A size map of invertible matrices must send products to products. The commutators of all matrices of
a small group are generated: if they are all matrices of determinant one, every size map is a
function of the determinant. The check joins all products that must get the same size. Sums get
exponentials of traces, found by trying all maps. Then random categories are built from edges:
sums and products of scalars and products of matrices along the paths of acyclic graphs, and least
sums in networks. Weights are solved in fractions, twice. An object far from the others is planted.
"""

import numpy as np
from scipy.stats import binomtest

from recount.kits.exact_math import Exact, fact
from recount.kits.exact_math import finite_matrices as fm
from recount.kits.exact_math import magnitudes as mg
from recount.typed import typed


@typed()
class Arm:
    far: int  # how many steps further away the planted object is


@typed()
class Size:
    groups: tuple[list[int], ...]  # rows of the matrices and the prime
    additive: tuple[list[int], ...]
    categories: int  # of each family
    objects: int
    planted: int  # categories of each family in which the planted object is looked for


def cases(run):
    if run.arm.far:
        for kind, spaces in (("groups", run.size.groups), ("additive", run.size.additive)):
            for n, p in spaces:
                yield {"kind": kind, "rows": n, "prime": p}
    for name in mg.FAMILIES:
        for number in range(run.size.categories):
            yield {"kind": name, "number": number}


def category(run, case, far):
    rng = run.rng(f"category {case['kind']}", step=case["number"])
    return mg.drawn(rng, case["kind"], run.size.objects, far)


def space(case):
    return fm.Matrices(case["rows"], case["prime"])


def find(run, case):
    if case["kind"] == "groups":
        units = space(case).units
        return {"classes": len(units) // len(fm.derived(space(case)))}
    if case["kind"] == "additive":
        return {"maps": sorted(fm.trace_maps(space(case)))}
    table = category(run, case, run.arm.far).table
    weights = mg.weighting(table)
    if weights is None:
        return {"weights": []}
    return {"weights": weights, "coweights": mg.weighting(mg.transposed(table))}


def check(run, case):
    if case["kind"] == "groups":
        whole = space(case)
        return {"classes": len(np.unique(fm.commutative_classes(whole, whole.units)))}
    if case["kind"] == "additive":
        return {"maps": sorted(fm.additive_size_maps(space(case)))}
    table = category(run, case, run.arm.far).table
    solve = mg.by_substitution if case["kind"] != "network" else mg.by_elimination
    return {"weights": solve(table)}


def facts(run, case, found):
    if case["kind"] == "groups":
        yield from about_group(space(case), found["classes"])
    elif case["kind"] == "additive":
        wanted = case["prime"] ** case["rows"] ** 2
        yield fact("sums_have_exponentials", len(set(found["maps"])) == wanted, wanted)
    else:
        yield from about_category(run, case, found)


def about_group(whole, classes):
    size, group = len(whole.entries), len(whole.units)
    universal = fm.derived(whole) == set(np.flatnonzero(whole.dets == 1).tolist())
    yield fact("size_classes", classes, group)
    if (whole.n, whole.p) == (2, 2):
        yield fact("exception", not universal, group)
        return
    yield fact("determinant_is_universal", universal, group)
    if size <= 700:
        labels = fm.commutative_classes(whole, np.arange(size))
        both = len(np.unique(labels)) == len(np.unique(np.stack([labels, whole.dets]), axis=1)[0])
        yield fact("with_singular_matrices", both and labels.max() + 1 == whole.p, size)


def about_category(run, case, found):
    one, family = category(run, case, run.arm.far), mg.FAMILIES[case["kind"]]
    arrows, order = one.arrows, range(one.number)
    triples = [(j, k, m) for j, k in arrows for m in order if (k, m) in arrows]
    kept = [
        family.times(arrows[j, k], arrows[k, m]) == arrows[j, m]
        if family.value
        else arrows[j, k] + arrows[k, m] >= arrows[j, m]
        for j, k, m in triples
    ]
    yield fact("composition_holds", all(kept), len(kept))
    bent = one.spoiled() if family.value else None
    if bent is not None:
        yield fact("spoiled_is_seen", bent.arrows is None)
    yield fact("has_weights", bool(found["weights"]))
    if found["weights"]:
        magnitude = sum(found["weights"])
        yield fact("magnitude", float(magnitude))
        yield fact("magnitudes_agree", magnitude == sum(found["coweights"]), one.number)
    if run.arm.far:
        near, away = (distance_to_one(category(run, case, f * run.arm.far)) for f in (1, 2))
        yield fact("weight_tends_to_one", away <= near * family.base ** (run.arm.far // 2))


def distance_to_one(one):
    return abs(mg.weighting(one.table)[one.planted] - 1)


def whole(run, rows):
    for name in mg.FAMILIES:
        seen = []
        for number in range(run.size.planted):
            rng = run.rng(f"planted {name}", step=number)
            one = mg.drawn(rng, name, run.size.objects, run.arm.far)
            listed = mg.scores(one)
            seen.append([mg.stands_out(one, score) for score in listed.values()])
        for score, share in zip(listed, np.mean(seen, axis=0), strict=True):
            rows.add("stands_out", share, len(seen), kind=name, score=score)
        times = int(np.sum(seen, axis=0)[0])
        low, high = binomtest(times, len(seen)).proportion_ci(0.998)
        rows.add("stands_out_mostly", float(low > 0.5), len(seen), kind=name)
        rows.add("stands_out_seldom", float(high < 0.5), len(seen), kind=name)


experiment = Exact(
    arm=Arm, size=Size, cases=cases, find=find, facts=facts, check=check, whole=whole
)
