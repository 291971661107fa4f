"""`recount pilot`: blind to every contrast, taken by `recount calibrate`; it outlasts a kill."""

import re
import subprocess
import sys

import pytest
import toy
import trained_toy

from recount import files, layout, pilot, registry
from recount.cli import main
from recount.judge.pilots import assumed_from
from recount.judge.rule import Rule

SECONDS = re.compile(r"\d+\.\d s")


def said(project, capsys, slug: str) -> str:
    assert main(["pilot", slug]) == 0
    return SECONDS.sub("", capsys.readouterr().out).replace(slug, "SLUG")


def assumed(project, slug: str):
    """What a calibration takes from the pilots that were kept."""
    paper = registry.load(project).papers[slug]
    rows = pilot.rows(paper, "laptop", project / "results")
    return assumed_from(Rule(paper, paper.claims["main"], "laptop"), rows)


def test_neither_what_is_shown_nor_what_is_used_depends_on_the_effect(project, capsys, monkeypatch):
    toy.plant(project, "none", effect=0.0)
    toy.plant(project, "huge", effect=50.0)
    monkeypatch.setattr(pilot.stages.looks, "verdict_seeds", lambda *_: tuple(range(8)))
    small, large = said(project, capsys, "none"), said(project, capsys, "huge")
    assert small == large and "score: spread over seeds" in small
    assert "treated" not in small and "plain" not in small
    one, other = assumed(project, "none"), assumed(project, "huge")
    assert one.freedom == 14 and one.number == 8
    assert one.spreads["score"] > 0
    assert one.spreads["score"] == pytest.approx(other.spreads["score"])


def test_a_killed_pilot_goes_on_with_the_arms_that_it_lacks(project, capsys):
    toy.plant(project, "dying", experiment=toy.DYING)
    (project / "die").touch()
    command = [sys.executable, "-m", "recount.cli", "pilot", "dying"]
    assert subprocess.run(command, cwd=project, capture_output=True).returncode == 9
    paper = registry.load(project).papers["dying"]
    place = layout.of(paper, "laptop", pilot.unfinished(project / "results"))
    first = files.read_json(place.evaluated("treated"))
    assert first["state"] == "done" and not place.evaluated("plain").exists()
    before = place.evaluated("treated").stat().st_mtime_ns, place.metrics("treated").read_bytes()
    (project / "die").unlink()
    folder = place.folder
    frame, states = pilot.run(paper, "laptop", pilot.unfinished(project / "results"))
    assert before[0] == place.evaluated("treated").stat().st_mtime_ns
    assert before[1] == place.metrics("treated").read_bytes()
    assert set(frame["arm"]) == set(states) == {"treated", "plain"}
    assert main(["pilot", "dying"]) == 0
    assert not folder.exists() and pilot.rows(paper, "laptop", project / "results") is not None


def test_a_pilot_of_trained_arms_is_kept_with_its_cost(project, capsys):
    folder = trained_toy.plant(project, "slow")
    path = folder / "paper.yaml"
    path.write_text(path.read_text().replace("steps: 60", "steps: 3"))
    text = said(project, capsys, "slow")
    assert "learned" in text and "treated" not in text
    assert set(assumed(project, "slow").spreads) == {"score"}
    paper = registry.load_paper(folder)
    kept = pilot.kept(paper, "laptop", project / "results")
    assert files.read_json(kept.with_suffix(".json"))["cpu_seconds"] >= 0


def test_a_pilot_that_lacks_an_arm_is_not_kept(project, capsys):
    failing = toy.EXPERIMENT.replace(
        "    rows = Rows(run)\n",
        "    if run.arm_name == 'plain':\n        raise ValueError('no')\n    rows = Rows(run)\n",
    )
    toy.plant(project, "failing", experiment=failing)
    assert main(["pilot", "failing"]) == 1
    assert "nothing is kept" in capsys.readouterr().out
    paper = registry.load(project).papers["failing"]
    assert pilot.rows(paper, "laptop", project / "results") is None
