"""Fixed sparse maps along which messages travel, with their transposes for the gradient."""

import warnings

import numpy as np
import torch
from scipy import sparse
from torch import Tensor

from recount.kits.vision_graph.hypergraphs import Hypergraph


class Travel(torch.autograd.Function):
    """matrix @ x, with the stored transpose in the backward pass."""

    @staticmethod
    def forward(ctx, x, matrix, transposed):
        ctx.transposed = transposed
        return matrix @ x

    @staticmethod
    def backward(ctx, grad):
        return ctx.transposed @ grad.contiguous(), None, None


class Operator:
    """A sparse matrix (rows, columns) over stacked seeds: x (S, n, D) -> (S, m, D)."""

    def __init__(self, matrix: sparse.spmatrix, device: str = "cpu"):
        self.matrix = to_torch(matrix).to(device)
        self.transposed = to_torch(matrix.T).to(device)

    def __call__(self, x: Tensor) -> Tensor:
        seeds, _, width = x.shape
        out = Travel.apply(x.reshape(-1, width), self.matrix, self.transposed)
        return out.view(seeds, -1, width)


def to_torch(matrix: sparse.spmatrix) -> Tensor:
    """CSR in float32, its invariants checked; torch's notice that CSR is new is not repeated."""
    found = sparse.csr_matrix(matrix)
    found.sort_indices()
    parts = (found.indptr.astype(np.int64), found.indices.astype(np.int64))
    tensors = map(torch.from_numpy, (*parts, found.data.astype(np.float32)))
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Sparse CSR tensor support is in beta")
        return torch.sparse_csr_tensor(*tensors, size=found.shape, check_invariants=True)


def power(values: np.ndarray, exponent: float) -> sparse.dia_matrix:
    """Diagonal matrix of values ** exponent; 0 where a value is 0."""
    values = np.asarray(values, np.float64).ravel()
    safe = np.where(values > 0, values, 1.0)
    return sparse.diags(np.where(values > 0, safe**exponent, 0.0))


def node_to_edge(graph: Hypergraph) -> sparse.spmatrix:
    """(edges, nodes): the sum over an edge's nodes."""
    return graph.incidence().T


def edge_to_node(graph: Hypergraph) -> sparse.spmatrix:
    """(nodes, edges): the mean over a node's edges."""
    incidence = graph.incidence()
    return power(incidence.sum(1), -1) @ incidence


def clique(graph: Hypergraph, counted: bool = False) -> sparse.spmatrix:
    """Graph convolution on the clique expansion: D^-1/2 (A + I) D^-1/2 (Kipf and Welling 2017).

    A is 1 where two nodes share an edge; with `counted` it is the number of edges they share.
    """
    shared = graph.shared()
    if not counted:
        shared = (shared > 0).astype(np.float32)
    loops = shared + sparse.identity(graph.nodes, dtype=np.float32)
    scale = power(loops.sum(1), -0.5)
    return scale @ loops @ scale


def hgnn(graph: Hypergraph) -> sparse.spmatrix:
    """Dv^-1/2 H De^-1 H^T Dv^-1/2 (Feng et al. 2019): a clique expansion weighted by 1 / size."""
    incidence = graph.incidence()
    scale = power(incidence.sum(1), -0.5)
    return scale @ incidence @ power(incidence.sum(0), -1) @ incidence.T @ scale
