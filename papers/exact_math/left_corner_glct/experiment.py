"""Left-corner transformation and speculation of weighted grammars: same language, other trees.

Both take chosen rules apart along their left edge. The generalised left-corner transformation (arm
`corner`) puts what is left of a constituent behind the rest of its rule, speculation before it. So
the first turns left recursion into right recursion and the second does not. Weights of all short
words are compared with those of the original grammar, found by another algorithm, and so are the
numbers of derivations. Left recursion is looked for after empty rules and useless symbols are gone.
"""

from typing import Literal

import numpy as np

from recount.kits.exact_math import Exact, fact
from recount.kits.exact_math import left_corners as lc
from recount.kits.exact_math.convolutions import words
from recount.typed import typed

CHOICES = ("random", "elimination", "everything")


@typed()
class Arm:
    order: Literal["slash last", "slash first"]


@typed()
class Size:
    grammars: int
    nonterminals: int
    longest: int
    profiles: int  # grammars of each of nine profiles of size and branching
    profile_nonterminals: tuple[int, ...]


def cases(run):
    places = range(run.size.grammars)
    return [{"grammar": place, "choice": choice} for place in places for choice in CHOICES]


def drawn(run, place):
    rng = run.rng("grammar", step=place)
    return lc.random_grammar(rng, int(rng.integers(2, run.size.nonterminals + 1)), 0.6)


def chosen(run, case, grammar):
    """Which left corners and rules may be moved."""
    if case["choice"] == "elimination":
        moved = grammar.left_recursive()
        return lc.sufficient(grammar, moved), moved
    if case["choice"] == "everything":
        return set(grammar.symbols), set(range(len(grammar.rules)))
    rng = run.rng("choice", step=case["grammar"])
    moved = {place for place in range(len(grammar.rules)) if rng.random() < 0.6}
    return {symbol for symbol in grammar.symbols if rng.random() < 0.6}, moved


def counted(grammar):
    return lc.Grammar(grammar.start, tuple((1, head, body) for _, head, body in grammar.rules))


def both(run, grammar, method):
    """Weights modulo a prime and numbers of derivations of all words."""
    texts = words("ab", run.size.longest)[1:]
    return {
        "weights": [method(grammar, lc.PRIME).get(text, 0) for text in texts],
        "derivations": [method(counted(grammar), 0).get(text, 0) for text in texts],
    }


def find(run, case):
    grammar = drawn(run, case["grammar"])
    corners, moved = chosen(run, case, grammar)

    def method(one, prime):
        made = lc.transformed(one, corners, moved, run.arm.order)
        return lc.language(made, run.size.longest, prime)

    return both(run, grammar, method)


def check(run, case):
    grammar = drawn(run, case["grammar"])
    texts = words("ab", run.size.longest)[1:]
    return both(run, grammar, lambda one, p: {text: lc.weight_of(one, text, p) for text in texts})


def facts(run, case, found):
    grammar = drawn(run, case["grammar"])
    yield fact("has_words", any(found["derivations"]))
    yield fact("ambiguous", max(found["derivations"]) > 1)
    if case["choice"] == "elimination":
        made = lc.transformed(grammar, *chosen(run, case, grammar), run.arm.order)
        left = bool(lc.without_empty(made).left_recursive())
        yield fact("was_left_recursive", bool(grammar.left_recursive()))
        yield fact("no_left_recursion", not left)


def whole(run, rows):
    left = [row["value"] for row in rows.rows if row["metric"] == "no_left_recursion"]
    before = [row["value"] for row in rows.rows if row["metric"] == "was_left_recursive"]
    rows.add("left_recursive_before", float(np.mean(before)), len(before))
    rows.add("some_left_recursion_stays", float(min(left) == 0), len(left))
    rows.add("enough_to_do", float(np.mean(before) > 0.5), len(before))
    for branching in (0.2, 0.5, 0.8):
        for size in run.size.profile_nonterminals:
            sizes = [profile(run, branching, size, place) for place in range(run.size.profiles)]
            original, step, selective, full = np.mean(sizes, axis=0)
            axes = {"branching": branching, "nonterminals": size}
            rows.add("selective_growth", selective / original, **axes)
            rows.add("full_growth", full / original, **axes)
            rows.add("selective_is_smaller", float(selective < full), **axes)
            rows.add("empty_rules_cost_more", float(selective / step > step / original), **axes)


def profile(run, branching, size, place):
    """Sizes: the grammar, after the selective step, after its empty rules went, the full choice."""
    grammar = lc.random_grammar(run.rng(f"{branching}/{size}", step=place), size, branching)
    moved = grammar.left_recursive()
    step = lc.transformed(grammar, lc.sufficient(grammar, moved), moved, run.arm.order)
    everything = set(range(len(grammar.rules)))
    full = lc.transformed(grammar, grammar.symbols, everything, run.arm.order)
    ends = [lc.without_empty(one).size for one in (step, full)]
    return [grammar.size, step.size, *ends]


experiment = Exact(
    arm=Arm, size=Size, cases=cases, find=find, facts=facts, check=check, whole=whole
)
