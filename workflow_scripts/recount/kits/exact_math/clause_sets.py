"""Random clause sets of lambda-free higher-order logic, and z3's word on whether they can hold.

z3 sees a sort for each type and a function for each application, nothing of the calculus under
test. Functions need not be extensional. Its effort is bounded by steps, not by the clock.
"""

import z3

from recount.kits.exact_math.lambda_free import applied, kind_of, symbol, variable

UNARY, BINARY = ("i", "i"), ("i", ("i", "i"))
SYMBOLS = (
    symbol("a"),
    symbol("b"),
    symbol("f", UNARY),
    symbol("g", UNARY),
    symbol("h", BINARY),
)
VARIABLES = (variable("x"), variable("y"), variable("F", UNARY), variable("G", BINARY))


def random_term(rng, kind, depth):
    """A term of a type: a random head that can have it, with random arguments."""
    heads = []
    for head in SYMBOLS + VARIABLES:
        needed, left = [], head[2]
        while left != kind and isinstance(left, tuple):
            needed.append(left[0])
            left = left[1]
        if left == kind and len(needed) <= 2 * depth:
            heads.append((head, needed))
    head, needed = heads[rng.integers(len(heads))]
    return applied(head, *(random_term(rng, one, depth - 1) for one in needed))


def random_clauses(rng, most, depth):
    """Two to `most` clauses of one or two literals; a quarter of the equations are of functions."""
    clauses = []
    for number in range(rng.integers(2, most + 1)):
        literals = []
        for _ in range(1 + (rng.random() < 0.3)):
            kind = UNARY if rng.random() < 0.25 else "i"
            sides = [random_term(rng, kind, depth) for _ in range(2)]
            literals.append((number > 0 and bool(rng.random() < 0.7), *sides))
        clauses.append(tuple(literals))
    return clauses


def known(clauses, steps):
    """ "sat", "unsat" or "unknown" from z3, after at most so many of its steps."""
    solver = z3.Solver()
    solver.set("rlimit", steps)
    sorts, names = {}, {}
    for clause in clauses:
        bound = {}
        parts = []
        for positive, left, right in clause:
            equal = translated(left, sorts, names, bound) == translated(right, sorts, names, bound)
            parts.append(equal if positive else z3.Not(equal))
        whole = z3.Or(*parts)
        solver.add(z3.ForAll(list(bound.values()), whole) if bound else whole)
    return str(solver.check())


def sort_of(kind, sorts):
    if kind not in sorts:
        sorts[kind] = z3.DeclareSort(f"t{len(sorts)}")
    return sorts[kind]


def translated(term, sorts, names, bound):
    own = sort_of(kind_of(term), sorts)
    if term[0] == "@":
        kind = kind_of(term[1])
        if ("@", kind) not in names:
            needed = (sort_of(kind, sorts), sort_of(kind[0], sorts), own)
            names[("@", kind)] = z3.Function(f"app{len(names)}", *needed)
        parts = (translated(one, sorts, names, bound) for one in term[1:])
        return names[("@", kind)](*parts)
    table = bound if term[0] == "v" else names
    if term not in table:
        table[term] = z3.Const(f"{term[0]}_{term[1]}_{len(table)}", own)
    return table[term]
