"""New theorems from a theorem with one hypothesis, each with a proof made from the old one.

`rewritten` replaces a part of the statement (start, target or a side of the hypothesis) by an equal
one; the proof takes the replacement back. `applied` replaces the hypothesis by something that
implies it: u = v implies v = u, and x u y = x v y; the proof uses it where it used the old one.
Whether a mutant's proof holds is for the rules to say: `proved` asks them.
"""

from random import Random

from recount.kits.exact_math.rewriting import (
    Equation,
    Step,
    Theorem,
    moves,
    random_word,
    rules_of,
    shortest,
    taken,
    usual_weights,
    walk,
    words_of,
)

HYPOTHESIS = len(rules_of())  # the rule that reads it from left to right; the next reads it back


def theorem(draw: Random, longest: int, steps: tuple[int, int]) -> Theorem:
    """A theorem whose shortest proof uses its hypothesis x p y = x w y, with `steps` = least, most.

    x and y have at most one letter, w has one to three.
    """
    while True:
        x, y = (random_word(draw, draw.randint(0, 1)) for _ in range(2))
        sides = x + "p" + y, x + random_word(draw, draw.randint(1, 3)) + y
        rules = rules_of((sides,))
        around = [random_word(draw, draw.randint(1, 3)) for _ in range(2)]
        start = draw.choice(sides).join(around)[:longest]
        weights = [*usual_weights(rules_of()), 3.0, 3.0]
        target, path = walk(draw, start, rules, draw.randint(*steps), longest, weights)
        proof = shortest(start, target, rules, longest, len(path))
        if len(proof) >= steps[0] and any(rule >= HYPOTHESIS for rule, _ in proof):
            return Theorem(start, target, proof, (sides,))


def proved(one: Theorem, longest: int) -> bool:
    """Whether the rules accept the proof, and it ends at the target."""
    words = words_of(one.start, one.proof, rules_of(one.local), longest)
    return words is not None and words[-1] == one.target


def rewritten(one: Theorem, longest: int, side: int) -> list[Theorem]:
    """Every mutant by one rule at one place; words of the hypothesis stay within `side` letters."""
    rules, proof = rules_of(one.local), one.proof
    known = set(words_of(one.start, proof, rules, longest))
    found = []
    for step in moves(one.start, rules, longest):
        word = taken(one.start, rules, step, longest)
        if word not in known:
            back = (step[0] ^ 1, step[1])
            found.append(Theorem(word, one.target, (back, *proof), one.local))
    for step in moves(one.target, rules, longest):
        word = taken(one.target, rules, step, longest)
        if word not in known:
            found.append(Theorem(one.start, word, (*proof, step), one.local))
    for at in (0, 1):
        for step in moves(one.local[0][at], rules_of(), side):
            found.append(with_side(one, at, step, side))
    return found


def with_side(one: Theorem, at: int, step: Step, side: int) -> Theorem:
    """Its left (0) or right (1) side rewritten; each use of the hypothesis takes this back."""
    sides = list(one.local[0])
    sides[at] = taken(sides[at], rules_of(), step, side)
    proof: list[Step] = []
    for rule, place in one.proof:
        if rule < HYPOTHESIS:
            proof.append((rule, place))
        elif rule - HYPOTHESIS == at:  # the rewritten side is what is replaced: make it first
            proof += [(step[0], step[1] + place), (rule, place)]
        else:  # it is what comes out: turn it back into the old side
            proof += [(rule, place), (step[0] ^ 1, step[1] + place)]
    return Theorem(one.start, one.target, tuple(proof), (tuple(sides),))


def applied(one: Theorem) -> list[Theorem]:
    """Every mutant whose hypothesis implies the old one by symmetry, congruence, or both."""
    found, edge = {one.local[0]: one}, [one]
    while edge:
        grown = [new for old in edge for new in antecedents(old) if new.local[0] not in found]
        found |= {new.local[0]: new for new in grown}
        edge = grown
    return [new for new in found.values() if new is not one]


def antecedents(one: Theorem) -> list[Theorem]:
    """One implication backwards: the sides exchanged, or a common first or last letter dropped."""
    left, right = one.local[0]
    found = [changed(one, (right, left), flip=1)]
    if left and right and left[0] == right[0]:
        found.append(changed(one, (left[1:], right[1:]), shift=1))
    if left and right and left[-1] == right[-1]:
        found.append(changed(one, (left[:-1], right[:-1])))
    return found


def changed(one: Theorem, hypothesis: Equation, flip: int = 0, shift: int = 0) -> Theorem:
    """Another hypothesis, used at places `shift` farther on, and the other way round by `flip`."""
    proof = tuple(
        (rule, place)
        if rule < HYPOTHESIS
        else (HYPOTHESIS + ((rule - HYPOTHESIS) ^ flip), place + shift)
        for rule, place in one.proof
    )
    return Theorem(one.start, one.target, proof, (hypothesis,))
