"""One convolution over any semiring, for four ways to write a function from a monoid to weights.

`Finite` is a table of weights, convolved by the definition over any monoid. `Syntax` is a regular
expression, read by Brzozowski's derivatives. `Trie` holds the empty word's weight and, made when
first asked for, one trie per letter; it may be defined by itself. Elliott, arXiv 1903.10677.
"""

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from math import inf
from typing import Any


@dataclass
class Semiring:
    """`star(a)` is 1 + a + a a + ...; `operations` counts what was added and multiplied."""

    name: str
    zero: Any
    one: Any
    add: Callable
    mul: Callable
    closure: Callable
    operations: int = 0

    def plus(self, a, b):
        self.operations += 1
        return self.add(a, b)

    def times(self, a, b):
        self.operations += 1
        return self.mul(a, b)

    def star(self, a):
        self.operations += 1
        return self.closure(a)


def counts_times(a, b):
    return 0 if not a or not b else a * b


def semiring(name: str) -> Semiring:
    made = {
        "boolean": (False, True, lambda a, b: a or b, lambda a, b: a and b, lambda a: True),
        "counting": (0, 1, lambda a, b: a + b, counts_times, lambda a: inf if a else 1),
        "best": (-inf, 0, max, lambda a, b: a + b, lambda a: inf if a > 0 else 0),
        "rational": (
            Fraction(0),
            Fraction(1),
            lambda a, b: a + b,
            lambda a, b: a * b,
            lambda a: 1 / (1 - a),
        ),
    }
    return Semiring(name, *made[name])


@dataclass
class Finite:
    """Weights of finitely many elements; all others weigh nothing. `join` is the monoid's."""

    ring: Semiring
    table: dict
    join: Callable = lambda a, b: a + b

    def __add__(self, other):
        found = dict(self.table)
        for key, weight in other.table.items():
            found[key] = self.ring.plus(found[key], weight) if key in found else weight
        return Finite(self.ring, found, self.join)

    def __mul__(self, other):
        found = {}
        for one, left in self.table.items():
            for two, right in other.table.items():
                key, weight = self.join(one, two), self.ring.times(left, right)
                found[key] = self.ring.plus(found[key], weight) if key in found else weight
        return Finite(self.ring, found, self.join)

    def up_to(self, longest: int):
        kept = {key: weight for key, weight in self.table.items() if len(key) <= longest}
        return Finite(self.ring, kept, self.join)

    def powers(self, longest: int, unit):
        """The sum of all powers, on elements up to a length; the empty element adds nothing to it
        in an idempotent semiring, and must be absent in another one."""
        total = one = Finite(self.ring, {unit: self.ring.one}, self.join)
        bare = {key: weight for key, weight in self.table.items() if key != unit}
        for _ in range(longest):
            one = (one * Finite(self.ring, bare, self.join)).up_to(longest)
            total = total + one
        return total


@dataclass(frozen=True)
class Syntax:
    """zero | letter with a weight | sum | product | star; `at_empty` and `derived` read it."""

    kind: str
    parts: tuple = ()

    def at_empty(self, ring: Semiring):
        if self.kind == "weight":
            return self.parts[0]
        if self.kind == "sum":
            return ring.plus(*(part.at_empty(ring) for part in self.parts))
        if self.kind == "product":
            return ring.times(*(part.at_empty(ring) for part in self.parts))
        return ring.star(self.parts[0].at_empty(ring)) if self.kind == "star" else ring.zero

    def derived(self, letter: str, ring: Semiring) -> "Syntax":
        if self.kind == "letter":
            return Syntax("weight", (self.parts[1] if letter == self.parts[0] else ring.zero,))
        if self.kind == "sum":
            return Syntax("sum", tuple(part.derived(letter, ring) for part in self.parts))
        if self.kind == "product":
            left, right = self.parts
            empty = Syntax("weight", (left.at_empty(ring),))
            first = Syntax("product", (left.derived(letter, ring), right))
            return Syntax("sum", (Syntax("product", (empty, right.derived(letter, ring))), first))
        if self.kind == "star":
            empty = Syntax("weight", (ring.star(self.parts[0].at_empty(ring)),))
            rest = Syntax("product", (self.parts[0].derived(letter, ring), self))
            return Syntax("product", (empty, rest))
        return Syntax("weight", (ring.zero,))

    def weight(self, word: Iterable[str], ring: Semiring):
        rest = self
        for letter in word:
            rest = rest.derived(letter, ring)
        return rest.at_empty(ring)

    def folded(self, ring: Semiring, letter: Callable, weight: Callable, star: Callable):
        """The same expression in another representation, which has + and *."""
        if self.kind == "letter":
            return letter(*self.parts)
        if self.kind == "weight":
            return weight(*self.parts)
        parts = [part.folded(ring, letter, weight, star) for part in self.parts]
        if self.kind == "star":
            return star(parts[0])
        return parts[0] + parts[1] if self.kind == "sum" else parts[0] * parts[1]

    def pattern(self) -> str:
        """The expression for Python's `re`, weights left out."""
        if self.kind == "letter":
            return self.parts[0]
        inner = [part.pattern() if isinstance(part, Syntax) else "" for part in self.parts]
        joined = {"sum": "|".join(inner), "star": f"(?:{inner[0]})*"}.get(self.kind, "".join(inner))
        return f"(?:{joined})"


@dataclass
class Trie:
    """`empty()` is the weight of the empty word, `child(letter)` a trie; each is asked for once."""

    ring: Semiring
    empty: Callable
    child: Callable
    children: dict = field(default_factory=dict)

    @cached_property
    def here(self):
        return self.empty()

    def after(self, letter: str) -> "Trie":
        if letter not in self.children:
            self.children[letter] = self.child(letter)
        return self.children[letter]

    def weight(self, word: Iterable[str], ring: Semiring | None = None):
        trie = self
        for letter in word:
            trie = trie.after(letter)
        return trie.here

    def __add__(self, other):
        ring = self.ring
        return Trie(
            ring,
            lambda: ring.plus(self.here, other.here),
            lambda letter: self.after(letter) + other.after(letter),
        )

    def scaled(self, weight) -> "Trie":
        ring = self.ring
        if weight == ring.one:
            return self
        return Trie(
            ring,
            lambda: ring.times(weight, self.here),
            lambda letter: self.after(letter).scaled(weight),
        )

    def __mul__(self, other):
        """Nothing is asked of `other` before the first letters, so it may contain this product."""
        ring = self.ring

        def child(letter):
            rest = self.after(letter) * other
            if self.here == ring.zero:
                return rest
            return other.after(letter).scaled(self.here) + rest

        def empty():
            return ring.zero if self.here == ring.zero else ring.times(self.here, other.here)

        return Trie(ring, empty, child)

    def starred(self) -> "Trie":
        ring = self.ring
        whole = Trie(
            ring,
            lambda: ring.star(self.here),
            lambda letter: (self.after(letter) * whole).scaled(ring.star(self.here)),
        )
        return whole


def nothing(ring: Semiring) -> Trie:
    trie = Trie(ring, lambda: ring.zero, lambda letter: trie)
    return trie


def bare(ring: Semiring, weight) -> Trie:
    return Trie(ring, lambda: weight, lambda letter: nothing(ring))


def single(ring: Semiring, letter: str, weight) -> Trie:
    end, none = bare(ring, weight), nothing(ring)
    return Trie(ring, lambda: ring.zero, lambda other: end if other == letter else none)


def deferred(ring: Semiring, make: Callable[[], Trie]) -> Trie:
    """A trie that is made when it is first asked, so a definition may name itself."""
    made = []

    def get():
        if not made:
            made.append(make())
        return made[0]

    return Trie(ring, lambda: get().here, lambda letter: get().after(letter))


def words(letters: str, longest: int) -> list[str]:
    return [
        "".join(word)
        for length in range(longest + 1)
        for word in itertools.product(letters, repeat=length)
    ]
