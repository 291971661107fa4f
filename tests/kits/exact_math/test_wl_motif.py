"""k-WL, twisted pairs, treewidths and copies of patterns against what is known of them."""

import sys
from pathlib import Path

import networkx as nx
import numpy as np
import pytest

from recount import registry
from recount.experiment import load
from recount.kits.exact_math import counter_examples, motifs
from recount.kits.exact_math import weisfeiler_leman as wl
from recount.run import Run
from recount.typed import build

FOLDER = Path(__file__).resolve().parents[3] / "papers" / "exact_math" / "wl_motif"


def matrix(graph):
    return nx.to_numpy_array(graph).astype(bool)


def shrikhande():
    steps = [(0, 1), (1, 0), (1, 1)]
    nodes = [(a, b) for a in range(4) for b in range(4)]
    edges = [((a, b), ((a + x) % 4, (b + y) % 4)) for a, b in nodes for x, y in steps]
    return matrix(nx.Graph(edges))


def test_known_pairs_are_told_apart_at_the_known_dimension():
    rings = np.stack(
        [matrix(nx.cycle_graph(6)), matrix(nx.disjoint_union(*[nx.cycle_graph(3)] * 2))]
    )
    rook = matrix(nx.line_graph(nx.complete_bipartite_graph(4, 4)))
    regular = np.stack([rook, shrikhande()])
    assert [len(set(wl.classes(rings, k))) for k in (1, 2)] == [1, 2]
    assert [len(set(wl.classes(regular, k))) for k in (1, 2, 3)] == [1, 1, 2]
    twisted = np.stack(wl.twisted_pair(matrix(nx.complete_graph(4))))
    assert len(set(wl.classes(np.concatenate([regular, twisted]), 3))) == 2


def test_colour_refinement_agrees_with_networkx_on_all_graphs_of_six_vertices():
    graphs = [graph for graph in nx.graph_atlas_g() if len(graph) == 6]
    own = wl.classes(np.stack([matrix(graph) for graph in graphs]), 1)
    hashes = [nx.weisfeiler_lehman_graph_hash(graph, iterations=6) for graph in graphs]
    assert len(set(own)) == len(set(hashes)) == len(set(zip(own, hashes, strict=True)))


@pytest.mark.parametrize(
    "graph, width",
    [(nx.path_graph(5), 1), (nx.cycle_graph(6), 2), (nx.complete_graph(5), 4)]
    + [(nx.octahedral_graph(), 4), (nx.wheel_graph(5), 3), (nx.empty_graph(3), 0)],
)
def test_treewidths(graph, width):
    assert wl.treewidth(matrix(graph)) == wl.treewidth_by_chordal(matrix(graph)) == width


def test_copies_counted_by_looking_are_the_sum_over_homomorphisms():
    graph = matrix(nx.petersen_graph())
    induced = motifs.induced_census(graph, 5)
    total = motifs.subgraph_census(induced)
    pentagon = motifs.pattern_of(matrix(nx.cycle_graph(5)))
    path = motifs.pattern_of(matrix(nx.path_graph(5)))
    assert total[pentagon] == induced[pentagon] == 12
    for census, expand in ((total, motifs.subgraph_motif), (induced, motifs.induced_motif)):
        terms = expand(path).items()
        assert census[path] == sum(v * motifs.homomorphisms(name, graph) for name, v in terms)


def frame_of(experiment, arm="subgraph"):
    paper = registry.load_paper(FOLDER)
    size = {"pattern": 4, "graph": 6, "base": 4, "circulant": 8, "sets": 20000}
    run = Run(
        slug=paper.slug,
        scale="smoke",
        size=build(experiment.size, size, "size"),
        seeds=(1,),
        arm_name=arm,
        arm=build(experiment.arm, paper.arms[arm], arm),
    )
    return experiment.measure(run, {}).frame()


@pytest.mark.parametrize("fault", ["none", "doubled", "too low", "missed"])
def test_a_fault_is_seen(monkeypatch, fault):
    experiment = load(FOLDER)
    module = sys.modules[experiment.arm.__module__]
    if fault == "doubled":
        right = motifs.subgraph_motif
        monkeypatch.setattr(
            motifs, "subgraph_motif", lambda p: {k: 2 * v for k, v in right(p).items()}
        )
    if fault == "too low":
        monkeypatch.setattr(module.wl, "treewidth", lambda graph: 1)
    if fault == "missed":
        right = motifs.induced_census
        monkeypatch.setattr(motifs, "induced_census", lambda g, n: right(g[1:, 1:], n))
    frame = frame_of(experiment)
    wrong = [counter_examples(frame, metric) for metric in ("agreement", "determined")]
    assert all(one.empty for one in wrong) == (fault == "none")
