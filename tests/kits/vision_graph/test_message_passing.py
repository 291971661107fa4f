"""The kit `vision_graph`: operators against dense definitions, planted and null worlds."""

import networkx
import numpy as np
import pytest
import torch
from sklearn.metrics import roc_auc_score

from recount.kits.vision_graph import (
    Hypergraph,
    MessagePassing,
    NodeTask,
    Operator,
    clique,
    edge_to_node,
    fit_nodes,
    from_networkx,
    hgnn,
    joined,
    node_logits,
    node_scores,
    node_to_edge,
    pairs_of,
    random_triples,
)
from recount.run import Run
from recount.typed import BadValue

TRIPLES = np.array([[0, 1, 2], [1, 2, 3]])
PAIRS = np.array([[0, 3], [3, 4]])
GRAPH = Hypergraph.of(5, TRIPLES, PAIRS)
H = np.array([[1, 0, 1, 0], [1, 1, 0, 0], [1, 1, 0, 0], [0, 1, 1, 1], [0, 0, 0, 1]], float)


def test_operators_equal_their_dense_definitions():
    degree, size = H.sum(1), H.sum(0)
    np.testing.assert_array_equal(GRAPH.incidence().toarray(), H)
    shared = H @ H.T - np.diag(degree)
    np.testing.assert_array_equal(GRAPH.shared().toarray(), shared)
    np.testing.assert_allclose(node_to_edge(GRAPH).toarray(), H.T)
    np.testing.assert_allclose(edge_to_node(GRAPH).toarray(), H / degree[:, None])
    theta = np.diag(degree**-0.5) @ H @ np.diag(1 / size) @ H.T @ np.diag(degree**-0.5)
    np.testing.assert_allclose(hgnn(GRAPH).toarray(), theta)
    for counted in (False, True):
        loops = (shared if counted else shared > 0) + np.eye(5)
        scale = np.diag(loops.sum(1) ** -0.5)
        np.testing.assert_allclose(clique(GRAPH, counted).toarray(), scale @ loops @ scale)


def test_operator_and_its_gradient_equal_a_dense_product():
    matrix = edge_to_node(joined([GRAPH, GRAPH]))
    dense = torch.tensor(matrix.toarray(), dtype=torch.float32)
    x = torch.randn(2, GRAPH.edges, 3, requires_grad=True)
    y = x.detach().clone().requires_grad_()
    ours = Operator(matrix)(x)
    theirs = (dense @ y.reshape(-1, 3)).view(2, GRAPH.nodes, 3)
    torch.testing.assert_close(ours, theirs)
    weight = torch.randn_like(ours)
    (ours * weight).sum().backward()
    (theirs * weight).sum().backward()
    torch.testing.assert_close(x.grad, y.grad)


def test_graph_convolution_of_a_graph():
    """A graph is the hypergraph of its pairs: clique() is then the usual convolution."""
    graph = networkx.karate_club_graph()
    loops = networkx.to_numpy_array(graph, weight=None) + np.eye(34)
    scale = np.diag(loops.sum(1) ** -0.5)
    np.testing.assert_allclose(clique(from_networkx(graph)).toarray(), scale @ loops @ scale)


def test_cutting_triples_leaves_the_clique_expansion():
    rng = np.random.default_rng(0)
    whole, cut = random_triples(rng, 30, 2), random_triples(rng, 30, 3)
    first = Hypergraph.of(30, whole, pairs_of(cut))
    twin = Hypergraph.of(30, cut, pairs_of(whole))
    assert (first.shared() != twin.shared()).nnz == 0
    assert abs(hgnn(first) - hgnn(twin)).max() > 0.01
    assert np.bincount(whole.ravel(), minlength=30).tolist() == [2] * 30


def test_faults_are_named():
    with pytest.raises(BadValue, match="multiple of 3"):
        random_triples(np.random.default_rng(0), 31, 1)
    with pytest.raises(BadValue, match="node 9 of 5"):
        Hypergraph.of(5, np.array([[0, 9]]))
    with pytest.raises(BadValue, match="different size"):
        joined([GRAPH, Hypergraph.of(5, TRIPLES)])


def contrast(effect: bool, nodes: int, steps: int) -> np.ndarray:
    """Accuracy of sets minus clique per seed: labels by whole triples, or by coin."""
    run = Run(slug="tiny", scale="smoke", size=None, seeds=(1, 2))
    parts, features, labels = [], [], []
    for seed in run.seeds:
        rng = run.rng("graph", seed)
        whole, cut = random_triples(rng, nodes, 2), random_triples(rng, nodes, 2)
        parts.append(Hypergraph.of(nodes, whole, pairs_of(cut)))
        features.append(rng.standard_normal((nodes, 1), np.float32))
        told = Hypergraph.of(nodes, whole).shared() @ features[-1][:, 0] > 0
        labels.append(told if effect else rng.random(nodes) < 0.5)
    known = np.tile(np.arange(nodes) % 5 > 0, (2, 1))
    task = NodeTask(np.stack(features), np.stack(labels), known)
    graph, found = joined(parts), []
    for maps in ((node_to_edge, edge_to_node), (clique,)):
        first, second = (*(Operator(make(graph)) for make in maps), None)[:2]
        model = MessagePassing(1, 16, 2, seeds=run.seeds, first=first, second=second)
        fit_nodes(run, model, task, steps, "fit", lr=0.01)
        found.append(node_scores(task, node_logits(model, task.features, "cpu"))["accuracy"])
    return np.subtract(*found)


def test_planted_effect_is_found():
    assert contrast(effect=True, nodes=1500, steps=400).min() > 0.05


def test_null_world_is_null():
    assert abs(contrast(effect=False, nodes=1500, steps=100).mean()) < 0.1


def test_scores_are_those_of_the_held_out_nodes():
    rng = np.random.default_rng(4)
    labels, known = rng.random((1, 40)) < 0.5, rng.random((1, 40)) < 0.5
    logits = rng.standard_normal((1, 40))
    logits[known] = np.where(labels[known], 9.0, -9.0)
    found = node_scores(NodeTask(np.zeros((1, 40, 1)), labels, known), logits)
    held = ~known[0]
    assert found["accuracy"][0] == np.mean((logits[0] > 0)[held] == labels[0][held])
    assert found["auc"][0] == roc_auc_score(labels[0][held], logits[0][held])
