"""A triangle wave of 2^p pieces needs depth: a flat network has too few pieces to follow it.

The map 2x, 2 - 2x, composed p = k^3 + 4 times, is a ReLU network of 2p layers and 3p nodes. A
function with q affine pieces lies on one side of 1/2 on at most 2q stretches, but the wave leaves
2^p - 1 full triangles over and under 1/2, each of area 1/2^(p+2): at least (2^p - 4q) / 2 of them
stick out on the wrong side. So no such function comes nearer in L1 than 1/8 - q / 2^(p+1). And k
layers with m nodes have at most (2m / k)^k pieces. All of it in rationals; random networks' pieces
are counted on a common grid, and again by a walk from bend to bend; the least distance of small
waves is found by dynamic programming. Trees have constant pieces: q stretches, 1/8 - q / 2^(p+2).
"""

from fractions import Fraction
from typing import Literal

import numpy as np

from recount.kits.exact_math import Exact, fact
from recount.kits.exact_math import piecewise as pw
from recount.typed import typed

ASKED = Fraction(1, 64)


@typed()
class Arm:
    rival: Literal["relu", "trees"]


@typed()
class Size:
    largest_k: int
    counted_folds: int
    networks: int
    folds: int
    samples_a_piece: int


def cases(run):
    size = run.size
    theorem = [{"k": k} for k in range(1, size.largest_k + 1)]
    waves = [{"folds": p} for p in range(1, size.folds + 1)]
    if run.arm.rival == "trees":
        return theorem + waves
    return theorem + [{"network": i} for i in range(size.networks)] + waves


def lower_bound(rival, pieces, folds):
    """No function of so many pieces comes nearer in L1 to the wave of 2^folds pieces."""
    return Fraction(1, 8) - Fraction(pieces) / 2 ** (folds + (1 if rival == "relu" else 2))


def pieces_at_most(layers, nodes):
    return Fraction(2 * nodes, layers) ** layers


def find(run, case):
    if "k" in case:
        return theorem(run, case["k"])
    if "network" in case:
        layers = network(run, case["network"])
        return {"pieces": pw.affine_pieces(layers)}
    return {}


def theorem(run, k):
    """The nearest that any rival of the theorem's size can come, and the wave's own network."""
    folds = k**3 + 4
    if run.arm.rival == "trees":
        nearest = lower_bound("trees", 2 ** (k**3), folds)
    else:
        most = max(pieces_at_most(layers, 2**k) for layers in range(1, k + 1))
        nearest = lower_bound("relu", most, folds)
    layers = pw.mirror_layers(folds)
    nodes = sum(len(biases) for _, biases in layers)
    found = {"nearest": float(nearest), "layers": len(layers), "nodes": nodes}
    if folds <= run.size.counted_folds:
        found["pieces"] = pw.affine_pieces(layers)
    return found


def network(run, index):
    """Up to five random layers of rational weights, each node crossing zero at inputs all alike."""
    rng = run.rng("network", step=index)
    widths = [1, *rng.integers(2, 7, rng.integers(1, 5)), 1]
    layers = []
    for low, high in zip(widths, widths[1:], strict=False):
        rows = [[Fraction(int(v), 16) for v in row] for row in rng.integers(-40, 41, (high, low))]
        crossings = [Fraction(int(v), 16) for v in rng.integers(1, 16, high)]
        layers.append((rows, [-sum(row) * at for row, at in zip(rows, crossings, strict=True)]))
    return layers


def check(run, case):
    """Sizes by the formulas of the theorem; pieces by an exact walk, without a common grid."""
    if "k" in case:
        k = case["k"]
        other = {"layers": 2 * k**3 + 8, "nodes": 3 * k**3 + 12}
        return other | ({"pieces": 2 ** (k**3 + 4)} if k**3 + 4 <= run.size.counted_folds else {})
    if "network" in case:
        return {"pieces": pw.walked_pieces(network(run, case["network"]))}
    return None


def facts(run, case, found):
    rival = run.arm.rival
    if "k" in case:
        yield from theorem_facts(run, case["k"], found)
    elif "network" in case:
        layers = network(run, case["network"])
        nodes = sum(len(biases) for _, biases in layers)
        yield fact("pieces", found["pieces"], nodes)
        yield fact("pieces_within_bound", found["pieces"] <= pieces_at_most(len(layers), nodes))
    else:
        folds, count = case["folds"], run.size.samples_a_piece * 2 ** case["folds"]
        at = [Fraction(2 * i + 1, 2 * count) for i in range(count)]
        wave = np.array([float(pw.triangle_wave(x, folds)) for x in at])
        least = pw.least_distance(wave, 2**folds, rival == "trees")
        for pieces, distance in enumerate(least, 1):
            bound = float(lower_bound(rival, pieces, folds))
            slack = 1 / (2 * run.size.samples_a_piece)
            yield fact("least_distance", distance, pieces=pieces)
            yield fact("bound", bound, pieces=pieces)
            far = distance >= bound * (1 - slack) - 1e-9
            yield fact("no_nearer_than_bound", far, pieces=pieces)


def theorem_facts(run, k, found):
    folds = k**3 + 4
    yield fact("nearest", found["nearest"])
    yield fact("stays_away", found["nearest"] >= ASKED)
    places = [Fraction(int(n), 3**12) for n in run.rng("places", step=k).integers(0, 3**12, 5)]
    layers = pw.mirror_layers(folds)
    same = all(pw.evaluated(layers, x) == pw.triangle_wave(x, folds) for x in places)
    yield fact("built", same, len(places))
    deep = lower_bound("relu", pieces_at_most(2 * folds, 3 * folds), folds)
    yield fact("depth_is_let_through", deep < 0)


experiment = Exact(arm=Arm, size=Size, cases=cases, find=find, check=check, facts=facts)
