"""Hypergraph networks against graph networks on the clique expansion, where it is ambiguous.

A triple of nodes is either one edge of size three or three pairs; the clique expansion draws the
same triangle for both, with the same counts. All nodes stand in equally many triples of each kind.
In the family `groups` a node's label is the sign of the features summed over its partners in whole
triples; in the control family `pairs` it is the sign of the sum over all its neighbours, which the
clique expansion shows. All arms have the same layers and weights; only the operators differ. The
twin of a hypergraph has each whole triple cut into pairs and each cut one made whole.
"""

from typing import Literal

import numpy as np

from recount.experiment import Learned, Train
from recount.kits.vision_graph import (
    Hypergraph,
    MessagePassing,
    NodeTask,
    Operator,
    clique,
    edge_to_node,
    fit_nodes,
    hgnn,
    joined,
    node_logits,
    node_scores,
    node_to_edge,
    pairs_of,
    random_triples,
)
from recount.nn import loop
from recount.run import Rows
from recount.typed import typed

FAMILIES = ("groups", "pairs")
OPERATORS = {
    "sets": (node_to_edge, edge_to_node),
    "hgnn": (hgnn,),
    "clique": (clique,),
    "counted_clique": (lambda graph: clique(graph, counted=True),),
    "none": (),
}


@typed()
class Arm:
    structure: Literal["sets", "hgnn", "clique", "counted_clique", "none"]


@typed()
class Size:
    nodes: int
    whole: int
    cut: int
    features: int
    width: int
    layers: int
    steps: int
    lr: float


def generate(run):
    """Triples of either kind (S, triples, 3), features, labels of both families, training nodes."""
    found = {name: [] for name in ("whole", "cut", "features", *FAMILIES, "known")}
    for seed in run.seeds:
        rng, nodes = run.rng("hypergraph", seed), run.size.nodes
        whole, cut = (random_triples(rng, nodes, each) for each in (run.size.whole, run.size.cut))
        features = rng.standard_normal((nodes, run.size.features), np.float32)
        near = [Hypergraph.of(nodes, part).shared() @ features[:, 0] for part in (whole, cut)]
        drawn = (whole, cut, features, near[0] > 0, near[0] + near[1] > 0, rng.random(nodes) < 0.5)
        for name, array in zip(found, drawn, strict=True):
            found[name].append(array)
    return {name: np.stack(arrays) for name, arrays in found.items()}


def network(run, whole, cut):
    """The arm's network; edges are the `whole` triples (S, triples, 3) and the pairs of `cut`."""
    parts = [Hypergraph.of(run.size.nodes, a, pairs_of(b)) for a, b in zip(whole, cut, strict=True)]
    graph = joined(parts)
    made = [Operator(make(graph), run.device) for make in OPERATORS[run.arm.structure]]
    first, second = (*made, None, None)[:2]
    size, numbers = run.size, [run.number("init", seed) for seed in run.seeds]
    shape = (size.features, size.width, size.layers)
    return MessagePassing(*shape, seeds=numbers, first=first, second=second)


def task(data, family):
    return NodeTask(data["features"], data[family], data["known"])


def train(run, data):
    arrays, curves = {}, []
    for family in FAMILIES:
        model = network(run, data["whole"], data["cut"])
        curve = fit_nodes(run, model, task(data, family), run.size.steps, family, lr=run.size.lr)
        curves.append(curve | {"metric": np.char.add(f"{family}_", curve["metric"])})
        arrays |= {f"{family}.{name}": value for name, value in loop.stacked(model).items()}
    return Learned(arrays, {name: np.concatenate([c[name] for c in curves]) for name in curves[0]})


def evaluate(run, data, arrays):
    rows, printed = Rows(run), []
    for family in FAMILIES:
        own = {
            name.removeprefix(f"{family}."): value
            for name, value in arrays.items()
            if name.startswith(f"{family}.")
        }
        model, twin = (
            loop.restore(network(run, *parts), own)
            for parts in ((data["whole"], data["cut"]), (data["cut"], data["whole"]))
        )
        logits = node_logits(model, data["features"], run.device)
        held = int((~data["known"]).sum(1).min())
        for metric, values in node_scores(task(data, family), logits).items():
            rows.add(metric, values, held, family=family)
            if (metric, family) == ("accuracy", "pairs"):
                rows.add("in_distribution", values, held)
        away = np.abs(node_logits(twin, data["features"], run.device) - logits).max(1)
        rows.add("twins_alike", away <= 1e-6, run.size.nodes, family=family)
        printed.append(logits)
    rows.fingerprint(np.stack(printed, 1))
    return rows


experiment = Train(arm=Arm, size=Size, train=train, evaluate=evaluate, generate=generate)
