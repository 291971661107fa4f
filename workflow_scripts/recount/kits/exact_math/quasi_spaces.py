"""Quasi-Borel spaces with a finite sample space in place of the real line.

A sample space is a partition of {0..m-1} into blocks; its measurable sets are unions of blocks. A
space is (size, set of random elements), a random element a tuple of m points. The axioms: every
constant is one; so is a random element after a measurable self-map of the samples; so is what is
glued from random elements along measurable sets. Source: Heunen, Kammar, Staton and Yang,
arXiv 1701.02547, definitions 7 and 17 with the reals replaced.
"""

from dataclasses import dataclass
from functools import cache
from itertools import combinations, product

AXIOMS = ("constants", "precomposition", "gluing")


@dataclass(frozen=True)
class Samples:
    blocks: tuple

    @property
    def size(self):
        return len(self.blocks)

    def measurable(self, values):
        """Whether a function on the samples is constant on every block."""
        return all(
            len({v for v, b in zip(values, self.blocks, strict=True) if b == one}) == 1
            for one in set(self.blocks)
        )

    def maps(self):
        """All measurable self-maps: points of one block go into one block."""
        return measurable_maps(self)


@cache
def measurable_maps(samples):
    every = product(range(samples.size), repeat=samples.size)
    return [f for f in every if samples.measurable([samples.blocks[x] for x in f])]


@dataclass(frozen=True)
class Space:
    size: int
    random: frozenset


def keeps(space, samples, axiom):
    """Whether a space satisfies an axiom."""
    if axiom == "constants":
        return all((point,) * samples.size in space.random for point in range(space.size))
    if axiom == "precomposition":
        maps = samples.maps()
        return all(tuple(a[x] for x in f) in space.random for a in space.random for f in maps)
    names = sorted(set(samples.blocks))
    chosen = product(space.random, repeat=len(names))
    return all(
        tuple(one[names.index(block)][x] for x, block in enumerate(samples.blocks)) in space.random
        for one in chosen
    )


@cache
def spaces(samples, size, axioms):
    """All spaces on so many points that satisfy the axioms named."""
    every = list(product(range(size), repeat=samples.size))
    found = []
    for count in range(len(every) + 1):
        for chosen in combinations(every, count):
            space = Space(size, frozenset(chosen))
            if all(keeps(space, samples, axiom) for axiom in axioms):
                found.append(space)
    return found


@cache
def paired(left, right):
    """The product; the point (x, y) is numbered x * right.size + y."""
    random = {
        tuple(x * right.size + y for x, y in zip(a, b, strict=True))
        for a in left.random
        for b in right.random
    }
    return Space(left.size * right.size, frozenset(random))


def is_morphism(function, source, target):
    """Whether random elements go to random elements; a function is the tuple of its values."""
    return all(tuple(function[x] for x in a) in target.random for a in source.random)


@cache
def morphisms(source, target):
    every = product(range(target.size), repeat=source.size)
    return [one for one in every if is_morphism(one, source, target)]


@cache
def exponential(source, target, samples):
    """The function space; its points are numbered as in `morphisms(source, target)`."""
    points, maps = morphisms(source, target), samples.maps()

    def good(family):
        return all(
            tuple(points[family[f[w]]][a[w]] for w in range(samples.size)) in target.random
            for f in maps
            for a in source.random
        )

    families = product(range(len(points)), repeat=samples.size)
    return Space(len(points), frozenset(one for one in families if good(one)))


def currying_agrees(left, source, target, samples):
    """(functions tried, first one that is a morphism on one side of the adjunction alone)."""
    whole, function_space = paired(left, source), exponential(source, target, samples)
    number = {one: place for place, one in enumerate(morphisms(source, target))}
    tried = 0
    for g in product(range(target.size), repeat=whole.size):
        tried += 1
        rows = [g[z * source.size : (z + 1) * source.size] for z in range(left.size)]
        curried = tuple(number.get(row, -1) for row in rows)
        inside = -1 not in curried and is_morphism(curried, left, function_space)
        if inside != is_morphism(g, whole, target):
            return tried, g
    return tried, None


def evaluation_is_morphism(source, target, samples):
    points = morphisms(source, target)
    whole = paired(exponential(source, target, samples), source)
    return is_morphism(tuple(f[x] for f in points for x in range(source.size)), whole, target)


def pairing_agrees(left, one, other):
    """Whether maps into the product are exactly pairs of maps."""
    whole = paired(one, other)
    for h in product(range(whole.size), repeat=left.size):
        first, second = tuple(p // other.size for p in h), tuple(p % other.size for p in h)
        both = is_morphism(first, left, one) and is_morphism(second, left, other)
        if both != is_morphism(h, left, whole):
            return False
    return True


def swap_holds(one, other, samples, weights):
    """Whether both orders of integration exist and agree, for all maps of the product to {0, 1}.

    A measure is a weight for each block; an integral needs a function constant on blocks.
    """
    measurable = product((0, 1), repeat=samples.size)
    truths = Space(2, frozenset(v for v in measurable if samples.measurable(v)))
    whole = paired(one, other)
    for f in morphisms(whole, truths):
        for a, b in product(one.random, other.random):
            table = [[f[x * other.size + y] for y in b] for x in a]
            rows = [integral(row, samples, weights) for row in table]
            columns = [integral(col, samples, weights) for col in zip(*table, strict=True)]
            if None in rows or None in columns:
                return False
            total = integral(rows, samples, weights)
            if total is None or total != integral(columns, samples, weights):
                return False
    return True


def integral(values, samples, weights):
    """The integral of a function on the samples, or None where it is not measurable."""
    if not samples.measurable(values):
        return None
    of_block = dict(zip(samples.blocks, values, strict=True))
    return sum(weights[block] * value for block, value in of_block.items())
