"""How many elements has the higher Bruhat order B(n, k)? For k = n - 3 Ziegler gave a formula.

An element is a set of (k+1)-subsets of {1..n} that meets the subsets of each (k+2)-subset in a
lexicographic beginning or end. They are found by climbing from the empty set, one subset at a time;
the check decides subset after subset in lexicographic order and must find the same elements. Each
element is then deleted and contracted at every point and must land in the smaller order. The arm
`loose` drops one packet: its count must leave the formula, or the formula would say nothing.
"""

from math import comb, factorial
from typing import Literal

from recount.kits.exact_math import Exact, fact
from recount.kits.exact_math import higher_bruhat as hb
from recount.typed import typed


@typed()
class Arm:
    packets: Literal["all", "one lost"]


@typed()
class Size:
    formula: int
    other_n: tuple[int, ...]
    other_k: tuple[int, ...]
    minors: int


def cases(run):
    listed = [(n, n - 3) for n in range(4, run.size.formula + 1)]
    if run.arm.packets == "all":
        listed += zip(run.size.other_n, run.size.other_k, strict=True)
    return [{"n": n, "k": k} for n, k in listed]


def find(run, case):
    n, k = case["n"], case["k"]
    if run.arm.packets == "all":
        return {"elements": sorted(hb.by_single_steps(n, k))}
    return {"elements": loosened(n, k)}


def loosened(n, k):
    """All sets that meet every packet but the first one well."""
    lost = sum(1 << place for place in hb.packets(n, k)[1][0])
    around = [[pair for pair in held if pair[0] != lost] for held in hb.meeting(n, k)]
    seen, level = {0}, [0]
    while level:
        above = set()
        for element in level:
            for place, held in enumerate(around):
                bigger = element | 1 << place
                if all(bigger & mask in allowed for mask, allowed in held):
                    above.add(bigger)
        level = list(above - seen)
        seen |= above
    return sorted(seen)


def check(run, case):
    return {"elements": hb.by_filling(case["n"], case["k"])} if run.arm.packets == "all" else None


def facts(run, case, found):
    n, k, elements = case["n"], case["k"], found["elements"]
    count = len(elements)
    yield fact("elements", count)
    if k == n - 3:
        yield fact("is_formula", count == hb.ziegler(n), count)
    if run.arm.packets != "all":
        yield fact("leaves_formula", count != hb.ziegler(n), count)
        return
    if k == 1:
        yield fact("known_family", count == factorial(n), count)
    if k >= n - 2:
        yield fact("known_family", count == (2 * n if k == n - 2 else 2), count)
    whole = set(elements)
    turned = all(hb.reversed_element(one, n, k) in whole for one in elements)
    yield fact("reverses", turned, count)
    if count <= run.size.minors and n - 1 > k > 1:
        yield from minors(n, k, elements)


def minors(n, k, elements):
    smaller = {False: hb.by_single_steps(n - 1, k), True: hb.by_single_steps(n - 1, k - 1)}
    for name, holds, move in (("deleted", False, hb.without), ("contracted", True, hb.contracted)):
        there = [{move(one, n, k, gone) for one in elements} for gone in range(1, n + 1)]
        good = all(one <= smaller[holds] for one in there)
        yield fact(f"{name}_is_element", good, n * len(elements))
        yield fact(f"{name}_reaches_all", all(one >= smaller[holds] for one in there), comb(n, 1))


experiment = Exact(arm=Arm, size=Size, cases=cases, find=find, check=check, facts=facts)
