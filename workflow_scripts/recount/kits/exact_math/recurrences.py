"""The shortest linear recurrence of an integer sequence, in two ways that share no code.

A recurrence is the tuple (c1, ..., cL) with a[n] = c1 a[n-1] + ... + cL a[n-L] for n >= L. First
terms that do not fit in lengthen it by zeros at its end.
"""

from collections.abc import Iterable, Iterator
from itertools import islice, zip_longest
from operator import mul

import numpy as np

PRIME = 2**61 - 1
OTHER_PRIME = 2**31 - 1
Recurrence = tuple[int, ...]


def shortest_recurrence(
    terms: Iterable[int], longest: int, prime: int = PRIME
) -> Recurrence | None:
    """Berlekamp and Massey modulo a prime (Massey 1969); None as soon as `longest` is too short.

    Coefficients come back between -prime/2 and prime/2. By Fatou's lemma the shortest recurrence of
    integers has integer coefficients, so nothing else need be tried; whether they fit the integers
    themselves is for `follows` to say.
    """
    now, old, length, shift, last = [1], [1], 0, 1, 1
    seen: list[int] = []
    for n, term in enumerate(terms):
        seen.append(term)
        miss = sum(map(mul, now, reversed(seen))) % prime
        if not miss:
            shift += 1
            continue
        factor = miss * pow(last, -1, prime)
        pairs = zip_longest(now, [0] * shift + old, fillvalue=0)
        better = [(c - factor * earlier) % prime for c, earlier in pairs]
        if 2 * length <= n:
            old, length, last, shift = now, n + 1 - length, miss, 0
        if length > longest:
            return None
        now, shift = better, shift + 1
    lifted = [(prime // 2 - c) % prime - prime // 2 for c in now[1:]]
    return tuple((lifted + [0] * length)[:length])


def follows(terms: list[int], recurrence: Recurrence) -> bool:
    """Whether every term after the first len(recurrence) obeys it, over the integers."""
    return list(islice(continued(terms, recurrence), len(terms))) == list(terms)


def continued(terms: list[int], recurrence: Recurrence) -> Iterator[int]:
    """The endless sequence that a recurrence makes of its first terms; an empty one makes none."""
    window = list(terms[: len(recurrence)])
    yield from window
    while recurrence:
        window = [*window[1:], sum(map(mul, recurrence, reversed(window)))]
        yield window[-1]


def hankel_rank(terms: list[int], prime: int = OTHER_PRIME) -> int:
    """Rank of the matrix a[i + j] modulo a prime below 2^31, by elimination.

    It is the length of the shortest recurrence whenever the terms are at least twice as many.
    """
    half = (len(terms) + 1) // 2
    rows = np.array([[a % prime for a in terms[i : i + half]] for i in range(half)], dtype=np.int64)
    rank = 0
    for column in range(half):
        found = np.flatnonzero(rows[rank:, column])
        if not len(found):
            continue
        rows[[rank, rank + found[0]]] = rows[[rank + found[0], rank]]
        pivot = rows[rank] * pow(int(rows[rank, column]), -1, prime) % prime
        rows[rank + 1 :] -= rows[rank + 1 :, column, None] * pivot % prime
        rows[rank + 1 :] %= prime
        rank += 1
        if rank == half:
            break
    return rank
