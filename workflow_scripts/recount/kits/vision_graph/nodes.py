"""Node classification, two classes: the task's arrays, training, accuracy and AUC of the rest."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from sklearn.metrics import accuracy_score, roc_auc_score

from recount.kits.vision_graph.networks import MessagePassing
from recount.nn import loop
from recount.run import Run


@dataclass(frozen=True)
class NodeTask:
    """`features` (S, nodes, F), `labels` (S, nodes) of 0 and 1, `known` (S, nodes): in training."""

    features: np.ndarray
    labels: np.ndarray
    known: np.ndarray


def fit_nodes(run: Run, model: MessagePassing, task: NodeTask, steps: int, name: str, **settings):
    """Cross-entropy over the known nodes, all at once each step; returns the curve."""
    features, labels = (torch.from_numpy(a).float() for a in (task.features, task.labels))
    weight = torch.from_numpy(task.known).float()
    weight = weight / weight.sum(1, keepdim=True)
    tensors = loop.moved((features, labels, weight), run.device)

    def loss(model: MessagePassing, batch) -> torch.Tensor:
        x, y, share = batch
        each = F.binary_cross_entropy_with_logits(model(x), y, reduction="none")
        return (each * share).sum(1)

    return loop.fit(run, model, lambda step: tensors, loss, steps, name=name, **settings)


@torch.no_grad()
def node_logits(model: MessagePassing, features: np.ndarray, device: str) -> np.ndarray:
    """(S, nodes)."""
    return model.to(device)(torch.from_numpy(features).float().to(device)).cpu().numpy()


def node_scores(task: NodeTask, logits: np.ndarray) -> dict[str, Sequence[float]]:
    """Per seed, on the nodes that were not in training: accuracy, and the area under the ROC."""
    parts = list(zip(task.labels, logits, ~task.known, strict=True))
    return {
        "accuracy": [accuracy_score(y[held], z[held] > 0) for y, z, held in parts],
        "auc": [roc_auc_score(y[held], z[held]) for y, z, held in parts],
    }
