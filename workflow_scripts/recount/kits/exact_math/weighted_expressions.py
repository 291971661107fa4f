"""Weighted regular expressions: drawn at random, and turned into tries and tables of words."""

from fractions import Fraction
from functools import reduce

from recount.kits.exact_math.convolutions import (
    Finite,
    Semiring,
    Syntax,
    Trie,
    bare,
    semiring,
    single,
)


def random_weight(rng, name):
    draws = {"boolean": True, "counting": int(rng.integers(1, 4)), "best": -int(rng.integers(4))}
    return draws.get(name, Fraction(int(rng.integers(1, 4)), int(rng.integers(5, 9))))


def random_syntax(rng, name: str, nodes: int) -> Syntax:
    """No star of what has the empty word, unless the semiring is idempotent: no sum exists."""
    ring = semiring(name)
    if nodes <= 1:
        if rng.random() < 0.15:
            return Syntax("weight", (random_weight(rng, name),))
        return Syntax("letter", ("ab"[rng.integers(2)], random_weight(rng, name)))
    kind = ("sum", "product", "star")[rng.integers(3)] if nodes > 2 else "star"
    if kind == "star":
        inner = random_syntax(rng, name, nodes - 1)
        starred = inner.at_empty(ring) == ring.zero or name in ("boolean", "best")
        return Syntax("star", (inner,)) if starred else inner
    left = int(rng.integers(1, nodes - 1))
    parts = random_syntax(rng, name, left), random_syntax(rng, name, nodes - 1 - left)
    return Syntax(kind, parts)


def as_trie(syntax: Syntax, ring: Semiring) -> Trie:
    return syntax.folded(
        ring,
        lambda letter, weight: single(ring, letter, weight),
        lambda weight: bare(ring, weight),
        lambda trie: trie.starred(),
    )


def as_table(syntax: Syntax, ring: Semiring, longest: int) -> dict:
    """Weights of all words up to a length, by the definition of sum, product and powers alone."""

    class Short(Finite):
        def __mul__(self, other):
            return Short(ring, Finite.__mul__(self, other).up_to(longest).table)

        def __add__(self, other):
            return Short(ring, Finite.__add__(self, other).table)

    return syntax.folded(
        ring,
        lambda letter, weight: Short(ring, {letter: weight}),
        lambda weight: Short(ring, {"": weight}),
        lambda one: Short(ring, one.powers(longest, "").table),
    ).table


def families(n):
    """Three boolean expressions whose derivatives grow with n, by name."""
    a, b = (Syntax("letter", (one, True)) for one in "ab")
    either = Syntax("sum", (a, b))

    def times(*parts):
        return reduce(lambda one, other: Syntax("product", (one, other)), parts)

    def star(part):
        return Syntax("star", (part,))

    yield "letter before the end", times(star(either), a, *[either] * n)
    yield "blocks", star(Syntax("sum", (times(*[a] * n), times(*[b] * n))))
    yield "chain of stars", times(*[star(a), star(b)] * n)
