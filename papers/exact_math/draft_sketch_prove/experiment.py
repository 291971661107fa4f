"""From an informal draft to a formal sketch, whose gaps an automatic prover closes.

A theorem's known proof is told informally: the words on its way at one and two thirds, in other
names, with "again" and "back", and sometimes a slip. A network trained on pairs of drafts and
sketches writes the formal sketch. A search that has learned nothing closes its gaps one after the
other, out of one budget of expansions; `alone` spends the same budget on the whole theorem.
Controls: `right` is the sketch as it should be, `shuffled` that of another theorem, `detour` words
that follow from the start but lie off the way. Every proof is checked by other code.
"""

from functools import partial
from typing import Literal

import numpy as np
import torch
import torch.nn.functional as F

from recount.experiment import Measure
from recount.kits.exact_math import proof_checker as checker
from recount.kits.exact_math import rewriting as rw
from recount.kits.exact_math import sketches as sk
from recount.kits.exact_math.tactic_model import PolicySize
from recount.nn.decode import greedy
from recount.nn.decoder import Decoder
from recount.nn.loop import fit
from recount.run import Rows
from recount.typed import typed


@typed()
class Arm:
    lemmas: Literal["written", "none", "right", "shuffled", "detour"]


@typed()
class Size(PolicySize):
    library: int
    most_steps: int
    depths: tuple[int, ...]
    each: int
    gaps: int
    slips: float
    expansions: int
    patience: int


def sketcher(run):
    size, numbers = run.size, [run.number("init", seed) for seed in run.seeds]
    told = (size.gaps - 1) * size.longest
    return Decoder(
        sk.VOCABULARY, size.width, size.layers, size.heads, seeds=numbers, prefix=told,
        context=told + (size.gaps - 1) * (size.longest + 1),
    ).to(run.device)  # fmt: skip


def pair(run, draw, lemmas):
    """One line: the draft of all lemmas, then the sketch."""
    size = run.size
    told = [one for word in lemmas for one in sk.draft(draw, word, size.longest, size.slips)]
    return told + [one for word in lemmas for one in sk.formal(word, size.longest)]


def on_the_way(run, one):
    words = rw.words_of(one.start, one.proof, rw.rules_of(), run.size.longest)
    return sk.milestones(words, run.size.gaps)


def trained(run, lines):
    """The sketcher after learning pairs, lines (S, N, T); the loss looks at the sketch alone."""
    size, model, known = run.size, sketcher(run), torch.from_numpy(lines)
    told, count = (size.gaps - 1) * size.longest, lines.shape[1]

    def batch(step):
        rows = [run.rng("batch", s, step).integers(count, size=size.batch) for s in run.seeds]
        return torch.stack([one[each] for one, each in zip(known, rows, strict=True)])

    def loss(model, drawn):
        logits = model(drawn, read=slice(told - 1, drawn.shape[-1] - 1))
        each = F.cross_entropy(logits.flatten(0, 2), drawn[..., told:].flatten(), reduction="none")
        return each.view(len(drawn), -1).mean(1)

    fit(run, model, batch, loss, size.steps, lr=size.lr, warmup=size.steps // 20)
    return model


def generate(run):
    """Per seed: goals, the lemmas of their known proofs, and the sketches written from drafts."""
    size, goals, lines, drafts = run.size, [], [], []
    for seed in run.seeds:
        draw = rw.chance(run, "library", seed)
        library = [rw.theorem(draw, size.longest, size.most_steps) for _ in range(size.library)]
        lines.append([pair(run, draw, on_the_way(run, one)) for one in library])
        draw = rw.chance(run, "goals", seed)
        graded = rw.by_depth(draw, size.longest, size.depths, size.each)
        goals.append([[one.start, one.target, *on_the_way(run, one)] for one in graded])
        drafts.append([pair(run, draw, one[2:]) for one in goals[-1]])
        run.report(len(goals), len(run.seeds), "libraries")
    drafts, told = torch.tensor(drafts, device=run.device), (size.gaps - 1) * size.longest
    asked = torch.arange(drafts.shape[-1], device=run.device) >= told
    written = greedy(trained(run, np.array(lines)), drafts, asked)[..., told:].cpu().numpy()
    return {"goals": np.array(goals, f"S{size.longest}"), "written": written}


def sketch(run, draw, goals, written, at):
    """The lemmas that the arm gives the prover for goal number `at`."""
    size, start = run.size, goals[at][0]
    if run.arm.lemmas in ("written", "shuffled"):
        chosen = written[at if run.arm.lemmas == "written" else at - 1]
        return [sk.read(part) for part in chosen.reshape(size.gaps - 1, -1)]
    if run.arm.lemmas == "detour":
        ways = rw.rules_of(), size.depths[0], size.longest, rw.usual_weights(rw.rules_of())
        return [rw.walk(draw, start, *ways)[0] for _ in range(size.gaps - 1)]
    return goals[at][2:] if run.arm.lemmas == "right" else []


def tried(run, seed, goals, written):
    """Share proved, of sketches as told, all sound?, mean cost without a budget, expansions."""
    size, draw = run.size, rw.chance(run, "detours", seed)
    proved, right, sound, costs, spent = ([] for _ in range(5))
    for at, (start, target, *way) in enumerate(goals):
        lemmas = sketch(run, draw, goals, written, at)
        close = partial(sk.close, [start, *lemmas, target], rw.rules_of(), size.longest)
        words, used = close(size.expansions)
        proved.append(words is not None)
        spent.append(used)
        right.append(lemmas == way)
        sound.append(not words or checker.certified(words, start, target, rw.EQUATIONS))
        if run.arm.lemmas in ("none", "right"):
            costs.append(close(size.patience)[1])
    return np.mean(proved), np.mean(right), all(sound), np.mean(costs or np.nan), spent


def measure(run, data):
    rows, found = Rows(run), []
    for seed, goals, written in zip(run.seeds, data["goals"], data["written"], strict=True):
        found.append(tried(run, seed, goals.astype(str).tolist(), written))
        run.report(len(found), len(run.seeds), "seeds")
    *columns, spent = zip(*found, strict=True)
    for name, values in zip(("success", "as_told", "certified", "cost"), columns, strict=True):
        if np.isfinite(values).all():
            rows.add(name, values, len(spent[0]))
    rows.fingerprint(spent)
    return rows


experiment = Measure(arm=Arm, size=Size, measure=measure, generate=generate)
