"""The weight of a string under a weighted linear indexed grammar, in the new way and the old one.

Both fill a table over pairs of spans. The old one keeps one more stack symbol in every item and
meets a pushed symbol's two spans and the rule's sister all at once; the new one splits that step.
Random grammars are weighed modulo a prime (equal random residues mean equal polynomials, and so the
same derivations) and in the semiring of best derivations, and both are compared with an enumeration
that writes every stack out in full. Costs are counted products and stored items of dense grammars.
"""

import numpy as np

from recount.kits.exact_math import Exact, fact
from recount.kits.exact_math import indexed_grammars as grammars
from recount.typed import typed

SEMIRINGS = {"residues": grammars.FIELD, "best": grammars.BEST}


@typed()
class Arm:
    rules: float  # the share of rules that a random grammar has


@typed()
class Size:
    grammars: int
    longest: int
    lengths: tuple[int, ...]
    nonterminals: tuple[int, ...]
    symbols: tuple[int, ...]
    strings_to: int  # for the sum over all strings
    letter: float  # weight of a letter there, at most
    gain: float  # of the exponent, that is enough


def random_grammar(rng, nonterminals, symbols, kind, share=1.0):
    """Rules and weights (N, 2) of the two letters."""
    N, G = nonterminals, symbols
    shapes = [(2, N, N, G, N), (2, N, G, N, N), (2, N, N, N), (N, 2)]
    high = grammars.PRIME if kind == grammars.FIELD else 50
    drawn = [rng.integers(1, high, shape) for shape in shapes]
    return [np.where(rng.random(one.shape) < share, one, grammars.zero(kind)) for one in drawn]


def copies():
    """a^n b^n c^n d^n, whose every string has exactly one derivation."""
    S, P, T, U, a, b, c, d = range(8)
    push, pop = np.zeros((2, 8, 8, 1, 8), np.int64), np.zeros((2, 8, 1, 8, 8), np.int64)
    keep, letters = np.zeros((2, 8, 8, 8), np.int64), np.zeros((8, 4), np.int64)
    push[1, S, P, 0, a] = keep[0, P, S, d] = keep[0, P, T, d] = 1
    pop[1, T, 0, U, b] = pop[1, T, 0, c, b] = keep[0, U, T, c] = 1
    letters[[a, b, c, d], range(4)] = 1
    return [push, pop, keep, letters]


def cases(run):
    lengths = range(1, run.size.longest + 1)
    names = [(name, g) for g in range(run.size.grammars) for name in SEMIRINGS]
    return [
        {"semiring": name, "grammar": g, "length": lengths[g % len(lengths)]} for name, g in names
    ]


def instance(run, case):
    rng, kind = run.rng("grammar", step=case["grammar"]), SEMIRINGS[case["semiring"]]
    *rules, letters = random_grammar(rng, 2, 1 + case["grammar"] % 2, kind, run.arm.rules)
    words = np.ascontiguousarray(letters[:, rng.integers(2, size=case["length"])])
    return *rules, words, kind


def find(run, case):
    *parts, kind = instance(run, case)
    return {"weight": grammars.two_steps(*parts, grammars.zero(kind), kind)[0][:, 0, -1]}


def check(run, case):
    return {"weight": grammars.enumerated(*instance(run, case))}


def facts(run, case, found):
    *parts, kind = instance(run, case)
    old = grammars.one_step(*parts, grammars.zero(kind), kind)[0][:, 0, -1]
    yield fact("old_is_new", (old == found["weight"]).all())
    yield fact("derives", (found["weight"] != grammars.zero(kind)).any())


def costs(run, length, nonterminals, symbols):
    """Products and items (old, new) of a dense grammar."""
    *rules, letters = random_grammar(run.rng("dense"), nonterminals, symbols, grammars.FIELD)
    words = np.ascontiguousarray(np.resize(letters, (nonterminals, length)))
    made = [
        method(*rules, words, 0, grammars.FIELD)
        for method in (grammars.one_step, grammars.two_steps)
    ]
    return [count for _, _, count in made], [int((items != 0).sum()) for _, items, _ in made]


def whole(run, rows):
    size = run.size
    sweeps = {
        "length": [(n, (n, 2, 2)) for n in size.lengths],
        "nonterminals": [(n, (6, n, 2)) for n in size.nonterminals],
        "symbols": [(n, (6, 2, n)) for n in size.symbols],
    }
    for name, sweep in sweeps.items():
        found = np.array([costs(run, *setting) for _, setting in sweep], float)
        for (value, _), cells in zip(sweep, found, strict=True):
            for which, pair in zip(("products", "items"), cells, strict=True):
                for method, count in zip(("old", "new"), pair, strict=True):
                    rows.add(f"{method}_{which}", count, parameter=name, value_of=value)
        step = np.log(sweep[-1][0] / sweep[-2][0])
        time, space = (np.log(found[-1]) - np.log(found[-2])) / step
        gains = {"time": time[0] - time[1], "space": space[0] - space[1]}
        for which, gain in gains.items():
            rows.add(f"{which}_gain", gain, parameter=name)
            rows.add(f"saves_{which}", float(gain >= size.gain), parameter=name)
    known(rows)
    sums(run, rows)


def known(rows):
    *rules, letters = copies()
    for text in ("abcd", "aabbccdd", "aaabbbcccddd", "aabbccd", "abab", "aabbcdcd", "abcdabcd"):
        words = np.ascontiguousarray(letters[:, ["abcd".index(one) for one in text]])
        weight = grammars.two_steps(*rules, words, 0, grammars.FIELD)[0][0, 0, -1]
        n = len(text) // 4
        wanted = text == "a" * n + "b" * n + "c" * n + "d" * n
        rows.add("known_language", float(weight == wanted), text=text)


def sums(run, rows):
    """All strings together, against the sum over lengths of strings of one wild-card letter."""
    for place in range(4):
        rng = run.rng("all strings", step=place)
        shapes = [(2, 2, 2, 1, 2), (2, 2, 1, 2, 2), (2, 2, 2, 2)]
        rules, letter = [rng.random(shape) for shape in shapes], run.size.letter * rng.random(2)
        total = grammars.all_strings(*rules, letter, 200)
        lengths = range(1, run.size.strings_to + 1)
        parts = [
            grammars.enumerated(*rules, np.repeat(letter[:, None], n, 1), grammars.REAL)
            for n in lengths
        ]
        off = np.abs(np.sum(parts, axis=0) / total - 1).max()
        rows.add("sum_error", off, place=place)
        rows.add("sums_agree", float(off < 1e-9), place=place)


experiment = Exact(
    arm=Arm, size=Size, cases=cases, find=find, facts=facts, check=check, whole=whole
)
