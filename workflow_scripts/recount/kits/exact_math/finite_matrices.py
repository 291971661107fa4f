"""Square matrices over a prime field, all of them, and the maps that respect their arithmetic.

A matrix is a number, its entries the digits in base p. A size map sends matrices to a commutative
monoid and products to products (or sums to products). The finest one is the quotient computed here;
where its classes are those of the determinant, every size map is a function of the determinant.
"""

from functools import cached_property
from itertools import product

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components


class Matrices:
    """The monoid of n x n matrices over the integers modulo a prime p."""

    def __init__(self, n: int, p: int):
        self.n, self.p = n, p
        self.entries = np.array(list(product(range(p), repeat=n * n)), int).reshape(-1, n, n)
        self.weights = p ** np.arange(n * n - 1, -1, -1)

    @cached_property
    def dets(self) -> np.ndarray:
        """Determinants modulo p, by expansion along the first row."""
        return expanded(self.entries) % self.p

    @cached_property
    def units(self) -> np.ndarray:
        return np.flatnonzero(self.dets)

    def code(self, matrices: np.ndarray) -> np.ndarray:
        return (matrices % self.p).reshape(*matrices.shape[:-2], -1) @ self.weights

    def times(self, left: np.ndarray, right: np.ndarray) -> np.ndarray:
        """Products of matrices given by their numbers, broadcast."""
        return self.code(self.entries[left] @ self.entries[right])

    def table(self, members: np.ndarray) -> np.ndarray:
        """Products of every two members, (members, members)."""
        return np.stack([self.times(np.full(len(members), one), members) for one in members])


def expanded(matrices: np.ndarray) -> np.ndarray:
    n = matrices.shape[-1]
    if n == 1:
        return matrices[..., 0, 0]
    rest = [np.delete(matrices[..., 1:, :], column, axis=-1) for column in range(n)]
    parts = [(-1) ** k * matrices[..., 0, k] * expanded(one) for k, one in enumerate(rest)]
    return sum(parts)


def derived(space: Matrices) -> set:
    """The subgroup that the commutators of all invertible matrices generate."""
    units = space.units
    table, place = space.table(units), {int(code): k for k, code in enumerate(units)}
    one = space.code(np.eye(space.n, dtype=int))
    inverse = np.argmax(table == one, axis=1)
    index = np.vectorize(place.__getitem__)(table)
    pairs = index[index, index[inverse][:, inverse]]
    generators = np.unique(pairs)
    found, border = set(generators.tolist()), generators
    while len(border):
        made = np.unique(index[np.ix_(border, generators)])
        border = np.array([one for one in made.tolist() if one not in found], int)
        found |= set(border.tolist())
    return {int(units[one]) for one in found}


def commutative_classes(space: Matrices, members: np.ndarray) -> np.ndarray:
    """Labels of the finest quotient of a monoid of matrices in which products commute."""
    place = np.full(len(space.entries), -1)
    place[members] = np.arange(len(members))
    table = place[space.table(members)]
    labels = joined(table.ravel(), table.T.ravel(), len(members))
    while True:
        first = np.unique(labels, return_index=True)[1][labels]  # a representative of each class
        after = joined(
            np.concatenate([table.ravel(), table.T.ravel(), np.arange(len(members))]),
            np.concatenate([table[:, first].ravel(), table[first].T.ravel(), first]),
            len(members),
        )
        if len(np.unique(after)) == len(np.unique(labels)):
            return after
        labels = after


def joined(left: np.ndarray, right: np.ndarray, number: int) -> np.ndarray:
    pairs = coo_array((np.ones(len(left), bool), (left, right)), shape=(number, number))
    return connected_components(pairs, directed=False)[1]


def additive_size_maps(space: Matrices) -> list:
    """Every map f to the integers modulo p with f(A + B) = f(A) + f(B), by trying all maps.

    Only for few matrices: there are p to the number of matrices maps to try.
    """
    number = len(space.entries)
    sums = space.code(space.entries[:, None] + space.entries[None])
    maps = np.array(list(product(range(space.p), repeat=number)), np.int8)
    good = np.ones(len(maps), bool)
    for a in range(number):
        for b in range(a, number):
            good &= (maps[:, a] + maps[:, b] - maps[:, sums[a, b]]) % space.p == 0
    return [tuple(one.tolist()) for one in maps[good]]


def trace_maps(space: Matrices) -> list:
    """The maps A -> trace(BA), one for every B."""
    values = np.einsum("bij,aji->ba", space.entries, space.entries) % space.p
    return [tuple(one.tolist()) for one in values]
