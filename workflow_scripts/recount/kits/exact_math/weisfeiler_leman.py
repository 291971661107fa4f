"""Folklore k-dimensional Weisfeiler-Leman, the pairs that fool it, and treewidth.

Graphs are symmetric 0/1 matrices of type bool, (n, n). Two graphs are k-WL equivalent where the
stable colourings of their k-tuples use each colour equally often.
Source: Cai, Furer and Immerman, An optimal lower bound on the number of variables (1992).
"""

from functools import cache
from itertools import combinations, product

import networkx as nx
import numpy as np


def classes(graphs, k):
    """The k-WL class of each of the graphs (g, n, n): equal numbers, equivalent graphs."""
    graphs = np.asarray(graphs, dtype=np.int64)
    count, n = graphs.shape[:2]
    colours = renamed(atomic_types(graphs, k).reshape(count * n**k, 1))
    while True:
        codes = surroundings(graphs, colours.reshape(count, *[n] * k), k)
        codes.sort(axis=1)
        finer = renamed(np.concatenate([colours[:, None], codes], axis=1))
        if finer.max() == colours.max():
            break
        colours = finer
    shape = (count, int(finer.max()) + 1)
    census = np.zeros(shape, dtype=np.int64)
    np.add.at(census, (np.repeat(np.arange(count), n**k), finer), 1)
    return renamed(census)


def renamed(table):
    return np.unique(table, axis=0, return_inverse=True)[1].reshape(-1)


def atomic_types(graphs, k):
    """What a k-tuple looks like by itself: which places are equal, which are joined."""
    count, n = graphs.shape[:2]
    pair = graphs + 2 * np.eye(n, dtype=np.int64)
    types = np.zeros((count, *[n] * k), dtype=np.int64)
    for one, other in combinations(range(k), 2):
        axes = [n if place in (one, other) else 1 for place in range(k)]
        types = 3 * types + pair.reshape(count, *axes)
    return types


def surroundings(graphs, colours, k):
    """For each tuple and each vertex x, the colours of the k tuples with x put into one place."""
    n, count = colours.shape[1], int(colours.max()) + 1
    total = np.zeros((*colours.shape, n), dtype=np.int64)
    if k == 1:
        total += 2 * colours[:, None, :] + graphs
    else:
        for place in range(k):
            moved = np.moveaxis(colours, place + 1, -1)
            total = total * count + np.expand_dims(moved, place + 1)
    return total.reshape(-1, n)


def twisted_pair(base):
    """The untwisted and the twisted Cai-Furer-Immerman graph over a connected base.

    A vertex is a base vertex with an even set of its edges (an odd set at the first vertex of the
    twisted graph); two are joined where they agree on the edge of the base between them.
    """
    return [cai_furer_immerman(base, odd) for odd in (False, True)]


def cai_furer_immerman(base, odd):
    size = len(base)
    places = []
    for vertex in range(size):
        ends = np.flatnonzero(base[vertex])
        for choice in product((0, 1), repeat=len(ends)):
            if sum(choice) % 2 == (odd and vertex == 0):
                places.append((vertex, dict(zip(ends.tolist(), choice, strict=True))))
    graph = np.zeros((len(places), len(places)), dtype=bool)
    for (i, (u, left)), (j, (v, right)) in combinations(enumerate(places), 2):
        if base[u, v] and left[v] == right[u]:
            graph[i, j] = graph[j, i] = True
    return graph


def treewidth(graph):
    """By the best order of elimination, a dynamic programme over sets of eliminated vertices."""
    size = len(graph)

    def degree(gone, vertex):
        seen, reached, todo = {vertex}, 0, [vertex]
        while todo:
            for other in np.flatnonzero(graph[todo.pop()]).tolist():
                if other not in seen:
                    seen.add(other)
                    if gone >> other & 1:
                        todo.append(other)
                    else:
                        reached += 1
        return reached

    @cache
    def best(gone):
        rest = [v for v in range(size) if gone >> v & 1]
        return min((max(best(gone ^ 1 << v), degree(gone ^ 1 << v, v)) for v in rest), default=0)

    return best((1 << size) - 1)


def treewidth_by_chordal(graph):
    """The same by trying every chordal graph that contains it: largest clique less one."""
    missing = [pair for pair in combinations(range(len(graph)), 2) if not graph[pair]]
    widths = []
    for added in product((False, True), repeat=len(missing)):
        filled = nx.from_numpy_array(graph)
        filled.add_edges_from(pair for pair, yes in zip(missing, added, strict=True) if yes)
        if nx.is_chordal(filled):
            widths.append(max(map(len, nx.find_cliques(filled))) - 1)
    return min(widths)


def connected(sizes):
    """All connected graphs with so many vertices, up to isomorphism; at most seven."""
    for graph in nx.graph_atlas_g():
        if len(graph) in sizes and nx.is_connected(graph):
            yield nx.to_numpy_array(graph).astype(bool)


def alike(n):
    """All pairs of different graphs on n <= 7 vertices that colour refinement cannot tell apart."""
    atlas = [nx.to_numpy_array(g).astype(bool) for g in nx.graph_atlas_g() if len(g) == n]
    for ends in sorted({int(graph.sum()) for graph in atlas}):
        same = [graph for graph in atlas if graph.sum() == ends]
        which = classes(np.stack(same), 1)
        for one, other in combinations(range(len(same)), 2):
            if which[one] == which[other]:
                yield same[one], same[other]


def level(one, other, deepest=3):
    """The largest k, up to a bound, for which k-WL cannot tell two graphs of one size apart."""
    depth = 0
    while depth < deepest and len(set(classes(np.stack([one, other]), depth + 1))) == 1:
        depth += 1
    return depth
