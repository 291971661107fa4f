"""Histories of a small repository: the honest one passes, each dishonest one is told apart."""

import json
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest
from small_repository import begin, commit
from stages.test_stages import run_all
from toy import git, plant

from recount import attempts, files, hashes, ledger, provenance, registry
from recount.cli import main
from recount.ledger import chain, history, verifying
from recount.run import verdict_seeds
from recount.typed import BadValue

ROOT = Path(__file__).resolve().parents[2]
PLACE = Path("papers/other/toy")
EVIDENCE = PLACE / "evidence"


def edit(root: Path, old: str, new: str, name: str = "paper.yaml") -> None:
    path = root / PLACE / name
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


def run_and_record(root: Path, message: str) -> str:
    run_all(root, "toy")
    ledger.record(registry.load(root).papers["toy"], "laptop", root / "results", root)
    return commit(root, message)


@pytest.fixture(scope="module")
def honest(tmp_path_factory):
    """Registered, run, recorded; an easier rule as version 2, run, recorded; a later commit."""
    root = begin(tmp_path_factory.mktemp("honest") / "project")
    git(root, "tag", "code")
    plant(root, "toy")
    commit(root, "registered")
    git(root, "tag", "registered")
    run_all(root, "toy")
    run_and_record(root, "evidence")
    git(root, "tag", "recorded")
    edit(root, "gain.low > 0.5", "gain.low > 0.4")
    edit(root, "kind: measure", "kind: measure\nversion: 2")
    commit(root, "version 2")
    git(root, "tag", "amended")
    run_and_record(root, "evidence of version 2")
    (root / "README.md").write_text("later\n")
    commit(root, "later")
    git(root, "tag", "later")
    for name in git(root, "tag").split():
        (root / ".git" / f"known_{name}").write_text(git(root, "rev-parse", name))
        git(root, "tag", "-d", name)
    return root


@pytest.fixture
def root(honest, tmp_path):
    return Path(shutil.copytree(honest, tmp_path / "project"))


def known(root: Path, name: str) -> str:
    return (root / ".git" / f"known_{name}").read_text()


def back_to(root: Path, name: str) -> None:
    """The branch goes back; what came after is in no branch any more."""
    git(root, "reset", "-q", "--hard", known(root, name))


def put(root: Path, name: str, *paths: Path) -> None:
    """Files as they were in a commit."""
    git(root, "checkout", "-q", known(root, name), "--", *map(str, paths))


def forge(root: Path, change, folder: Path = EVIDENCE) -> None:
    """Changes recorded verdicts and seals them again, as somebody who knows how would."""
    path = root / folder / "laptop.json"
    entry = json.loads(path.read_bytes())
    change(entry)
    if (path.with_name("laptop.parquet")).exists():
        entry["rows"] = files.sha256(path.with_name("laptop.parquet"))
    log = path.with_name("laptop.attempts.jsonl")
    if entry["attempts"] and log.exists():
        lines = attempts.parsed(log.read_bytes(), "")
        entry["attempts"] |= {"file": files.sha256(log)} | chain.account(lines, entry["manifests"])
    del entry["seal"]
    files.write_json(path, entry | {"seal": verifying.seal(entry)})


def everywhere(entry, **values) -> None:
    for stages in entry["manifests"].values():
        for one in stages.values():
            one.update(values)
    for key in set(values) & set(entry["registration"]):
        entry["registration"][key] = values[key]


def change_rows(root: Path, change) -> None:
    path = root / EVIDENCE / "laptop.parquet"
    frame = pd.read_parquet(path)
    files.write_parquet(path, change(frame))


def faults(root: Path) -> list[str]:
    return history.check(root).faults


def test_an_honest_history_passes(root, capsys, monkeypatch):
    assert faults(root) == []
    monkeypatch.setenv("RECOUNT_ROOT", str(root))
    assert main(["history"]) == 0
    assert "2 recordings in history, 0 faults" in capsys.readouterr().out


def test_work_on_branches_that_were_merged_passes(root):
    git(root, "checkout", "-q", "-b", "side", known(root, "amended"))
    (root / "CHANGELOG.md").write_text("side\n")
    commit(root, "beside")
    git(root, "checkout", "-q", "main")
    git(root, "merge", "-q", "--no-ff", "side", "-m", "merged")
    assert faults(root) == []


def withdraw(root: Path, recorded: str, why: str) -> None:
    line = {"paper": "toy", "scale": "laptop", "commit": recorded, "why": why}
    (root / "papers" / "withdrawn.yaml").write_text(json.dumps([line]))
    commit(root, "withdrawn")


def test_a_recording_that_was_replaced_can_be_withdrawn_and_stays_in_sight(root):
    forge(root, lambda entry: everywhere(entry, commit="f" * 40))
    wrong = commit(root, "evidence with a forged commit")
    run_and_record(root, "run again")
    told = faults(root)
    assert told and all(f"recorded in {wrong[:8]}" in fault for fault in told)
    withdraw(root, wrong, "Its runs were made from a commit that was never published.")
    report = history.check(root)
    assert report.faults == []
    assert len(report.withdrawn) == 1 and "never published" in report.withdrawn[0]
    assert all(fault.split(": ", 1)[1] in report.withdrawn[0] for fault in told)


def test_what_stands_today_cannot_be_withdrawn(root):
    forge(root, lambda entry: everywhere(entry, commit="f" * 40))
    wrong = commit(root, "evidence with a forged commit")
    withdraw(root, wrong, "It would rather not be looked at too closely.")
    assert any("ffffffff, which is in no branch" in one for one in faults(root))
    assert any("nothing has replaced it" in one for one in faults(root))


@pytest.mark.parametrize("spoilt", ["- paper: toy", "why: x", "- {paper: toy, scale: laptop}"])
def test_a_list_of_withdrawals_that_cannot_be_read_is_refused(root, spoilt):
    (root / "papers" / "withdrawn.yaml").write_text(spoilt)
    commit(root, "withdrawn")
    with pytest.raises(BadValue, match=r"withdrawn\.yaml"):
        faults(root)


def test_the_projects_own_history_passes():
    report = history.check(ROOT)
    assert report.faults == []
    assert report.recorded >= 17 or report.shallow


def test_a_shallow_clone_says_what_it_cannot_check(root, tmp_path, capsys, monkeypatch):
    shallow = tmp_path / "shallow"
    git(root, "clone", "-q", "--depth", "1", f"file://{root}", str(shallow))
    monkeypatch.setenv("RECOUNT_ROOT", str(shallow))
    assert main(["history"]) == 0
    shown = capsys.readouterr().out
    assert "unknown  toy at laptop" in shown and "unshallow" in shown
    assert "1 that this clone cannot check" in " ".join(shown.split())


def test_rows_rewritten_before_there_was_a_log_are_told_too(tmp_path):
    root = begin(tmp_path / "project")
    (root / chain.SOURCE).unlink()
    plant(root, "toy")
    commit(root, "registered")
    run_and_record(root, "evidence")
    git(root, "reset", "-q", "--soft", "HEAD~1")
    (root / EVIDENCE / "laptop.attempts.jsonl").unlink()
    forge(root, lambda entry: entry.update(attempts=None))
    forge(root, lambda entry: everywhere(entry, attempt=None))
    commit(root, "evidence")
    assert faults(root) == []
    change_rows(root, lambda frame: frame.assign(value=frame["value"] + (frame["arm"] == "plain")))
    forge(root, lambda entry: None)
    commit(root, "a better effect")
    (fault,) = faults(root)
    assert "rows were changed although no run was made" in fault


def test_hashes_of_older_code_are_asked_of_that_code(tmp_path, monkeypatch):
    """The way of hashing changes after the evidence; what was registered did not."""
    root = begin(tmp_path / "project")
    package = root / "workflow_scripts/recount"
    source = ROOT / "workflow_scripts/recount"
    for path in [*source.glob("*.py"), *source.glob("declaration/*.py")]:
        (package / path.relative_to(source)).parent.mkdir(exist_ok=True)
        shutil.copy(path, package / path.relative_to(source))
    code = (package / "hashes.py").read_text()
    older = code.replace("sha256(arranged.encode())", 'sha256(b"older" + arranged.encode())')
    assert older != code
    (package / "hashes.py").write_text(older)
    plant(root, "toy")
    commit(root, "registered")

    def digest(value):
        text = json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)
        return files.digest_of(b"older" + text.encode())

    with monkeypatch.context() as then:
        then.setattr(hashes, "digest", digest)
        then.setattr(provenance, "foreign", lambda root: False)  # as if the older code ran
        hashes._code_digest.cache_clear()
        run_and_record(root, "evidence")
    hashes._code_digest.cache_clear()
    assert faults(root) == []
    edit(root, "gain.low > 0.5", "gain.low > 0.4")
    (package / "hashes.py").write_text(code)
    commit(root, "an easier rule, and hashes of today")
    assert re.search("rule of claim main was edited since", " ".join(faults(root)))


def evidence_first(root):
    back_to(root, "code")
    put(root, "recorded", EVIDENCE)
    commit(root, "evidence")
    put(root, "recorded", PLACE)
    commit(root, "registered")


def squashed(root):
    back_to(root, "code")
    put(root, "recorded", PLACE)
    commit(root, "registered and recorded")


def squashed_and_renamed(root):
    back_to(root, "code")
    put(root, "recorded", PLACE)
    forge(root, lambda entry: everywhere(entry, commit=known(root, "code")))
    commit(root, "registered and recorded")


def registration_amended(root):
    back_to(root, "registered")
    git(root, "commit", "-q", "--amend", "-m", "registered, again")
    put(root, "recorded", EVIDENCE)
    commit(root, "evidence")


def forged_commit(root):
    forge(root, lambda entry: everywhere(entry, commit="f" * 40))
    commit(root, "forged")


def later_commit(root):
    """A commit that exists but came after the evidence."""
    git(root, "branch", "future")
    back_to(root, "registered")
    put(root, "recorded", EVIDENCE)
    forge(root, lambda entry: everywhere(entry, commit=known(root, "later")))
    commit(root, "evidence")


def rule_edited_after(root):
    edit(root, "gain.low > 0.4", "gain.low > 0.3")
    commit(root, "easier still")


def rule_edited_in_the_evidence(root):
    edit(root, "gain.low > 0.4", "gain.low > 0.3")
    paper = registry.load(root).papers["toy"]

    def change(entry):
        entry["registration"]["rules"] = {"main": hashes.rule_hash(paper, "main", "laptop")}

    forge(root, change)
    commit(root, "as if it had always been so")


def run_again_with_an_easier_rule(root):
    edit(root, "gain.low > 0.4", "gain.low > 0.3")
    commit(root, "easier still")
    shutil.rmtree(root / "results")
    for path in (root / EVIDENCE).glob("laptop.*"):
        if ".v1." not in path.name:
            path.unlink()
    run_and_record(root, "evidence of version 2, again")


def version_of_the_evidence_raised(root):
    seeds = list(verdict_seeds("toy", "laptop", 3, 8))
    renamed = dict(zip(verdict_seeds("toy", "laptop", 2, 8), seeds, strict=True))
    change_rows(root, lambda frame: frame.assign(seed=frame["seed"].map(renamed)))
    forge(root, lambda entry: everywhere(entry, version=3, seeds=seeds))
    commit(root, "version 3")


def evidence_taken_back(root):
    for name in ("json", "parquet", "attempts.jsonl"):
        put(root, "recorded", EVIDENCE / f"laptop.{name}")
    commit(root, "the better verdict")


def version_taken_back(root):
    edit(root, "version: 2", "version: 1")
    commit(root, "version 1")


def rows_rewritten(root):
    change_rows(
        root, lambda frame: frame.assign(value=frame["value"] + (frame["arm"] == "treated"))
    )
    forge(root, lambda entry: None)
    commit(root, "a better effect")


def seeds_chosen(root):
    seeds = list(range(8))
    renamed = dict(zip(verdict_seeds("toy", "laptop", 2, 8), seeds, strict=True))
    change_rows(root, lambda frame: frame.assign(seed=frame["seed"].map(renamed)))
    forge(root, lambda entry: everywhere(entry, seeds=seeds))
    commit(root, "better seeds")


def a_seed_replaced_in_the_rows(root):
    worst = verdict_seeds("toy", "laptop", 2, 8)[3]
    change_rows(root, lambda frame: frame.assign(seed=frame["seed"].replace(worst, 5)))
    forge(root, lambda entry: None)
    commit(root, "without the worst seed")


def fewer_seeds(root):
    seeds = list(verdict_seeds("toy", "laptop", 2, 6))
    change_rows(root, lambda frame: frame[frame["seed"].isin(seeds)])
    forge(root, lambda entry: everywhere(entry, seeds=seeds))
    commit(root, "six seeds")


def another_papers_evidence(root):
    plant(root, "twin")
    commit(root, "a twin")
    shutil.copytree(root / EVIDENCE, root / "papers/other/twin/evidence")
    for path in (root / "papers/other/twin/evidence").glob("laptop.v1.*"):
        path.unlink()
    commit(root, "evidence of the twin")


def another_papers_evidence_renamed(root):
    folder = Path("papers/other/twin/evidence")
    another_papers_evidence(root)
    git(root, "reset", "-q", "--soft", "HEAD~1")

    def change(entry):
        for judged in entry["judgements"].values():
            judged["slug"] = "twin"
        everywhere(entry, commit=git(root, "rev-parse", "HEAD"))

    forge(root, change, folder)
    commit(root, "evidence of the twin")


def attempt_dropped(root):
    path = root / EVIDENCE / "laptop.attempts.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:1] + lines[3:]))
    forge(root, lambda entry: None)
    commit(root, "fewer attempts")


def older_attempts_dropped(root):
    """The lines of a log are dropped whole, and its first line now is the first of another one."""
    path = root / EVIDENCE / "laptop.attempts.jsonl"
    log = root / "results" / attempts.NAME
    log.unlink()
    path.unlink()
    run_and_record(root, "evidence of version 2, again")


def attempts_denied(root):
    (root / EVIDENCE / "laptop.attempts.jsonl").unlink()
    forge(root, lambda entry: entry.update(attempts=None))
    commit(root, "no attempts")


def design_of_other_code(root):
    forge(root, lambda entry: everywhere(entry, design="0" * 64))
    commit(root, "another design")


def old_verdict_dropped(root):
    git(root, "rm", "-q", str(EVIDENCE / "laptop.v1.json"))
    commit(root, "tidy")


def old_verdict_changed(root):
    path = root / EVIDENCE / "laptop.v1.json"
    entry = json.loads(path.read_bytes())
    entry["judgements"]["main"]["outcome"] = "inconclusive"
    del entry["seal"]
    files.write_json(path, entry | {"seal": verifying.seal(entry)})
    commit(root, "tidy")


def evidence_dropped(root):
    git(root, "rm", "-rq", str(EVIDENCE))
    commit(root, "tidy")


def other_rule_on_a_branch(root):
    """The same version with another rule, tried on a branch that is not merged."""
    git(root, "checkout", "-q", "-b", "side", known(root, "recorded"))
    edit(root, "gain.low > 0.5", "gain.low > 0.9")
    edit(root, "kind: measure", "kind: measure\nversion: 2")
    commit(root, "version 2, strict")
    shutil.rmtree(root / "results")
    run_and_record(root, "evidence of version 2, strict")
    git(root, "checkout", "-q", "main")


def not_sealed(root):
    path = root / EVIDENCE / "laptop.json"
    path.write_text(path.read_text().replace('"contradicted"', '"reproduced"'))
    path.write_text(
        path.read_text().replace('"outcome": "reproduced"', '"outcome": "contradicted"')
    )
    commit(root, "by hand")


TAMPERED = {
    evidence_first: "in no branch",
    squashed: "in no branch",
    squashed_and_renamed: "paper was not registered in commit",
    registration_amended: "in no branch: forged, or rewritten",
    forged_commit: "names? commit ffffffff, which is in no branch",
    later_commit: "does not precede the evidence",
    rule_edited_after: "rule of claim main was edited since",
    rule_edited_in_the_evidence: "rule of claim main is not the one registered",
    run_again_with_an_easier_rule: "rule of claim main was changed without a higher version",
    version_of_the_evidence_raised: "is version 3, but version 2 was registered",
    evidence_taken_back: "version went back from 2 to 1",
    version_taken_back: "took its version back from 2 to 1",
    rows_rewritten: "rows of treated are not those that its run left",
    seeds_chosen: "ran on seeds that are not the registered ones",
    a_seed_replaced_in_the_rows: "are of other seeds than its run",
    fewer_seeds: "other numbers of seeds than the 8 registered",
    another_papers_evidence: "holds the verdict of toy",
    another_papers_evidence_renamed: "not the registered ones|design is not the one",
    attempt_dropped: "attempts do not hold.*before it is missing",
    older_attempts_dropped: "attempts were dropped",
    attempts_denied: "lacks the attempts, which commit",
    design_of_other_code: "recorded design is not the one registered",
    old_verdict_dropped: "version 1 was not kept",
    old_verdict_changed: "what was kept of version 1 was changed",
    evidence_dropped: "was deleted since",
    other_rule_on_a_branch: "rule of claim main was changed without a higher version",
    not_sealed: "differ from their seal",
}


@pytest.mark.parametrize("tamper", TAMPERED, ids=lambda one: one.__name__)
def test_a_tampered_history_is_told_with_its_reason(root, tamper):
    tamper(root)
    found = faults(root)
    assert any(re.search(TAMPERED[tamper], fault) for fault in found), found
    assert all("toy" in fault or "twin" in fault for fault in found)
