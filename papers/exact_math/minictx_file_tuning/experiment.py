"""A prover that reads the file before the theorem, against one that sees the proof state alone.

A file defines three letters of its own, each as one of twelve words in the common letters, drawn
anew for every theorem; the files of the test are in no library. A definition is one token to the
network. A tactic that uses one must name letter and meaning, and is refused if the file says
otherwise. Half of the theorems start from such letters and end at a word that shows none of their
meanings. `file` trains a network on the next proof step after file and state, `state` on the same
steps with the file left blank, `other` with another theorem's file in its place. `fixed`, a
positive control, reads no file either, but all its theorems share one. At test each reads what it
was trained on, and best-first search proves what it can within the same number of expansions. Other
code checks every proof. Whether the network reads at all is measured by showing it another file
where a letter is to be replaced by its meaning.
"""

from typing import Literal

import numpy as np

from recount.experiment import Learned, Train
from recount.kits.exact_math.definition_files import drawn, layout, shifted, unfolding
from recount.kits.exact_math.proof_search import accepted, best_first, planted
from recount.kits.exact_math.tactic_model import Policy, PolicySize, among_first, examples
from recount.run import Rows
from recount.typed import typed


@typed()
class Arm:
    context: Literal["file", "state", "other"]
    files: Literal["many", "one"]


@typed()
class Size(PolicySize):
    library: int
    fewest_steps: int
    most_steps: int
    goals: int
    held_out: int
    expansions: int
    tactics: int


def generate(run):
    """Known steps with their own file and with another's, of all seeds one after the other."""
    place, parts = layout(run), {"many": [], "one": []}
    for at, seed in enumerate(run.seeds):
        for files, part in parts.items():
            theorems, texts = drawn(run, seed, "library", run.size.library, files=files)
            lines, tactics = examples(place, theorems, texts)
            others = examples(place, theorems, shifted(texts))[0][:, : place.context]
            part.append((lines, others, tactics, np.full(len(lines), at)))
        run.report(at + 1, len(run.seeds), "libraries")
    return {
        f"{name}_{files}": np.concatenate(arrays)
        for files, part in parts.items()
        for name, arrays in zip(("lines", "others", "tactics", "owner"), zip(*part), strict=True)
    }


def library(run, data):
    """Lines as the arm reads them, their tactics, and whose they are."""
    names = ("lines", "others", "tactics", "owner")
    lines, others, tactics, owner = (data[f"{name}_{run.arm.files}"] for name in names)
    lines, context = lines.copy(), layout(run).context
    if run.arm.context != "file":
        lines[:, :context] = 0 if run.arm.context == "state" else others
    return lines, tactics, owner


def train(run, data):
    policy, (lines, tactics, owner) = Policy(run, layout(run)), library(run, data)
    each = [owner == at for at in range(len(run.seeds))]
    curve = policy.fit([lines[one] for one in each], [tactics[one] for one in each])
    return Learned(policy.arrays(), curve)


def read(run, texts):
    """What the arm reads before each theorem."""
    if run.arm.context == "state":
        return [""] * len(texts)
    return texts if run.arm.context == "file" else shifted(texts)


def tried(run, policy, parts, count, which=np.ones_like):
    """Share (S,) of `count` known steps, spread over each seed's theorems, that it would try."""
    lines, tactics = [], []
    for theorems, texts in parts:
        found = examples(layout(run), theorems, texts)
        those = np.flatnonzero(which(found[1]))
        rows = those[np.linspace(0, len(those) - 1, count).astype(int)]
        for kept, one in zip((lines, tactics), found, strict=True):
            kept.append(one[rows])
    return among_first(policy.asked(np.stack(lines)), np.stack(tactics), run.size.tactics)


def evaluate(run, data, arrays):
    size, files, rows = run.size, run.arm.files, Rows(run)
    policy = Policy(run, layout(run)).restored(arrays)
    ask = [
        drawn(run, seed, "goals", 2 * size.goals, size.fewest_steps, files) for seed in run.seeds
    ]
    forest = [planted(theorems, read(run, texts)) for theorems, texts in ask]
    ways = {"expansions": size.expansions, "width": size.tactics, "exponent": 0.5}
    best_first(policy.asked, layout(run), forest, **ways)
    proved = np.array([[tree.proof is not None for tree in part] for part in forest])
    for start, goals in enumerate(("dependent", "free")):
        rows.add("success", proved[:, start::2].mean(1), size.goals, goals=goals)
    rows.add("certified", [all(map(accepted, part)) for part in forest], 2 * size.goals)
    unseen = [drawn(run, seed, "held out", size.held_out // 2, files=files) for seed in run.seeds]
    known = [(theorems, read(run, texts)) for theorems, texts in unseen]
    rows.add("in_distribution", tried(run, policy, known, size.held_out), size.held_out)
    if run.arm.context == "file":
        few = size.held_out // 4  # every second theorem unfolds a letter at least once
        own, wrong = (
            tried(run, policy, [(one, turn(texts)) for one, texts in unseen], few, unfolding)
            for turn in (list, shifted)
        )
        rows.add("reads", own - wrong, few)
    rows.fingerprint([[tree.used for tree in part] for part in forest])
    return rows


experiment = Train(arm=Arm, size=Size, train=train, evaluate=evaluate, generate=generate)
