"""Macro-F1 over all known codes, or over those that occur in the test notes.

Each seed draws notes with codes as common as in MIMIC-III: a lognormal curve fixed by the published
numbers of codes, notes and codes per note, and by the share of the commonest codes. Each code has
words of its own; notes also mention codes that they do not have. The split is random, as in earlier
work, the decision threshold is tuned on validation notes, and both averages are taken over the same
predictions: a code without a test note has F1 = 0 in the first and is absent from the second.
"""

from typing import Literal

import numpy as np

from recount.experiment import Measure
from recount.kits.other import (
    Corpus,
    Facts,
    Wording,
    draw_labels,
    draw_words,
    fit_evidence,
    fit_neighbours,
    known_curve,
    label_scores,
    predictions,
    tuned_threshold,
)
from recount.run import Rows
from recount.typed import typed

FIT = {"evidence": fit_evidence, "neighbours": fit_neighbours}


@typed()
class Arm:
    classifier: Literal["evidence", "neighbours"]


@typed()
class Size(Facts, Wording):
    validation: int
    test: int
    bins: tuple[int, ...]


def rates(run):
    size = run.size
    names = ("labels", "notes", "per_note", "top", "top_per_note")
    return {"rates": known_curve(Facts(**{name: getattr(size, name) for name in names}))}


def draw(run, seed, rates):
    labels = draw_labels(run.rng("labels", seed), rates, run.size.notes)
    return Corpus(draw_words(run.rng("words", seed), labels, rates, run.size), labels)


def one_seed(run, seed, rates):
    """The scores of one seed, its known codes, the training notes of each code, its predictions."""
    corpus = draw(run, seed, rates)
    last = run.size.notes - run.size.test
    first = last - run.size.validation
    train, tuning, asked = map(corpus.part, (slice(first), slice(first, last), slice(last, None)))
    scorer = FIT[run.arm.classifier](train)
    threshold = tuned_threshold(scorer(tuning.words), tuning.labels)
    predicted = predictions(scorer(asked.words), threshold)
    known = np.asarray(corpus.labels.sum(0)).ravel() > 0
    notes = np.asarray(train.labels.sum(0)).ravel()
    return label_scores(asked.labels, predicted), known, notes, predicted.indices


def measure(run, data):
    rows, found = Rows(run), []
    for done, seed in enumerate(run.seeds):
        run.report(done, len(run.seeds), "seeds")
        found.append(one_seed(run, seed, data["rates"]))
    every = [scores.macro(known) for scores, known, *_ in found]
    present = [scores.macro(scores.present) for scores, *_ in found]
    rows.add("macro_f1_all", every, run.size.test)
    rows.add("macro_f1_present", present, run.size.test)
    rows.add("correction", np.divide(present, every), run.size.test)
    rows.add("micro_f1", [scores.micro for scores, *_ in found], run.size.test)
    for low, high in zip(run.size.bins, (*run.size.bins[1:], np.inf), strict=True):
        inside = [s.present & (notes >= low) & (notes < high) for s, _, notes, _ in found]
        values = [s.macro(among) for (s, *_), among in zip(found, inside, strict=True)]
        rows.add("f1", values, run.size.test, training_notes=low)
    rows.fingerprint(predicted for *_, predicted in found)
    return rows


experiment = Measure(arm=Arm, size=Size, measure=measure, generate=rates)
