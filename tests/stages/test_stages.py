"""Each stage on a toy whose truth we chose: verdicts, failures as states, damage noticed."""

import json
from pathlib import Path

import pytest
from staged import runs
from toy import EXPERIMENT, plant

from recount import files, layout, registry, stages
from recount.experiment import NotRun
from recount.run import Run, verdict_seeds
from recount.typed import BadValue


def run_all(root: Path, slug: str, scale: str = "laptop") -> dict:
    """Every stage in order, as the workflow does; returns the main claim's judgement."""
    paper = registry.load(root).papers[slug]
    place = layout.of(paper, scale, root / "results")
    runs(paper, scale, place)
    return stages.judge(paper, "main", scale, root / "results", place.judgement("main"))


def test_a_planted_effect_is_found(project):
    assert run_all(project, "toy")["outcome"] == "reproduced"


def test_a_null_world_stays_null(project):
    plant(project, "nothing", effect=0.0)
    assert run_all(project, "nothing")["outcome"] == "contradicted"


def test_an_effect_at_the_margin_is_not_called(project):
    plant(project, "margin", effect=0.5)
    assert run_all(project, "margin")["outcome"] == "inconclusive"


def test_smoke_never_gives_a_verdict(project):
    assert run_all(project, "toy", "smoke")["outcome"] == "not_run"


def test_an_experiment_that_raises_becomes_a_state_with_its_reason(project):
    broken = EXPERIMENT.replace("    rows = Rows(run)", '    raise RuntimeError("lost its way")')
    plant(project, "broken", experiment=broken)
    judgement = run_all(project, "broken")
    assert judgement["outcome"] == "not_run"
    assert "lost its way" in judgement["reason"]
    state = json.loads(next(project.glob("results/*/other/broken/runs/plain/*.json")).read_text())
    assert state["state"] == "failed" and "RuntimeError" in state["trace"]


def test_what_cannot_be_had_is_not_run_with_its_reason(project):
    absent = EXPERIMENT.replace(
        "    rows = Rows(run)",
        '    from recount.experiment import NotRun\n    raise NotRun("no checkpoint")',
    )
    plant(project, "absent", experiment=absent)
    judgement = run_all(project, "absent")
    assert judgement["outcome"] == "not_run" and "no checkpoint" in judgement["reason"]


def test_a_wrong_arm_value_stops_before_any_run(project):
    folder = plant(project, "wrong")
    text = (folder / "paper.yaml").read_text()
    (folder / "paper.yaml").write_text(text.replace("{effect: 1.0}", "{efect: 1.0}"))
    with pytest.raises(BadValue, match=r"arms\.treated.*efect.*did you mean 'effect'"):
        run_all(project, "wrong")
    assert not (project / "results").exists()


@pytest.mark.parametrize("damage", ["flip", "truncate", "swap"])
def test_damaged_metrics_are_noticed_before_use(project, damage):
    run_all(project, "toy")
    paper = registry.load(project).papers["toy"]
    place = layout.of(paper, "laptop", project / "results")
    path = place.metrics("treated")
    content = bytearray(path.read_bytes())
    if damage == "flip":
        content[len(content) // 2] ^= 1
    elif damage == "truncate":
        del content[-40:]
    else:
        content = place.metrics("plain").read_bytes()
    path.write_bytes(bytes(content))
    with pytest.raises(BadValue, match="damaged, truncated or"):
        stages.judge(paper, "main", "laptop", project / "results", place.judgement("main"))


def test_results_of_another_registration_are_refused(project):
    run_all(project, "toy")
    path = project / "papers/other/toy/paper.yaml"
    path.write_text(path.read_text().replace("noise: 0.2", "noise: 0.3"))
    paper = registry.load(project).papers["toy"]
    place = layout.of(paper, "laptop", project / "results")
    with pytest.raises(BadValue, match="another registration of toy"):
        stages.judge(paper, "main", "laptop", project / "results", place.judgement("main"))


def test_seeds_come_from_the_name_and_never_from_the_content():
    seeds = verdict_seeds("toy", "laptop", 1, 12)
    assert len(set(seeds)) == 12
    assert seeds[:8] == verdict_seeds("toy", "laptop", 1, 8)
    others = [("toy", "gpu", 1), ("toy", "laptop", 2), ("toz", "laptop", 1)]
    assert all(set(seeds).isdisjoint(verdict_seeds(*other, 12)) for other in others)
    assert set(seeds).isdisjoint(verdict_seeds("toy", "laptop", 1, 12, stream="pilot"))


def test_streams_are_shared_by_arms_and_need_no_past():
    def run(arm):
        return Run(slug="toy", scale="laptop", size=None, seeds=(1, 2), arm_name=arm)

    same = [run(arm).rng("data", 1, step=7).normal(size=5).tolist() for arm in "ab"]
    assert same[0] == same[1]
    assert same[0] != run("a").rng("data", 1, step=8).normal(size=5).tolist()
    assert same[0] != run("a").rng("data", 2, step=7).normal(size=5).tolist()


def test_a_failing_write_leaves_the_old_file(tmp_path):
    path = tmp_path / "one.json"
    files.write_json(path, {"a": 1})
    with pytest.raises(ValueError):
        files.write_json(path, {"a": float("nan")})
    with pytest.raises(RuntimeError), files.whole(path) as temporary:
        temporary.write_text("half")
        raise RuntimeError
    assert files.read_json(path) == {"a": 1}
    assert [one.name for one in tmp_path.iterdir()] == ["one.json"]


def test_a_missing_package_is_named_and_no_failure():
    class Paper:
        needs = ["z3_solver", "scipy"]

    stages.missing_packages(Paper)
    Paper.needs = ["z3_solver", "no_such_package"]
    with pytest.raises(NotRun, match="missing package no_such_package: pip install"):
        stages.missing_packages(Paper)
