"""Tables from keys to values, the three operators of Lara, and the iteration of IterLara.

A table has named keys and one value; rows with the default value 0 are not stored. `join` combines
the values of rows that agree on common keys, `union` keeps the keys named and folds the values of
equal rows, `extend` computes new keys and a value from each row. Every call of a function of values
is counted in `Counted.operations`. Sources: Hutchison, Howe and Suciu, LaraDB (2017), for the
operators; Li, Gao, Wang and Zhan, arXiv 2307.08315, for the iteration.
"""

from dataclasses import dataclass
from fractions import Fraction
from operator import add, mul


@dataclass(frozen=True)
class Table:
    """rows: {tuple of keys in the order of `keys`: value}."""

    keys: tuple
    rows: dict

    def renamed(self, **names):
        return Table(tuple(names.get(key, key) for key in self.keys), self.rows)


class Counted:
    """The operators, with the number of operations that they have cost."""

    def __init__(self):
        self.operations = 0

    def called(self, function, *values):
        self.operations += 1
        return function(*values)

    def join(self, left, right, function=mul):
        common = [key for key in left.keys if key in right.keys]
        fresh = [key for key in right.keys if key not in left.keys]
        where = {}
        for row, value in right.rows.items():
            named = dict(zip(right.keys, row, strict=True))
            shared = tuple(named[key] for key in common)
            where.setdefault(shared, []).append((tuple(named[key] for key in fresh), value))
        rows = {}
        for row, value in left.rows.items():
            named = dict(zip(left.keys, row, strict=True))
            for rest, other in where.get(tuple(named[key] for key in common), []):
                rows[row + rest] = self.called(function, value, other)
        return Table(left.keys + tuple(fresh), rows)

    def union(self, tables, keys, function=add):
        rows = {}
        for table in tables:
            places = [table.keys.index(key) for key in keys]
            for row, value in table.rows.items():
                kept = tuple(row[place] for place in places)
                rows[kept] = self.called(function, rows[kept], value) if kept in rows else value
        return Table(tuple(keys), rows)

    def extend(self, table, keys, function):
        """`function(named keys, value)` gives the new keys and value, or None to leave it out."""
        rows = {}
        for row, value in table.rows.items():
            made = self.called(function, dict(zip(table.keys, row, strict=True)), value)
            if made is not None:
                rows[made[0]] = made[1]
        return Table(tuple(keys), rows)

    def iterate(self, state, step, until):
        """IterLara's loop: `step` on a tuple of tables until a condition on them holds."""
        while not until(state):
            state = step(state)
        return state


def table_of(rows):
    """A matrix of numbers as a table over (i, j) of exact fractions."""
    cells = {(i, j): Fraction(v) for i, row in enumerate(rows) for j, v in enumerate(row) if v}
    return Table(("i", "j"), cells)


def entries(table, n):
    return [[table.rows.get((i, j), Fraction(0)) for j in range(n)] for i in range(n)]


def product(lara, left, right):
    """The matrix product of tables over (i, j)."""
    joined = lara.join(left.renamed(j="k"), right.renamed(i="k"))
    return lara.union([joined], ("i", "j"))


def scaled(lara, table, scalar):
    """Every value times the one value of a table without keys."""
    return lara.join(table, scalar)


def trace(lara, table):
    diagonal = lara.extend(table, ("i",), on_diagonal)
    return lara.union([diagonal], ())


def on_diagonal(keys, value):
    return ((keys["i"],), value) if keys["i"] == keys["j"] else None


def characteristic(lara, matrix, identity, one):
    """(adjugate without sign, last coefficient) by Faddeev and LeVerrier, n rounds of the loop.

    M = A M + c I, then c = -tr(A M) / k. Only products, traces and sums occur, no pivots, so it
    holds for singular matrices too.
    """
    size = len(identity.rows)

    def step(state):
        power, coefficient, _, round_number = state
        count = next(iter(round_number.rows.values())) + 1
        shifted = product(lara, matrix, power) if power.rows else power
        grown = lara.union([shifted, scaled(lara, identity, coefficient)], ("i", "j"))
        total = trace(lara, product(lara, matrix, grown))
        value = lara.extend(total, (), lambda keys, v: ((), -v / count))
        empty = Table((), {(): one * 0})
        return grown, value if value.rows else empty, coefficient, Table((), {(): count})

    start = (Table(("i", "j"), {}), Table((), {(): one}), None, Table((), {(): 0}))
    return lara.iterate(start, step, lambda state: state[3].rows[()] == size)


def determinant(lara, matrix, identity, one):
    coefficient = characteristic(lara, matrix, identity, one)[1].rows.get((), one * 0)
    return coefficient * (-1) ** len(identity.rows)


def inverse(lara, matrix, identity, one):
    """The inverse as a table, or None for a singular matrix."""
    power, coefficient, _, _ = characteristic(lara, matrix, identity, one)
    if not coefficient.rows.get((), 0):
        return None
    factor = lara.extend(coefficient, (), lambda keys, value: ((), -1 / value))
    return scaled(lara, power, factor)


def machine_step(lara, rules, tape, head):
    """One step of a Turing machine: the head's table joined with the tape's, and two unions.

    head: keys place and state; tape: key place, value 1. At a halt the new head is empty.
    """
    ((place, _),) = head.rows
    blank = lara.extend(head, ("place",), lambda keys, _: ((keys["place"],), 0))
    read = lara.union([tape, blank], ("place",))
    seen = lara.join(read, head, lambda symbol, _: symbol)
    moved = lara.extend(seen, ("place", "state"), lambda k, v: follow(rules, k, v))
    write = lara.extend(seen, ("place",), lambda k, v: written(rules, k, v))
    kept = lara.extend(tape, ("place",), lambda k, v: elsewhere(k["place"], place))
    new = lara.union([kept, write], ("place",))
    return (new if moved.rows else tape), moved


def elsewhere(own, place):
    return ((own,), 1) if own != place else None


def follow(rules, keys, symbol):
    rule = rules.get((keys["state"], symbol))
    return rule and ((keys["place"] + rule[1], rule[2]), 1)


def written(rules, keys, symbol):
    rule = rules.get((keys["state"], symbol))
    return ((keys["place"],), 1) if rule and rule[0] else None


def closure(lara, edges, rounds):
    """Pairs joined by a path of at most 2 ** rounds edges: a term of that depth without a loop."""
    paths = edges
    for _ in range(rounds):
        longer = lara.union(
            [lara.join(paths.renamed(j="k"), paths.renamed(i="k"))], ("i", "j"), max
        )
        paths = lara.union([paths, longer], ("i", "j"), max)
    return paths


def closed(lara, edges):
    """The same by the loop, until nothing is new."""

    def step(state):
        return closure(lara, state[0], 1), state[0]

    return lara.iterate((edges, None), step, lambda s: s[1] is not None and s[0].rows == s[1].rows)[
        0
    ]
