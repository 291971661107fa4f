"""Scores of multi-label predictions: F1 of each label, and its averages over labels."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from sklearn.metrics import f1_score, precision_recall_fscore_support


@dataclass(frozen=True)
class LabelScores:
    """Per label: `f1`, 0 where nothing was right, and whether it is `present` in the truth."""

    f1: np.ndarray
    present: np.ndarray
    micro: float

    def macro(self, among: np.ndarray) -> float:
        """Mean F1 over the labels marked in `among`; nan if none is."""
        return float(self.f1[among].mean()) if among.any() else float("nan")


def label_scores(truth: sparse.csr_matrix, predicted: sparse.csr_matrix) -> LabelScores:
    """F1 per label and micro-F1 of 0/1 matrices (notes, labels), by scikit-learn."""
    parts = precision_recall_fscore_support(truth, predicted, average=None, zero_division=0)
    micro = f1_score(truth, predicted, average="micro", zero_division=0)
    return LabelScores(f1=parts[2], present=parts[3] > 0, micro=float(micro))
