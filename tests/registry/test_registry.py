"""Papers are found, typed, and told apart from plans."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recount import registry
from recount.declaration import checks, editor_schema, strict_yaml
from recount.declaration.schema import LABS, TAKES, Quantity
from recount.typed import BadValue

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = 437


def test_a_good_paper_is_typed(tree):
    paper = registry.load(tree.root).papers["position_coupling"]
    assert (paper.slug, paper.lab, paper.folder) == (
        "position_coupling",
        "arithmetic",
        tree.folder,
    )
    assert next(iter(paper.arms)) == "coupled"
    assert paper.scales["laptop"].size["test_digits"] == [8, 16, 64]
    assert paper.scales["laptop"].device == "cpu"
    assert paper.claims["in_training"].name == "in_training"
    assert paper.claims["main"].quantities["baseline"].arms == ["index", "nope"]
    assert paper.reported.numbers == {"train_digits": 30, "test_digits": 200}
    assert (paper.learned.metric, paper.learned.at_least) == ("in_distribution", 0.9)
    assert paper.tuning == {"coupled": 1, "absolute": 1, "index": 1, "nope": 1}
    assert paper.metric_range("exact_match") == (0, 1)
    with pytest.raises(Exception, match="frozen"):
        paper.year = 2025


def test_every_take_accepts_its_own_keys_only(tree):
    values = {"metric": "accuracy", "along": "digits", "level": 0.5, "scale": "log"}
    values |= {"axis_scale": "log", "at": {"bits": 8}, "tests": ["a", "b"], "above": 0.1}
    arms = {"arm": "coupled", "minus": "nope"}
    for take, (ways, needed, allowed) in TAKES.items():
        for way in ways:
            named = {key: arms.get(key, "nope") for key in way}
            named |= {"over": ["absolute", "nope"]} if way == ("over",) else {}
            keys = {key: values[key] for key in (*needed, *allowed)}
            full = Quantity.model_validate({"take": take} | named | keys)
            assert list(checks.key_faults(full)) == []
            for key in needed:
                poor = {k: v for k, v in keys.items() if k != key}
                poor = Quantity.model_validate({"take": take} | named | poor)
                assert any(repr(key) in text for _, text in checks.key_faults(poor))


def test_the_lab_must_be_one_of_ten(tree):
    assert len(LABS) == 10
    tree.add("arithmetics", "x", tree.text)
    with pytest.raises(BadValue, match="papers/arithmetics: is no lab; the labs are arithmetic"):
        registry.load(tree.root)


def test_the_slug_must_be_a_name(tree):
    tree.add("coding", "Bad-Name", tree.text)
    with pytest.raises(BadValue, match=r"papers/coding/Bad-Name: .*rename the folder"):
        registry.load(tree.root)


def test_one_slug_in_two_labs_is_refused(tree):
    tree.add("coding", "position_coupling", tree.text)
    with pytest.raises(BadValue, match="stands in papers/arithmetic/position_coupling too; rename"):
        registry.load(tree.root)


@pytest.mark.parametrize("name", ["paper.yaml", "experiment.py"])
def test_half_a_paper_is_refused(tree, name):
    (tree.folder / name).unlink()
    with pytest.raises(BadValue, match=f"position_coupling/{name}: is missing"):
        registry.load(tree.root)


@pytest.mark.parametrize("name", ["paper.yaml", "experiment.py", "."])
def test_symbolic_links_are_refused(tree, name):
    outside = tree.root / "outside"
    source = tree.folder / name
    source.rename(outside)
    (tree.folder / name).symlink_to(outside)
    with pytest.raises(BadValue, match="symbolic link|no plain file"):
        registry.load(tree.root)


@pytest.mark.parametrize("name", ["numbers.csv", "more.py", "data"])
def test_a_third_file_is_refused(tree, name):
    (tree.folder / name).mkdir()
    with pytest.raises(BadValue, match=f"{name}: belongs to no paper; put shared code into"):
        registry.load(tree.root)


def test_evidence_may_not_be_linked_in(tree):
    (tree.folder / "evidence").symlink_to(tree.root)
    with pytest.raises(BadValue, match="evidence: is a symbolic link"):
        registry.load(tree.root)


def test_compiled_leftovers_are_no_paper(tree):
    (tree.root / "papers" / "coding" / "gone" / "__pycache__").mkdir(parents=True)
    assert list(registry.load(tree.root).papers) == ["position_coupling"]


def test_no_paper_at_all_is_an_error(tmp_path):
    (tmp_path / "papers").mkdir()
    with pytest.raises(BadValue, match="holds no paper; add"):
        registry.load(tmp_path)


def test_built_and_planned_at_once_is_refused(tree):
    line = "- {slug: position_coupling, lab: coding, level: exact, title: A, claim: B}\n"
    (tree.root / "papers" / "planned.yaml").write_text(line)
    with pytest.raises(BadValue, match=r"planned.yaml:1: 0: position_coupling is built; delete"):
        registry.load(tree.root)


def test_plans_are_checked_like_papers(tree):
    lines = "- {slug: b, lab: codin, level: exact, title: A, claim: B}\n"
    lines += "- {slug: c, lab: coding, level: exact, title: A, clame: B}\n"
    (tree.root / "papers" / "planned.yaml").write_text(lines)
    with pytest.raises(BadValue) as caught:
        registry.load(tree.root)
    assert "planned.yaml:1: 0.lab: found 'codin'; did you mean 'coding'?" in str(caught.value)
    assert "planned.yaml:2: 1.clame: unknown key; did you mean 'claim'?" in str(caught.value)


def test_built_and_planned_make_the_whole_catalogue():
    found = registry.load(ROOT)
    assert len(found.papers) + len(found.planned) == CATALOGUE
    assert found.planned == sorted(found.planned, key=lambda one: one.slug)
    assert all(one.claim[-1] not in ",;:" for one in found.planned)


def test_the_linter_accepts_the_rules_of_every_built_paper():
    assert registry.load(ROOT, lint=True).papers


def test_the_whole_catalogue_loads(tree):
    for number in range(CATALOGUE - 1):
        tree.add(LABS[number % 10], f"paper_{number}", tree.text)
    assert len(registry.load(tree.root).papers) == CATALOGUE


def test_the_root_is_named_or_found_upwards(tree, monkeypatch):
    (tree.root / "Snakefile").touch()
    monkeypatch.delenv("RECOUNT_ROOT", raising=False)
    monkeypatch.chdir(tree.folder)
    assert registry.root() == tree.root
    monkeypatch.setenv("RECOUNT_ROOT", str(tree.folder))
    with pytest.raises(BadValue, match="has no folder papers"):
        registry.root()


def test_reading_the_registry_imports_no_heavy_library(tree):
    code = (
        "import sys, pathlib; from recount import registry; registry.load(pathlib.Path.cwd());"
        "print([name for name in ('torch', 'pandas', 'duckdb', 'mlflow') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tree.root, capture_output=True, text=True
    )
    assert done.stdout.strip() == "[]", done.stderr


def test_the_exported_schema_is_fresh():
    written = (ROOT / "docs" / "paper.schema.json").read_text(encoding="utf-8")
    assert written == editor_schema.written(), "run `recount schema --write`"
    assert json.loads(written)["$defs"]["Quantity"]["additionalProperties"] is False


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text):
    try:
        value = strict_yaml.parse(text, "x.yaml").value
    except BadValue as fault:
        assert str(fault).startswith("x.yaml:")
    else:
        assert plain(value)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_cut_or_shuffled_paper_is_read_or_refused(data):
    text = (Path(__file__).parent / "conftest.py").read_text().split('"""')[3].lstrip("\\\n")
    place = data.draw(st.integers(0, len(text)))
    gone = data.draw(st.integers(0, 40))
    added = data.draw(st.text("abz019.:,-#{}[]&*!|>'\"% \n", max_size=8))
    spoilt = text[:place] + added + text[place + gone :]
    try:
        paper = registry.paper_from(
            strict_yaml.parse(spoilt, "paper.yaml"), Path("papers/coding/x")
        )
    except BadValue as fault:
        assert all(line.startswith("paper.yaml:") for line in str(fault).splitlines())
    else:
        assert paper.slug == "x"


def plain(value) -> bool:
    """Only maps with text keys, lists, text, truth values, null and finite numbers."""
    if isinstance(value, dict):
        return all(isinstance(key, str) and plain(one) for key, one in value.items())
    if isinstance(value, list):
        return all(map(plain, value))
    return value is None or type(value) in (str, bool, int) or abs(value) < float("inf")
