"""Block occurrences as a paper: its statements at small size, and a planted fault."""

import sys
from pathlib import Path

import pytest

from recount import registry
from recount.experiment import load
from recount.kits.exact_math import counter_examples
from recount.run import Run
from recount.typed import build

FOLDER = Path(__file__).resolve().parents[3] / "papers" / "exact_math" / "block_occurrences"


def frame_of(arm, change=lambda module: None):
    experiment, paper = load(FOLDER), registry.load_paper(FOLDER)
    change(sys.modules[experiment.arm.__module__])
    run = Run(
        slug=paper.slug,
        scale="smoke",
        size=build(experiment.size, paper.scales["smoke"].size, "size"),
        seeds=(1,),
        arm_name=arm,
        arm=build(experiment.arm, paper.arms[arm], arm),
    )
    return experiment.measure(run, {}).frame()


@pytest.mark.parametrize("arm", ["pairs", "ones"])
def test_the_error_shrinks_and_all_computations_agree(arm):
    frame = frame_of(arm)
    for metric in ("agreement", "error_shrinks", "one_run_is_far"):
        assert counter_examples(frame, metric).empty, metric
    worst = frame[frame.metric == "worst_error"].sort_values("runs").value.tolist()
    assert worst == sorted(worst, reverse=True) and worst[-1] < worst[0] / 4


def test_an_error_that_does_not_shrink_is_a_counter_example():
    def change(module):
        right = module.measured
        module.measured = lambda run, runs, density: right(run, runs, density) | {"error": 0.1}

    frame = frame_of("pairs", change)
    assert counter_examples(frame, "error_shrinks").runs.tolist() == [4, 8]


def test_a_distribution_that_is_shifted_disagrees_with_the_transform():
    def change(module):
        right = module.change_density

        def skewed(pattern, t, reach):
            density = right(pattern, t, reach)
            density[reach] += 1e-4
            return density

        module.change_density = skewed

    frame = frame_of("pairs", change)
    assert {2, 4} <= set(counter_examples(frame, "agreement").runs.dropna())
