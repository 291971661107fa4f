"""One convolution for languages, polynomials and images, over any semiring.

Regular expressions with random weights are read as tries and by derivatives of their syntax; the
check convolves tables of all short words by the definition, so the sum over all ways to split a
word. Booleans are checked by Python's `re` too. The languages a^n b^n, palindromes and balanced
brackets are tries defined by themselves. The same product, over other monoids, is compared with
numpy, scipy and sympy. Work is counted in additions and multiplications of weights.
"""

import re
from operator import add
from typing import Literal

import numpy as np
import sympy
from scipy.signal import convolve2d

from recount.kits.exact_math import Exact, fact
from recount.kits.exact_math import convolutions as conv
from recount.kits.exact_math import weighted_expressions as expressions
from recount.typed import typed

RINGS = ("boolean", "counting", "best", "rational")


@typed()
class Arm:
    representation: Literal["trie", "derivatives"]


@typed()
class Size:
    expressions: int
    nodes: int
    longest: int
    family: int  # how long the expressions are that are read again and again


def expression(run, case):
    rng = run.rng("expression", step=case["expression"])
    name = case["semiring"]
    return expressions.random_syntax(
        rng, name, int(rng.integers(2, run.size.nodes))
    ), conv.semiring(name)


def words(run):
    return conv.words("ab", run.size.longest)


def cases(run):
    return [{"semiring": n, "expression": e} for e in range(run.size.expressions) for n in RINGS]


def weights(run, syntax, ring):
    read = expressions.as_trie(syntax, ring) if run.arm.representation == "trie" else syntax
    return [read.weight(word, ring) for word in words(run)]


def find(run, case):
    found = weights(run, *expression(run, case))
    return {"weights": [str(one) for one in found]}


def check(run, case):
    syntax, ring = expression(run, case)
    table = expressions.as_table(syntax, ring, run.size.longest)
    return {"weights": [str(table.get(word, ring.zero)) for word in words(run)]}


def facts(run, case, found):
    if case["semiring"] == "boolean":
        pattern = re.compile(expression(run, case)[0].pattern())
        wanted = [bool(pattern.fullmatch(word)) for word in words(run)]
        yield fact("as_python", found["weights"] == [str(one) for one in wanted], len(wanted))
    yield fact("different_weights", len(set(found["weights"])))


def whole(run, rows):
    if run.arm.representation == "trie":
        nonregular(run, rows)
        repeated(run, rows)
    other_monoids(run, rows)


def nonregular(run, rows):
    ring = conv.semiring("counting")
    a, b = conv.single(ring, "a", 1), conv.single(ring, "b", 1)
    one = conv.bare(ring, 1)
    powers = conv.deferred(ring, lambda: one + a * powers * b)
    mirrored = conv.deferred(ring, lambda: one + a + b + a * mirrored * a + b * mirrored * b)
    nested = conv.deferred(ring, lambda: one + a * nested * b * nested)
    for word in conv.words("ab", run.size.longest + 3):
        half, depth = len(word) // 2, np.cumsum([0] + [1 if one == "a" else -1 for one in word])
        wanted = {
            "powers": (powers, word == "a" * half + "b" * half),
            "palindromes": (mirrored, word == word[::-1]),
            "brackets": (nested, depth[-1] == 0 and depth.min() >= 0),
        }
        for name, (trie, belongs) in wanted.items():
            rows.add("self_defined", float(trie.weight(word) == belongs), language=name, word=word)


def repeated(run, rows):
    for name, syntax in expressions.families(run.size.family):
        spent = {}
        for method in ("trie", "syntax"):
            ring = conv.semiring("boolean")
            read = expressions.as_trie(syntax, ring) if method == "trie" else syntax
            for word in words(run) * 2:
                read.weight(word, ring)
            spent[method] = ring.operations
        rows.add("operations_saved", spent["syntax"] / spent["trie"], family=name)
        rows.add("trie_is_cheaper", float(spent["trie"] < spent["syntax"]), family=name)


def other_monoids(run, rows):
    """Polynomials in one and three variables, series cut off, and images, by the same product."""
    ring, variables = conv.semiring("counting"), sympy.symbols("x:3")
    for place in range(10):
        rng = run.rng("monoids", step=place)
        drawn = [rng.integers(1, 9, shape) for shape in ((5,), (7,), (4, 5), (3, 2), (2, 3, 2))]

        def table(array):
            weights = {key: int(one) for key, one in np.ndenumerate(array)}
            return conv.Finite(ring, weights, lambda a, b: tuple(map(add, a, b)))

        def dense(finite, shape):
            return np.array([finite.table.get(key, 0) for key in np.ndindex(shape)]).reshape(shape)

        one, two, image, kernel, cube = map(table, drawn)
        line = np.convolve(drawn[0], drawn[1])
        picture = convolve2d(drawn[2], drawn[3])
        poly = sympy.Poly({key: int(w) for key, w in np.ndenumerate(drawn[4])}, *variables)
        same = {
            "polynomials": np.array_equal(dense(one * two, line.shape), line),
            "images": np.array_equal(dense(image * kernel, picture.shape), picture),
            "three variables": (cube * cube).table == dict((poly * poly).terms()),
        }
        for name, good in same.items():
            rows.add("other_monoids", float(good), kind=name, place=place)


experiment = Exact(
    arm=Arm, size=Size, cases=cases, find=find, facts=facts, check=check, whole=whole
)
