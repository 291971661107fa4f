"""N labelled points by a ReLU network of about sqrt(N log N) parameters, built and tried on each.

The points lie on a grid in a cube, so their least distance is one step; a random direction of
integers sends them to distinct integers, and the deep network packs groups of points and labels
into big weights and reads them off bit by bit. Every point is put through it in exact integers, and
some once more by other code; a flipped bit in a packed weight must be seen. Larger networks are
built and counted only. `shallow` is the usual hidden layer with a node per point. Cutting the
points into parts for networks side by side trades depth for parameters.
"""

from functools import cache
from math import log2
from typing import Literal

import numpy as np

from recount.kits.exact_math import Exact, fact
from recount.kits.exact_math import memorize as me
from recount.typed import typed

CLASSES, LABEL_BITS, CHECKED, WIDEST = 10, 4, 12, 12


@typed()
class Arm:
    network: Literal["deep", "shallow"]
    dimension: int


@typed()
class Size:
    tried: tuple[int, ...]
    sets: int
    counted: tuple[int, ...]
    divided: int
    parts: tuple[int, ...]
    low: float
    high: float
    factor: float


def cases(run):
    size = run.size
    deep, small = run.arm.network == "deep", size.divided
    sizes = [n for n in size.tried if deep or n <= small]
    tried = [{"points": n, "set": k} for n in sizes for k in range(size.sets if n <= small else 1)]
    counted = [{"points": n, "set": 0} for n in size.counted]
    if not deep:
        return tried + counted
    return tried + counted + [{"points": size.divided, "each": each} for each in size.parts]


@cache
def drawn(run, count, number):
    """Grid points (N, d), the form that makes them integers, those integers and labels, sorted."""
    d = run.arm.dimension
    rng = run.rng(f"points {count} {d} {number}")
    places, direction, points = me.grid_points(rng, count, d)
    labels = [int(v) for v in rng.integers(0, CLASSES, count)]
    return places, dict(enumerate(direction)), points, labels, me.bits_for(d * count**3 + 1)


def built(run, case):
    _, form, points, labels, bits = drawn(run, case["points"], case.get("set", 0))
    if run.arm.network == "shallow":
        return [me.interpolator(form, points, labels)]
    each = case.get("each", len(points))
    return me.side_by_side(form, points, labels, bits, LABEL_BITS, each)


def find(run, case):
    networks = built(run, case)
    found = {
        "parameters": sum(one.parameters for one in networks),
        "depth": max(len(one.layers) for one in networks),
        "width": max(len(layer) for one in networks for layer in one.layers),
        "bits": max(one.weight_bits for one in networks),
    }
    if case["points"] in run.size.counted:
        return found
    places, _, _, labels, _ = drawn(run, case["points"], case.get("set", 0))
    given = sum(me.outputs(one, places) for one in networks)
    found |= {"right": int((given == np.array(labels)).sum()), "some": given[:CHECKED]}
    if len(networks) == 1 and run.arm.network == "deep":
        with np.errstate(all="ignore"):
            rounded = me.outputs(networks[0], places, np.float64)
        found["right_in_double"] = int((rounded == np.array(labels)).sum())
    return found


def check(run, case):
    if case["points"] in run.size.counted:
        return None
    places = drawn(run, case["points"], case.get("set", 0))[0][:CHECKED]
    networks = built(run, case)
    return {"some": [sum(me.output_of_one(one, at) for one in networks) for at in places]}


def facts(run, case, found):
    count = case["points"]
    for name in ("parameters", "depth", "width", "bits"):
        yield fact(name, found[name], count)
    if run.arm.network == "deep" and "each" not in case:
        yield fact("narrow", found["width"] <= WIDEST)
    if "right" in found:
        yield fact("memorized", found["right"] == count, count)
    if "right_in_double" in found:
        yield fact("share_right_in_double", found["right_in_double"] / count, count)
        breaks, bits = found["right_in_double"] < count, found["bits"]
        if bits > 53 or 2 * bits <= 53:
            yield fact("double_breaks_beyond_53_bits", breaks == (bits > 53), count)
        if "set" in case:
            yield fact("flip_is_seen", flipped(run, case), count)


def flipped(run, case):
    """The label of one point changed by one bit in its packed weight: that point alone is wrong."""
    places, form, points, labels, bits = drawn(run, case["points"], case["set"])
    at = int(run.rng("flip").integers(len(points)))
    other = [label ^ (i == at) for i, label in enumerate(labels)]
    network = me.memorizer(form, points, other, bits, LABEL_BITS)
    near = range(max(0, at - 2), min(len(points), at + 3))
    return all((me.output_of_one(network, places[i]) == labels[i]) == (i != at) for i in near)


def growth(run, rows):
    """Exponents over N from 64 on, sqrt(log N) divided out, and the price of depth."""
    found = [row for row in rows.rows if "points" in row]
    seen = {(row["metric"], row["points"], row.get("each")): row["value"] for row in found}
    counts = sorted({n for name, n, e in seen if name == "parameters" and n >= 64 and e is None})
    for name in ("parameters", "bits"):
        values = [seen[name, n, None] / log2(n) ** 0.5 for n in counts]
        exponent = np.polyfit(np.log(counts), np.log(values), 1)[0]
        rows.add("exponent", exponent, len(counts), of=name)
        if name == "parameters" or run.arm.network == "deep":
            rows.add("exponent_is_half", run.size.low <= exponent <= run.size.high, of=name)
    if run.arm.network == "deep":
        n = run.size.divided
        cost = [seen["parameters", n, e] * seen["depth", n, e] / n for e in run.size.parts]
        rows.add("depth_is_worth_its_price", max(cost) <= run.size.factor * min(cost), len(cost))


experiment = Exact(
    arm=Arm, size=Size, cases=cases, find=find, check=check, facts=facts, whole=growth
)
