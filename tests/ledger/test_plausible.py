"""What no honest run leaves is refused when it is to be recorded; the recorded papers all pass."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from safetensors.numpy import save
from stages.test_stages import run_all
from toy import EXPERIMENT, git

from recount import files, layout, ledger, pilot, registry
from recount.cli import main
from recount.ledger import plausible
from recount.typed import BadValue

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def recorded():
    """paper, rows and manifests of everything that is recorded of current versions."""
    found = {}
    for slug, paper in registry.load(ROOT).papers.items():
        rows, entry, _ = layout.evidence(paper, "laptop")
        if entry.exists():
            told = files.read_json(entry)
            if told["registration"]["version"] == paper.version:
                found[slug] = paper, pd.read_parquet(rows), told["manifests"]
    return found


def test_all_recorded_papers_are_plausible(recorded):
    assert len(recorded) >= 16
    for slug, (paper, frame, manifests) in recorded.items():
        assert plausible.faults(paper, "laptop", frame, manifests) == [], slug
        for arm, stages in manifests.items():
            if "train" in stages:
                steps = paper.scales["laptop"].size.get("steps", 1)  # a list of them is a proof's
                told = {"steps": steps if isinstance(steps, int) else 1, "parameters": 1000}
                assert plausible.hurried(paper, "laptop", arm, stages["train"], told) == [], slug


def trained(recorded, slug="dfloat11"):
    paper, frame, manifests = recorded[slug]
    return paper, frame.copy(), manifests


def test_one_stream_under_two_seeds_is_found(recorded):
    paper, frame, manifests = trained(recorded)
    first, second = sorted(frame["seed"].unique())[:2]
    arm = next(iter(paper.arms))
    mine = frame["arm"] == arm
    copy = frame[mine & (frame["seed"] == first)].assign(seed=second)
    frame = pd.concat([frame[~(mine & (frame["seed"] == second))], copy])
    (fault,) = plausible.faults(paper, "laptop", frame, manifests)
    assert arm in fault and str(first) in fault and str(second) in fault


def test_runs_that_are_all_perfect_may_be_equal(recorded):
    paper, frame, manifests = recorded["alga"]
    perfect = frame["arm"] == "column"
    frame.loc[perfect & (frame["metric"] != "fingerprint"), "value"] = 1.0
    frame.loc[perfect & (frame["metric"] == "fingerprint"), "value"] = 77.0
    assert plausible.faults(paper, "laptop", frame, manifests) == []


def test_a_trained_arm_without_spread_is_found_but_a_structural_half_is_none(recorded):
    paper, frame, manifests = trained(recorded)
    metric = next(
        name for name in frame["metric"].unique() if name not in ("fingerprint", "in_distribution")
    )
    still = (frame["arm"] == "trained") & (frame["metric"] == metric)
    frame.loc[still, ["value", "count"]] = 0.7312, 0
    (fault,) = plausible.faults(paper, "laptop", frame, manifests)
    assert f"trained: {metric} is 0.7312 in all of 12" in fault
    frame.loc[still, ["value", "count"]] = 0.5, 200
    assert plausible.faults(paper, "laptop", frame, manifests) == []


def test_coarse_values_may_agree_in_two_seeds_without_fingerprints_but_not_in_all(recorded):
    paper, frame, manifests = recorded["medical_coding_macro_f1"]
    first, second, *_ = seeds = sorted(frame["seed"].unique())
    frame = frame[frame["metric"] != "fingerprint"]
    one = frame[frame["seed"] == first]
    two = pd.concat([frame[frame["seed"] != second], one.assign(seed=second)])
    assert plausible.faults(paper, "laptop", two, manifests) == []
    every = pd.concat([one.assign(seed=seed) for seed in seeds])
    (fault,) = plausible.faults(paper, "laptop", every, manifests)
    assert "gave the same predictions and values" in fault


def test_seeds_that_are_missing_or_strange_are_found(recorded):
    paper, frame, manifests = trained(recorded)
    worst = frame["seed"].iloc[0]
    gone = frame[(frame["seed"] != worst) | (frame["arm"] != "trained")]
    (fault,) = plausible.faults(paper, "laptop", gone, manifests)
    assert "trained: 1 of 12 seeds have no rows" in fault
    other = frame.assign(seed=frame["seed"].replace(worst, 5))
    found = " ".join(plausible.faults(paper, "laptop", other, manifests))
    assert "1 seeds are not of the registered stream" in found
    extra = pd.concat([frame, frame[frame["arm"] == "trained"].assign(arm="best_of")])
    assert "best_of" in " ".join(plausible.faults(paper, "laptop", extra, manifests))


def leave(paper, results: Path, arm: str, steps: int, width: int) -> None:
    run = layout.of(paper, "laptop", results).run(arm)
    model = {"weights": np.zeros((2, width, width), "int8"), "bias": np.zeros((2, width))}
    files.write_bytes(run.with_name("model.safetensors"), save(model))
    curve = pd.DataFrame({"seed": [1, 2], "step": [0, steps], "metric": "loss", "value": 1.0})
    files.write_parquet(run.with_name("curve.parquet"), curve)


@pytest.mark.parametrize(
    ("steps", "width", "spent", "fine"),
    [(1000, 4, 1.0, True), (10**6, 4, 1.0, False), (50000, 2048, 1.0, False), (0, 2048, 0.1, True)],
)
def test_more_steps_than_a_computer_can_make_are_found(
    recorded, tmp_path, steps, width, spent, fine
):
    paper, _, manifests = trained(recorded, "lm_infinite")
    leave(paper, tmp_path, "rope", steps, width)
    done = plausible.work(paper, "laptop", "rope", tmp_path)
    assert done == {"steps": steps, "parameters": width * width}
    run = manifests["rope"]["train"] | {"cpu_seconds": spent}
    found = plausible.hurried(paper, "laptop", "rope", run, done)
    assert (found == []) is fine
    assert fine or "no computer does that in less than" in found[0]


def test_a_verdict_far_faster_than_its_pilot_is_not_recorded(registered):
    assert main(["pilot", "toy"]) == 0
    run_all(registered, "toy")
    paper = registry.load(registered).papers["toy"]
    told = pilot.kept(paper, "laptop", registered / "results").with_suffix(".json")
    known = json.loads(told.read_text())
    assert known["cpu_seconds"] > 0
    told.write_text(json.dumps(known | {"cpu_seconds": 1000.0}))
    with pytest.raises(BadValue, match=r"where the pilot took 1e\+03 s"):
        ledger.record(paper, "laptop", registered / "results", registered)
    told.write_text(json.dumps(known | {"cpu_seconds": 1000.0, "design": "another"}))
    assert ledger.record(paper, "laptop", registered / "results", registered).exists()


def test_an_experiment_that_ignores_its_seeds_is_not_recorded(registered):
    path = registered / "papers/other/toy/experiment.py"
    path.write_text(EXPERIMENT.replace(", seed)", ", 7)"))
    git(registered, "commit", "-qam", "one stream for all seeds")
    run_all(registered, "toy")
    paper = registry.load(registered).papers["toy"]
    with pytest.raises(BadValue, match="gave the same predictions and values"):
        ledger.record(paper, "laptop", registered / "results", registered)
    assert not layout.evidence(paper, "laptop")[1].exists()


def test_an_arm_or_seeds_that_were_run_and_are_not_reported_use_up_the_version(registered):
    path = registered / "papers/other/toy/paper.yaml"
    known = path.read_text()
    for old, new in (
        ("  plain: {", "  other: {effect: 2.0}\n  plain: {"),
        ("laptop: {seeds: 8", "laptop: {seeds: 10"),
    ):
        path.write_text(known.replace(old, new))
        git(registered, "commit", "-qam", "tried first")
        run_all(registered, "toy")
        path.write_text(known)
        git(registered, "commit", "-qam", "as it is reported")
        run_all(registered, "toy")
        paper = registry.load(registered).papers["toy"]
        with pytest.raises(BadValue, match="another rule was tried in version 1"):
            ledger.record(paper, "laptop", registered / "results", registered)
        (registered / "results/attempts.jsonl").unlink()
