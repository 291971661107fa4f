"""Copies of small patterns in graphs: counted by looking, and as sums over homomorphisms.

A pattern is a pair (size, bits), a bit for each pair of vertices in the order of `combinations`;
bits are canonical, the largest of all relabellings, so equal pairs are isomorphic graphs. A motif
is {pattern: coefficient}, a sum of homomorphism counts. Source: Curticapean, Dell and Marx,
Homomorphisms are a good basis for counting small subgraphs (arXiv 1705.01595).
"""

from collections import Counter
from fractions import Fraction
from functools import cache
from itertools import combinations, permutations
from math import factorial

import numpy as np


def pairs_of(size):
    return list(combinations(range(size), 2))


@cache
def relabellings(size):
    """(canonical bits of every code, number of its automorphisms), two arrays over all codes."""
    pairs = pairs_of(size)
    where = {pair: place for place, pair in enumerate(pairs)}
    codes = np.arange(1 << len(pairs))
    largest, fixed = np.zeros_like(codes), np.zeros_like(codes)
    for order in permutations(range(size)):
        moved = np.zeros_like(codes)
        for place, (a, b) in enumerate(pairs):
            target = where[tuple(sorted((order[a], order[b])))]
            moved |= (codes >> place & 1) << target
        largest = np.maximum(largest, moved)
        fixed += moved == codes
    return largest, fixed


def pattern_of(graph):
    """The pattern of a small graph given as a matrix."""
    bits = sum(1 << place for place, pair in enumerate(pairs_of(len(graph))) if graph[pair])
    return len(graph), int(relabellings(len(graph))[0][bits])


def matrix_of(pattern):
    size, bits = pattern
    graph = np.zeros((size, size), dtype=bool)
    for place, (a, b) in enumerate(pairs_of(size)):
        graph[a, b] = graph[b, a] = bits >> place & 1
    return graph


def partitions(items):
    """All set partitions of a list, as lists of blocks."""
    if not items:
        yield []
        return
    for rest in partitions(items[1:]):
        yield [[items[0]], *rest]
        for place, block in enumerate(rest):
            yield [*rest[:place], [items[0], *block], *rest[place + 1 :]]


@cache
def quotients(pattern):
    """The motif of injective maps: quotients of the pattern by partitions without inner edges."""
    graph, motif = matrix_of(pattern), Counter()
    for blocks in partitions(list(range(pattern[0]))):
        if any(graph[np.ix_(block, block)].any() for block in blocks):
            continue
        quotient = np.array([[graph[np.ix_(a, b)].any() for b in blocks] for a in blocks])
        weight = np.prod([factorial(len(block) - 1) for block in blocks])
        motif[pattern_of(quotient)] += int(weight) * (-1) ** (pattern[0] - len(blocks))
    return motif


def supergraphs(pattern):
    """All codes on the same vertices that contain the pattern, itself first."""
    codes = np.arange(len(relabellings(pattern[0])[0]))
    return codes[codes & pattern[1] == pattern[1]].tolist()


def subgraph_motif(pattern):
    """Copies of the pattern, as a sum of homomorphism counts without zero terms."""
    own = int(relabellings(pattern[0])[1][pattern[1]])
    return {name: Fraction(value, own) for name, value in quotients(pattern).items() if value}


def induced_motif(pattern):
    """Induced copies: inclusion and exclusion over the supergraphs on the same vertices."""
    canonical, fixed = relabellings(pattern[0])
    signs, motif = Counter(), Counter()
    for code in supergraphs(pattern):
        signs[(pattern[0], int(canonical[code]))] += (-1) ** (code ^ pattern[1]).bit_count()
    for bigger, sign in signs.items():
        for name, value in quotients(bigger).items():
            motif[name] += sign * value
    return {name: Fraction(v, int(fixed[pattern[1]])) for name, v in motif.items() if v}


@cache
def einsum_of(pattern):
    letters = "abcdefgh"
    graph = matrix_of(pattern)
    edges = [letters[a] + letters[b] for a, b in pairs_of(pattern[0]) if graph[a, b]]
    lone = [letters[v] for v in range(pattern[0]) if not graph[v].any()]
    return ",".join(edges + lone) + "->", len(edges), len(lone)


def homomorphisms(pattern, graph):
    """How many maps of vertices send edges to edges: a sum of products of adjacencies."""
    text, edges, lone = einsum_of(pattern)
    numbers = graph.astype(np.int64)
    values = [numbers] * edges + [np.ones(len(graph), dtype=np.int64)] * lone
    return int(np.einsum(text, *values, optimize="greedy"))


def induced_census(graph, size):
    """Counter of the patterns of all induced subgraphs of one size: every set is looked at."""
    sets = np.array(list(combinations(range(len(graph)), size))).reshape(-1, size)
    codes = np.zeros(len(sets), dtype=np.int64)
    for place, (a, b) in enumerate(pairs_of(size)):
        codes |= graph[sets[:, a], sets[:, b]].astype(np.int64) << place
    found = Counter()
    for bits, times in zip(*np.unique(codes, return_counts=True), strict=True):
        found[(size, int(relabellings(size)[0][bits]))] += int(times)
    return found


@cache
def spanning(host):
    """Counter of the patterns of all subgraphs of the host that keep every vertex."""
    canonical = relabellings(host[0])[0]
    codes = np.arange(len(canonical))
    inside = canonical[codes[codes & ~host[1] == 0]]
    return Counter({(host[0], bits): times for bits, times in Counter(inside.tolist()).items()})


def subgraph_census(induced):
    """Counter of copies that need not be induced, from the census of those that are."""
    total = Counter()
    for host, times in induced.items():
        for pattern, copies in spanning(host).items():
            total[pattern] += times * copies
    return total
