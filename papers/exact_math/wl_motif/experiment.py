"""Which k-WL fixes the number of copies of a pattern? The largest treewidth among its images.

The number of copies is a sum of homomorphism counts over quotients of the pattern, with signs; the
dimension is the largest treewidth that has a coefficient. Every connected pattern meets pairs of
graphs that k-WL cannot tell apart: all such graphs with up to seven vertices, circulant graphs, and
the twisted pairs of Cai, Furer and Immerman over small bases. Where the pair is alike at the
dimension the counts must be equal (`determined`); one below, some pair must differ (`separated`).
Copies are counted by looking at every set of vertices; the check adds homomorphisms up.
"""

from functools import cache
from itertools import combinations
from math import comb
from typing import Literal

import networkx as nx
import numpy as np

from recount.kits.exact_math import Exact, fact, motifs
from recount.kits.exact_math import weisfeiler_leman as wl
from recount.typed import typed


@typed()
class Arm:
    copies: Literal["subgraph", "induced"]


@typed()
class Size:
    pattern: int
    graph: int
    base: int
    circulant: int
    sets: int


@cache
def pairs(size):
    """[(name, level, graph, graph)]: k-WL cannot tell the two apart for any k up to the level."""
    found = [(f"atlas {n}", *two) for n in range(4, size.graph + 1) for two in wl.alike(n)]
    for n in range(8, size.circulant + 1):
        jumps = combinations(range(1, (n + 1) // 2), 2)
        rings = [nx.to_numpy_array(nx.circulant_graph(n, two)).astype(bool) for two in jumps]
        found += [(f"rings {n}", a, b) for a, b in combinations(rings, 2)]
    bases = [b for b in wl.connected(range(3, size.base + 1)) if 2 <= wl.treewidth(b) <= 3]
    bases += [np.ones((5, 5), bool) ^ np.eye(5, dtype=bool)] * (size.base >= 5)
    found += [(f"twisted {motifs.pattern_of(base)}", *wl.twisted_pair(base)) for base in bases]
    return [(name, wl.level(a, b), a, b) for name, a, b in found]


@cache
def census(size, place, side, count, copies):
    induced = motifs.induced_census(pairs(size)[place][2 + side], count)
    return induced if copies == "induced" else motifs.subgraph_census(induced)


def cases(run):
    for graph in wl.connected(range(2, run.size.pattern + 1)):
        size, bits = motifs.pattern_of(graph)
        yield {"vertices": size, "bits": bits, "edges": int(graph.sum()) // 2}


def motif(run, case):
    expand = motifs.subgraph_motif if run.arm.copies == "subgraph" else motifs.induced_motif
    return expand((case["vertices"], case["bits"]))


def met(run, case):
    """The pairs whose sets of so many vertices can all be looked at."""
    for place, (_, _, graph, _) in enumerate(pairs(run.size)):
        if comb(len(graph), case["vertices"]) <= run.size.sets:
            yield place


@cache
def width(pattern, chordal=False):
    graph = motifs.matrix_of(pattern)
    return wl.treewidth_by_chordal(graph) if chordal else wl.treewidth(graph)


def find(run, case):
    pattern = case["vertices"], case["bits"]
    counts = [
        [
            census(run.size, place, side, case["vertices"], run.arm.copies)[pattern]
            for side in (0, 1)
        ]
        for place in met(run, case)
    ]
    small = [two for two, place in zip(counts, met(run, case), strict=True) if is_small(run, place)]
    return {"dimension": max(map(width, motif(run, case))), "small": small, "counts": counts}


def is_small(run, place):
    return len(pairs(run.size)[place][2]) <= run.size.graph


def check(run, case):
    terms = motif(run, case)
    small = [place for place in met(run, case) if is_small(run, place)]
    counts = [[summed(run, terms, place, side) for side in (0, 1)] for place in small]
    return {"dimension": max(width(name, chordal=True) for name in terms), "small": counts}


def summed(run, terms, place, side):
    return sum(value * maps(run.size, place, side, name) for name, value in terms.items())


@cache
def maps(size, place, side, pattern):
    return motifs.homomorphisms(pattern, pairs(size)[place][2 + side])


def facts(run, case, found):
    dimension, own = found["dimension"], width((case["vertices"], case["bits"]))
    levels = [pairs(run.size)[place][1] for place in met(run, case)]
    equal = list(zip(levels, [one == other for one, other in found["counts"]], strict=True))
    yield fact("dimension", dimension)
    yield fact("treewidth", own)
    alike = [same for depth, same in equal if depth >= dimension]
    if alike:
        yield fact("determined", all(alike), len(alike))
    if 2 <= dimension <= 4 and case["vertices"] <= run.size.base:
        below = [not same for depth, same in equal if depth >= dimension - 1]
        yield fact("separated", any(below), len(below))
    naive = [same for depth, same in equal if depth >= own]
    yield fact("fixed_at_own_treewidth", all(naive), len(naive))
    if run.arm.copies == "induced":
        yield fact("one_less_than_vertices", dimension == case["vertices"] - 1)


def sums(run, rows):
    seen = {row["value"] for row in rows.rows if row["metric"] == "fixed_at_own_treewidth"}
    rows.add("treewidth_is_not_enough", 0 in seen, len(seen))
    levels = [pair[1] for pair in pairs(run.size)]
    for depth in (1, 2, 3):
        rows.add("pairs", sum(each >= depth for each in levels), alike=depth)


experiment = Exact(arm=Arm, size=Size, cases=cases, find=find, check=check, facts=facts, whole=sums)
