"""Do equal and falsified versions of formulas teach an encoder to know an identity again?

Versions of identities are made by rules (renamed letters, other order, other notation, one change
that makes it false). A label is checked by other code, which reads the tokens back and tries the
equation at random points modulo a prime. All arms learn to fill in hidden tokens. Three also learn
which of a batch is a version of the same identity: versions by all rules with a falsified version
of each among the rest; by all rules, with other identities among the rest; by renaming alone. Then
identities that were never trained on are looked for among their own falsified versions and others.
"""

from typing import Literal

import numpy as np
import torch

from recount.experiment import Learned, Train
from recount.kits.exact_math import formula_mutations as fm
from recount.kits.exact_math import formula_trees as ft
from recount.kits.exact_math import text_encoder as te
from recount.nn.loop import fit, restore, stacked
from recount.run import Rows
from recount.typed import typed

POINTS = 20


@typed()
class Arm:
    pairs: Literal["none", "renamed", "equal"]
    negatives: Literal["falsified", "other identities"] = "other identities"


@typed()
class Size:
    versions: int  # of each kind and identity
    kept: int  # of them for the test
    held_out: int  # identities
    context: int
    width: int
    batch: int
    steps: int
    lr: float
    hidden: float  # share of tokens
    temperature: float


def generate(run):
    """kind -> ids (S, identities, versions, T); "refuted kind" -> (S, identities, versions)."""
    found, many = {}, (run.size.versions, run.size.context, POINTS)
    short = [one for one in fm.ALL if len(fm.tokens(one, None)) <= 0.75 * run.size.context]
    for kind in fm.KINDS:
        pools = [
            [fm.pool(one, kind, *many, run.rng(f"{kind} {k}", s)) for k, one in enumerate(short)]
            for s in run.seeds
        ]
        found[kind] = np.array([[ids for ids, _ in pool] for pool in pools])
        found[f"refuted {kind}"] = np.array([[points for _, points in pool] for pool in pools])
    return found


def split(run, seed, count):
    """(identities to learn, identities held out)."""
    return np.split(run.rng("split", seed).permutation(count), [-run.size.held_out])


def batch_of(run, data, place, seed, step):
    """(3B, T): B anchors, a version of each, B others; no identity is twice among the anchors."""
    size, rng = run.size, run.rng("batch", seed, step)
    learned = rng.permutation(split(run, seed, data["equal"].shape[1])[0])
    mine, rest = learned[: size.batch], learned[size.batch :]
    many = size.versions - size.kept
    one, three = rng.integers(0, many, (2, size.batch))
    two = (one + rng.integers(1, many, size.batch)) % many
    elsewhere = rng.choice(rest, size.batch)
    positive = "equal" if run.arm.pairs == "none" else run.arm.pairs
    pool = {kind: data[kind][place] for kind in fm.KINDS}
    falsified = run.arm.pairs == "none" or run.arm.negatives == "falsified"
    third = pool["false"][mine, three] if falsified else pool[positive][elsewhere, three]
    return np.concatenate([pool[positive][mine, one], pool[positive][mine, two], third])


def hide(run, seed, step, ids):
    return (run.rng("hidden", seed, step).random(ids.shape) < run.size.hidden) & (ids != te.PAD)


def network(run):
    size, numbers = run.size, [run.number("weights", seed) for seed in run.seeds]
    return te.Encoder(len(ft.TOKENS), size.width, 1, 2, seeds=numbers, context=size.context).to(
        run.device
    )


def train(run, data):
    size, model = run.size, network(run)

    def batch(step):
        ids = [batch_of(run, data, k, seed, step) for k, seed in enumerate(run.seeds)]
        hidden = [hide(run, seed, step, one) for seed, one in zip(run.seeds, ids, strict=True)]
        return np.array(ids), np.array(hidden)

    def loss(model, tensors):
        ids, hidden = tensors
        states = model.states(ids.masked_fill(hidden, te.MASK))
        total = te.masked_loss(model, states, ids, hidden)
        if run.arm.pairs != "none":
            along = model.directions(ids, states)
            anchors, others = along[:, : size.batch], along[:, size.batch :]
            total = total + te.contrast(anchors, others, size.temperature)
        return total

    curve = fit(run, model, batch, loss, steps=size.steps, lr=size.lr, warmup=20)
    return Learned(stacked(model), curve)


def evaluate(run, data, arrays):
    model, size, rows = restore(network(run), arrays), run.size, Rows(run)
    halves = [split(run, seed, data["equal"].shape[1]) for seed in run.seeds]
    for name, side in (("learned", 0), ("held out", 1)):
        chosen = [(k, half[side][: size.held_out]) for k, half in enumerate(halves)]
        kept = {kind: kept_of(run, data[kind], chosen) for kind in fm.KINDS}
        precise, above = te.found_among(model, kept["equal"], kept["false"])
        rows.add("map", precise.cpu(), size.held_out * size.kept, identities=name)
        rows.add("above_falsified", above.cpu(), size.held_out * size.kept, identities=name)
        if side == 0:
            own = own_task(run, model, kept).cpu()
            rows.add("in_distribution", own, size.held_out * size.kept)
            rows.fingerprint(list(arrays["tokens.weight"]))
    for kind in fm.KINDS:
        refuted = data[f"refuted {kind}"].reshape(len(run.seeds), -1)
        right = refuted > 0 if kind == "false" else refuted == 0
        rows.add("labels_right", right.mean(1), right.shape[1], kind=kind)
    return rows


def kept_of(run, pool, chosen):
    """(S, identities, kept, T): versions that no training batch holds."""
    kept = np.array([pool[k, identities, -run.size.kept :] for k, identities in chosen])
    return torch.from_numpy(kept).to(run.device)


def own_task(run, model, kept):
    """How well an arm does what it was trained for: fill in tokens, or tell identities apart."""
    if run.arm.pairs != "none":
        return te.nearest_right(model, kept[run.arm.pairs])
    ids = kept["equal"].flatten(1, 2)
    hidden = [hide(run, s, 0, one) for s, one in zip(run.seeds, ids.cpu().numpy(), strict=True)]
    return te.filled_in(model, ids, torch.from_numpy(np.array(hidden)).to(run.device))


experiment = Train(arm=Arm, size=Size, train=train, evaluate=evaluate, generate=generate)
