"""A new calibration grades recorded verdicts anew; what was recorded stays as it was."""

import pytest
from small_repository import load, record
from stages.test_stages import run_all

from recount import files, layout, ledger, regrade
from recount.cli import main


@pytest.fixture
def recorded(registered, monkeypatch):
    run_all(registered, "toy")
    record(registered)
    monkeypatch.setenv("RECOUNT_ROOT", str(registered))
    return registered


def test_calibrating_twice_computes_once_and_keeps_the_evidence_whole(recorded, capsys):
    paper = load(recorded)
    _, verdicts, path = layout.evidence(paper, "laptop")
    before = files.read_json(verdicts)
    assert main(["calibrate", "toy"]) == 0
    assert "graded anew" in capsys.readouterr().out.replace("\n", " ")
    assert ledger.verify(paper, "laptop").state == "ok"
    after = files.read_json(verdicts)
    assert before["judgements"]["main"]["grades"] == ["provisional"]
    assert after["judgements"]["main"]["grades"][0] == "provisional (shape unknown)"
    kept = {"registration", "manifests", "states", "rows", "fingerprint"}
    assert {key: before[key] for key in kept} == {key: after[key] for key in kept}
    written = path.read_bytes()
    assert main(["calibrate", "toy"]) == 0
    assert "unchanged" in capsys.readouterr().out and path.read_bytes() == written


def test_damaged_evidence_is_not_mended_on_the_way(recorded):
    paper = load(recorded)
    _, verdicts, _ = layout.evidence(paper, "laptop")
    verdicts.write_bytes(verdicts.read_bytes().replace(b"reproduced", b"contradicted", 1))
    damaged = verdicts.read_bytes()
    assert not regrade.keep(paper, "laptop", {})
    assert verdicts.read_bytes() == damaged and ledger.verify(paper, "laptop").state == "damaged"


def test_a_new_rule_calibrated_ahead_of_its_runs_makes_evidence_stale_not_damaged(recorded):
    path = load(recorded).folder / "paper.yaml"
    text = path.read_text().replace("gain.low > 0.5", "gain.low > 0.4")
    path.write_text(text + "\nversion: 2\n")
    paper = load(recorded)
    assert ledger.verify(paper, "laptop").state == "stale"
    assert main(["calibrate", "toy"]) == 0
    check = ledger.verify(paper, "laptop")
    assert check.state == "stale" and "calibration is made already" in check.detail
    made = layout.evidence(paper, "laptop")[2]
    made.write_bytes(made.read_bytes().replace(b'"rule"', b'"role"'))
    assert ledger.verify(paper, "laptop").state == "damaged"
