"""Views are made anew or stay as they were: killed writers, no MLflow, cells that fail or hang."""

import dataclasses
import random

import pytest
import synthetic
from fault_table import count, row
from processes import SILENT, apart, forked, killed, timed

from recount import files, reports
from recount.reports import engine, render, sections

CHANCE = random.Random(7)


@pytest.fixture
def world(tmp_path, monkeypatch):
    monkeypatch.setattr(synthetic, "RAN", 2)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    return synthetic.world(tmp_path, planned=3)


def moments(seconds: float, full: int, few: int) -> list[float]:
    """When to kill: anywhere in the time that the undisturbed work takes."""
    return [CHANCE.uniform(0, 1.05 * seconds) for _ in range(count(full, few))]


def tables(path) -> list:
    """All rows of the database, read in a process of its own."""
    from recount.views import store
    from recount.views.tables import TABLES

    def read():
        with store.connect(path) as database:
            return [
                sorted(map(repr, database.execute(f"SELECT * FROM {name}").fetchall()))
                for name in TABLES
            ]

    fine, answer = apart(read)
    assert fine, answer
    return answer


def changed(world) -> None:
    """Every verdict of the catalogue is another one."""
    for path in (world.root / "results" / "laptop").glob("*/*/main.json"):
        one = files.read_json(path)
        files.write_json(path, one | {"words": one["words"] + ", once more"})


def test_a_killed_aggregation_leaves_the_old_database_or_the_new(world):
    from recount.views import store

    out = world.root / "results" / "recount.duckdb"

    def rebuild():
        store.rebuild(world, world.root / "results", out)

    seconds = timed(rebuild)
    before = out.read_bytes()
    old = tables(out)
    changed(world)
    timed(rebuild)
    new = tables(out)
    assert old != new
    tried = right = 0
    for moment in moments(seconds, 50, 4):
        out.write_bytes(before)
        killed(rebuild, moment)
        tried += 1
        right += tables(out) in (old, new)
    row("Aggregation killed: the old database or the new", tried, right, asked=50)
    assert right == tried
    assert timed(rebuild) and tables(out) == new


def test_killed_rendering_leaves_old_pages_or_new(world):
    folder = world.root / "results"

    def pages():
        reports.render_all(world, folder, "laptop")

    def found():
        return {str(one): one.read_bytes() for one in folder.rglob("*.html")}

    seconds = timed(pages)
    old = found()
    changed(world)
    timed(pages)
    new = found()
    assert old.keys() == new.keys() and old != new
    tried = right = 0
    for moment in moments(seconds, 50, 4):
        for name, content in old.items():
            files.Path(name).write_bytes(content)
        killed(pages, moment)
        now = found()
        tried += 1
        right += now.keys() == new.keys() and all(now[k] in (old[k], new[k]) for k in new)
    row("Rendering killed: every page is the old or the new", tried, right, asked=50)
    assert right == tried


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    """An empty MLflow database, made in a process of its own."""
    from recount.views import tracking

    path = tmp_path_factory.mktemp("mlflow") / "mlflow.db"
    assert apart(lambda: tracking.opened(f"sqlite:///{path}") and None)[0]
    return path


def few(world, *slugs):
    return dataclasses.replace(world, papers={slug: world.papers[slug] for slug in slugs})


def recorded_runs(database) -> list[tuple]:
    """(paper, role, whole) of every run that is not deleted, read with SQL."""
    import contextlib
    import sqlite3

    query = """SELECT p.value, r.value, c.value IS NOT NULL FROM runs
        JOIN tags p ON p.run_uuid = runs.run_uuid AND p.key = 'paper'
        JOIN tags r ON r.run_uuid = runs.run_uuid AND r.key = 'role'
        LEFT JOIN tags c ON c.run_uuid = runs.run_uuid AND c.key = 'recount.content'
        WHERE lifecycle_stage = 'active'"""
    with contextlib.closing(sqlite3.connect(database)) as opened:
        return sorted(opened.execute(query).fetchall())


def test_a_killed_import_is_done_again_without_a_double(world, empty):
    from recount.views import tracking

    folder = world.root / "results"
    some = few(world, "agreeing", "refuted", "failing")

    def imported():
        tracking.sync(some, folder)

    (folder / "mlflow.db").write_bytes(empty.read_bytes())
    seconds = timed(imported)
    want = recorded_runs(folder / "mlflow.db")
    assert len(want) == len([one for one in want if one[1] == "seed"]) + 4
    tried = right = 0
    for moment in moments(seconds, 50, 2):
        (folder / "mlflow.db").write_bytes(empty.read_bytes())
        killed(imported, moment)
        partly = recorded_runs(folder / "mlflow.db")
        whole = {paper for paper, role, done in partly if role == "paper" and done}
        mixed = [p for p in whole if len([o for o in partly if o[0] == p]) > len(
            [o for o in want if o[0] == p])]  # fmt: skip
        timed(imported)
        tried += 1
        right += recorded_runs(folder / "mlflow.db") == want and not mixed
    name = "MLflow import killed: marked as partial, then whole, none doubled"
    row(name, tried, right, asked=50)
    assert right == tried


def test_eight_at_once_on_a_fresh_database_all_succeed(world):
    from recount.views import tracking

    some = few(world, "refuted")
    folder = world.root / "results"
    for _ in range(count(20, 1)):
        (folder / "mlflow.db").unlink(missing_ok=True)
        answers = forked.SimpleQueue()

        def start(answers=answers):
            answers.put(tracking.sync(some, folder)["imported"])

        started = [forked.Process(target=start) for _ in range(8)]
        for one in started:
            one.start()
        for one in started:
            one.join(120)
        found = sorted(answers.get() for _ in started if not answers.empty())
        right = found == [0] * 7 + [1] and len(recorded_runs(folder / "mlflow.db")) == 3
        name = "Eight importers at once on a fresh MLflow database: all succeed"
        row(name, 1, int(right), asked=20)
        assert right, found


def test_without_mlflow_verdicts_and_pages_stay_as_they_are(world, empty, monkeypatch):
    """Its server is away, its database is deleted, or is no database."""
    from recount.views import store, tracking

    folder = world.root / "results"
    some = few(world, "refuted")
    reports.render_all(world, folder, "laptop")

    def kept():
        return {str(one): one.read_bytes() for one in folder.rglob("*")
                if one.suffix in (".html", ".json", ".parquet")
                and "mlflow-artifacts" not in one.parts}  # fmt: skip

    before = kept()
    fine, answer = apart(lambda: tracking.sync(some, folder, "http://127.0.0.1:9"))
    assert not fine and "no answer" in answer, answer
    (folder / "mlflow.db").write_bytes(b"no database")
    fine, answer = apart(lambda: tracking.sync(some, folder))
    assert not fine and "delete it and track again" in answer
    (folder / "mlflow.db").write_bytes(empty.read_bytes())
    timed(lambda: tracking.sync(some, folder))
    (folder / "mlflow.db").unlink()
    timed(lambda: reports.render_all(world, folder, "laptop"))
    timed(lambda: store.rebuild(world, folder, folder / "x.duckdb"))
    row("MLflow away, deleted or broken: verdicts and pages unchanged", 3, 3 * (kept() == before))
    assert kept() == before


CELLS = {
    "fails": "1 / 0",
    "exits": "raise SystemExit(0)",
    "hangs": "while True: pass",
    "sleeps": "import time; time.sleep(600)",
    "dies": "import os; os._exit(9)",
    "killed": "import os; os.kill(os.getpid(), 9)",
    "half": "sections.limits(page); undefined_name",
    "no python": "1 +",
    "memory": "b'x' * (1 << 62)",
    "recursion": "f = lambda: f()\nf()",
}


@pytest.mark.parametrize("kind", CELLS)
def test_a_bad_cell_publishes_no_page_and_ends_in_time(world, monkeypatch, tmp_path, kind):
    folder = world.root / "results"
    paper = world.papers["agreeing"]
    timed(lambda: render.render_paper(paper, "laptop", folder))
    page = folder / "laptop" / "arithmetic" / "agreeing" / "report.html"
    before = page.read_bytes()
    real = engine.alarm
    monkeypatch.setattr(engine, "alarm", lambda _: real(0.5))
    for place in range(count(10, 1)):
        cells = (sections.SOURCES / "paper.py").read_text().split("# %%\n")
        cells.insert(2 + place % (len(cells) - 2), CELLS[kind] + "\n\n")
        source = tmp_path / f"sources-{kind}-{place}"
        source.mkdir()
        (source / "paper.py").write_text("# %%\n".join(cells))

        def again(source=source):
            sections.SOURCES = source
            render.render_paper(paper, "laptop", folder, again=True)

        fine, answer = apart(again)
        right = not fine and answer != SILENT and page.read_bytes() == before
        name = "Report cell fails, hangs or dies: no page half made, ends in time"
        row(name, 1, int(right), kind, asked=10 * len(CELLS))
        assert right, answer
        page.unlink()
        assert not apart(again)[0] and not page.exists()
        page.write_bytes(before)


def test_one_claim_in_five_fails_and_is_shown_and_the_others_too(world):
    """Broken files and failed runs are states with a reason, in the database and on the pages."""
    from recount.views import store

    folder = world.root / "results"
    broken = folder / "laptop" / "arithmetic" / "undecided"
    (broken / "main.json").write_bytes(b"{")
    timed(lambda: reports.render_all(world, folder, "laptop"))
    out = folder / "recount.duckdb"
    timed(lambda: store.rebuild(world, folder, out))

    def outcomes():
        with store.connect(out) as database:
            query = "SELECT slug, outcome, reason FROM verdicts WHERE source <> 'evidence'"
            return {slug: rest for slug, *rest in database.execute(query).fetchall()}

    fine, found = apart(outcomes)
    assert fine, found
    assert found["undecided"] == ["not_run", "main.json is damaged; run again"]
    assert found["failing"] == ["not_run", "absolute failed: RuntimeError: diverged"]
    assert found["agreeing"][0] == "reproduced" and found["refuted"][0] == "contradicted"
    for slug in ("undecided", "failing"):
        page = (folder / "laptop" / "arithmetic" / slug / "report.html").read_text()
        assert found[slug][1].split(":")[0].lower() in page.lower()
    row("Claims fail or are damaged: each shown with its reason, all others too", 8, 8)


def test_a_checkpoint_killed_while_it_is_written_is_whole_or_absent(tmp_path):
    import torch

    from recount.nn import checkpoint

    def saved(folder):
        for step in range(1, 400):
            checkpoint.save(folder, step, "who", {"a": torch.full((2000,), float(step))})

    tried = right = 0
    for number in range(count(100, 8)):
        folder = tmp_path / str(number)
        killed(lambda folder=folder: saved(folder), CHANCE.uniform(0.002, 0.25))
        found = checkpoint.latest(folder, "who")
        notes = sorted(folder.glob("*.json")) if folder.exists() else []
        tried += 1
        if found is None:
            right += not notes
        else:
            step, tensors = found
            right += bool((tensors["a"] == step).all()) and step == int(notes[-1].stem)
    row("Killed while a checkpoint is written: the last one is whole", tried, right, asked=100)
    assert right == tried
