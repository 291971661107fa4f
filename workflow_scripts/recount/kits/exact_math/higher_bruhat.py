"""Elements of the higher Bruhat orders B(n, k), as sets of inverted (k+1)-subsets of {1..n}.

A packet is the set of all (k+1)-subsets of one (k+2)-subset, in lexicographic order. A set of
(k+1)-subsets is an element where it meets every packet in a beginning or an end of it.
Source: Ziegler, Higher Bruhat orders and cyclic hyperplane arrangements, Topology 32 (1993).
"""

from functools import cache
from itertools import combinations
from math import comb

import numpy as np


@cache
def packets(n, k):
    """(subsets in lexicographic order, packets as tuples of places in that order)."""
    subsets = list(combinations(range(1, n + 1), k + 1))
    place = {subset: number for number, subset in enumerate(subsets)}
    whole = combinations(range(1, n + 1), k + 2)
    return subsets, [tuple(sorted(place[s] for s in combinations(one, k + 1))) for one in whole]


@cache
def meeting(n, k):
    """For each subset, the packets that hold it as (mask, the allowed intersections)."""
    subsets, listed = packets(n, k)
    found = [[] for _ in subsets]
    for packet in listed:
        mask = sum(1 << place for place in packet)
        starts, start = {0}, 0
        for place in packet:
            start |= 1 << place
            starts.add(start)
        allowed = frozenset(starts | {mask ^ one for one in starts})
        for place in packet:
            found[place].append((mask, allowed))
    return found


def consistent(element, n, k):
    held = {pair for pairs in meeting(n, k) for pair in pairs}
    return all(element & mask in allowed for mask, allowed in held)


@cache
def by_single_steps(n, k):
    """All elements as bit masks, climbed from the empty set by inverting one subset at a time."""
    around, seen, level = meeting(n, k), {0}, [0]
    while level:
        above = set()
        for element in level:
            for place, held in enumerate(around):
                bigger = element | 1 << place
                if bigger != element and all(bigger & m in allowed for m, allowed in held):
                    above.add(bigger)
        level = list(above - seen)
        seen |= above
    return frozenset(seen)


def by_filling(n, k):
    """The same as a sorted list, by deciding subset after subset; each packet may change once."""
    subsets, listed = packets(n, k)
    states = np.zeros((1, len(subsets)), dtype=bool)
    changes = np.zeros((1, len(listed)), dtype=bool)
    for place in range(len(subsets)):
        both = np.repeat(states, 2, axis=0)
        both[1::2, place] = True
        changed, good = np.repeat(changes, 2, axis=0), np.ones(len(both), dtype=bool)
        for number, packet in enumerate(listed):
            where = packet.index(place) if place in packet else 0
            if where:
                new = both[:, place] != both[:, packet[where - 1]]
                good &= ~(new & changed[:, number])
                changed[:, number] |= new
        states, changes = both[good], changed[good]
    return sorted(sum(1 << int(p) for p in np.flatnonzero(row)) for row in states)


def without(element, n, k, gone):
    """Deletion: the inverted subsets that do not hold `gone`, as an element of B(n-1, k)."""
    return moved(element, n, k, gone, holds=False)


def contracted(element, n, k, gone):
    """Contraction: those that hold `gone`, without it, as an element of B(n-1, k-1)."""
    return moved(element, n, k, gone, holds=True)


def moved(element, n, k, gone, holds):
    subsets = packets(n, k)[0]
    smaller = packets(n - 1, k - holds)[0]
    place = {subset: number for number, subset in enumerate(smaller)}
    total = 0
    for number, subset in enumerate(subsets):
        if element >> number & 1 and (gone in subset) == holds:
            rest = tuple(one - (one > gone) for one in subset if one != gone)
            total |= 1 << place[rest]
    return total


def reversed_element(element, n, k):
    """Everything inverted that was not."""
    return (1 << comb(n, k + 1)) - 1 ^ element


def ziegler(n):
    """The closed form of the number of elements of B(n, n-3)."""
    return 2**n + n * 2 ** (n - 2) - 2 * n
