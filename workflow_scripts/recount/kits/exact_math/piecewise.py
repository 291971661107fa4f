"""Piecewise affine functions of one number in [0, 1], exactly: ReLU networks and triangle waves.

A function is the values at the points of a grid between which it is affine; all nodes of a layer
share a grid, and a ReLU adds the points where a node crosses zero.
"""

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from scipy.optimize import linprog

Layer = tuple[Sequence[Sequence[Fraction]], Sequence[Fraction]]


def triangle_wave(x: Fraction, folds: int) -> Fraction:
    """The map 2x, 2 - 2x of [0, 1] onto itself, `folds` times: the distance to an even number."""
    place = (x * 2**folds) % 2
    return min(place, 2 - place)


def mirror_layers(folds: int) -> list[Layer]:
    """A ReLU network for the triangle wave: `folds` times two nodes, then one; no last bias."""
    two, four, half = Fraction(2), Fraction(-4), Fraction(1, 2)
    fold = [([[Fraction(1)], [Fraction(1)]], [Fraction(0), -half]), ([[two, four]], [Fraction(0)])]
    return fold * folds


def evaluated(layers: Sequence[Layer], x: Fraction) -> Fraction:
    """The first output of the network at x; every node is a ReLU."""
    values = [x]
    for weights, biases in layers:
        sums = [
            sum((w * v for w, v in zip(row, values, strict=True)), bias)
            for row, bias in zip(weights, biases, strict=True)
        ]
        values = [max(value, Fraction(0)) for value in sums]
    return values[0]


def affine_pieces(layers: Sequence[Layer]) -> int:
    """How many affine pieces the network has on [0, 1], by carrying its exact grid along."""
    grid = [Fraction(0), Fraction(1)]
    nodes = [grid]
    for weights, biases in layers:
        nodes = [
            [
                sum((w * v for w, v in zip(row, at, strict=True)), bias)
                for at in zip(*nodes, strict=True)
            ]
            for row, bias in zip(weights, biases, strict=True)
        ]
        grid, nodes = crossed(grid, nodes)
        nodes = [[max(value, Fraction(0)) for value in node] for node in nodes]
    slopes = [
        (nodes[0][i + 1] - nodes[0][i]) / (grid[i + 1] - grid[i]) for i in range(len(grid) - 1)
    ]
    return 1 + sum(one != two for one, two in zip(slopes, slopes[1:], strict=False))


def crossed(grid: list[Fraction], nodes: list[list[Fraction]]):
    """The grid with every crossing of zero added, and all nodes on it."""
    added = set()
    for node in nodes:
        for i in range(len(grid) - 1):
            if node[i] * node[i + 1] < 0:
                share = node[i] / (node[i] - node[i + 1])
                added.add((i, grid[i] + share * (grid[i + 1] - grid[i])))
    places = sorted([(i, x) for i, x in enumerate(grid)] + list(added), key=lambda at: at[1])

    def value(node, i, x):
        if x == grid[i]:
            return node[i]
        return node[i] + (node[i + 1] - node[i]) * (x - grid[i]) / (grid[i + 1] - grid[i])

    return [x for _, x in places], [[value(node, i, x) for i, x in places] for node in nodes]


def walked_pieces(layers: Sequence[Layer]) -> int:
    """Pieces met on a walk from 0 to 1, in steps to where a node next turns on or off.

    It shares nothing with `affine_pieces`, which it checks: no grid, one place at a time.
    """
    at, slopes = Fraction(0), []
    while at < 1:
        slope, at = ahead(layers, at)
        slopes.append(slope)
    return 1 + sum(one != two for one, two in zip(slopes, slopes[1:], strict=False))


def ahead(layers: Sequence[Layer], at: Fraction) -> tuple[Fraction, Fraction]:
    """The network's slope just right of a place, and where a node next turns on or off."""
    values, rises, turn = [at], [Fraction(1)], Fraction(1)
    for weights, biases in layers:
        sums = [np.dot(row, values) + bias for row, bias in zip(weights, biases, strict=True)]
        grows = [np.dot(row, rises) for row in weights]
        turns = [at - v / g for v, g in zip(sums, grows, strict=True) if v * g < 0]
        on = [v > 0 or (v == 0 and g > 0) for v, g in zip(sums, grows, strict=True)]
        values = [v if lit else Fraction(0) for v, lit in zip(sums, on, strict=True)]
        rises = [g if lit else Fraction(0) for g, lit in zip(grows, on, strict=True)]
        turn = min([turn, *turns])
    return rises[0], turn


def least_distance(wave: np.ndarray, pieces: int, constant: bool = False) -> np.ndarray:
    """The least mean |wave - g| over all g of 1 ... `pieces` affine (or constant) pieces.

    `wave` (N,) are samples of the function; breaks lie between samples, and jumps are allowed. So
    it is the exact optimum for the samples, by linear programs and dynamic programming.
    """
    count = len(wave)
    cost = np.zeros((count + 1, count + 1))
    known: dict[bytes, float] = {}
    for start in range(count):
        for end in range(start + 1, count + 1):
            part = wave[start:end]
            key = min(part.tobytes(), part[::-1].tobytes())
            if key not in known:
                known[key] = one_piece(part, constant)
            cost[start, end] = known[key]
    best = np.full((pieces, count + 1), np.inf)
    best[0] = cost[0]
    for used in range(1, pieces):
        for end in range(1, count + 1):
            best[used, end] = (best[used - 1, :end] + cost[:end, end]).min()
    return best[:, count] / count


def one_piece(part: np.ndarray, constant: bool) -> float:
    """The least sum of |part - g| over constant g, or over affine g by a linear program."""
    if constant or len(part) == 1:
        return float(np.abs(part - np.median(part)).sum())
    n = len(part)
    if n == 2:
        return 0.0
    basis = np.stack([np.ones(n), np.arange(n) / n], 1)
    above = np.block([[basis, -np.eye(n)], [-basis, -np.eye(n)]])
    objective = np.concatenate([[0, 0], np.ones(n)])
    free = [(None, None)] * 2 + [(0, None)] * n
    found = linprog(objective, above, np.concatenate([part, -part]), bounds=free, method="highs")
    return float(found.fun)
