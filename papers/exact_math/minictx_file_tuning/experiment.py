"""A prover that reads the file before the theorem, against one that sees the proof state alone.

A file defines three letters of its own, each as a word in the common letters; every file draws its
definitions anew. A tactic that uses one must name letter and meaning, and is refused if the file
says otherwise. Half of the theorems have such letters in their target, so that proving them takes a
definition; the others use common letters only. `file` trains a network on the next proof
step after file and state, `state` on the same steps with the file left blank, `other` with the file
of another theorem in its place. At test each reads what it was trained on, and best-first search
proves what it can within the same number of expansions. Other code checks every proof.
"""

from typing import Literal

import numpy as np

from recount.experiment import Learned, Train
from recount.kits.exact_math import rewriting as rw
from recount.kits.exact_math.proof_search import accepted, best_first, planted
from recount.kits.exact_math.tactic_model import Layout, Policy, PolicySize, among_first, examples
from recount.run import Rows
from recount.typed import typed

MEANINGS = [word for pair in rw.SWAPS + rw.BRAIDS for word in pair]
ENTRY = 5  # p=aba
THEORY = len(rw.rules_of())
RULES = THEORY + 2 * len(rw.LOCAL) * len(MEANINGS)


@typed()
class Arm:
    context: Literal["file", "state", "other"]


@typed()
class Size(PolicySize):
    library: int
    fewest_steps: int
    most_steps: int
    goals: int
    held_out: int
    expansions: int
    tactics: int


def layout(run):
    return Layout(ENTRY * len(rw.LOCAL), run.size.longest, RULES)


def definitions(draw):
    """The file as equations, each where its own tactics stand, and as text, in any order."""
    meant = dict(zip(rw.LOCAL, draw.sample(MEANINGS, len(rw.LOCAL)), strict=True))
    every = [(letter, word) for letter in rw.LOCAL for word in MEANINGS]
    entries = [f"{letter}={word}".ljust(ENTRY) for letter, word in meant.items()]
    draw.shuffle(entries)
    local = tuple(one if meant[one[0]] == one[1] else rw.ABSENT for one in every)
    return local, "".join(entries)


def theorem(run, draw, local, dependent, fewest):
    """From common letters to local ones, if `dependent`; no proof has less than `fewest` steps."""
    size, rules = run.size, rw.rules_of(local)
    weights = rw.usual_weights(rules)
    weights[THEORY + 1 :: 2] = [0.0] * (len(weights[THEORY:]) // 2)  # a walk never folds
    while True:
        target = list(rw.random_word(draw, draw.randint(4, 6)))
        for place in draw.sample(range(len(target)), draw.randint(1, 2) if dependent else 0):
            target[place] = draw.choice(rw.LOCAL)
        target, steps = "".join(target), draw.randint(fewest, size.most_steps)
        fitting = rules if dependent else rw.rules_of()
        start, path = rw.walk(draw, target, fitting, steps, size.longest, weights)
        if not set(start) & set(rw.LOCAL) and len(path) >= fewest:
            proof = rw.shortest(start, target, fitting, size.longest, len(path))
            if len(proof) >= fewest:
                return rw.Theorem(start, target, proof, local)


def drawn(run, seed, stream, count, fewest=1):
    """Theorems with the texts of their files; every second one needs its file."""
    draw = rw.chance(run, stream, seed)
    files = [definitions(draw) for _ in range(count)]
    found = [theorem(run, draw, one, at % 2 == 0, fewest) for at, (one, _) in enumerate(files)]
    return found, [text for _, text in files]


def generate(run):
    """Known steps with their own file and with another's, of all seeds one after the other."""
    place, parts = layout(run), []
    for at, seed in enumerate(run.seeds):
        theorems, texts = drawn(run, seed, "library", run.size.library)
        lines, tactics = examples(place, theorems, texts)
        others = examples(place, theorems, texts[1:] + texts[:1])[0][:, : place.context]
        parts.append((lines, others, tactics, np.full(len(lines), at)))
        run.report(at + 1, len(run.seeds), "libraries")
    names = ("lines", "others", "tactics", "owner")
    return dict(zip(names, map(np.concatenate, zip(*parts, strict=True)), strict=True))


def seen(run, lines, others):
    """Lines as the arm reads them."""
    lines, context = lines.copy(), layout(run).context
    if run.arm.context != "file":
        lines[:, :context] = 0 if run.arm.context == "state" else others
    return lines


def train(run, data):
    policy, lines = Policy(run, layout(run)), seen(run, data["lines"], data["others"])
    each = [data["owner"] == at for at in range(len(run.seeds))]
    curve = policy.fit([lines[one] for one in each], [data["tactics"][one] for one in each])
    return Learned(policy.arrays(), curve)


def read(run, texts):
    """What the arm reads before each theorem."""
    if run.arm.context == "state":
        return [""] * len(texts)
    return texts if run.arm.context == "file" else texts[1:] + texts[:1]


def unseen_steps(run, policy):
    """Share of unseen steps (S,) whose known tactic the policy would try."""
    lines, tactics = [], []
    for seed in run.seeds:
        theorems, texts = drawn(run, seed, "held out", run.size.held_out // 2)
        found = examples(layout(run), theorems, read(run, texts))
        for kept, one in zip((lines, tactics), found, strict=True):
            kept.append(one[: run.size.held_out])
    return among_first(policy.asked(np.stack(lines)), np.stack(tactics), run.size.tactics)


def evaluate(run, data, arrays):
    size, rows = run.size, Rows(run)
    policy = Policy(run, layout(run)).restored(arrays)
    asked = [drawn(run, seed, "goals", 2 * size.goals, size.fewest_steps) for seed in run.seeds]
    forest = [planted(theorems, read(run, texts)) for theorems, texts in asked]
    ways = {"expansions": size.expansions, "width": size.tactics, "exponent": 0.5}
    best_first(policy.asked, layout(run), forest, **ways)
    proved = np.array([[tree.proof is not None for tree in part] for part in forest])
    for start, goals in enumerate(("dependent", "free")):
        rows.add("success", proved[:, start::2].mean(1), size.goals, goals=goals)
    rows.add("certified", [all(map(accepted, part)) for part in forest], 2 * size.goals)
    rows.add("in_distribution", unseen_steps(run, policy), size.held_out)
    rows.fingerprint([[tree.used for tree in part] for part in forest])
    return rows


experiment = Train(arm=Arm, size=Size, train=train, evaluate=evaluate, generate=generate)
