"""Text with many labels: how often labels occur, notes made from them, classifiers, label metrics.

Everything is sparse and vectorised: 50,000 notes with 9,000 labels take seconds.
"""

from recount.kits.other.classifiers import (
    fit_evidence,
    fit_neighbours,
    predictions,
    tuned_threshold,
)
from recount.kits.other.frequencies import Facts, known_curve
from recount.kits.other.metrics import LabelScores, label_scores
from recount.kits.other.notes import Corpus, Wording, draw_labels, draw_words

VERSION = 1

__all__ = [
    "Corpus",
    "Facts",
    "LabelScores",
    "VERSION",
    "Wording",
    "draw_labels",
    "draw_words",
    "fit_evidence",
    "fit_neighbours",
    "known_curve",
    "label_scores",
    "predictions",
    "tuned_threshold",
]
