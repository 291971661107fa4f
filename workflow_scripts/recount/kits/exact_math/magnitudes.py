"""Finite categories whose arrows carry numbers or matrices, their weightings and magnitude.

An arrow from j to k is what any path from j to k composes to: a sum or product of scalars, or a
product of matrices; between objects without a path there is none. A size map turns arrows into the
similarities Z[j, k], 0 where there is no arrow. A weighting solves Z w = 1, a coweighting v Z = 1,
and the magnitude is the sum of either. Everything is exact, in fractions.

Source: T. Leinster, The magnitude of metric spaces, for weighting and magnitude.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from operator import add, mul

import flint
import networkx as nx
import numpy as np

Edges = dict[tuple[int, int], object]


def composed(edges: Edges, number: int, times: Callable, one: object) -> dict | None:
    """(j, k) -> the value of every path from j to k in an acyclic graph; None if two differ."""
    graph = nx.DiGraph(list(edges))
    graph.add_nodes_from(range(number))
    arrows = {}
    for start in range(number):
        arrows[start, start] = one
        for place in nx.topological_sort(graph):
            for before in graph.predecessors(place):
                if (start, before) in arrows and place != start:
                    value = times(arrows[start, before], edges[before, place])
                    if arrows.setdefault((start, place), value) != value:
                        return None
    return arrows


def shortest(edges: Edges, number: int) -> dict:
    """(j, k) -> the least sum along a path; sums that compose only up to an inequality."""
    graph = nx.DiGraph()
    graph.add_nodes_from(range(number))
    graph.add_weighted_edges_from((j, k, value) for (j, k), value in edges.items())
    found = nx.all_pairs_dijkstra_path_length(graph)
    return {(j, k): value for j, row in found for k, value in row.items()}


def similarities(arrows: dict, number: int, size: Callable) -> list:
    """The matrix Z of fractions."""
    table = [[Fraction(0)] * number for _ in range(number)]
    for (j, k), value in arrows.items():
        table[j][k] = Fraction(size(value))
    return table


def weighting(table: list) -> list | None:
    """The solution of Z w = 1 by FLINT; None where Z is singular."""
    number = len(table)
    matrix = flint.fmpq_mat(number, number, [rational(one) for row in table for one in row])
    if matrix.det() == 0:
        return None
    solved = matrix.solve(flint.fmpq_mat(number, 1, [1] * number))
    return [Fraction(int(solved[k, 0].p), int(solved[k, 0].q)) for k in range(number)]


def rational(one: Fraction):
    return flint.fmpq(one.numerator, one.denominator)


def transposed(table: list) -> list:
    return [list(row) for row in zip(*table, strict=True)]


def by_substitution(table: list) -> list:
    """Weights of an acyclic category from its last object to its first: arrows go upwards."""
    weights = [Fraction(0)] * len(table)
    for place in reversed(range(len(table))):
        known = sum(
            (table[place][k] * weights[k] for k in range(place + 1, len(table))), Fraction(0)
        )
        weights[place] = 1 - known
    return weights


def by_elimination(table: list) -> list:
    """The solution of Z w = 1 by Gauss's elimination in fractions; Z must be invertible."""
    number = len(table)
    rows = [[*row, Fraction(1)] for row in table]
    for place in range(number):
        pivot = next(k for k in range(place, number) if rows[k][place])
        rows[place], rows[pivot] = rows[pivot], rows[place]
        scale = rows[place][place]
        rows[place] = [one / scale for one in rows[place]]
        for k in range(number):
            if k != place and rows[k][place]:
                factor = rows[k][place]
                pairs = zip(rows[k], rows[place], strict=True)
                rows[k] = [left - factor * right for left, right in pairs]
    return [row[-1] for row in rows]


@dataclass(frozen=True)
class Family:
    """How arrows compose and what size they have; `value` is the arrow from the outside."""

    times: Callable
    one: object
    size: Callable
    value: Callable  # (rng, height) -> the value of an object in an acyclic graph
    quotient: Callable  # the edge between two objects
    base: Fraction  # sizes are its powers


NINE = Fraction(9, 10)
FAMILIES = {
    "sums": Family(
        add, 0, lambda arrow: NINE**arrow, lambda _, height: height, lambda j, k: k - j, NINE
    ),
    "products": Family(
        mul, Fraction(1), abs, lambda _, height: NINE**height, lambda j, k: k / j, NINE
    ),
    "matrices": Family(
        mul,
        flint.fmpq_mat(2, 2, [1, 0, 0, 1]),
        lambda arrow: abs(Fraction(int(arrow.det().p), int(arrow.det().q))),
        lambda rng, height: unimodular(rng) * scaled(height),
        lambda j, k: j.inv() * k,
        NINE,
    ),
    "network": Family(add, 0, lambda arrow: Fraction(1, 2) ** arrow, None, None, Fraction(1, 2)),
}


def unimodular(rng: np.random.Generator):
    """A random integer matrix with determinant one."""
    a, b, c = (int(one) for one in rng.integers(-2, 3, 3))
    return flint.fmpq_mat(2, 2, [1, a, 0, 1]) * flint.fmpq_mat(2, 2, [1 + b * c, b, c, 1])


def scaled(height: int):
    return flint.fmpq_mat(2, 2, [rational(NINE**height), 0, 0, 1])


@dataclass(frozen=True)
class Category:
    """A random category of a family: its edges, objects and the one that was moved away."""

    family: Family
    edges: Edges
    number: int
    planted: int

    @cached_property
    def arrows(self) -> dict | None:
        if self.family.value is None:
            return shortest(self.edges, self.number)
        return composed(self.edges, self.number, self.family.times, self.family.one)

    @cached_property
    def table(self) -> list:
        return similarities(self.arrows, self.number, self.family.size)

    @property
    def leading(self) -> list:
        """Objects that lead to others."""
        return sorted({j for j, _ in self.edges})

    def spoiled(self) -> "Category | None":
        """One edge changed that another path goes around; None where there is none."""
        for (j, k), value in self.edges.items():
            rest = nx.DiGraph([pair for pair in self.edges if pair != (j, k)])
            tail = {j} | (nx.ancestors(rest, j) if j in rest else set())
            for start in tail if k in rest else ():
                if start in rest and nx.has_path(rest, start, k):
                    other = self.family.times(value, self.edges[j, k])
                    if other != value:
                        return replace(self, edges=self.edges | {(j, k): other})
        return None


def drawn(rng: np.random.Generator, name: str, most: int, far: int) -> Category:
    """A random category of 8 to `most` objects, one of them `far` steps further from the others.

    In an acyclic graph it is one to which nothing leads, since paths through it must agree.
    """
    family, number = FAMILIES[name], int(rng.integers(8, most + 1))
    if family.value is None:
        planted = int(rng.integers(number))
        steps = {pair: int(rng.integers(1, 4)) for pair in network(rng, number)}
        return Category(
            family,
            {pair: v + far * (planted in pair) for pair, v in steps.items()},
            number,
            planted,
        )
    pairs, layer = acyclic(rng, number, max(3, number // 3))
    first = [k for k in range(number) if layer[k] == 0]
    planted = int(rng.choice(first))
    heights = [int(2 * layer[k] + rng.integers(2)) for k in range(number)]
    heights[planted] -= far
    values = [family.value(rng, height) for height in heights]
    edges = {(j, k): family.quotient(values[j], values[k]) for j, k in pairs}
    return Category(family, edges, number, planted)


def acyclic(rng: np.random.Generator, number: int, layers: int) -> tuple[list, np.ndarray]:
    """Edges of a random layered graph, each object leading to one or two of the next layer."""
    layer = np.sort(np.concatenate([np.arange(layers), rng.integers(layers, size=number - layers)]))
    edges = set()
    for j in range(number):
        later = np.flatnonzero(layer == layer[j] + 1)
        if len(later):
            chosen = rng.choice(later, min(len(later), int(rng.integers(1, 3))), replace=False)
            edges |= {(j, int(k)) for k in chosen}
    return sorted(edges), layer


def network(rng: np.random.Generator, number: int) -> list:
    """Edges of a random strongly connected graph: a ring and as many chords again, both ways."""
    ring = list(pairwise([*range(number), 0]))
    chords = [tuple(rng.choice(number, 2, replace=False).tolist()) for _ in range(number)]
    return sorted({pair for j, k in ring + chords for pair in ((j, k), (k, j))})


def scores(category: Category) -> dict:
    """name -> one number an object by which the planted one might be found; larger is further."""
    table, objects = category.table, range(category.number)
    graph = nx.DiGraph(list(category.edges))
    graph.add_nodes_from(objects)
    for j, k in category.edges:
        graph[j][k]["weight"] = float(table[j][k])
    rank = nx.pagerank(graph)
    away = [[-np.log(float(one)) for one in row if one] for row in table]
    return {
        "weight": weighting(table),
        "distance": [sum(row) / max(1, len(row) - 1) for row in away],
        "degree": [-graph.out_degree(k) for k in objects],
        "pagerank": [-rank[k] for k in objects],
    }


def stands_out(category: Category, score: list | None) -> bool:
    """Whether the planted object alone has the largest score of those that lead to others."""
    if score is None:
        return False
    others = [score[k] for k in category.leading if k != category.planted]
    return score[category.planted] > max(others)
