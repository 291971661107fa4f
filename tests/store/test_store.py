"""The DuckDB file: every paper counted, states instead of missing rows, old or new, never a mix."""

import shutil

import duckdb
import pytest

from recount import files
from recount.typed import BadValue
from recount.views import store
from recount.views.tables import TABLES, VIEWS


@pytest.fixture
def database(world):
    out = world.root / "results" / "recount.duckdb"
    store.rebuild(world, world.root / "results", out)
    with store.connect(out) as connection:
        yield connection


def test_the_whole_denominator_is_in_the_atlas(world, database):
    rows = database.execute("SELECT state, count(*) FROM atlas GROUP BY state").fetchall()
    assert dict(rows) == {"built": 8, "planned": 20}


def test_every_claim_has_a_verdict_with_a_reason_where_there_is_none(database):
    query = "SELECT slug, outcome, reason FROM verdicts WHERE outcome = 'not_run'"
    reasons = {slug: reason for slug, _, reason in database.execute(query).fetchall()}
    assert reasons["failing"] == "absolute failed: RuntimeError: diverged"
    assert reasons["untouched"] == "no run yet"
    assert reasons["later_3"] == "planned"
    assert None not in reasons.values()


def test_a_failed_run_and_a_missing_run_are_rows(world):
    results = world.root / "results"
    lost = results / "laptop" / "arithmetic" / "agreeing" / "runs" / "absolute"
    shutil.rmtree(lost)
    store.rebuild(world, results, results / "recount.duckdb")
    with store.connect(results / "recount.duckdb") as database:
        query = "SELECT slug || '/' || arm, state, reason FROM runs WHERE state <> 'done'"
        states = {name: rest for name, *rest in database.execute(query).fetchall()}
    assert states == {
        "failing/absolute": ["failed", "RuntimeError: diverged"],
        "agreeing/absolute": ["not_run", "no such run yet"],
    }


def test_axes_are_columns_and_types_that_differ_are_joined(database):
    query = """SELECT digits, avg(value) FROM metrics WHERE slug = 'agreeing' AND source = 'run'
        AND metric = 'exact_match' AND arm = 'absolute' GROUP BY digits ORDER BY digits"""
    levels = [value for _, value in database.execute(query).fetchall()]
    assert len(levels) == 6 and levels[0] > 0.7 > 0.1 > levels[-1]
    bases = database.execute("SELECT DISTINCT base FROM metrics WHERE base IS NOT NULL").fetchall()
    assert sorted(bases) == [("2",), ("7",)]
    assert database.execute("SELECT max(axis_scale) FROM metrics").fetchone() == (3,)


def test_curves_carry_their_arm(database):
    query = "SELECT count(*), count(DISTINCT arm) FROM curves WHERE slug = 'agreeing'"
    assert database.execute(query).fetchone() == (2 * 12 * 2 * 100, 2)


def test_the_views_name_what_they_promise(database):
    found = {name: database.execute(f"SELECT * FROM {name}").fetchall() for name in VIEWS}
    assert [row[1] for row in found["contradicted"]] == ["refuted", "disagreeing"]
    assert found["contradicted"][0][6] == '{"base": 7, "digits": 12}'
    assert [row[1] for row in found["underpowered"]] == ["undecided"]
    assert [row[1] for row in found["fragile"]] == ["only_recorded"]
    agreement = database.execute("SELECT slug, agree FROM run_against_record").fetchall()
    assert agreement == [("agreeing", True), ("disagreeing", False)]
    scales = database.execute("SELECT slug, small, large, agree FROM scale_agreement").fetchall()
    assert scales == [("agreeing", "laptop", "gpu", True)]
    cost = "SELECT seconds, arms FROM cost_per_paper WHERE slug = 'agreeing' AND source = 'run'"
    assert database.execute(cost).fetchone() == (24.0, 2)
    compared = """SELECT paper, ours, low, high, unbounded FROM paper_vs_ours
        WHERE slug = 'agreeing' AND source = 'run' AND quantity = 'coupled'"""
    assert database.execute(compared).fetchone()[0] == 53.0


@pytest.mark.parametrize("question", store.EXAMPLES)
def test_each_example_query_has_an_answer(database, question):
    assert len(database.execute(store.EXAMPLES[question]).fetchall()) > 0


def content(path) -> dict[str, list]:
    with store.connect(path) as database:
        return {
            name: sorted(map(repr, database.execute(f"SELECT * FROM {name}").fetchall()))
            for name in TABLES
        }


def test_a_rebuild_has_the_same_content(world):
    results = world.root / "results"
    first, second = results / "one.duckdb", results / "two.duckdb"
    store.rebuild(world, results, first)
    store.rebuild(world, results, second)
    assert content(first) == content(second)


def test_a_failing_rebuild_leaves_the_old_file_and_nothing_else(world, monkeypatch):
    results = world.root / "results"
    out = results / "recount.duckdb"
    store.rebuild(world, results, out)
    before = out.read_bytes()
    monkeypatch.setattr(store, "read_rows", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        store.rebuild(world, results, out)
    assert out.read_bytes() == before
    assert [path.name for path in results.iterdir() if "duckdb" in path.name] == [out.name]


def test_damaged_files_are_named_and_stop_nothing(world):
    results = world.root / "results"
    folder = results / "laptop" / "arithmetic" / "agreeing"
    (folder / "main.json").write_text("{")
    (folder / "runs" / "coupled" / "metrics.parquet").write_bytes(b"PAR1")
    torn = folder / "runs" / "absolute" / "metrics.parquet"
    torn.write_bytes(bytes(len(torn.read_bytes()[:400])) + torn.read_bytes()[400:])
    store.rebuild(world, results, results / "recount.duckdb")
    with store.connect(results / "recount.duckdb") as database:
        problems = [file for (file,) in database.execute("SELECT file FROM problems").fetchall()]
        query = "SELECT outcome, reason FROM verdicts WHERE slug = 'agreeing' AND source = 'run'"
        verdict = database.execute(query).fetchone()
    assert sorted(problem.rsplit("/", 1)[1] for problem in problems) == [
        "main.json",
        "metrics.parquet",
        "metrics.parquet",
    ]
    assert verdict == ("not_run", "main.json is damaged; run again")


def test_readers_cannot_write(database):
    with pytest.raises(duckdb.Error, match="read-only"):
        database.execute("DROP TABLE papers")


def test_a_missing_file_names_the_remedy(tmp_path):
    with pytest.raises(BadValue, match="recount collect"):
        store.connect(tmp_path / "none.duckdb")


def test_the_evidence_of_437_papers_is_one_database(world):
    import synthetic

    from recount import registry

    model = world.papers["agreeing"]
    for index in range(429):
        folder = world.root / "papers" / "other" / f"copy_{index}"
        shutil.copytree(model.folder / "evidence", folder / "evidence")
        shutil.copy(model.folder / "paper.yaml", folder)
        files.write_text(folder / "experiment.py", synthetic.EXPERIMENT)
    many = registry.load(world.root)
    counts = store.rebuild(many, world.root / "results", world.root / "results" / "many.duckdb")
    assert counts["papers"] == 457 and counts["metrics"] > 100_000
