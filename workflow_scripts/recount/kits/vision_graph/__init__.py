"""Graphs and hypergraphs: generators, sparse operators, stacked message passing, node scores.

A graph is a hypergraph whose edges are pairs, so everything here serves both. Seeds are stacked:
node n of seed s is row s * nodes + n of one block-diagonal operator.
"""

from recount.kits.vision_graph.hypergraphs import (
    Hypergraph,
    from_networkx,
    joined,
    pairs_of,
    random_triples,
)
from recount.kits.vision_graph.networks import MessagePassing
from recount.kits.vision_graph.nodes import NodeTask, fit_nodes, node_logits, node_scores
from recount.kits.vision_graph.operators import Operator, clique, edge_to_node, hgnn, node_to_edge

VERSION = 1

__all__ = [
    "Hypergraph",
    "MessagePassing",
    "NodeTask",
    "Operator",
    "VERSION",
    "clique",
    "edge_to_node",
    "fit_nodes",
    "from_networkx",
    "joined",
    "hgnn",
    "node_logits",
    "node_scores",
    "node_to_edge",
    "pairs_of",
    "random_triples",
]
