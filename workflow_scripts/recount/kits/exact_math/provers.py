"""Three provers behind one question: do these premises imply this goal, within a fixed effort?

`ground` only looks at what is on the surface: quantified parts are atoms, so all instances must be
given; it decides, by z3 or by cvc5. `hammer` gives the formulas whole, to z3 or cvc5 in first-order
logic or to cvc5 in higher-order logic. Effort is counted by the solvers' own resource units, never
in seconds, so an answer repeats.
"""

from functools import partial

import cvc5
import z3
from cvc5 import Kind

from recount.kits.exact_math import set_formulas as sf
from recount.kits.exact_math.set_formulas import Tree

BOOLEAN = {"<->": Kind.EQUAL, "->": Kind.IMPLIES, "or": Kind.OR, "and": Kind.AND}
BOOLEAN |= {"not": Kind.NOT, "=": Kind.EQUAL}
SCHEMES = ("sep", "img")


def is_formula(of: Tree) -> bool:
    head = of if isinstance(of, str) else of[0]
    return head in sf.CONNECTIVES or head in sf.RELATIONS


class Z3:
    """z3 in first-order logic."""

    def __init__(self, effort: int, opaque: bool = False):
        self.context, self.opaque = z3.Context(), opaque
        self.solver = (
            z3.SolverFor("UF", ctx=self.context) if opaque else z3.Solver(ctx=self.context)
        )
        self.solver.set("rlimit", effort)
        self.set = z3.DeclareSort("set", self.context)
        self.truth = z3.BoolSort(self.context)

    def symbol(self, head: str, arguments: list, truth: bool):
        sort = self.truth if truth else self.set
        if not arguments:
            return z3.Const(head, sort)
        return z3.Function(head, *(one.sort() for one in arguments), sort)(*arguments)

    def made(self, of: Tree, bound: tuple = ()):
        head = of if isinstance(of, str) else of[0]
        if isinstance(of, tuple) and head in sf.BINDERS and (self.opaque or head == "lam"):
            return z3.Const(repr(sf.normal(of)), self.set if head == "lam" else self.truth)
        if head in ("all", "some"):
            variable = z3.Const(of[1], self.set)
            inside = self.made(of[2])
            return (z3.ForAll if head == "all" else z3.Exists)([variable], inside)
        if head == "false":
            return z3.BoolVal(False, self.context)
        parts = [self.made(one) for one in of[1:]] if isinstance(of, tuple) else []
        signs = {"and": z3.And, "or": z3.Or, "not": z3.Not, "->": z3.Implies}
        if head in signs:
            return signs[head](*parts)
        if head in ("=", "<->"):
            return parts[0] == parts[1]
        return self.symbol(head, parts, is_formula(of))

    def implies(self, premises: list[Tree], goal: Tree) -> bool:
        for one in premises:
            self.solver.add(self.made(one))
        self.solver.add(z3.Not(self.made(goal)))
        return self.solver.check() == z3.unsat


class Cvc5:
    """cvc5 in first-order logic, or in higher-order logic."""

    def __init__(self, effort: int, opaque: bool = False, higher: bool = False):
        self.terms = cvc5.TermManager()
        self.solver = cvc5.Solver(self.terms)
        self.solver.setLogic("HO_ALL" if higher else "QF_UF" if opaque else "UF")
        self.solver.setOption("rlimit", str(effort))
        self.set = self.terms.mkUninterpretedSort("set")
        self.opaque, self.known = opaque, {}

    def sort(self, name: str):
        if name in sf.PROPERTIES:
            return self.terms.mkFunctionSort([self.set], self.terms.getBooleanSort())
        if name in sf.FUNCTIONS:
            return self.terms.mkFunctionSort([self.set], self.set)
        return self.set

    def symbol(self, head: str, arguments: list, truth: bool):
        result = self.terms.getBooleanSort() if truth else self.set
        sorts = [one.getSort() for one in arguments]
        key = (head, len(arguments))
        if key not in self.known:
            sort = self.terms.mkFunctionSort(sorts, result) if sorts else result
            self.known[key] = self.terms.mkConst(sort, head)
        if not arguments:
            return self.known[key]
        return self.terms.mkTerm(Kind.APPLY_UF, self.known[key], *arguments)

    def made(self, of: Tree, bound: dict):
        head = of if isinstance(of, str) else of[0]
        if isinstance(of, tuple) and head in sf.BINDERS:
            if self.opaque:
                return self.symbol(repr(sf.normal(of)), [], head != "lam")
            variable = self.terms.mkVar(self.sort(of[1]), of[1])
            inside = self.made(of[2], bound | {of[1]: variable})
            kinds = {"all": Kind.FORALL, "some": Kind.EXISTS, "lam": Kind.LAMBDA}
            names = self.terms.mkTerm(Kind.VARIABLE_LIST, variable)
            return self.terms.mkTerm(kinds[head], names, inside)
        if head == "false":
            return self.terms.mkFalse()
        parts = [self.made(one, bound) for one in of[1:]] if isinstance(of, tuple) else []
        if head in BOOLEAN:
            return self.terms.mkTerm(BOOLEAN[head], *parts)
        if head in bound:
            return self.terms.mkTerm(Kind.HO_APPLY, bound[head], *parts) if parts else bound[head]
        if head in sf.PROPERTIES + sf.FUNCTIONS and not parts and not self.opaque:
            return self.fixed(head)
        if head in sf.PROPERTIES + sf.FUNCTIONS and parts and not self.opaque:
            return self.terms.mkTerm(Kind.APPLY_UF, self.fixed(head), *parts)
        return self.symbol(head, parts, is_formula(of))

    def fixed(self, name: str):
        if name not in self.known:
            self.known[name] = self.terms.mkConst(self.sort(name), name)
        return self.known[name]

    def implies(self, premises: list[Tree], goal: Tree) -> bool:
        for one in premises:
            self.solver.assertFormula(self.made(one, {}))
        self.solver.assertFormula(self.made(("not", goal), {}))
        return self.solver.checkSat().isUnsat()


GROUND = {"z3": partial(Z3, opaque=True), "cvc5": partial(Cvc5, opaque=True)}
HAMMERS = {"z3": Z3, "cvc5": Cvc5, "cvc5 higher-order": partial(Cvc5, higher=True)}
EFFORT = 2_000_000


def ground(premises: list[Tree], goal: Tree, by: str) -> bool:
    """Whether the goal follows from what is said on the surface, decided by z3 or cvc5."""
    return GROUND[by](EFFORT).implies(premises, goal)


def hammer(premises: list[Tree], goal: Tree, by: str, effort: int) -> bool:
    """Whether a prover finds a proof. First-order provers only get premises that they can read."""
    if by != "cvc5 higher-order":
        if not sf.first_order(goal):
            return False
        premises = [one for one in premises if sf.first_order(one)]
    return HAMMERS[by](effort).implies(premises, goal)
