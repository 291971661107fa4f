"""Lara's three operators on tables, with a loop: enough for inverses and for Turing machines?

Join multiplies rows that agree on keys, union sums rows that become equal, extend maps each row;
IterLara adds the loop. Determinant and inverse are written with them by Faddeev and LeVerrier's
rounds of products and traces, in exact rationals, and compared with sympy on random matrices, many
of them singular. The same operators step a Turing machine, compared with a plain interpreter.
An operation is a call of a function of values. Without the loop depth d joins at most 2^d edges.
"""

from fractions import Fraction
from typing import Literal

import networkx as nx
import sympy

from recount.kits.exact_math import Exact, fact, lara, turing
from recount.typed import typed


@typed()
class Arm:
    task: Literal["matrices", "machines", "paths"]


@typed()
class Size:
    matrices: int
    largest: int
    tapes: int
    steps: int
    rounds: int


def cases(run):
    if run.arm.task == "matrices":
        for n in range(1, run.size.largest + 1):
            yield from ({"n": n, "instance": number} for number in range(run.size.matrices))
    elif run.arm.task == "machines":
        yield from ({"instance": number} for number in range(run.size.tapes))
    else:
        yield from ({"rounds": rounds} for rounds in range(run.size.rounds + 1))


def matrix_of(run, case):
    """Small whole numbers; in every other matrix the last row repeats the first."""
    n = case["n"]
    rng = run.rng("matrix", step=100 * n + case["instance"])
    rows = rng.integers(-4, 5, size=(n, n)).tolist()
    if case["instance"] % 2 and n > 1:
        rows[-1] = list(rows[0])
    return rows


def find(run, case):
    return {"matrices": of_matrix, "machines": of_machine, "paths": of_path}[run.arm.task](
        run, case
    )


def of_matrix(run, case):
    n, given = case["n"], lara.table_of(matrix_of(run, case))
    identity = lara.table_of([[int(i == j) for j in range(n)] for i in range(n)])
    one = Fraction(1)
    inverse = lara.inverse(lara.Counted(), given, identity, one)
    dense = lara.table_of([[1 + i + j for j in range(n)] for i in range(n)])
    counted = lara.Counted()
    lara.product(counted, dense, dense)
    return {
        "determinant": lara.determinant(lara.Counted(), given, identity, one),
        "inverse": lara.entries(inverse, n) if inverse else "none",
        "product": lara.entries(lara.product(lara.Counted(), given, given), n),
        "operations": counted.operations,
    }


def of_machine(run, case):
    """(state, head, cells with 1) before every step."""
    rules, tape = turing.rules_of(table(case)), tape_of(run, case)
    cells = lara.Table(("place",), {(p,): 1 for p, symbol in tape.items() if symbol})
    head, passed, counted = lara.Table(("place", "state"), {(0, "A"): 1}), [], lara.Counted()

    def step(state):
        ((place, name),) = state[1].rows
        passed.append((name, place, sorted(p for (p,) in state[0].rows)))
        return lara.machine_step(counted, rules, *state)

    counted.iterate((cells, head), step, lambda s: not s[1].rows or len(passed) == run.size.steps)
    return {"passed": passed}


def table(case):
    return turing.U15_2 if case["instance"] else turing.BEAVER_4


def tape_of(run, case):
    rng = run.rng("tape", step=case["instance"])
    return {p: int(rng.integers(2)) for p in range(-8, 9)} if case["instance"] else {}


def of_path(run, case):
    """How long a path the depth of a term without a loop reaches, and what the loop reaches."""
    length = 2 ** case["rounds"] + 1
    edges = lara.Table(("i", "j"), {(i, i + 1): 1 for i in range(length)})
    bounded = lara.closure(lara.Counted(), edges, case["rounds"])
    whole = lara.closed(lara.Counted(), edges)
    return {"bounded": sorted(bounded.rows), "whole": sorted(whole.rows), "length": length}


def check(run, case):
    if run.arm.task == "matrices":
        matrix = sympy.Matrix(matrix_of(run, case))
        value = matrix.det()
        inverse = matrix.inv() if value else None
        square = (matrix * matrix).tolist()
        return {
            "determinant": fraction(value),
            "inverse": [list(map(fraction, row)) for row in inverse.tolist()] if value else "none",
            "product": [list(map(fraction, row)) for row in square],
        }
    if run.arm.task == "machines":
        rules = turing.rules_of(table(case))
        passed = turing.run(rules, tape_of(run, case), steps=run.size.steps)
        listed = [(state, head, sorted(ones)) for state, head, ones in passed]
        return {"passed": listed[: run.size.steps]}
    graph = nx.path_graph(2 ** case["rounds"] + 2, create_using=nx.DiGraph)
    return {"whole": sorted(nx.transitive_closure(graph).edges)}


def fraction(value):
    return Fraction(int(value.p), int(value.q))


def facts(run, case, found):
    right = check(run, case)
    if run.arm.task == "matrices":
        n = case["n"]
        for name in ("determinant", "inverse", "product"):
            yield fact(f"{name}_right", found[name] == right[name], n * n)
        yield fact("operations", found["operations"])
        yield fact("operations_are_flops", found["operations"] == 2 * n**3 - n**2, n**3)
    elif run.arm.task == "machines":
        yield fact("steps_right", found["passed"] == right["passed"], len(right["passed"]))
    else:
        length, ends = found["length"], (0, found["length"])
        yield fact("loop_right", found["whole"] == right["whole"], length)
        short = ends not in found["bounded"] and (0, length - 1) in found["bounded"]
        yield fact("depth_is_not_enough", short, length)


experiment = Exact(arm=Arm, size=Size, cases=cases, find=find, facts=facts)
