"""Null pairs and planted faults: declared as papers, judged as papers, and kept under seal."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from recount import files, registry, run
from recount.controls import toys, trials
from recount.judge import lint, residuals
from recount.typed import BadValue

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def papers():
    with toys.project(ROOT) as found:
        yield found


def test_the_registry_passes_over_the_controls():
    found = registry.load(ROOT)
    assert not [one for one in found.papers.values() if "_controls" in str(one.folder)]
    assert (toys.folder(ROOT) / "families.yaml").exists()


def test_every_family_has_its_null_pairs_and_its_faults(papers):
    for family, one in toys.families(ROOT).items():
        mine = {slug: paper for slug, (paper, _) in papers.items() if slug[:-3] == family}
        assert sum(paper.scales["laptop"].seeds for paper in mine.values()) >= 24
        claims, wrong = toys.planted(one)
        counted = [name for name in claims if name not in toys.NOT_FAULTS]
        assert len(counted) >= 10 and all("reproduced" in wrong[n] or wrong[n] for n in counted)


def test_the_seeds_of_no_two_trials_are_shared(papers):
    seeds = [run.verdict_seeds(slug, "laptop", 1, 12) for slug in papers]
    assert len({one for several in seeds for one in several}) == 12 * len(papers)


def test_the_rules_of_the_controls_pass_the_linter(papers):
    for slug, (paper, _) in papers.items():
        if slug.endswith("_01"):
            assert lint(paper) == []


def test_a_null_pair_differs_in_its_chance_alone(papers):
    for paper, _ in papers.values():
        plain, twin = paper.arms["plain"], paper.arms["twin"]
        assert plain | {"chance": twin["chance"]} == twin and plain != twin


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A project with one family of two trials, run and recorded."""
    import subprocess

    root = tmp_path_factory.mktemp("controls")
    for name in ("experiment.py", "families.yaml"):
        files.write_bytes(toys.folder(root) / name, (toys.folder(ROOT) / name).read_bytes())
    shutil.copy(ROOT / "requirements.lock", root / "requirements.lock")
    text = (toys.folder(root) / "families.yaml").read_text()
    gap = text[text.index("gap:") : text.index("ratio:")]
    (toys.folder(root) / "families.yaml").write_text(gap.replace("300", "40"))
    (root / ".gitignore").write_text("results\n")
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "one"]):
        identity = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
        subprocess.run(["git", "-C", str(root), *identity, *command], check=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(toys, "TRIALS", 2)
        trials.make(root, "gap", lambda line: None)
        trials.record(root)
        yield root


def test_planted_faults_do_not_become_verdicts(small):
    verdicts = files.read_json(trials.evidence(small)[1])["verdicts"]
    first = verdicts["gap_01"]
    assert first["does_nothing"]["outcome"] == "inconclusive"
    assert "arms differ" in first["does_nothing"]["reason"]
    assert "values in range" in first["in_percent"]["reason"]
    assert "all seeds accounted for" in first["dropped_failures"]["reason"]
    assert "runs were lost" in first["hidden_failures"]["reason"]
    assert not first["shuffled_baseline"]["wrong"] and not first["leaked_test_set"]["wrong"]
    assert set(verdicts["gap_02"]) == {"main", "gap_margin"}


def test_recorded_controls_are_judged_again(small):
    assert [(one.slug, one.state) for one in trials.verify(small)] == [("controls", "ok")]


@pytest.mark.parametrize("fault", ["verdict", "seal", "rows", "text"])
def test_a_changed_byte_is_found(small, fault):
    rows, verdicts = trials.evidence(small)
    kept = rows.read_bytes(), verdicts.read_bytes()
    entry = json.loads(kept[1])
    if fault == "rows":
        rows.write_bytes(kept[0][:-9] + bytes([kept[0][-9] ^ 1]) + kept[0][-8:])
    elif fault == "text":
        verdicts.write_text("[]")
    else:
        one = entry["verdicts"]["gap_01"]["main"]
        one["outcome"] = "reproduced" if one["outcome"] != "reproduced" else "contradicted"
        if fault == "verdict":
            entry.pop("seal")
            entry |= {"seal": trials.seal(entry)}
        verdicts.write_bytes(files.json_bytes(entry))
    (check,) = trials.verify(small)
    rows.write_bytes(kept[0])
    verdicts.write_bytes(kept[1])
    assert check.state == "damaged"


def test_what_ran_from_uncommitted_code_is_not_recorded(small):
    path = toys.folder(small) / "families.yaml"
    text = path.read_text()
    path.write_text(text + "# changed\n")
    with pytest.raises(BadValue, match="uncommitted"):
        trials.record(small)
    path.write_text(text)


def test_nothing_recorded_is_nothing_to_verify(tmp_path):
    assert trials.verify(tmp_path) == []


def test_the_shape_of_noise_is_recognised():
    rng = np.random.default_rng(1)
    like = residuals.described([list(rng.normal(2, 0.1, 8)) for _ in range(8)], False)
    assert like["covered"] and like["units"] == 64 and like["error"] <= 0.06
    unlike = residuals.described([list(rng.lognormal(0, 1.5, 8)) for _ in range(8)], False)
    assert not unlike["covered"] and unlike["error"] > 0.06
    logs = residuals.described([list(rng.lognormal(0, 1.5, 8)) for _ in range(8)], True)
    assert logs["covered"]
    assert residuals.described([[0.5] * 8], False)["covered"] is None
