"""MLflow as a view: what is imported, that it never doubles, and that it mends itself."""

import multiprocessing

import numpy as np
import pandas as pd
import pytest
from mlflow import MlflowClient

from recount import files
from recount.typed import BadValue
from recount.views import tracking


def runs(world) -> list:
    client = MlflowClient(f"sqlite:///{world.root / 'results' / 'mlflow.db'}")
    experiments = [one.experiment_id for one in client.search_experiments()]
    return list(client.search_runs(experiments, max_results=1000))


def named(world) -> dict[str, object]:
    return {f"{run.data.tags['scale']}: {run.info.run_name}": run for run in runs(world)}


def test_what_is_imported_and_that_a_second_time_changes_nothing(world):
    results = world.root / "results"
    report = results / "laptop" / "arithmetic" / "agreeing" / "report.html"
    report.write_text("<p>a page</p>")
    first = tracking.sync(world, results)
    found = named(world)
    assert first == {"imported": 5, "unchanged": 0, "removed": 0}
    parent, child = found["laptop: agreeing laptop"], found["laptop: coupled 100"]
    assert {"paper", "lab", "level", "scale", "arm", "seed", "verdict", "commit"} <= set(
        parent.data.tags
    ) & set(child.data.tags)
    assert parent.data.tags["verdict.main"] == child.data.tags["verdict.main"] == "reproduced"
    assert child.data.tags["mlflow.parentRunId"] == parent.info.run_id
    assert parent.data.metrics["main.coupled.low"] == 48.0
    assert child.data.params["arm.positions"] == "coupled"
    assert child.data.params["size.train_digits"] == "8"
    assert "fingerprint" not in child.data.metrics
    client = MlflowClient(f"sqlite:///{results / 'mlflow.db'}")
    assert [one.path for one in client.list_artifacts(parent.info.run_id)] == ["report.html"]
    along = client.get_metric_history(child.info.run_id, "exact_match/digits")
    assert [point.step for point in along] == [8, 16, 24, 32, 48, 64]
    assert len(client.get_metric_history(child.info.run_id, "train/loss")) == 100
    before = {run.info.run_id for run in runs(world)}
    again = tracking.sync(world, results)
    assert again == {"imported": 0, "unchanged": 5, "removed": 0}
    assert {run.info.run_id for run in runs(world)} == before


def test_one_scale_can_be_imported_alone_and_leaves_the_others(world):
    results = world.root / "results"
    assert tracking.sync(world, results, scale="smoke")["imported"] == 0
    some = tracking.sync(world, results, scale="laptop")
    before = {run.info.run_id for run in runs(world)}
    assert {run.data.tags["scale"] for run in runs(world)} == {"laptop"} and some["removed"] == 0
    assert tracking.sync(world, results, scale="smoke") == dict.fromkeys(some, 0)
    assert {run.info.run_id for run in runs(world)} == before
    rest = tracking.sync(world, results)
    assert rest == {"imported": 5 - some["imported"], "unchanged": some["imported"], "removed": 0}


def test_evidence_stands_in_where_nothing_ran_here(world):
    tracking.sync(world, world.root / "results")
    sources = {
        (run.data.tags["paper"], run.data.tags["scale"]): run.data.tags["source"]
        for run in runs(world)
    }
    assert sources == {
        ("agreeing", "laptop"): "run",
        ("agreeing", "gpu"): "evidence",
        ("failing", "laptop"): "run",
        ("only_recorded", "laptop"): "evidence",
        ("refuted", "laptop"): "run",
    }


def test_a_failed_arm_is_a_failed_run_with_its_reason(world):
    tracking.sync(world, world.root / "results")
    failed = [run for run in runs(world) if run.info.status == "FAILED"]
    assert {run.data.tags["arm"] for run in failed} == {"absolute"}
    assert {run.data.tags["reason"] for run in failed} == {"RuntimeError: diverged"}
    assert len(failed) == 2


def test_an_arm_without_any_rows_still_has_its_runs(world):
    results = world.root / "results"
    (results / "laptop/exact_math/refuted/runs/coupled/metrics.parquet").unlink()
    tracking.sync(world, results)
    seeds = [run for run in runs(world) if run.data.tags["paper"] == "refuted"]
    assert sorted(run.data.tags["seed"] for run in seeds) == ["", "100", "101"]


def test_a_changed_paper_is_replaced_and_a_vanished_one_removed(world):
    results = world.root / "results"
    tracking.sync(world, results)
    before = {run.info.run_id for run in runs(world) if run.data.tags["paper"] == "refuted"}
    verdict = results / "laptop" / "exact_math" / "refuted" / "main.json"
    files.write_json(verdict, files.read_json(verdict) | {"outcome": "inconclusive"})
    for name in ("only_recorded.json", "laptop.json"):
        (world.papers["only_recorded"].folder / "evidence" / name).unlink(missing_ok=True)
    counts = tracking.sync(world, results)
    assert counts == {"imported": 1, "unchanged": 3, "removed": 1}
    left = [run for run in runs(world) if run.data.tags["paper"] == "refuted"]
    assert {run.data.tags["verdict"] for run in left} == {"inconclusive"}
    assert len(left) == len(before) and not before & {run.info.run_id for run in left}
    assert not [run for run in runs(world) if run.data.tags["paper"] == "only_recorded"]


def test_an_import_that_was_cut_short_is_done_again(world, monkeypatch):
    results = world.root / "results"
    whole, calls = tracking.send, []

    def failing(*arguments):
        calls.append(arguments)
        if len(calls) == 4:
            raise KeyboardInterrupt
        whole(*arguments)

    monkeypatch.setattr(tracking, "send", failing)
    with pytest.raises(KeyboardInterrupt):
        tracking.sync(world, results)
    monkeypatch.setattr(tracking, "send", whole)
    tracking.sync(world, results)
    names = [f"{run.data.tags['scale']}: {run.info.run_name}" for run in runs(world)]
    papers = [f"{run.data.tags['paper']} {name}" for run, name in zip(runs(world), names)]
    assert len(papers) == len(set(papers)) == 5 + 4 * 4 + 2


def test_a_broken_database_names_the_remedy(world):
    results = world.root / "results"
    (results / "mlflow.db").write_text("no database")
    with pytest.raises(BadValue, match="mlflow.db: damaged .*; delete it and track again"):
        tracking.sync(world, results)


def test_a_database_that_was_replaced_under_a_running_process_is_noticed(world, empty):
    results = world.root / "results"
    object.__setattr__(world, "papers", {"refuted": world.papers["refuted"]})
    tracking.sync(world, results)
    fresh = results / "fresh.db"
    fresh.write_bytes(empty.read_bytes())
    fresh.replace(results / "mlflow.db")
    with pytest.raises(BadValue, match="track again in a new process"):
        tracking.sync(world, results)


def test_three_at_once_on_a_fresh_database_wait_for_each_other(bare):
    world = bare
    object.__setattr__(world, "papers", {"refuted": world.papers["refuted"]})
    forked = multiprocessing.get_context("fork")
    answers = forked.SimpleQueue()

    def start():
        answers.put(tracking.sync(world, world.root / "results")["imported"])

    started = [forked.Process(target=start) for _ in range(3)]
    for one in started:
        one.start()
    for one in started:
        one.join(60)
    assert sorted(answers.get() for _ in started) == [0, 0, 1]
    assert len(runs(world)) == 3


def test_a_long_curve_is_thinned(world):
    """5,000 points a seed become 200."""
    results = world.root / "results"
    steps = np.arange(5000)
    curve = pd.DataFrame({"seed": 100, "step": steps, "metric": "loss", "value": 1 / (1 + steps)})
    refuted = world.papers["agreeing"]
    folder = results / "laptop" / "arithmetic" / "agreeing" / "runs"
    files.write_parquet(folder / "coupled" / "curve.parquet", curve)
    object.__setattr__(world, "papers", {"agreeing": refuted})
    tracking.sync(world, results)
    client = MlflowClient(f"sqlite:///{results / 'mlflow.db'}")
    child = named(world)["laptop: coupled 100"]
    points = client.get_metric_history(child.info.run_id, "train/loss")
    assert len(points) == 200
    assert (points[0].step, points[-1].step) == (0, 4999)
