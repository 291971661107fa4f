"""Named identities, and versions of them by rules: equal ones, and ones that are false.

Equal: letters renamed, terms and factors in another order, sides exchanged, squares written out,
all moved to one side, other notation. False: one sign, number, letter, power or term changed; what
happens to stay true at random points is thrown away.
"""

import numpy as np

from recount.kits.exact_math import formula_trees as ft
from recount.kits.exact_math.formula_trees import Tree

IDENTITIES = """
(a+b)**2 = a**2+2*a*b+b**2
(a-b)**2 = a**2-2*a*b+b**2
(a+b)*(a-b) = a**2-b**2
(a+b)**3 = a**3+3*a**2*b+3*a*b**2+b**3
(a-b)**3 = a**3-3*a**2*b+3*a*b**2-b**3
a**3+b**3 = (a+b)*(a**2-a*b+b**2)
a**3-b**3 = (a-b)*(a**2+a*b+b**2)
(a+b+c)**2 = a**2+b**2+c**2+2*a*b+2*b*c+2*c*a
a*(b+c) = a*b+a*c
(a+b)*(c+d) = a*c+a*d+b*c+b*d
a**4-b**4 = (a-b)*(a+b)*(a**2+b**2)
a**4+4*b**4 = (a**2+2*b**2+2*a*b)*(a**2+2*b**2-2*a*b)
(a**2+b**2)*(c**2+d**2) = (a*c-b*d)**2+(a*d+b*c)**2
a/b+c/d = (a*d+b*c)/(b*d)
(a/b)/(c/d) = (a*d)/(b*c)
1/a-1/b = (b-a)/(a*b)
1/(a*(a+1)) = 1/a-1/(a+1)
(a+b)**2-(a-b)**2 = 4*a*b
(a+b)**2+(a-b)**2 = 2*(a**2+b**2)
a**2+b**2 = (a+b)**2-2*a*b
a**2+a*b = (a+b/2)**2-b**2/4
(a-b)*(a-c) = a**2-(b+c)*a+b*c
1+a+a**2 = (a**3-1)/(a-1)
1+a+a**2+a**3 = (a**4-1)/(a-1)
a**2*a**3 = a**5
(a*b)**2 = a**2*b**2
(a/b)**2 = a**2/b**2
a**3/a = a**2
(a+b)/c = a/c+b/c
a/(b/c) = (a*c)/b
(a+b)*(b+c)*(c+a) = (a+b+c)*(a*b+b*c+c*a)-a*b*c
(a**2-b**2)**2+(2*a*b)**2 = (a**2+b**2)**2
a*(a+1)/2+(a+1) = (a+1)*(a+2)/2
a**2+2*a+1 = (a+1)**2
(a+1)*(b+1) = a*b+a+b+1
2/(1/a+1/b) = (2*a*b)/(a+b)
a**2-1 = (a-1)*(a+1)
(a-b)/(c-d) = (b-a)/(d-c)
a**4+a**2+1 = (a**2+a+1)*(a**2-a+1)
a-(b-c) = a-b+c
(a**2)**3 = a**6
1/(1-a)-1 = a/(1-a)
a*b = ((a+b)/2)**2-((a-b)/2)**2
(a+b)**3 = a**3+b**3+3*a*b*(a+b)
1/(1-a)+1/(1+a) = 2/(1-a**2)
a*(b-c)+b*(c-a)+c*(a-b) = 0
a**3-a = (a-1)*a*(a+1)
(a**2+b**2)/2-((a+b)/2)**2 = ((a-b)/2)**2
(a+1)**3-a**3 = 3*a**2+3*a+1
a**2*b-a*b**2 = a*b*(a-b)
(a+b)*(a+c) = a**2+a*(b+c)+b*c
a/b*(c/d) = (a*c)/(b*d)
a**2/b+a = a*(a+b)/b
(a-b)*(b-c)+(b-c)*(c-a)+(c-a)*(a-b) = a*b+b*c+c*a-a**2-b**2-c**2
"""
ALL = [tuple(map(ft.tree, line.split(" = "))) for line in IDENTITIES.strip().splitlines()]
POINTS = 3


def renamed(of: Tree, names: dict[str, str]) -> Tree:
    if isinstance(of, tuple):
        return (of[0], *(renamed(one, names) for one in of[1:]))
    return names.get(of, of)


def fresh_names(sides: tuple[Tree, Tree], rng) -> dict[str, str]:
    old = sorted({*ft.letters(sides[0]), *ft.letters(sides[1])})
    return dict(zip(old, rng.permutation(ft.LETTERS)[: len(old)].tolist(), strict=True))


def reordered(of: Tree, rng) -> Tree:
    """Terms and factors in random order; some squares written as products."""
    if not isinstance(of, tuple):
        return of
    parts = [reordered(one, rng) for one in of[1:]]
    if of[0] in "+*":
        parts = [parts[k] for k in rng.permutation(len(parts))]
    if of[0] == "^" and of[2] == 2 and rng.random() < 0.25:
        return ("*", parts[0], parts[0])
    return (of[0], *parts)


def equal_version(sides: tuple[Tree, Tree], rng) -> tuple[Tree, Tree]:
    names = fresh_names(sides, rng)
    left, right = (reordered(renamed(one, names), rng) for one in sides)
    if rng.random() < 0.5:
        left, right = right, left
    if rng.random() < 0.2 and right != 0:
        left, right = ft.joined("+", left, ("neg", right)), 0
    return left, right


def changed(of: Tree, rng) -> Tree:
    """One place changed: a number, a letter, a sign, a power, or a term or factor left out."""
    spots = list(ft.places(of))
    path, part = spots[int(rng.integers(len(spots)))]
    if isinstance(part, int):
        return ft.put(of, path, part + int(rng.choice([-1, 1, 2])) if part else 1)
    if isinstance(part, str):
        others = [one for one in ft.letters(of) if one != part] or [1, 2]
        return ft.put(of, path, others[int(rng.integers(len(others)))])
    if part[0] == "neg":
        return ft.put(of, path, part[1])
    if part[0] == "/":
        return ft.put(of, path, ("/", part[2], part[1]))
    if part[0] == "^":
        return ft.put(of, path, ("^", part[1], part[2] + 1))
    at = int(rng.integers(1, len(part)))
    if len(part) > 3 and rng.random() < 0.5:
        return ft.put(of, path, (*part[:at], *part[at + 1 :]))
    negated = ("neg", part[at]) if not is_negative(part[at]) else part[at][1]
    return ft.put(of, (*path, at), negated)


def is_negative(of: Tree) -> bool:
    return isinstance(of, tuple) and of[0] == "neg"


def false_version(sides: tuple[Tree, Tree], rng) -> tuple[Tree, Tree]:
    """A version with one change that makes it false at every one of a few random points."""
    while True:
        left, right = equal_version(sides, rng)
        side = int(rng.integers(2))
        new = changed((left, right)[side], rng)
        found = (new, right) if side == 0 else (left, new)
        if differs(found, rng):
            return found


def differs(sides: tuple[Tree, Tree], rng) -> bool:
    names = sorted({*ft.letters(sides[0]), *ft.letters(sides[1])})
    for _ in range(POINTS):
        values = dict(zip(names, rng.uniform(1.5, 4, len(names)), strict=True))
        try:
            left, right = (ft.decimal(one, values) for one in sides)
        except ZeroDivisionError:
            return False
        if abs(left - right) < 1e-6 * (1 + abs(left)):
            return False
    return True


def renamed_version(sides: tuple[Tree, Tree], rng) -> tuple[Tree, Tree]:
    names = fresh_names(sides, rng)
    return tuple(renamed(one, names) for one in sides)


def tokens(sides: tuple[Tree, Tree], rng: np.random.Generator | None) -> list[str]:
    return [*ft.written(sides[0], rng), "=", *ft.written(sides[1], rng)]


def verdict(found: list[str], rng: np.random.Generator, points: int) -> int:
    """How many of `points` random points modulo a prime refute an equation read from its tokens."""
    left, right = ft.read(found)
    names = sorted({*ft.letters(left), *ft.letters(right)})
    refuted = 0
    for _ in range(points):
        values = {name: int(rng.integers(2, ft.PRIME)) for name in names}
        try:
            refuted += ft.residue(left, values) != ft.residue(right, values)
        except ZeroDivisionError:  # a false version may have no value anywhere
            refuted += 1
    return refuted


KINDS = {"equal": equal_version, "false": false_version, "renamed": renamed_version}


def pool(
    sides: tuple[Tree, Tree], kind: str, many: int, longest: int, points: int, rng
) -> tuple[np.ndarray, list[int]]:
    """Token ids (many, longest) of versions, and how many points refute each.

    Renamed versions keep the plainest notation; longer versions are drawn again.
    """
    ids, refuted = np.zeros((many, longest), np.int64), []
    while len(refuted) < many:
        found = tokens(KINDS[kind](sides, rng), None if kind == "renamed" else rng)
        if len(found) <= longest:
            ids[len(refuted), : len(found)] = [ft.NUMBER[one] for one in found]
            refuted.append(verdict(found, rng, points))
    return ids, refuted
