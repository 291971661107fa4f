"""What moves the two hashes, and what must not."""

import shutil

import pytest

from recount import hashes, registry
from recount.typed import BadValue

VERSIONS = {
    "kits/arithmetic/__init__.py": "VERSION = 1",
    "kits/coding/__init__.py": "VERSION = 1",
    "nn/__init__.py": "NN_VERSION = 1",
    "data/__init__.py": "DATA_VERSION = 1",
    "judge/__init__.py": "JUDGE_VERSION = 1",
    "stages.py": "STAGE_VERSION = 1",
}


@pytest.fixture
def source(tmp_path, monkeypatch):
    """A package of version numbers alone, so that they can be raised."""
    folder = tmp_path / "package"
    for name, line in VERSIONS.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f'"""Room."""\n\n{line}\n')
    monkeypatch.setattr(hashes, "SOURCE", folder)
    return folder


@pytest.fixture
def both(tree, source):
    """(design, rule of main, rule of in_training) of the paper as it stands."""
    tree.add("coding", "neighbour", tree.text)

    def current(slug="position_coupling"):
        paper = registry.load(tree.root).papers[slug]
        rules = [registry.rule_hash(paper, claim, "laptop") for claim in paper.claims.values()]
        return registry.design_hash(paper, "laptop"), *rules

    return current


PROSE = [
    ("A one-layer decoder", "A decoder of one layer"),
    ("The laptop scale", "This laptop scale"),
    ('title: "Position Coupling', 'title: "Coupling'),
    ("A tenth of the items", "One in ten"),
    ("# the treatment first", "# first comes the treatment"),
    ("minutes: 3", "minutes: 4"),
    ("minutes: 3", "minutes: 3, reduced: false"),
    ("reproduced: coupled.low >=", "reproduced:  coupled.low  >="),
    ("  in_training:\n", "  in_training:\n    asked_by: recount\n"),
    ("valid: automatic\n", "valid: automatic   # as always\n"),
]


@pytest.mark.parametrize(("old", "new"), PROSE)
def test_prose_and_layout_move_neither(tree, both, old, new):
    before = both()
    tree.edit(old, new)
    assert both() == before


DESIGN = [
    ("nope: {positions: none}", "nope: {positions: nothing}"),
    ("train_digits: 8", "train_digits: 9"),
    ("metric: accuracy", "metric: exact_match"),
]


@pytest.mark.parametrize(("old", "new"), DESIGN)
def test_what_moves_a_number_moves_the_design_of_that_paper_alone(tree, both, old, new):
    before, neighbour = both(), both("neighbour")
    tree.edit(old, new)
    assert both()[0] != before[0]
    assert both("neighbour") == neighbour


RULES = [
    ("coupled.low >= 6 *", "coupled.low >= 5 *"),
    ("margin: half", "margin: direction"),
    ("coupled: 48", "coupled: 47"),
    ("level: 0.95, arm", "level: 0.9, arm"),
    ("valid: automatic", "valid: automatic and coupled.low > 0"),
    ("coupled.high <= 2", "coupled.high <= 1"),
]


@pytest.mark.parametrize(("old", "new"), RULES)
def test_editing_a_rule_moves_that_rule_alone(tree, both, old, new):
    design, main, second = both()
    tree.edit(old, new)
    assert both()[0] == design
    assert both()[1] != main
    assert both()[2] == second


@pytest.mark.parametrize(
    "line",
    ["learned: {at_least: 0.8}", "tuning: {absolute: 3}", "metrics: {error: {range: [0, 1]}}"],
)
def test_what_all_claims_share_moves_all_rules(tree, both, line):
    design, *rules = both()
    tree.edit("fidelity: 3", f"fidelity: 3\n{line}")
    assert both()[0] == design
    assert all(new != old for new, old in zip(both()[1:], rules, strict=True))


@pytest.mark.parametrize(("old", "new"), [("seeds: 12", "seeds: 13"), ("year", "version: 2\nyear")])
def test_seeds_and_version_move_both(tree, both, old, new):
    before = both()
    tree.edit(old, new)
    assert all(new != old for new, old in zip(both(), before, strict=True))


def test_reported_numbers_count_where_a_rule_names_them(tree, both):
    design, main, second = both()
    tree.edit("test_digits: 200", "test_digits: 100")
    assert both() == (design, main, second)
    tree.write(tree.text.replace("coupled.low >= 6 * train", "coupled.low >= reported.test"))
    first = both()
    spoilt = tree.text.replace("coupled.low >= 6 * train", "coupled.low >= reported.test")
    tree.write(spoilt.replace("test_digits: 200", "test_digits: 100"))
    assert both()[1] != first[1]


def test_comments_and_docstrings_of_the_code_move_nothing(tree, both):
    path = tree.folder / "experiment.py"
    path.write_text('"""A."""\n\n\ndef f(x):\n    """Why."""\n    return x + 1\n')
    before = both()
    path.write_text('"""Another text."""\n# why\ndef f(x):\n    return (x   + 1)  # so\n')
    assert both() == before
    path.write_text('"""Another text."""\n\n\ndef f(x):\n    return x + 2\n')
    assert both()[0] != before[0]
    assert both()[1:] == before[1:]


@pytest.mark.parametrize("name", sorted(VERSIONS))
def test_raised_versions_move_what_depends_on_them(both, source, name):
    before, neighbour = both(), both("neighbour")
    path = source / name
    path.write_text(path.read_text().replace("= 1", "= 2"))
    moved = [new != old for new, old in zip(both(), before, strict=True)]
    others = [new != old for new, old in zip(both("neighbour"), neighbour, strict=True)]
    nothing, design, rules = [False] * 3, [True, False, False], [False, True, True]
    wanted = rules if name.startswith("judge") else design
    assert moved == (nothing if "coding" in name else wanted)
    assert others == (nothing if "arithmetic" in name else wanted)


def test_pins_count_and_must_be_there(tree, both):
    before = both()
    lock = tree.root / "requirements.lock"
    pins = lock.read_text()
    lock.write_text(pins.replace("\nrich==", "\nrich==1"))
    assert both() == before
    lock.write_text(pins.replace("\nnumpy==", "\nnumpy==1"))
    assert both()[0] != before[0]
    assert both()[1:] == before[1:]
    lock.write_text(pins)
    tree.edit("fidelity: 3", "fidelity: 3\nneeds: [networks]")
    with pytest.raises(BadValue, match=r"needs: networks is no pack.*; did you mean networkx"):
        both()


def test_a_missing_version_names_the_line_to_add(both, source):
    shutil.rmtree(source / "nn")
    with pytest.raises(BadValue, match=r"nn/__init__.py: is missing; write it, with NN_V"):
        both()
    (source / "nn").mkdir()
    (source / "nn" / "__init__.py").write_text("VERSION = 1\n")
    with pytest.raises(BadValue, match="add the line NN_VERSION = 1"):
        both()
