"""The workflow as a Snakemake user meets it, on a toy project."""

import json
import shutil
import subprocess
import sys

import pytest
from toy import plant


def snakemake(root, *arguments, code=0):
    """Runs Snakemake in the toy project; returns what it printed."""
    argv = [sys.executable, "-m", "snakemake", "--cores", "2", "--nocolor", *arguments]
    done = subprocess.run(argv, cwd=root, capture_output=True, text=True, timeout=900)
    text = done.stdout + done.stderr
    assert done.returncode == code, text[-4000:]
    return text


def outcome(root, slug="toy", claim="main"):
    return json.loads((root / f"results/laptop/other/{slug}/{claim}.json").read_text())["outcome"]


def jobs(text):
    """rule -> how many jobs a dry run announces."""
    table = text.partition("Job stats:")[2].partition("total")[0]
    lines = [line.split() for line in table.splitlines()]
    counts = {line[0]: int(line[1]) for line in lines if len(line) == 2 and line[1].isdigit()}
    return counts


ALL = ("--config", "papers=all")


def test_one_claim_then_nothing_then_only_what_changed(project):
    plant(project, "other_toy")
    snakemake(project, "claim_toy")
    assert outcome(project) == "reproduced"
    assert "Nothing to be done" in snakemake(project, "claim_toy")

    path = project / "papers/other/toy/paper.yaml"
    path.write_text(path.read_text().replace("on average over seeds", "averaged over all seeds"))
    assert set(jobs(snakemake(project, "claim_toy", "-n"))) == {"claim_toy"}

    path.write_text(path.read_text().replace("effect: 1.0}", "effect: 1.5}"))
    again = jobs(snakemake(project, "claim_toy", "-n"))
    assert again == {"generate": 1, "evaluate": 2, "claim_toy": 1}

    snakemake(project, "claim_other_toy")
    (project / "papers/other/toy/experiment.py").touch()
    assert "Nothing to be done" in snakemake(project, "claim_other_toy", "-n")


def test_everything_and_a_second_run_does_nothing(project):
    plant(project, "nothing", effect=0.0)
    snakemake(project, *ALL)
    assert (outcome(project), outcome(project, "nothing")) == ("reproduced", "contradicted")
    for path in (
        "laptop/index.html",
        "laptop/other/toy/report.html",
        "recount.duckdb",
        "mlflow.db",
    ):
        assert (project / "results" / path).exists(), path
    assert "Nothing to be done" in snakemake(project, *ALL)


def test_a_failing_claim_does_not_stop_the_others(project):
    text = (project / "papers/other/toy/experiment.py").read_text()
    broken = text.replace("    rows = Rows(run)", '    raise RuntimeError("lost its way")')
    plant(project, "broken", experiment=broken)
    snakemake(project, *ALL)
    assert (outcome(project), outcome(project, "broken")) == ("reproduced", "not_run")
    assert "lost its way" in (project / "results/laptop/other/broken/report.html").read_text()


def test_the_workflow_folder_and_a_module_reach_the_same_rules(project, tmp_path):
    assert "claim_toy" in snakemake(project, "-s", "workflow/Snakefile", "--list-rules")
    parent = tmp_path / "parent"
    parent.mkdir()
    (parent / "Snakefile").write_text(
        f'module recount:\n    snakefile: "{project}/Snakefile"\n'
        '    config: {"scale": "laptop"}\n\nuse rule * from recount as recount_*\n'
    )
    snakemake(parent, "recount_claim_toy")
    assert (parent / "results/laptop/other/toy/main.json").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--config", "scale=lapto"), "did you mean 'laptop'"),
        (("--config", "paper=all"), "did you mean 'papers'"),
        (("--config", "papers=tooy"), "did you mean 'toy'"),
    ],
)
def test_a_typo_in_the_configuration_is_named(project, arguments, message):
    assert message in snakemake(project, "-n", *arguments, code=1)


def test_hostile_wildcards_and_values_run_nothing(project):
    for target in ("results/laptop/other/toy;touch PWNED;/main.json", "results/$(touch PWNED)/x"):
        snakemake(project, target, "-n", code=1)
    snakemake(project, "-n", "--config", "papers=$(touch PWNED)", code=1)
    assert not (project / "PWNED").exists()


def test_without_metadata_stale_results_are_made_anew(project):
    snakemake(project, "claim_toy")
    shutil.rmtree(project / ".snakemake")
    path = project / "papers/other/toy/paper.yaml"
    path.write_text(path.read_text().replace("effect: 1.0}", "effect: 0.0}"))
    argv = [sys.executable, "-m", "recount.cli", "run", "toy", "--cores", "2", "--yes"]
    done = subprocess.run(argv, cwd=project, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stdout + done.stderr
    assert outcome(project) == "contradicted"
