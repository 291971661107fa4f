"""Sentences as diagrams of Peirce's system beta: are their truth values those of first-order logic?

A word means a diagram, or a function of diagrams: `every` puts one cut around another. All
derivations of sentences up to a length are listed and sent through the closed functor. The diagram
is read as a formula, lines as variables and cuts as negations, and compared with a formula that
Montague's word meanings give without any diagram: in models with one or two elements (all of them,
where they are few enough), in random models with three and four, and by z3 in models of any size.
The check contracts the diagram as boolean tensors. `mistaken` puts one cut or line wrong in a word.
"""

from itertools import product
from typing import Literal

import numpy as np

from recount.kits.exact_math import Exact, fact
from recount.kits.exact_math import montague as mo
from recount.kits.exact_math import peirce as pe
from recount.typed import typed


@typed()
class Arm:
    meanings: Literal["right", "mistaken"]


@typed()
class Size:
    longest: int  # words of a sentence
    mistaken_longest: int
    models: tuple[int, int]  # all are tried where that many bits describe one, else so many
    nested: int  # relative clauses


def cases(run):
    listed = mo.sentences(run.size.longest)
    if run.arm.meanings == "right":
        return [{"number": place, "sentence": text(tree)} for place, tree in enumerate(listed)]
    short = [tree for tree in listed if len(mo.words(tree)) <= run.size.mistaken_longest]
    return [
        {"number": place, "sentence": text(tree), "mistake": word}
        for word in mo.MISTAKES
        for place, tree in enumerate(short)
        if word in mo.words(tree)
    ]


def text(tree):
    return " ".join(mo.words(tree))


def parts(run, case):
    """The derivation, its diagram and the formula that the diagram reads."""
    tree = mo.sentences(run.size.longest)[case["number"]]
    graph = mo.graph_of(tree, case.get("mistake"))
    return tree, graph, pe.read(graph)


def tensor_models(run, case):
    """A random model with two elements and one with three, for the contraction of tensors."""
    rng = run.rng("tensor models", step=case["number"])
    return [
        {name: rng.random((size,) * places) < 0.6 for name, places in mo.PLACES.items()}
        for size in (2, 3)
    ]


def find(run, case):
    _, _, formula = parts(run, case)
    found = []
    for model in tensor_models(run, case):
        batch = {name: table[None] for name, table in model.items()}
        found.append(bool(pe.truths(formula, batch, len(model["man"])).item()))
    return {"truth": found}


def check(run, case):
    _, graph, _ = parts(run, case)
    sampled = tensor_models(run, case)
    return {"truth": [pe.by_tensors(graph, len(model["man"]), model) for model in sampled]}


def facts(run, case, found):
    tree, graph, formula = parts(run, case)
    meant, right = mo.formula_of(tree), run.arm.meanings == "right"
    twice = pe.read(graph.bubble().bubble()) if right else formula
    same, cut, tried, complete = True, True, 0, True
    for size in (1, 2, 3, 4) if right else (2,):
        rng, places = run.rng(f"models {size}", step=case["number"]), pe.spots(meant)
        tables, whole = pe.models(rng, places | pe.spots(formula), size, *run.size.models)
        truth = pe.truths(formula, tables, size)
        same &= np.array_equal(*np.broadcast_arrays(truth, pe.truths(meant, tables, size)))
        cut &= np.array_equal(*np.broadcast_arrays(truth, pe.truths(twice, tables, size)))
        number = len(truth)
        tried, complete = tried + number, complete and (whole or size > 2)
    yield fact("same_truth", same, tried)
    if right:
        yield fact("two_cuts_cancel", cut, tried)
        yield fact("all_small_models", complete)
        proved = pe.equivalent(formula, meant)
        yield fact("undecided", proved is None)
        if proved is not None:
            yield fact("proved", proved)


def whole(run, rows):
    seen = {}
    for row in rows.rows:
        if row["metric"] == "same_truth" and "mistake" in row:
            seen[row["mistake"]] = seen.get(row["mistake"], False) or row["value"] == 0
    if run.arm.meanings == "mistaken":
        rows.add("every_mistake_seen", float(all(seen.get(word, False) for word in mo.MISTAKES)))
        return
    undecided = [row["value"] for row in rows.rows if row["metric"] == "undecided"]
    rows.add("nearly_all_decided", float(np.mean(undecided) <= 0.01), len(undecided))
    linear = {word: linear_meanings(word) for word in ("some", "every", "no")}
    for word, number in linear.items():
        rows.add("linear_meanings", number, 16, word=word)
    rows.add("linear_some", float(linear["some"] > 0), 16)
    rows.add("linear_fails", float(linear["every"] == linear["no"] == 0), 32)
    for word in ("some", "every", "no"):
        sizes = [pe.boxes(mo.graph_of(nested(word, depth))) for depth in range(run.size.nested)]
        steps = np.diff(sizes)
        rows.add("grows_by_a_constant", float((steps == steps[0]).all()), len(steps), word=word)


def linear_meanings(word):
    """How many boolean matrices between a noun and a verb mean the word, in two elements."""
    meant = mo.formula_of(((word, "man", True), "sleeps", False))
    tables, _ = pe.models(None, pe.spots(meant), 2, 4, 0)
    wanted, right = pe.truths(meant, tables, 2), 0
    for cells in product((False, True), repeat=4):
        matrix = np.array(cells).reshape(2, 2)
        value = np.einsum("mi,ij,mj->m", tables["man"], matrix, tables["sleeps"]) > 0
        right += np.array_equal(value, wanted)
    return right


def nested(word, depth):
    """Some man (who kills a man, who kills ...) sleeps, with `word` in each relative clause."""
    noun = "man"
    for _ in range(depth):
        noun = ("man", ("who", ("kills", (word, noun, True), True), True), False)
    return (("some", noun, True), "sleeps", False)


experiment = Exact(
    arm=Arm, size=Size, cases=cases, find=find, facts=facts, check=check, whole=whole
)
