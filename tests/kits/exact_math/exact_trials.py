"""Runs one arm of an exact paper at smoke scale, for tests that plant a fault in it."""

import sys
from pathlib import Path

from recount import registry
from recount.experiment import load
from recount.run import Run
from recount.typed import build

PAPERS = Path(__file__).resolve().parents[3] / "papers" / "exact_math"


def loaded(slug):
    """(experiment, its module): a fresh copy, so a fault in one test stays in that test."""
    experiment = load(PAPERS / slug)
    return experiment, sys.modules[experiment.arm.__module__]


def smoke_run(slug, arm=None, **size):
    """(run of one arm, or of none, at smoke scale, experiment, its module); `size` replaces single
    values."""
    experiment, module = loaded(slug)
    return run_at_smoke(slug, experiment, arm, **size), experiment, module


def run_at_smoke(slug, experiment, arm=None, **size):
    paper = registry.load_paper(PAPERS / slug)
    return Run(
        slug=slug,
        scale="smoke",
        size=build(experiment.size, paper.scales["smoke"].size | size, "size"),
        seeds=tuple(range(1, paper.scales["smoke"].seeds + 1)),
        arm_name=arm or "",
        arm=build(experiment.arm, paper.arms[arm], arm) if arm else None,
    )


def frame_of(slug, experiment, arm, **size):
    """The rows of an arm; `size` replaces single values of the smoke scale."""
    run = run_at_smoke(slug, experiment, arm, **size)
    return experiment.measure(run, experiment.generate(run)).frame()


def failed(frame, metric):
    rows = frame[frame.metric == metric]
    assert len(rows), f"no row {metric}"
    return bool((rows.value == 0).any())
