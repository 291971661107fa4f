"""Does one verification language carry several proof rules for probabilistic loops, soundly?

A loop with an invariant is replaced by statements that assert, assume and forget; a weakest
precondition over non-negative numbers with infinity turns the rest into a condition for z3. Park
induction and k-induction bound expected values and expected times from above, and the dual
statements bound probabilities from below. The true value of every loop comes from its Markov chain,
solved in exact numbers. Right bounds must be proved, and spoilt ones, below the truth in some
state, refused. The arm `unforced` forgets to assert the invariant again, and must be caught.
"""

from fractions import Fraction
from typing import Literal

from recount.kits.exact_math import Exact, fact
from recount.kits.exact_math import expectations as ex
from recount.kits.exact_math.probabilistic_programs import LOOPS
from recount.typed import typed


@typed()
class Arm:
    rule: Literal["induction", "liberal", "unforced"]
    depth: int


@typed()
class Size:
    loops: int
    spoilt: int


def cases(run):
    names = [name for name in LOOPS if run.arm.rule != "liberal" or is_probability(LOOPS[name])]
    for name in names[: run.size.loops]:
        yield from ({"loop": name, "change": number} for number in range(run.size.spoilt + 1))


def truth(loop):
    return ex.true_values(loop.guard, loop.body, loop.after, loop.domain)


def is_probability(loop):
    return all(value <= 1 for value in truth(loop).values())


def changed(run, case):
    """The bound itself, or one that is scaled, lowered, or lowered in a single state."""
    loop, number = LOOPS[case["loop"]], case["change"]
    values, names = truth(loop), list(loop.domain)
    if run.arm.rule == "liberal":
        bound = exactly(names, values)
    else:
        bound = loop.bound
    sign = 1 if run.arm.rule == "liberal" else -1
    if number == 0:
        return bound
    if number <= 2:
        scale = 1 + sign * Fraction(1, 10**number)
        return lambda state: bound(state) * scale
    inside = [key for key in values if loop.guard(dict(zip(names, key, strict=True)))]
    key = inside[(number * 7) % len(inside)]
    return lambda state: ex.choose(
        same_state(state, names, key), values[key] + sign * Fraction(1, 50), bound(state)
    )


def exactly(names, values):
    """The true value as a function of a state."""

    def looked_up(state):
        result = Fraction(0)
        for key, value in values.items():
            result = ex.choose(same_state(state, names, key), value, result)
        return result

    return looked_up


def same_state(state, names, key):
    tests = [state[name] == value for name, value in zip(names, key, strict=True)]
    return ex.z3.And(*tests) if any(isinstance(one, ex.z3.BoolRef) for one in tests) else all(tests)


def find(run, case):
    loop, bound, upper = LOOPS[case["loop"]], changed(run, case), run.arm.rule != "liberal"
    rule = ex.loop(loop.guard, loop.body, bound, run.arm.depth, upper)
    if run.arm.rule == "unforced":
        rule = ("seq", ("coassert", bound), ("cohavoc", ("coassume", bound)))
    return {"accepted": ex.accepted(rule, bound, loop.after, loop.domain, upper)}


def facts(run, case, found):
    loop, bound = LOOPS[case["loop"]], changed(run, case)
    values, names = truth(loop), list(loop.domain)
    states = [(dict(zip(names, key, strict=True)), value) for key, value in values.items()]
    if run.arm.rule == "liberal":
        right = all(bound(state) <= value for state, value in states)
    else:
        right = all(bound(state) >= value for state, value in states)
    yield fact("accepted", found["accepted"], len(values), right=right)
    if not right:
        yield fact("refused", not found["accepted"], len(values))
    if case["change"] == 0:
        yield fact("bound_is_right", right, len(values))
        needed = 1 if run.arm.rule == "liberal" else loop.depth
        if run.arm.depth >= needed:
            yield fact("proved", found["accepted"], len(values))
        else:
            yield fact("needs_more_depth", not found["accepted"], len(values))


def sums(run, rows):
    refused = [row["value"] for row in rows.rows if row["metric"] == "refused"]
    rows.add("false_bound_accepted", 0 in refused, len(refused))


experiment = Exact(arm=Arm, size=Size, cases=cases, find=find, facts=facts, whole=sums)
