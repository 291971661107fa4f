"""Hypergraphs as incidence: which node stands in which edge. A graph is one with pairs alone."""

from collections.abc import Sequence
from dataclasses import dataclass

import networkx
import numpy as np
from scipy import sparse

from recount.typed import BadValue


@dataclass(frozen=True)
class Hypergraph:
    """`node[i]` stands in edge `edge[i]`; nodes and edges are numbered from 0."""

    nodes: int
    edges: int
    node: np.ndarray
    edge: np.ndarray

    @staticmethod
    def of(nodes: int, *families: np.ndarray) -> "Hypergraph":
        """From arrays (edges, size) of node numbers, one array for each size of edge."""
        columns, starts = [], 0
        for family in families:
            if family.size and not 0 <= family.min() <= family.max() < nodes:
                raise BadValue(f"an edge names node {family.max()} of {nodes}; number from 0")
            columns.append(np.repeat(np.arange(len(family)) + starts, family.shape[1]))
            starts += len(family)
        node = np.concatenate([family.ravel() for family in families])
        return Hypergraph(nodes, starts, node, np.concatenate(columns))

    def incidence(self) -> sparse.csr_matrix:
        """(nodes, edges) of ones."""
        ones = np.ones(len(self.node), np.float32)
        shape = (self.nodes, self.edges)
        return sparse.csr_matrix((ones, (self.node, self.edge)), shape=shape)

    def shared(self) -> sparse.csr_matrix:
        """(nodes, nodes): in how many edges two nodes stand together; 0 on the diagonal.

        This is the clique expansion with counts; `shared() > 0` is the plain one.
        """
        incidence = self.incidence()
        both = sparse.csr_matrix(incidence @ incidence.T)
        both.setdiag(0)
        both.eliminate_zeros()
        return both


def joined(parts: Sequence[Hypergraph]) -> Hypergraph:
    """Several hypergraphs side by side as one; all have the same number of nodes and of edges."""
    nodes, edges = parts[0].nodes, parts[0].edges
    if any((part.nodes, part.edges) != (nodes, edges) for part in parts):
        raise BadValue("hypergraphs of different size cannot be stacked; draw them alike")
    node = np.concatenate([part.node + i * nodes for i, part in enumerate(parts)])
    edge = np.concatenate([part.edge + i * edges for i, part in enumerate(parts)])
    return Hypergraph(nodes * len(parts), edges * len(parts), node, edge)


def random_triples(rng: np.random.Generator, nodes: int, each: int) -> np.ndarray:
    """(nodes * each / 3, 3): triples of nodes such that every node stands in exactly `each`."""
    if nodes % 3:
        raise BadValue(f"nodes {nodes} cannot be cut into triples; write a multiple of 3")
    return np.concatenate([rng.permutation(nodes).reshape(-1, 3) for _ in range(each)])


def pairs_of(triples: np.ndarray) -> np.ndarray:
    """(3 * triples, 2): the three pairs of each triple."""
    return triples[:, [0, 1, 0, 2, 1, 2]].reshape(-1, 2)


def from_networkx(graph: networkx.Graph) -> Hypergraph:
    """A graph as the hypergraph of its pairs; nodes are numbered in the order of the graph."""
    place = {node: i for i, node in enumerate(graph)}
    ends = [(place[a], place[b]) for a, b in graph.edges if a != b]
    return Hypergraph.of(len(place), np.array(ends, np.int64).reshape(-1, 2))
