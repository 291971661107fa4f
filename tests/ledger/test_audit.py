"""The audit: honest seeds pass, chosen ones are found, and nothing of it can be touched up."""

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import trained_toy
from small_repository import begin, commit
from stages.test_stages import run_all
from toy import EXPERIMENT, PAPER, git, plant

from recount import files, layout, ledger, registry, stages
from recount.cli import main
from recount.ledger import audits, drawing, history, retrain, scores, verifying
from recount.run import verdict_seeds

ROOT = Path(__file__).resolve().parents[2]
AUDITS, PAPERS, SEEDS = 60, 22, 8

EXACT = """\
claims:
  main:
    statement: Every square of a whole number up to the limit is a whole number again.
    quantities:
      squares: {take: all, metric: holds, arm: treated}
    reproduced: squares.low > 0.5
    contradicted: squares.high < 0.5
"""
ENUMERATED = EXPERIMENT.replace(
    EXPERIMENT[EXPERIMENT.index("    shared =") : EXPERIMENT.index("    return rows")],
    '    for base in range(9):\n        rows.add("holds", base**2 % 1 == 0, count=1, base=base)\n',
)


def shopped(chance, tries: int) -> np.ndarray:
    """Values of the seed set with the highest mean out of some."""
    sets = chance.normal(1.0, 1.0, (tries, SEEDS))
    return sets[sets.mean(axis=1).argmax()]


def pooled(chance, tries: int) -> dict:
    """One audit of as many papers, whose seeds were the best of `tries` sets."""
    found = [
        scores.score(shopped(chance, tries), chance.normal(1.0, 1.0, 4), True, 0.5)
        for _ in range(PAPERS)
    ]
    return scores.pool(
        [scores.shrinkage([(1, one.z)]) for one in found], [one.outside for one in found]
    )


@pytest.mark.parametrize("tries", [1, 5])
def test_chosen_seeds_are_found_and_honest_ones_are_not(tries):
    chance = np.random.default_rng(11)
    told = [pooled(chance, tries) for _ in range(AUDITS)]
    found = np.mean([one["shrunk"] for one in told])
    outside = np.mean([one["share_outside"] for one in told])
    if tries == 1:
        assert found < 0.05 + 3 * math.sqrt(0.05 * 0.95 / AUDITS)
        assert abs(outside - 0.10) < 3 * math.sqrt(0.1 * 0.9 / (AUDITS * PAPERS))
    else:
        assert found >= 0.8
        assert 0.10 < outside < 0.20


def test_ranks_are_honest_on_a_grid_and_on_rates():
    chance = np.random.default_rng(3)
    outside, moved = [], []
    for number in range(400):
        old, new = (chance.choice([8, 16, 32, math.inf], size) for size in (12, 4))
        one = scores.score(old, new, False, (number + 0.5) / 400)
        outside.append(one.outside)
        moved.append(one.z)
    assert abs(np.mean(outside) - 0.1) < 0.045
    assert abs(np.mean(moved)) < 0.15 and 0.85 < np.std(moved) < 1.15


def test_what_cannot_tell_has_no_score():
    assert scores.score([1.0] * 8, [1.0] * 4, True, 0.5) is None
    assert scores.score([0.1, 0.2], [0.1] * 4, True, 0.5) is None
    assert scores.score([0.1, 0.2, 0.3], [math.nan] * 4, True, 0.5) is None
    lower = scores.score([1.0] * 8, [0.0] * 4, True, 0.5)
    assert lower.method == "ranks" and lower.outside and lower.z < -2


def test_falling_back_is_counted_by_the_direction_of_the_claim():
    assert scores.shrinkage([(1, -2.0), (-1, 1.0)]) == 1.5
    assert scores.shrinkage([(0, -2.0)]) is None
    assert scores.pool([], [])["shrunk"] is False


def test_the_draw_takes_papers_in_turn_and_depends_on_the_commit():
    found = [
        drawing.Candidate(f"paper_{n}", claim, "seeds" if n % 4 else "exact", "e" * 40)
        for n in range(60)
        for claim in ("main", "second")
    ]
    drawn = drawing.draw(found, "a" * 40)
    assert [one.kind for one in drawn] == ["seeds"] * 22 + ["exact"] * 5
    assert len({one.slug for one in drawn}) == 27
    assert drawn == drawing.draw(found[::-1], "a" * 40) != drawing.draw(found, "b" * 40)
    few = [one for one in found if one.kind == "seeds"][:6]
    assert sorted(drawing.draw(few, "a" * 40), key=lambda one: one.name) == few
    many = [drawing.Candidate(f"p{n}", "main", "seeds", "") for n in range(1000)]
    assert len(drawing.draw(many, "a" * 40)) == 50


def test_seeds_of_an_audit_are_of_no_verdict_and_of_no_pilot():
    here = audits.seeds_of("toy", "laptop", 1, "a" * 40)
    others = [verdict_seeds("toy", "laptop", 1, 64, stream) for stream in ("verdict", "pilot")]
    assert len(set(here)) == 4 and not set(here) & {*others[0], *others[1]}
    assert not set(here) & set(audits.seeds_of("toy", "laptop", 1, "b" * 40))


def test_every_recorded_claim_is_a_candidate_or_says_why_not():
    papers = registry.load(ROOT).papers
    head = git(ROOT, "rev-parse", "HEAD")
    found, excluded = drawing.candidates(papers, "laptop", ROOT, head)
    names = {one.name for one in found} | set(excluded)
    recorded = {
        f"{slug}/{claim}"
        for slug, paper in papers.items()
        if layout.evidence(paper, "laptop")[1].exists()
        for claim in files.read_json(layout.evidence(paper, "laptop")[1])["judgements"]
    }
    assert names == recorded and all(excluded.values())
    for one in found:
        rows = layout.evidence(papers[one.slug], "laptop")[0]
        if one.kind == "seeds":
            frame = pd.read_parquet(rows)
            told = retrain.compared(papers[one.slug], one.claim, "laptop", frame, frame, head)
            parts = [quantity["score"] for quantity in told.values() if quantity["score"]]
            assert not any(score["outside"] for score in parts), one.name


@pytest.fixture
def recorded(tmp_path, monkeypatch):
    """Two toys on seeds and an exact one, recorded, and a later commit."""
    project = begin(tmp_path / "project")
    monkeypatch.setenv("RECOUNT_ROOT", str(project))
    plant(project, "toy")
    plant(project, "other_toy", effect=0.0)
    exact = plant(project, "enumerated", experiment=ENUMERATED)
    text = PAPER[: PAPER.index("claims:")].format(effect=1.0) + EXACT
    text = text.replace("kind: measure", "kind: measure\nunit: none")
    text = text.replace("seeds: 2,", "seeds: 1,").replace("laptop: {seeds: 8", "laptop: {seeds: 1")
    text = text.replace("score: {range: [null, null]}", "holds: {range: [0, 1]}")
    (exact / "paper.yaml").write_text(text)
    commit(project, "registered")
    for slug, paper in registry.load(project).papers.items():
        run_all(project, slug)
        ledger.record(paper, "laptop", project / "results", project)
    commit(project, "evidence")
    (project / "LATER").write_text("later\n")
    commit(project, "later")
    return project


def report_of(root):
    (path,) = audits.every(root)
    return path, json.loads(path.read_bytes())


def test_an_audit_is_run_recorded_and_verified(recorded, capsys):
    code = main(["audit", "--again"])
    shown = capsys.readouterr().out
    path, report = report_of(recorded)
    told = report["summary"]
    assert code == int(told["shrunk"]), shown
    assert "1 of 3: " in shown and "expected 10 %" in shown and "run again: 3 the same" in shown
    assert sorted(report["papers"]) == ["enumerated", "other_toy", "toy"]
    assert (told["papers"], told["quantities"], told["claims"]) == (2, 2, 3)
    gain = report["papers"]["toy"]["claims"]["main"]["gain"]
    assert gain["direction"] == 1 and len(gain["audit"]) == 4 and len(gain["verdict"]) == 8
    assert 0.5 < np.mean(gain["audit"]) < 1.5
    assert report["papers"]["enumerated"]["again"] == {
        "same": True, "differing": [], "equal_machine": True,
    }  # fmt: skip
    assert main(["verify"]) == 0
    assert "2 of 3 claims computed anew" in " ".join(capsys.readouterr().out.split())
    assert audits.of_paper("toy", recorded)[0]["claims"]["main"]["gain"] == gain
    assert audits.overview(recorded)[0]["shrinkage"] == told["shrinkage"]
    for name, change in TOUCHED.items():
        touched = json.loads(json.dumps(report))
        change(touched)
        del touched["seal"]
        files.write_json(path, touched | {"seal": verifying.seal(touched)})
        (check,) = audits.verify(recorded, registry.load(recorded).papers)
        assert check.state == "damaged", name
    files.write_json(path, report)
    rows = path.with_name("toy.parquet")
    rows.write_bytes(rows.read_bytes().replace(b"gain", b"pain", 1) + b" ")
    assert main(["verify"]) == 1 and "toy.parquet: bytes differ" in capsys.readouterr().out


def gain_of(report):
    return report["papers"]["toy"]["claims"]["main"]["gain"]


def new_values(report):
    one = gain_of(report)
    one["audit"] = one["verdict"][:4]
    one["score"] = retrain.scored(
        one["verdict"], one["audit"], True, report["commit"], "toy/main/gain"
    )
    report["summary"] = audits.summary(report["papers"])


TOUCHED = {
    "outside": lambda report: report["summary"].update(outside=0, shrinkage=-3.0),
    "score": lambda report: gain_of(report)["score"].update(z=1.0),
    "values": new_values,
    "seeds": lambda report: report["papers"]["toy"].update(seeds=[1, 2, 3, 4]),
    "draw": lambda report: report["drawn"].reverse(),
    "left out": lambda report: report["papers"].pop("other_toy"),
    "commit": lambda report: report.update(commit="f" * 40),
}


def test_results_that_cannot_be_had_again_are_told(recorded, capsys):
    path = layout.evidence(registry.load(recorded).papers["enumerated"], "laptop")[0]
    frame = pd.read_parquet(path)
    frame.loc[frame["base"] == 3, "value"] = 0.0
    files.write_parquet(path, frame)
    for message in ("touched up", "later"):
        (recorded / "LATER").write_text(message)
        commit(recorded, message)
    assert main(["audit", "--claims", "1"]) == 1
    assert "other: enumerated" in capsys.readouterr().out


def test_an_audit_in_history_follows_its_evidence_and_stays_as_it_was(recorded):
    assert main(["audit", "--claims", "1"]) in (0, 1)
    path, report = report_of(recorded)
    commit(recorded, "audited")
    assert history.check(recorded).faults == []

    def faults(change, message):
        told = json.loads(json.dumps(report))
        change(told)
        git(recorded, "reset", "-q", "--hard", report["commit"])
        place = path.parents[1] / told["commit"][:12] / "audit.json"
        files.write_json(place, told)
        commit(recorded, message)
        return " ".join(history.check(recorded).faults)

    evidence = git(recorded, "rev-parse", f"{report['commit']}~1")
    assert "does not precede the commit that drew it" in faults(
        lambda told: told.update(commit=evidence), "drawn by the evidence's own commit"
    )
    assert "in no branch" in faults(lambda told: told.update(commit="f" * 40), "forged")
    assert "left out toy/main" in faults(
        lambda told: told.update(candidates=[], excluded={"enumerated/main": "dear"}), "hidden"
    ).replace("other_toy/main", "toy/main")
    git(recorded, "rm", "-rq", "papers/audits")
    commit(recorded, "tidy")
    assert "was deleted in" in " ".join(history.check(recorded).faults)


def test_an_audit_needs_a_later_commit_and_committed_code(recorded, capsys):
    git(recorded, "reset", "-q", "--hard", "HEAD~1")
    assert main(["audit"]) == 2
    assert "no recorded claim is older" in capsys.readouterr().err
    (recorded / "papers/other/toy/experiment.py").write_text(EXPERIMENT + "\n# a remark\n")
    assert main(["audit"]) == 2
    assert "commit first" in capsys.readouterr().err


def test_what_does_not_fit_into_the_time_is_left_out_and_said(recorded, capsys):
    assert main(["audit", "--minutes", "0"]) == 0
    _, report = report_of(recorded)
    assert report["summary"]["not_audited"] == ["enumerated", "other_toy", "toy"]
    assert report["summary"]["quantities"] == 0
    assert capsys.readouterr().out.count("do not fit into the time") == 3
    assert main(["verify"]) == 0


def test_a_trained_paper_gives_its_bits_again_and_its_effect_on_new_seeds(tmp_path, monkeypatch):
    root = begin(tmp_path / "project")
    monkeypatch.setenv("RECOUNT_ROOT", str(root))
    slug = trained_toy.plant(root, plain=1).name
    commit(root, "registered")
    paper = registry.load(root).papers[slug]
    place = layout.of(paper, "laptop", root / "results")
    stages.generate(paper, "laptop", place.data, place.data_manifest)
    for arm in paper.arms:
        stages.train(paper, "laptop", arm, place.data, place.run(arm))
        stages.evaluate(paper, "laptop", arm, place.data, place.run(arm), place.metrics(arm))
    ledger.record(paper, "laptop", root / "results", root)
    commit(root, "evidence")
    (root / "LATER").write_text("later\n")
    commit(root, "later")
    assert main(["audit", "--again"]) in (0, 1)
    _, report = report_of(root)
    told = report["papers"][slug]
    assert (told["state"], told["again"]["same"]) == ("done", True)
    gain = told["claims"]["main"]["gain"]
    assert len(gain["audit"]) == 4 and 0.8 < np.mean(gain["audit"]) < 1.2
    assert not set(told["seeds"]) & set(verdict_seeds(slug, "laptop", 1, 8))
    assert main(["verify"]) == 0
    assert "4 of 4 attempts" in ledger.verify(paper, "laptop").detail
