"""Evidence: what is refused, and that every changed byte is found."""

import random
from pathlib import Path

import pytest
from small_repository import load, record
from stages.test_stages import run_all
from toy import git

from recount import files, layout, ledger, provenance
from recount.cli import main
from recount.typed import BadValue


def test_registered_runs_are_recorded_and_verified(registered):
    run_all(registered, "toy")
    assert record(registered).exists()
    assert ledger.verify(load(registered), "laptop").state == "ok"


def test_uncommitted_code_is_refused(registered):
    path = registered / "papers/other/toy/experiment.py"
    path.write_text(path.read_text() + "\n# a remark\n")
    run_all(registered, "toy")
    with pytest.raises(BadValue, match="uncommitted"):
        record(registered)


def test_runs_of_another_folder_s_code_are_refused(registered):
    """The project's last commit holds other code than was imported, as where
    `recount` was installed from elsewhere."""
    provenance.foreign.cache_clear()
    path = registered / "workflow_scripts/recount/provenance.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(Path(provenance.__file__).read_text() + "\n# a remark\n")
    git(registered, "add", "-A")
    git(registered, "commit", "-qm", "other code")
    run_all(registered, "toy")
    with pytest.raises(BadValue, match="foreign code"):
        record(registered)


def test_results_outside_git_are_refused(project):
    run_all(project, "toy")
    with pytest.raises(BadValue, match="uncommitted"):
        record(project)


def test_a_rule_changed_after_its_data_is_refused(registered):
    run_all(registered, "toy")
    path = registered / "papers/other/toy/paper.yaml"
    path.write_text(path.read_text().replace("gain.low > 0.5", "gain.low > 0.4"))
    git(registered, "commit", "-qam", "an easier rule")
    with pytest.raises(BadValue, match="rule was changed after"):
        record(registered)


def test_a_new_rule_on_recorded_seeds_needs_a_new_version(registered):
    run_all(registered, "toy")
    record(registered)
    path = registered / "papers/other/toy/paper.yaml"
    path.write_text(path.read_text().replace("gain.low > 0.5", "gain.low > 0.4"))
    git(registered, "commit", "-qam", "an easier rule")
    assert ledger.verify(load(registered), "laptop").state == "stale"
    run_all(registered, "toy")
    with pytest.raises(BadValue, match="raise `version` to 2"):
        record(registered)


def test_runs_from_another_history_are_refused(registered):
    run_all(registered, "toy")
    git(registered, "commit", "-q", "--amend", "-m", "rewritten")
    with pytest.raises(BadValue, match="not in this history"):
        record(registered)


def test_smoke_is_never_recorded(registered):
    run_all(registered, "toy", "smoke")
    paper = load(registered)
    with pytest.raises(BadValue, match="smoke"):
        ledger.record(paper, "smoke", registered / "results", registered)


def test_every_changed_byte_is_found(registered):
    run_all(registered, "toy")
    record(registered)
    paper = load(registered)
    chance = random.Random(1)
    for path in layout.evidence(paper, "laptop")[:2]:
        content = path.read_bytes()
        for _ in range(100):
            changed = bytearray(content)
            changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
            path.write_bytes(bytes(changed))
            assert ledger.verify(paper, "laptop").state == "damaged"
        path.write_bytes(content)
    assert ledger.verify(paper, "laptop").state == "ok"


def test_rewording_a_statement_leaves_the_rows_and_says_so(registered):
    run_all(registered, "toy")
    record(registered)
    path = registered / "papers/other/toy/paper.yaml"
    path.write_text(path.read_text().replace("on average over seeds", "averaged over all seeds"))
    assert ledger.verify(load(registered), "laptop").state == "ok"


def amend(root):
    """Version 2 with an easier rule, committed, run and recorded."""
    path = root / "papers/other/toy/paper.yaml"
    text = path.read_text().replace("gain.low > 0.5", "gain.low > 0.4")
    path.write_text(text.replace("kind: measure", "kind: measure\nversion: 2"))
    git(root, "commit", "-qam", "an easier rule")
    run_all(root, "toy")
    return record(root)


def test_an_amended_claim_keeps_both_verdicts(registered, capsys):
    rates = layout.evidence(load(registered), "laptop")[2]
    files.write_json(rates, {"main": {"rule": "of version 1"}})
    run_all(registered, "toy")
    first = {path: path.read_bytes() for path in record(registered).parent.iterdir()}
    git(registered, "add", "papers")
    git(registered, "commit", "-qm", "evidence")
    files.write_json(rates, {"main": {"rule": "of version 2"}})
    amend(registered)
    for path, content in first.items():
        assert path.with_name(path.name.replace("laptop", "laptop.v1")).read_bytes() == content
    paper = load(registered)
    assert [one["version"] for one in ledger.earlier(paper, "laptop")] == [1]
    assert ledger.verify(paper, "laptop").state == "ok"
    assert main(["show", "toy"]) == 0
    assert "recorded as version 1, main: " in capsys.readouterr().out
    assert main(["verify"]) == 0
    for path in first:
        kept = path.with_name(path.name.replace("laptop", "laptop.v1"))
        content = kept.read_bytes()
        kept.write_bytes(content.replace(b"1", b"2", 1))
        assert main(["verify"]) == 1
        assert kept.name in capsys.readouterr().out
        kept.unlink()
        assert main(["verify"]) == 1
        kept.write_bytes(content)
    assert main(["verify"]) == 0
