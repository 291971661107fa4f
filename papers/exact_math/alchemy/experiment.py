"""A small library of theorems, enlarged by symbolic mutation, as training data for a prover.

A theorem has one hypothesis, an equation about a letter p, and follows from it and the theory. `rw`
replaces a part of a statement by an equal one, `apply` replaces the hypothesis by one that implies
it; in both the old proof is repaired, and the rules check it. `mutated` trains on the library and
its mutants of both kinds, `rewritten` and `applied` on those of one, `repeated` on the library over
and over, `fresh` on as many theorems as `mutated` that are really new. All take the same number of
training steps, and prove held-out theorems of the library's kind, and others: with more steps
between start and target than any in the library. `fresh` is the positive control: if what is really
new does not help, theorems are not scarce and mutants cannot help either.
"""

from typing import Literal

import numpy as np

from recount.experiment import Learned, Train
from recount.kits.exact_math import mutations as mt
from recount.kits.exact_math import rewriting as rw
from recount.kits.exact_math.proof_search import accepted, best_first, planted
from recount.kits.exact_math.tactic_model import Layout, Policy, PolicySize, among_first, examples
from recount.run import Rows
from recount.typed import typed

SIDE = 5


@typed()
class Arm:
    data: Literal["mutated", "rewritten", "applied", "repeated", "fresh"]


@typed()
class Size(PolicySize):
    library: int
    factor: int
    most_steps: int
    far_steps: int
    goals: int
    far_goals: int
    expansions: int
    tactics: int


def layout(run):
    return Layout(2 * SIDE + 1, run.size.longest, mt.HYPOTHESIS + 2)


def drawn(run, seed, stream, count, steps=None):
    draw = rw.chance(run, stream, seed)
    steps = steps or (2, run.size.most_steps)
    return [mt.theorem(draw, run.size.longest, steps) for _ in range(count)]


def generate(run):
    """Far goals, which are long to draw: start, target and hypothesis of each, (S, N, 4)."""
    size, steps, far = run.size, (run.size.most_steps + 1, run.size.far_steps), []
    for done, seed in enumerate(run.seeds, 1):
        found = drawn(run, seed, "far goals", size.far_goals, steps)
        far.append([(one.start, one.target, *one.local[0]) for one in found])
        run.report(done, len(run.seeds), "far goals")
    return {"far": np.array(far)}


def mutants(run, one):
    """What the rules accept of a theorem's mutants by rw and by apply, and how many were tried."""
    kinds = mt.rewritten(one, run.size.longest, SIDE), mt.applied(one)
    kept = [[new for new in kind if mt.proved(new, run.size.longest)] for kind in kinds]
    return kept, sum(map(len, kinds))


def training_set(run, seed):
    """The arm's theorems: the library, and up to `factor` further ones for each of it."""
    size, draw = run.size, rw.chance(run, "mutants", seed)
    library = drawn(run, seed, "library", size.library)
    if run.arm.data in ("repeated", "fresh"):
        more = size.factor * size.library * (run.arm.data == "fresh")
        return library + drawn(run, seed, "fresh", more)
    found = list(library)
    for one in library:
        (by_rw, by_apply), _ = mutants(run, one)
        if run.arm.data == "rewritten":
            by_apply = []
        room = 0 if run.arm.data == "applied" else max(0, size.factor - len(by_apply))
        found += by_apply[: size.factor] + draw.sample(by_rw, min(room, len(by_rw)))
    return found


def texts(theorems):
    return ["=".join(one.local[0]) for one in theorems]


def train(run, data):
    policy = Policy(run, layout(run))
    sets = [training_set(run, seed) for seed in run.seeds]
    known = [examples(layout(run), found, texts(found)) for found in sets]
    curve = policy.fit(*zip(*known, strict=True))
    return Learned(policy.arrays(), curve)


def first_steps(run, theorems):
    """The first known steps, as many for every seed: lines (S, N, length), tactics (S, N)."""
    known = [examples(layout(run), found, texts(found)) for found in theorems]
    count = min(len(tactics) for _, tactics in known)
    return [np.stack([one[:count] for one in part]) for part in zip(*known, strict=True)]


def evaluate(run, data, arrays):
    size, rows = run.size, Rows(run)
    policy = Policy(run, layout(run)).restored(arrays)
    sets = [training_set(run, seed)[: size.library] for seed in run.seeds]
    near = [drawn(run, seed, "goals", size.goals) for seed in run.seeds]
    far = [
        [rw.Theorem(*one[:2], (), (tuple(one[2:]),)) for one in part]
        for part in data["far"].tolist()
    ]
    for metric, theorems in (("fitted", sets), ("in_distribution", near)):
        lines, tactics = first_steps(run, theorems)
        known = among_first(policy.asked(lines), tactics, size.tactics)
        rows.add(metric, known, tactics.shape[1])
    prints, ways = [], {"expansions": size.expansions, "width": size.tactics, "exponent": 0.5}
    for goals, theorems in (("near", near), ("far", far)):
        forest = [planted(found, texts(found)) for found in theorems]
        best_first(policy.asked, layout(run), forest, **ways)
        proved = np.array([[tree.proof is not None for tree in part] for part in forest])
        rows.add("success", proved.mean(1), proved.shape[1], goals=goals)
        rows.add("certified", [all(map(accepted, part)) for part in forest], goals=goals)
        prints.append([[tree.used for tree in part] for part in forest])
    if run.arm.data == "mutated":
        add_growth(rows, sets)
    rows.fingerprint(np.concatenate(prints, 1))
    return rows


def add_growth(rows, sets):
    """How many theorems one of the library becomes, and the share of tried mutants that hold."""
    kept, tried = [], []
    for found in sets:
        made = [mutants(rows.run, one) for one in found]
        kept.append(sum(len(new) for kinds, _ in made for new in kinds) / len(found))
        tried.append(sum(count for _, count in made) / len(found))
    rows.add("growth", [1 + one for one in kept], len(sets[0]))
    rows.add("accepted", np.divide(kept, tried), len(sets[0]))


experiment = Train(arm=Arm, size=Size, train=train, evaluate=evaluate, generate=generate)
