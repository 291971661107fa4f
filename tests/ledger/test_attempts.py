"""The attempts log: nothing that was started can be dropped, changed or moved without a trace."""

import json
import math
import subprocess
import sys

import pandas as pd
import pytest
from small_repository import load, record
from stages.test_stages import run_all
from toy import git

from recount import attempts, files, hashes, layout, ledger, stages
from recount.cli import main
from recount.ledger import verifying
from recount.typed import BadValue

WRITER = """
import sys
from pathlib import Path
from recount import attempts
for number in range(int(sys.argv[3])):
    facts = {"event": "started", "paper": sys.argv[2], "scale": "laptop", "version": number}
    attempts.append(Path(sys.argv[1]), facts)
"""


def log_of(root):
    return root / "results" / attempts.NAME


def facts(number=0, paper="toy"):
    return {"event": "started", "paper": paper, "scale": "laptop", "version": number}


def test_jobs_that_write_at_once_leave_one_chain(tmp_path):
    log = tmp_path / "results" / attempts.NAME
    argv = [sys.executable, "-c", WRITER, str(log)]
    writers = [subprocess.Popen([*argv, f"paper_{n % 2}", "10"]) for n in range(3)]
    assert [one.wait(timeout=600) for one in writers] == [0] * 3
    lines = attempts.read(log)
    assert [one["n"] for one in lines] == list(range(30))
    assert sum(one["paper"] == "paper_0" for one in lines) == 20
    assert sorted(path.name for path in log.parent.iterdir()) == [attempts.NAME]


@pytest.mark.parametrize("left", [1, 20, -1])
def test_a_line_that_its_writer_never_finished_is_cut_off(tmp_path, left):
    log = tmp_path / attempts.NAME
    for number in range(3):
        attempts.append(log, facts(number))
    content = log.read_bytes()
    start = content[:-1].rfind(b"\n") + 1
    log.write_bytes(content[: start + left] if left > 0 else content[:left])
    with pytest.raises(attempts.Broken, match="cut off"):
        attempts.read(log)
    attempts.append(log, facts(7))
    assert [one["version"] for one in attempts.read(log)] == [0, 1, 7]


def damaged(lines: list[bytes]) -> dict[str, list[bytes]]:
    return {
        "first dropped": lines[1:],
        "one dropped": lines[:2] + lines[3:],
        "swapped": [*lines[:1], lines[2], lines[1], *lines[3:]],
        "repeated": [*lines[:2], lines[1], *lines[2:]],
        "changed": [*lines[:1], lines[1].replace(b"laptop", b"laptip"), *lines[2:]],
        "respaced": [*lines[:1], lines[1].replace(b",", b", ", 1), *lines[2:]],
        "no JSON": [*lines[:1], b"{}", *lines[1:]],
    }


def test_a_broken_chain_is_refused_by_record(registered):
    run_all(registered, "toy")
    log = log_of(registered)
    content = log.read_bytes()
    for name, lines in damaged(content.split(b"\n")[:-1]).items():
        log.write_bytes(b"".join(line + b"\n" for line in lines))
        with pytest.raises(BadValue, match=r"attempts\.jsonl"):
            record(registered)
        assert not layout.evidence(load(registered), "laptop")[1].exists(), name
    log.unlink()
    with pytest.raises(BadValue, match="this run is not in"):
        record(registered)
    log.write_bytes(content)
    assert record(registered).exists()


def reseal(path, entry):
    """Evidence as somebody would leave it who knows how it is sealed."""
    unsealed = {key: one for key, one in entry.items() if key != "seal"}
    files.write_json(path, unsealed | {"seal": verifying.seal(unsealed)})


def test_a_broken_chain_is_found_by_verify_even_when_it_was_sealed_again(registered):
    run_all(registered, "toy")
    run_all(registered, "toy")
    place = record(registered)
    paper = load(registered)
    assert "2 of 4 attempts" in ledger.verify(paper, "laptop").detail
    path = layout.attempts(paper, "laptop")
    lines = path.read_bytes().split(b"\n")[:-1]
    for name, kept in damaged(lines).items():
        content = b"".join(line + b"\n" for line in kept)
        path.write_bytes(content)
        assert ledger.verify(paper, "laptop").state == "damaged", name
        whole = place.read_bytes()
        entry = json.loads(whole)
        entry["attempts"]["file"] = files.digest_of(content)
        entry["attempts"]["without_result"] = []
        reseal(place, entry)
        check = ledger.verify(paper, "laptop")
        assert check.state == "damaged" and path.name in check.detail, name
        place.write_bytes(whole)


def test_rows_that_no_run_left_are_found_even_when_all_was_sealed_again(registered):
    run_all(registered, "toy")
    place = record(registered)
    paper = load(registered)
    rows = layout.evidence(paper, "laptop")[0]
    frame = pd.read_parquet(rows)
    frame.loc[frame["arm"] == "treated", "value"] += 0.25
    files.write_parquet(rows, frame)
    entry = json.loads(place.read_bytes())
    entry["rows"] = files.sha256(rows)
    entry["judgements"] = verifying.judgements(paper, "laptop", frame, entry["states"], {})
    reseal(place, entry)
    check = ledger.verify(paper, "laptop")
    assert check.state == "damaged" and "rows of treated" in check.detail


def test_what_was_started_and_never_ended_is_shown_and_counts(registered, capsys):
    attempts.start(
        registered / "results", load(registered), "laptop", "plain", "evaluate", "verdict"
    )
    run_all(registered, "toy")
    record(registered)
    told = ledger.told(load(registered), "laptop", registered / "results", "evidence")
    assert (told["started"], told["recorded"], told["used"]) == (3, 2, 1)
    assert [one["state"] for one in told["without_result"]] == ["abandoned"]
    assert told == told | ledger.told(load(registered), "laptop", registered / "results", "run")
    assert main(["show", "toy"]) == 0
    shown = capsys.readouterr().out
    assert shown.count("3 runs started, 2 of them here") == 2
    assert shown.count("abandoned; counts as tried") == 2


def test_a_rule_that_was_tried_unrecorded_has_used_its_version(registered):
    run_all(registered, "toy")
    path = registered / "papers/other/toy/paper.yaml"
    path.write_text(path.read_text().replace("gain.low > 0.5", "gain.low > 0.4"))
    git(registered, "commit", "-qam", "an easier rule")
    run_all(registered, "toy")
    with pytest.raises(BadValue, match="another rule was tried in version 1.*raise `version` to 2"):
        record(registered)
    path.write_text(path.read_text().replace("kind: measure", "kind: measure\nversion: 2"))
    git(registered, "commit", "-qam", "version 2")
    run_all(registered, "toy")
    record(registered)
    told = ledger.told(load(registered), "laptop", registered / "results", "evidence")
    assert told["used"] == 3 and ledger.verify(load(registered), "laptop").state == "ok"


def test_a_judge_that_was_raised_uses_up_no_version_and_asks_for_no_run(registered, monkeypatch):
    run_all(registered, "toy")
    record(registered)
    monkeypatch.setattr(hashes, "judge_version", lambda: 3)
    assert ledger.verify(load(registered), "laptop").state == "stale"
    assert record(registered).exists()
    assert ledger.verify(load(registered), "laptop").state == "ok"


def test_lines_of_a_log_that_is_gone_stay_with_the_evidence(registered):
    run_all(registered, "toy")
    record(registered)
    path = layout.attempts(load(registered), "laptop")
    old = path.read_bytes()
    log_of(registered).unlink()
    run_all(registered, "toy")
    record(registered)
    assert path.read_bytes().startswith(old) and len(path.read_bytes()) > len(old)
    assert "4 attempts" in ledger.verify(load(registered), "laptop").detail


def test_a_log_that_lost_its_recorded_end_is_refused(registered):
    run_all(registered, "toy")
    shorter = log_of(registered).read_bytes()
    run_all(registered, "toy")
    record(registered)
    log_of(registered).write_bytes(shorter)
    run_all(registered, "toy")
    with pytest.raises(BadValue, match="lacks lines of toy that were recorded"):
        record(registered)


def test_code_that_was_committed_while_it_ran_is_uncommitted_code(registered):
    path = registered / "papers/other/toy/experiment.py"
    path.write_text(path.read_text().replace("run.arm.effect", "1.5 * run.arm.effect"))
    paper = load(registered)
    begun = attempts.start(registered / "results", paper, "laptop", "plain", "evaluate", "verdict")
    git(registered, "commit", "-qam", "while it runs")
    later = stages.attempt(paper, "laptop", lambda: None)
    assert not later["dirty"]
    assert begun.end(later)["dirty"]


def test_a_digest_of_rows_knows_values_and_not_how_a_table_holds_them():
    plain = {"seed": [1, 1, 2], "metric": "m", "value": [0.5, None, 1.0], "count": 3, "base": 2}
    frame = pd.DataFrame(plain | {"arm": "a"})
    digest = attempts.rows_digest(frame)
    other = frame.iloc[::-1].astype({"base": "float64", "seed": "int32", "value": "Float64"})
    assert attempts.rows_digest(other.assign(arm="b", empty=None)) == digest
    assert attempts.rows_digest(frame.assign(base=[2, 2, 3])) != digest
    assert attempts.rows_digest(frame.assign(value=[0.5, 0.5, 1.0])) != digest
    assert attempts.rows_digest(frame.assign(value=[0.5, math.inf, 1.0])) != digest
    assert attempts.rows_digest(frame.iloc[:2]) != digest


def test_a_pilot_is_logged_apart_from_verdicts(registered):
    assert main(["pilot", "toy"]) == 0
    told = ledger.told(load(registered), "laptop", registered / "results", "run")
    assert (told["pilots"], told["started"], told["used"]) == (1, 0, 0)


def test_evidence_from_before_the_log_stays_as_it_was(registered):
    run_all(registered, "toy")
    place = record(registered)
    entry = json.loads(place.read_bytes())
    del entry["attempts"]
    layout.attempts(load(registered), "laptop").unlink()
    reseal(place, entry)
    check = ledger.verify(load(registered), "laptop")
    assert check.state == "ok" and "recorded before the attempts log" in check.detail
