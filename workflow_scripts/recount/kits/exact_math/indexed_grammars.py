"""Weights of strings under linear indexed grammars, by two dynamic programs and by enumeration.

Rules: A[..] -> B[.. g] C[], A[.. g] -> B[..] C[], A[..] -> B[..] C[], each also with C on the
left, and A[] -> a. An item says that A, with g on top of its stack, spans i..j, and that g is
popped above a D that spans p..q. Vijay-Shanker and Weir (1989) also keep the symbol below g in the
item, and apply a push in one step. Butoi, Vieira, Cotterell and Chiang (arXiv 2310.15276) drop it
and take two steps: a pushed symbol is first followed to where it is popped, then what lay below.
"""

from functools import cache

import numpy as np
from numba import njit

PRIME, NOTHING = 2**31 - 1, -(2**40)
FIELD, BEST, REAL = 0, 1, 2  # sums modulo PRIME, maximum of sums, real numbers


@njit(cache=True)
def plus(a, b, kind):
    if kind == BEST:
        return max(a, b)
    return (a + b) % PRIME if kind == FIELD else a + b


@njit(cache=True)
def times(a, b, kind):
    if kind == BEST:
        return a + b if a > NOTHING and b > NOTHING else NOTHING
    return a * b % PRIME if kind == FIELD else a * b


def zero(kind: int):
    return NOTHING if kind == BEST else 0


@njit(cache=True)
def spans(side, i, k, j):
    """Spans of the child with the stack and of the other one; side 0 has the first on the left."""
    return (i, k, k, j) if side == 0 else (k, j, i, k)


@njit(cache=True)
def grow(below, items, i, j, a, b, weight, source, target, kind):
    """items[target] over i..j gains weight times items[source] over a..b; counts the products."""
    count = 0
    for g in range(items.shape[1]):
        for d in range(items.shape[4]):
            for p in range(a, b):
                for q in range(p + 1, b + 1):
                    old = items[source, g, a, b, d, p, q]
                    if old != below:
                        count += 1
                        new = times(weight, old, kind)
                        its = items[target, g, i, j, d, p, q]
                        items[target, g, i, j, d, p, q] = plus(its, new, kind)
    return count


@njit(cache=True)
def two_steps(push, pop, keep, words, none, kind):
    """Bare weights (N, n+1, n+1), items (N, G, i, j, N, p, q), products taken.

    push (2, A, B, G, C), pop (2, A, G, B, C), keep (2, A, B, C), words (N, n).
    """
    size, length, symbols = words.shape[0], words.shape[1], pop.shape[2]
    n = length + 1
    bare = np.full((size, n, n), none, words.dtype)
    items = np.full((size, symbols, n, n, size, n, n), none, words.dtype)
    count = 0
    for width in range(1, n):
        for i in range(n - width):
            j = i + width
            if width == 1:
                bare[:, i, j] = words[:, i]
            passed = np.full((size, size, n, n), none, words.dtype)
            for k in range(i + 1, j):
                count += one_rule(push, pop, keep, bare, items, passed, i, k, j, none, kind)
            for first in range(size):
                for last in range(size):
                    for p in range(i, j):
                        for q in range(p + 1, j + 1):
                            its = passed[first, last, p, q]
                            if its != none:
                                more = times(its, bare[last, p, q], kind)
                                bare[first, i, j] = plus(bare[first, i, j], more, kind)
                                count += 1
                                count += grow(none, items, i, j, p, q, its, last, first, kind)
    return bare, items, count


@njit(cache=True)
def one_rule(push, pop, keep, bare, items, passed, i, k, j, none, kind):
    """All rules at one split; passed (A, D, p, q): A over i..j pushes a symbol, popped above D."""
    size, symbols, count = bare.shape[0], pop.shape[2], 0
    for side in range(2):
        a, b, c, e = spans(side, i, k, j)
        for first in range(size):
            for spine in range(size):
                for other in range(size):
                    its = bare[other, c, e]
                    if its == none:
                        continue
                    same = times(keep[side, first, spine, other], its, kind)
                    more = times(same, bare[spine, a, b], kind)
                    bare[first, i, j] = plus(bare[first, i, j], more, kind)
                    count += 2
                    if same != none:
                        count += grow(none, items, i, j, a, b, same, spine, first, kind)
                    for g in range(symbols):
                        more = times(pop[side, first, g, spine, other], its, kind)
                        was = items[first, g, i, j, spine, a, b]
                        items[first, g, i, j, spine, a, b] = plus(was, more, kind)
                        more = times(push[side, first, spine, g, other], its, kind)
                        count += 2
                        for last in range(size if more != none else 0):
                            for p in range(a, b):
                                for q in range(p + 1, b + 1):
                                    new = times(more, items[spine, g, a, b, last, p, q], kind)
                                    was = passed[first, last, p, q]
                                    passed[first, last, p, q] = plus(was, new, kind)
                                    count += 1
    return count


@njit(cache=True)
def one_step(push, pop, keep, words, none, kind):
    """As `two_steps`, with items (N, G, i, j, N, G + 1, p, q): the symbol below, G for none."""
    size, length, symbols = words.shape[0], words.shape[1], pop.shape[2]
    n = length + 1
    bare = np.full((size, n, n), none, words.dtype)
    items = np.full((size, symbols, n, n, size * (symbols + 1), n, n), none, words.dtype)
    count = 0
    for width in range(1, n):
        for i in range(n - width):
            j = i + width
            if width == 1:
                bare[:, i, j] = words[:, i]
            for k in range(i + 1, j):
                for side in range(2):
                    a, b, c, e = spans(side, i, k, j)
                    for first in range(size):
                        for spine in range(size):
                            for other in range(size):
                                count += step_rule(
                                    push[side, first, spine, :, other],
                                    pop[side, first, :, spine, other],
                                    keep[side, first, spine, other],
                                    (first, spine, i, j, a, b),
                                    bare[other, c, e],
                                    bare,
                                    items,
                                    none,
                                    kind,
                                )
    return bare, items, count


@njit(cache=True)
def step_rule(push, pop, keep, place, its, bare, items, none, kind):
    first, spine, i, j, a, b = place
    symbols, size, count = items.shape[1], bare.shape[0], 2
    if its == none:
        return 0
    same = times(keep, its, kind)
    bare[first, i, j] = plus(bare[first, i, j], times(same, bare[spine, a, b], kind), kind)
    if same != none:
        count += grow(none, items, i, j, a, b, same, spine, first, kind)
    for g in range(symbols):
        more = times(pop[g], its, kind)
        for under in range(symbols + 1):
            last = spine * (symbols + 1) + under
            was = items[first, g, i, j, last, a, b]
            items[first, g, i, j, last, a, b] = plus(was, more, kind)
            count += 1
    for g in range(symbols):
        more = times(push[g], its, kind)
        for last in range(size * (symbols + 1)):
            popped, under = last // (symbols + 1), last % (symbols + 1)
            for p in range(a, b):
                for q in range(p + 1, b + 1):
                    new = times(more, items[spine, g, a, b, last, p, q], kind)
                    count += 1
                    if new == none:
                        continue
                    if under == symbols:
                        ends = times(new, bare[popped, p, q], kind)
                        bare[first, i, j] = plus(bare[first, i, j], ends, kind)
                        count += 1
                        continue
                    for rest in range(size * (symbols + 1)):
                        for r in range(p, q):
                            for s in range(r + 1, q + 1):
                                old = items[popped, under, p, q, rest, r, s]
                                if old != none:
                                    was = items[first, under, i, j, rest, r, s]
                                    both = plus(was, times(new, old, kind), kind)
                                    items[first, under, i, j, rest, r, s] = both
                                    count += 1
    return count


def all_strings(push, pop, keep, words, rounds: int):
    """Real weight of each nonterminal over all strings together, (N,), by fixed-point iteration.

    The equations are those of `two_steps` without spans; `words` (N,) sums the weights of A[] -> a.
    """
    push, pop, keep = (one.sum(axis=0) for one in (push, pop, keep))
    bare, items = np.zeros(len(words)), np.zeros((*pop.shape[:3],))
    for _ in range(rounds):
        same = np.einsum("abc,c->ab", keep, bare)
        passed = np.einsum("abgc,c,bgd->ad", push, bare, items)
        fresh = np.einsum("agbc,c->agb", pop, bare)
        items = (
            fresh + np.einsum("ab,bgd->agd", same, items) + np.einsum("ad,dge->age", passed, items)
        )
        bare = words + same @ bare + passed @ bare
    return bare


def enumerated(push, pop, keep, words, kind: int):
    """The weight of each nonterminal over the whole string, with stacks written out in full."""
    size, length, symbols = len(words), words.shape[1], pop.shape[2]
    mul, add = times.py_func, plus.py_func

    @cache
    def inside(first, stack, i, j):
        total = words[first, i].item() if j == i + 1 and not stack else zero(kind)
        for k in range(i + 1, j):
            for side in range(2):
                a, b, c, e = spans.py_func(side, i, k, j)
                if len(stack) >= b - a + 1:
                    continue
                for spine in range(size):
                    for other in range(size):
                        moves = [(keep[side, first, spine, other], stack)]
                        moves += [
                            (push[side, first, spine, g, other], (*stack, g))
                            for g in range(symbols)
                        ]
                        if stack:
                            moves.append((pop[side, first, stack[-1], spine, other], stack[:-1]))
                        for weight, its in moves:
                            if weight == zero(kind):
                                continue
                            both = mul(inside(spine, its, a, b), inside(other, (), c, e), kind)
                            total = add(total, mul(weight.item(), both, kind), kind)
        return total

    return [inside(first, (), 0, length) for first in range(size)]
