"""A small superposition prover for clauses over lambda-free higher-order terms.

A clause is a tuple of literals (is it an equation, left, right). `Calculus` says which subterms are
rewritten, whether functional equations are given arguments (argument congruence), and whether a
variable that also occurs applied is rewritten itself, which an order that does not keep arguments
needs. With `everywhere` and without the other two it is first-order superposition on the
applicative encoding. Simplifications: tautologies and subsumption, nothing else.
"""

import heapq
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

from recount.kits.exact_math.lambda_free import (
    applied,
    kind_of,
    matched,
    put,
    size,
    substituted,
    unified,
    variable,
    variables,
)


@dataclass(frozen=True)
class Calculus:
    greater: Callable
    subterms: Callable
    argument_congruence: bool = True
    into_variables: bool = True


@dataclass(frozen=True)
class Ended:
    """How a saturation ended: refuted, saturated or limit; clauses generated and kept."""

    how: str
    generated: int
    kept: tuple


def saturate(clauses, calculus, limit):
    """The given-clause loop; stops when more than `limit` clauses have been generated."""
    ages, passive, active, generated = count(), [], [], 0
    for clause in clauses:
        push(passive, ages, clause)
    for turn in count():
        given = pop(passive, turn)
        if given is None:
            return Ended("saturated", generated, tuple(active))
        if any(subsumes(old, given) for old in active):
            continue
        if not given:
            return Ended("refuted", generated, ((),))
        active = [old for old in active if not subsumes(given, old)] + [given]
        for new in inferences(given, active, calculus):
            generated += 1
            push(passive, ages, new)
        if generated > limit:
            return Ended("limit", generated, tuple(active))


def push(passive, ages, clause):
    clause = cleaned(clause)
    if clause is not None:
        weight = sum(size(left) + size(right) for _, left, right in clause)
        heapq.heappush(passive, (weight, next(ages), clause))


def pop(passive, turn):
    """The lightest clause, every fourth time the oldest, so that none waits for ever."""
    if not passive:
        return None
    if turn % 4 == 3:
        oldest = min(passive, key=lambda entry: entry[1])
        passive.remove(oldest)
        heapq.heapify(passive)
        return oldest[2]
    return heapq.heappop(passive)[2]


def cleaned(clause):
    """Without doubles and false literals, variables named anew; None for a tautology."""
    kept = []
    for positive, left, right in clause:
        if left == right:
            if positive:
                return None
            continue
        literal = (positive, *sorted((left, right), key=repr))
        if (not positive, *literal[1:]) in kept:
            return None
        if literal not in kept:
            kept.append(literal)
    return renamed(kept, "x")


def renamed(clause, letter):
    names = {}
    for _, left, right in clause:
        for one in variables(left) + variables(right):
            names.setdefault(one, variable(f"{letter}{len(names)}", kind_of(one)))
    return tuple((p, swap(left, names), swap(right, names)) for p, left, right in clause)


def swap(term, names):
    if term[0] == "@":
        return ("@", swap(term[1], names), swap(term[2], names))
    return names.get(term, term)


def subsumes(general, special):
    """Whether an instance of `general` is a part of `special`."""
    if len(general) > len(special):
        return False

    def search(place, env):
        if place == len(general):
            return True
        positive, left, right = general[place]
        for other, one, two in special:
            if other != positive:
                continue
            for pair in ((one, two), (two, one)):
                found = matched(left, pair[0], env)
                found = None if found is None else matched(right, pair[1], found)
                if found is not None and search(place + 1, found):
                    return True
        return False

    return search(0, {})


def inferences(given, active, calculus):
    yield from equality_resolution(given, calculus)
    yield from equality_factoring(given, calculus)
    if calculus.argument_congruence:
        yield from argument_congruence(given, calculus)
    for other in active:
        yield from superposition(given, renamed(other, "y"), calculus)
        if other is not given:
            yield from superposition(renamed(other, "y"), given, calculus)


def sides(literal):
    positive, left, right = literal
    yield left, right
    yield right, left


def instance(clause, env):
    return tuple((p, substituted(left, env), substituted(right, env)) for p, left, right in clause)


def multiset(literal):
    positive, left, right = literal
    return Counter((left, right) if positive else (left, left, right, right))


def above(one, other, greater):
    """The literal order: multisets of terms, with both sides twice in a negative literal."""
    mine, theirs = multiset(one), multiset(other)
    more, less = mine - theirs, theirs - mine
    return bool(more) and all(any(greater(s, t) for s in more) for t in less)


def eligible(clause, place, env, greater, strictly=False):
    """Whether a literal is (strictly) maximal in the instance of its clause."""
    literals = instance(clause, env)
    mine, rest = literals[place], literals[:place] + literals[place + 1 :]
    if strictly and any(multiset(mine) == multiset(one) for one in rest):
        return False
    return not any(above(one, mine, greater) for one in rest)


def below(left, right, env, greater):
    left, right = substituted(left, env), substituted(right, env)
    return left == right or greater(right, left)


def equality_resolution(clause, calculus):
    for place, (positive, left, right) in enumerate(clause):
        env = None if positive else unified(left, right)
        if env is not None and eligible(clause, place, env, calculus.greater):
            yield instance(clause[:place] + clause[place + 1 :], env)


def equality_factoring(clause, calculus):
    for place, literal in enumerate(clause):
        for other_place, other in enumerate(clause):
            if place == other_place or not (literal[0] and other[0]):
                continue
            rest = [one for n, one in enumerate(clause) if n not in (place, other_place)]
            for left, right in sides(literal):
                for one, two in sides(other):
                    env = unified(left, one)
                    if env is None or below(left, right, env, calculus.greater):
                        continue
                    if eligible(clause, place, env, calculus.greater):
                        yield instance([*rest, (False, right, two), (True, one, two)], env)


def argument_congruence(clause, calculus):
    """From s = t of functional type: s x = t x, s x y = t x y, ..., with new variables."""
    for place, (positive, left, right) in enumerate(clause):
        if not positive or not eligible(clause, place, {}, calculus.greater, strictly=True):
            continue
        kind, rest = kind_of(left), clause[:place] + clause[place + 1 :]
        while isinstance(kind, tuple):
            new = variable(f"z{size(left)}", kind[0])
            left, right, kind = applied(left, new), applied(right, new), kind[1]
            yield (*rest, (True, left, right))


def superposition(rewriting, rewritten, calculus):
    """All conclusions of rewriting the second clause by an equation of the first."""
    for place, equation in enumerate(rewriting):
        if not equation[0]:
            continue
        for old, new in sides(equation):
            for where, side, other, path, inner in rewritable(rewritten, calculus):
                env = unified(old, inner)
                if env is None or not allowed(
                    (rewriting, place, old, new), (rewritten, where, side, other), env, calculus
                ):
                    continue
                rest = rewriting[:place] + rewriting[place + 1 :]
                rest += rewritten[:where] + rewritten[where + 1 :]
                sign = rewritten[where][0]
                yield instance((*rest, (sign, put(side, path, new), other)), env)


def rewritable(clause, calculus):
    """Yields (literal number, its side, the other side, path, subterm)."""
    heads = {one for literal in clause for term in literal[1:] for one in heads_of(term)}
    for where, literal in enumerate(clause):
        for side, other in sides(literal):
            for path, inner in calculus.subterms(side):
                if inner[0] != "v" or (calculus.into_variables and inner in heads):
                    yield where, side, other, path, inner


def allowed(first, second, env, calculus):
    """The order conditions: greater sides, and literals that are maximal after unification."""
    (rewriting, place, old, new), (rewritten, where, side, other) = first, second
    order = calculus.greater
    if below(old, new, env, order) or below(side, other, env, order):
        return False
    if not eligible(rewriting, place, env, order, strictly=True):
        return False
    return eligible(rewritten, where, env, order, strictly=rewritten[where][0])


def heads_of(term):
    """The variables that are applied somewhere in a term."""
    if term[0] != "@":
        return set()
    own = {term[1]} if term[1][0] == "v" else heads_of(term[1])
    return own | heads_of(term[2])
