"""Best-first proof search by a policy's log probabilities, with and without a price on length.

A node is scored by the sum of log p(tactic | state) on the way to it, divided by L^alpha, L being
the number of tactics: alpha = 0 prefers short paths, since every tactic costs, alpha = 1 compares
paths by their mean. The best node is expanded: the policy's most probable tactics are tried, and
those that the rules accept become its children. One policy, trained once on known proofs, serves
all arms at the same number of expansions; `beam` keeps the best few nodes of a level, `uniform` is
best-first with a policy that finds all fitting steps equally good. Every proof is checked by other
code, and statements that are false are among the goals.
"""

from typing import Literal

import numpy as np

from recount.experiment import Measure
from recount.kits.exact_math import proof_checker as checker
from recount.kits.exact_math import rewriting as rw
from recount.kits.exact_math.proof_search import accepted, beam, best_first, planted
from recount.kits.exact_math.tactic_model import Layout, Policy, PolicySize, among_first, examples
from recount.run import Rows
from recount.typed import typed


@typed()
class Arm:
    search: Literal["best_first", "beam"]
    policy: Literal["trained", "uniform"]
    exponent: float


@typed()
class Size(PolicySize):
    library: int
    most_steps: int
    depths: tuple[int, ...]
    deep: int
    each: int
    untrue: int
    expansions: int
    tactics: int
    beam: int


def layout(run):
    return Layout(0, run.size.longest, len(rw.rules_of()))


def goals(run, seed):
    """Start and target of every goal by depth, then of statements that are not true."""
    draw, size = rw.chance(run, "goals", seed), run.size
    found = rw.by_depth(draw, size.longest, size.depths, size.each)
    pairs = [(one.start, one.target) for one in found]
    while len(pairs) < len(found) + size.untrue:
        start, target = rw.random_word(draw, 6), rw.random_word(draw, 6)
        if not checker.true(start, target):
            pairs.append((start, target))
    return pairs


def generate(run):
    """The goals of every seed (S, G, 2), and the policy that all arms share."""
    size, policy, libraries = run.size, Policy(run, layout(run)), []
    for at, seed in enumerate(run.seeds):
        draw = rw.chance(run, "library", seed)
        theorems = [rw.theorem(draw, size.longest, size.most_steps) for _ in range(size.library)]
        libraries.append(examples(layout(run), theorems))
        run.report(at + 1, len(run.seeds), "libraries")
    policy.fit(*zip(*libraries, strict=True))
    asked = np.array([goals(run, seed) for seed in run.seeds], f"S{size.longest}")
    return {"goals": asked} | {f"policy/{name}": one for name, one in policy.arrays().items()}


def known_tactic(run, policy):
    """Share of unseen steps (S,) whose known tactic the policy would try."""
    lines, tactics = [], []
    for seed in run.seeds:
        draw = rw.chance(run, "unseen", seed)
        found = [rw.theorem(draw, run.size.longest, run.size.most_steps) for _ in range(200)]
        for kept, one in zip((lines, tactics), examples(layout(run), found), strict=True):
            kept.append(one[:200])
    scores = policy.asked(np.stack(lines))
    return among_first(scores, np.stack(tactics), run.size.tactics)


def proved(run, data, ask):
    """The searched trees of all goals, per seed."""
    size, arm, forest = run.size, run.arm, []
    for pairs in data["goals"].astype(str).tolist():
        forest.append(planted([rw.Theorem(start, target, ()) for start, target in pairs]))
    ways = {"expansions": size.expansions, "width": size.tactics}
    if arm.search == "beam":
        beam(ask, layout(run), forest, kept=size.beam, **ways)
    else:
        best_first(ask, layout(run), forest, exponent=arm.exponent, **ways)
    return forest


def measure(run, data):
    size, rows = run.size, Rows(run)
    names = {key.removeprefix("policy/"): one for key, one in data.items() if key != "goals"}
    policy = Policy(run, layout(run)).restored(names)
    trained = run.arm.policy == "trained"
    forest = proved(run, data, policy.asked if trained else None)
    depths = np.repeat(size.depths, size.each)
    used = np.array([[tree.used if tree.proof else np.inf for tree in part] for part in forest])
    for expansions in (size.expansions // 4, size.expansions):
        found = used[:, : len(depths)] <= expansions
        at = {"expansions": expansions}
        for depth in size.depths:
            rows.add("success", found[:, depths == depth].mean(1), size.each, depth=depth, **at)
        for name, kept in (("all", depths > 0), ("deep", depths >= size.deep)):
            rows.add("success", found[:, kept].mean(1), int(kept.sum()), goals=name, **at)
    looked = [np.mean([tree.deepest for tree in part]) for part in forest]
    rows.add("searched_depth", looked, len(forest[0]))
    rows.add("certified", [all(map(accepted, part)) for part in forest], len(forest[0]))
    if trained:
        rows.add("known_tactic", known_tactic(run, policy), 200)
    rows.fingerprint(used)
    return rows


experiment = Measure(arm=Arm, size=Size, measure=measure, generate=generate)
