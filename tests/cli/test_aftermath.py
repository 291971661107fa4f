"""One of several papers dies without a word: the others are reported, and it is shown as failed."""

import json

from toy import DYING, plant

from recount import cli, layout, registry


def judged(project, slug):
    paper = registry.load(project).papers[slug]
    return json.loads(layout.of(paper, "laptop", project / "results").judgement("main").read_text())


def test_a_job_that_dies_is_a_verdict_too(project, capsys):
    plant(project, "dying", experiment=DYING)
    (project / "die").touch()
    assert cli.main(["run", "all", "--yes", "--cores", "2"]) == 1
    said = capsys.readouterr().out
    assert "failed: dying plain: evaluate: its job ended without a result" in said
    assert judged(project, "toy")["outcome"] == "reproduced"
    one = judged(project, "dying")
    assert one["outcome"] in ("inconclusive", "not_run")
    assert one["runs"]["plain"]["state"] == "failed"
    assert "without a result" in one["runs"]["plain"]["reason"]
    assert one["runs"]["treated"]["state"] == "done"
    for page in ("index.html", "other/toy/report.html", "other/dying/report.html"):
        assert (project / "results/laptop" / page).exists()
    assert (project / "results/recount.duckdb").exists()

    (project / "die").unlink()
    assert cli.main(["run", "all", "--yes", "--cores", "2"]) == 0
    assert judged(project, "dying")["outcome"] == "reproduced"
    assert cli.main(["run", "all", "--yes", "--cores", "2"]) == 0
    assert "Nothing to do" in capsys.readouterr().out
