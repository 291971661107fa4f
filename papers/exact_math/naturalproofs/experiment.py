"""Which lemmas does a proof use? A trained retriever against words that are shared and rare.

Two libraries of lemmas and theorems are generated, each proof naming exactly what it uses; the
references are checked by other code, which also sees that none can be spared. Words have synonyms.
The retriever turns statements into directions and learns from theorems of one library to bring a
theorem near its references. It ranks all lemmas for other theorems of that library, and then for
the second, which has other lemmas and shares half of the words. TF-IDF, BM25, how often a lemma is
used in training, and chance rank the same lemmas.
"""

from typing import Literal

import numpy as np
import torch

from recount.experiment import Learned, Train
from recount.kits.exact_math import lemma_libraries as ll
from recount.kits.exact_math import text_encoder as te
from recount.nn.loop import fit, restore, stacked
from recount.run import Rows
from recount.typed import typed

HALVES = ("seen", "unseen")


@typed()
class Arm:
    ranks_by: Literal["network", "tfidf", "bm25", "frequency", "chance"]


@typed()
class Size:
    properties: int  # of a library; half of them are common to both
    synonyms: int
    lemmas: int
    theorems: int  # to learn from
    tested: int  # of each library
    given: int
    steps: tuple[int, ...]  # lemmas in a proof
    longest: int
    width: int
    batch: int
    updates: int
    lr: float
    temperature: float


def vocabulary(size):
    return len(ll.FRAME) + (size.properties * 3 // 2) * size.synonyms


def one_library(run, seed, half):
    """(lemma texts, theorem texts, which references each has, share of proofs that are right)."""
    size, rng = run.size, run.rng(f"library {half}", seed)
    shift = HALVES.index(half) * size.properties // 2
    properties = list(range(shift, shift + size.properties))
    library = ll.drawn_library(("ring", "graph")[shift > 0], properties, size.lemmas, rng)
    count = size.tested + (0 if shift else size.theorems)
    found: dict = {}
    while len(found) < count:
        steps = int(rng.choice(size.steps))
        one = ll.drawn_theorem(library, steps, size.given, rng)
        found.setdefault((one.given, one.found), one)
    theorems, say = list(found.values()), (size.synonyms, size.longest, rng)
    lemmas = [ll.sentence(library.kind, *one, *say) for one in library.lemmas]
    texts = [ll.sentence(library.kind, one.given, one.found, *say) for one in theorems]
    used = [np.isin(np.arange(size.lemmas), one.references) for one in theorems]
    right = np.mean([ll.right(library, one) for one in theorems])
    return np.array(lemmas), np.array(texts), np.array(used), right


def generate(run):
    found = {}
    for half in HALVES:
        parts = zip(*(one_library(run, seed, half) for seed in run.seeds), strict=True)
        for name, part in zip(("lemmas", "texts", "used", "right"), parts, strict=True):
            found[f"{half} {name}"] = np.array(part)
    return found


def network(run):
    size, numbers = run.size, [run.number("weights", seed) for seed in run.seeds]
    width, words, longest = size.width, vocabulary(size), size.longest
    return te.Encoder(words, width, 1, 2, seeds=numbers, context=longest).to(run.device)


def train(run, data):
    size, many = run.size, run.size.theorems
    if run.arm.ranks_by != "network":
        texts = np.concatenate([data["seen lemmas"], data["seen texts"][:, :many]], 1)
        weight = ll.rarity(ll.counted(texts, vocabulary(size)))
        arrays = {"rarity": weight, "uses": data["seen used"][:, :many].mean(1)}
        return Learned(arrays, {name: np.array([]) for name in ("seed", "step", "metric", "value")})

    def batch(step):
        asked, answers = [], []
        for k, seed in enumerate(run.seeds):
            rng = run.rng("batch", seed, step)
            chosen = rng.permutation(many)[: size.batch]
            shares = data["seen used"][k, chosen] * rng.random((len(chosen), size.lemmas))
            asked.append(data["seen texts"][k, chosen])
            answers.append(data["seen lemmas"][k, shares.argmax(1)])
        return np.array(asked), np.array(answers)

    def loss(model, tensors):
        asked, answers = (model.directions(ids) for ids in tensors)
        return te.contrast(asked, answers, size.temperature)

    model = network(run)
    curve = fit(run, model, batch, loss, steps=size.updates, lr=size.lr, warmup=20)
    return Learned(stacked(model), curve)


@torch.no_grad()
def scores(run, arrays, lemmas, texts):
    """(S, theorems, lemmas): the higher, the sooner a lemma is read."""
    if run.arm.ranks_by == "network":
        model = restore(network(run), arrays)
        lemmas, texts = (torch.from_numpy(one).to(run.device) for one in (lemmas, texts))
        return (model.directions(texts) @ model.directions(lemmas).transpose(1, 2)).cpu().numpy()
    if run.arm.ranks_by in ("tfidf", "bm25"):
        counts = [ll.counted(one, vocabulary(run.size)) for one in (texts, lemmas)]
        return getattr(ll, run.arm.ranks_by)(*counts, arrays["rarity"])
    shape = (texts.shape[1], lemmas.shape[1])
    if run.arm.ranks_by == "frequency":
        return np.broadcast_to(arrays["uses"][:, None], (len(run.seeds), *shape)).copy()
    return np.array([run.rng("chance", seed).random(shape) for seed in run.seeds])


def evaluate(run, data, arrays):
    rows, size, precise = Rows(run), run.size, {}
    for half in HALVES:
        texts, used = (data[f"{half} {name}"][:, -size.tested :] for name in ("texts", "used"))
        ranked = scores(run, arrays, data[f"{half} lemmas"], texts)
        each = te.average_precision(torch.from_numpy(ranked), torch.from_numpy(used))
        precise[half] = each.mean(1).numpy()
        rows.add("map", precise[half], size.tested, library=half)
        rows.add("proofs_right", data[f"{half} right"], used.shape[1], library=half)
        first = np.take_along_axis(used, ranked.argmax(2)[..., None], 2)[..., 0]
        rows.add("first_right", first.mean(1), size.tested, library=half)
        if half == "seen":
            rows.add("in_distribution", first.mean(1), size.tested)
            rows.fingerprint(list(ranked))
    rows.add("drop", precise["seen"] - precise["unseen"], 2 * size.tested)
    return rows


experiment = Train(arm=Arm, size=Size, train=train, evaluate=evaluate, generate=generate)
