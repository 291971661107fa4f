"""Who may import whom; read from the sources, so it holds without running anything."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LIBRARY = ROOT / "workflow_scripts" / "recount"
KIT_MAY = {"typed", "run", "experiment", "nn", "data", "kits"}
PAPER_MAY = {"typed", "run", "experiment", "nn", "data", "kits"}


def imports(path: Path) -> set[str]:
    """Full dotted names of everything that a file imports, also inside functions."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
            found.add(node.module)
    return found


def importers(package: str) -> set[str]:
    sources = [*LIBRARY.rglob("*.py"), *(ROOT / "papers").rglob("*.py")]
    return {
        str(path.relative_to(ROOT))
        for path in sources
        if any(name == package or name.startswith(package + ".") for name in imports(path))
    }


def test_the_reader_of_imports_sees_imports_inside_functions(tmp_path):
    source = tmp_path / "one.py"
    source.write_text("def f():\n    import duckdb\n    from torch import nn\n")
    assert {"duckdb", "torch", "torch.nn"} <= imports(source)


def test_only_the_store_knows_duckdb():
    assert importers("duckdb") == {"workflow_scripts/recount/views/store.py"}


def test_only_tracking_knows_mlflow():
    assert importers("mlflow") == {"workflow_scripts/recount/views/tracking.py"}


def test_the_library_knows_no_snakemake():
    assert importers("snakemake") == set()


def test_torch_is_for_kits_nn_and_papers():
    allowed = ("workflow_scripts/recount/kits/", "workflow_scripts/recount/nn/", "papers/")
    allowed += ("workflow_scripts/recount/data/",)
    strangers = {name for name in importers("torch") if not name.startswith(allowed)}
    # doctor and its probe on a cluster's node only look whether torch sees a GPU
    assert strangers <= {
        "workflow_scripts/recount/cli/doctor.py",
        "workflow_scripts/recount/cluster/probe.py",
    }


def own(names: set[str]) -> set[str]:
    """First part below `recount` of each import of ours."""
    return {name.split(".")[1] for name in names if name.startswith("recount.")}


@pytest.mark.parametrize("kit", sorted(p.name for p in (LIBRARY / "kits").iterdir() if p.is_dir()))
def test_a_kit_imports_no_paper_and_no_other_kit(kit):
    for path in (LIBRARY / "kits" / kit).rglob("*.py"):
        names = imports(path)
        assert own(names) <= KIT_MAY, path
        kits = {name.split(".")[2] for name in names if name.startswith("recount.kits.")}
        assert kits <= {kit}, path
        assert not any(name.startswith("papers") for name in names), path


@pytest.mark.parametrize(
    "path", sorted((ROOT / "papers").rglob("*.py")), ids=lambda path: path.parent.name
)
def test_a_paper_imports_its_own_kit_only(path):
    names = imports(path)
    assert own(names) <= PAPER_MAY
    kits = {name.split(".")[2] for name in names if name.startswith("recount.kits.")}
    assert kits <= {path.parent.parent.name}
    assert not any(name.startswith("papers") for name in names)


def test_judge_registry_and_ledger_know_no_kit():
    for path in [*LIBRARY.glob("*.py"), *(LIBRARY / "judge").rglob("*.py")]:
        assert not any(name.startswith("recount.kits") for name in imports(path)), path


def test_nothing_is_called_by_a_name_that_says_nothing():
    empty = {"utils", "util", "helpers", "helper", "common", "misc"}
    names = {path.stem for path in ROOT.rglob("*.py") if ".venv" not in path.parts}
    assert not names & empty


def test_rooms_are_small():
    limits = {"papers": 150, "workflow_scripts/recount": 350, "tests": 500}
    for folder, limit in limits.items():
        for path in (ROOT / folder).rglob("*.py"):
            lines = len(path.read_text().splitlines())
            assert lines <= limit, f"{path.relative_to(ROOT)} has {lines} lines, {limit} at most"
    for path in (ROOT / "workflow_scripts").glob("*.py"):
        assert len(path.read_text().splitlines()) <= 16, path.name
    assert len((ROOT / "Snakefile").read_text().splitlines()) <= 60


def test_no_two_test_files_have_one_name():
    names = [path.name for path in (ROOT / "tests").rglob("test_*.py")]
    assert sorted(names) == sorted(set(names))
