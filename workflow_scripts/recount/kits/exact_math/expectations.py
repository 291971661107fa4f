"""Probabilistic programs, their verification conditions in z3, and their true expected values.

Statements: ("skip",), ("set", name, value), ("seq", s, ...), ("if", test, s, t), ("coin", p, s, t),
("tick", cost), and the verification statements ("assert", X), ("assume", X), their duals
("coassert", X), ("coassume", X), ("havoc", s), ("cohavoc", s), which start s in every state and
ask whether the result is always infinite, or always 0 (havoc with validate, as one). Values, tests
and probabilities are functions of a state {name: number}, of numbers or of z3 terms alike. The
condition is a pair (infinite?, value). Source: Schroer, Batz, Kaminski, Katoen and Matheja,
arXiv 2309.07781.
"""

from fractions import Fraction
from itertools import product

import z3


def choose(test, yes, no):
    """if-then-else of numbers or of z3 terms."""
    if isinstance(test, z3.BoolRef):
        return z3.If(test, real(yes), real(no))
    return yes if test else no


def real(value):
    if isinstance(value, z3.ExprRef):
        return value
    return z3.RealVal(str(Fraction(value)))


def table(name, values):
    """The function of a state that looks its variable up in a list."""

    def looked_up(state):
        result = values[-1]
        for place in reversed(range(len(values) - 1)):
            result = choose(state[name] == place, values[place], result)
        return result

    return looked_up


NEVER, ALWAYS = z3.BoolVal(False), z3.BoolVal(True)


def condition(statement, after, state, domain):
    """The verification pre-expectation: `after` maps a state to (infinite?, value)."""
    kind = statement[0]
    if kind == "skip":
        return after(state)
    if kind == "seq":
        return condition(statement[1], following(statement[2:], after, domain), state, domain)
    if kind == "set":
        return after(state | {statement[1]: statement[2](state)})
    if kind in ("if", "coin"):
        yes, no = (condition(one, after, state, domain) for one in statement[2:])
        weight = statement[1](state)
        if kind == "if":
            return z3.If(weight, yes[0], no[0]), z3.If(weight, yes[1], no[1])
        weight = real(weight)
        infinite = z3.Or(z3.And(weight > 0, yes[0]), z3.And(weight < 1, no[0]))
        return infinite, weight * yes[1] + (1 - weight) * no[1]
    if kind == "tick":
        infinite, value = after(state)
        return infinite, value + real(statement[1])
    if kind in ("havoc", "cohavoc"):
        return everywhere(statement, after, domain)
    return lattice(kind, statement[1](state), after(state))


def following(statements, after, domain):
    if not statements:
        return after
    return lambda state: condition(("seq", *statements), after, state, domain)


def lattice(kind, bound, value):
    """Meet, implication and their duals on non-negative numbers with infinity."""
    top, bound = (ALWAYS, real(0)) if bound is None else (NEVER, real(bound))
    infinite, number = value
    below = z3.Or(infinite, z3.And(z3.Not(top), bound <= number))
    above = z3.Or(top, z3.And(z3.Not(infinite), bound >= number))
    if kind == "assert":
        return z3.And(top, infinite), z3.If(below, bound, number)
    if kind == "coassert":
        return z3.Or(top, infinite), z3.If(below, number, bound)
    if kind == "assume":
        return z3.Or(below, infinite), z3.If(below, real(0), number)
    return z3.And(z3.Not(above), infinite), z3.If(above, real(0), number)


def everywhere(statement, after, domain):
    """Infinity or 0, by asking z3 for a state in which the inner condition is not that."""
    state = symbols(domain, "_any")
    infinite, value = condition(statement[1], after, state, domain)
    solver = z3.Solver()
    solver.add(*within(state, domain))
    good = statement[0] == "havoc"
    solver.add(z3.Not(infinite) if good else z3.Or(infinite, value > 0))
    verdict = solver.check() == z3.unsat
    return (ALWAYS if verdict == good else NEVER), real(0)


def symbols(domain, mark=""):
    """A state of whole numbers, as real terms so that fractions mix with them."""
    return {name: z3.ToReal(z3.Int(name + mark)) for name in domain}


def within(state, domain):
    return [z3.And(state[name] >= low, state[name] <= high) for name, (low, high) in domain.items()]


def loop(guard, body, invariant, depth=1, upper=True):
    """A loop replaced by its proof rule: Park induction, or k-induction of a depth."""
    co = "co" if upper else ""
    inner = ("seq", body, (f"{co}assert", invariant), (f"{co}assume", stop(upper)))
    for _ in range(depth - 1):
        between = ("assert" if upper else "coassert", invariant)
        inner = ("seq", body, between, ("if", guard, inner, ("skip",)))
    step = ("if", guard, inner, ("skip",))
    rule = (f"{co}havoc", ("seq", (f"{co}assume", invariant), step))
    return ("seq", (f"{co}assert", invariant), rule)


def stop(upper):
    """What ends a path: everything above is assumed away."""
    return (lambda state: None) if upper else (lambda state: 0)


def accepted(statement, before, after, domain, upper=True):
    """Whether z3 proves that the condition is at most (at least) `before` in every state."""
    state = symbols(domain)
    infinite, value = condition(statement, lambda s: (NEVER, real(after(s))), state, domain)
    bound, solver = real(before(state)), z3.Solver()
    solver.add(*within(state, domain))
    wrong = z3.Or(infinite, value > bound) if upper else z3.And(z3.Not(infinite), value < bound)
    solver.add(wrong)
    return solver.check() == z3.unsat


def outcomes(statement, state):
    """[(probability, cost, state)] of a program without loops, in exact numbers."""
    kind = statement[0]
    if kind == "skip":
        return [(Fraction(1), Fraction(0), state)]
    if kind == "set":
        return [(Fraction(1), Fraction(0), state | {statement[1]: int(statement[2](state))})]
    if kind == "tick":
        return [(Fraction(1), Fraction(statement[1]), state)]
    if kind == "if":
        return outcomes(statement[2] if statement[1](state) else statement[3], state)
    if kind == "coin":
        share = Fraction(statement[1](state))
        both = ((share, statement[2]), (1 - share, statement[3]))
        return [(w * p, c, s) for w, one in both if w for p, c, s in outcomes(one, state)]
    found = [(Fraction(1), Fraction(0), state)]
    for one in statement[1:]:
        found = [(p * q, c + d, t) for p, c, s in found for q, d, t in outcomes(one, s)]
    return found


def true_values(guard, body, after, domain):
    """{state as a tuple: expected `after` plus cost}: the loop as a Markov chain, solved exactly.

    Every state must leave the loop with probability one.
    """
    names = list(domain)
    ranges = [range(low, high + 1) for low, high in domain.values()]
    states = [dict(zip(names, one, strict=True)) for one in product(*ranges)]
    inside = [state for state in states if guard(state)]
    place = {tuple(state.values()): number for number, state in enumerate(inside)}
    rows = []
    for number, state in enumerate(inside):
        row = [Fraction(0)] * (len(inside) + 1)
        row[number] += 1
        for chance, cost, to in outcomes(body, state):
            key = tuple(to[name] for name in names)
            row[-1] += chance * (cost + (0 if key in place else Fraction(after(to))))
            if key in place:
                row[place[key]] -= chance
        rows.append(row)
    solution = solved(rows)
    return {
        key: solution[place[key]] if key in place else Fraction(after(state))
        for state in states
        for key in [tuple(state.values())]
    }


def solved(rows):
    """Gauss and Jordan on exact numbers; the last column is the right side."""
    size = len(rows)
    for pivot in range(size):
        best = next(row for row in range(pivot, size) if rows[row][pivot])
        rows[pivot], rows[best] = rows[best], rows[pivot]
        rows[pivot] = [one / rows[pivot][pivot] for one in rows[pivot]]
        for other in range(size):
            if other != pivot and rows[other][pivot]:
                scale = rows[other][pivot]
                rows[other] = [a - scale * b for a, b in zip(rows[other], rows[pivot], strict=True)]
    return [row[-1] for row in rows]
