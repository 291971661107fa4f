"""How pages are made: whole or not at all, left alone when nothing changed, fast."""

import nbformat
import papermill
import pytest
from papermill.exceptions import PapermillExecutionError

from recount import files, registry, reports
from recount.reports import engine, render, sections


def test_pages_whose_inputs_did_not_change_are_left_alone(world):
    results = world.root / "results"
    first = reports.render_all(world, results, "laptop")
    assert first == {"rendered": 15, "unchanged": 0}
    page = results / "laptop" / "arithmetic" / "agreeing" / "report.html"
    before = page.read_bytes()
    assert reports.render_all(world, results, "laptop")["unchanged"] == 8
    verdict = page.with_name("main.json")
    files.write_json(verdict, files.read_json(verdict) | {"words": "other words"})
    assert reports.render_all(world, results, "laptop")["unchanged"] == 7
    assert b"other words" in page.read_bytes() != before


def test_one_lab_alone(world):
    results = world.root / "results"
    counts = reports.render_all(world, results, "laptop", lab="exact_math")
    assert counts == {"rendered": 3, "unchanged": 0}
    assert not (results / "laptop" / "index.html").exists()


def test_a_failing_cell_leaves_the_old_page_and_stops_no_other(world, monkeypatch):
    results = world.root / "results"
    page = results / "laptop" / "arithmetic" / "agreeing" / "report.html"
    page.write_text("the old page")
    whole = sections.guards

    def guards(data):
        if data["paper"]["slug"] == "agreeing":
            raise KeyError("no such guard")
        return whole(data)

    monkeypatch.setattr(sections, "guards", guards)
    with pytest.raises(reports.PageFailed, match=r"agreeing.*reports/paper.py, cell \d+: KeyError"):
        reports.render_all(world, results, "laptop")
    assert page.read_text() == "the old page"
    assert [one.name for one in page.parent.iterdir() if "report" in one.name] == ["report.html"]
    assert (results / "laptop" / "index.html").exists()
    assert (results / "laptop" / "arithmetic" / "undecided" / "report.html").exists()


def notebook(*sources: str) -> nbformat.NotebookNode:
    found = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(one) for one in sources])
    found.metadata.kernelspec = {"name": "python3", "display_name": "3", "language": "python"}
    return found


def run(*sources: str, **keywords):
    return papermill.execute_notebook(
        notebook(*sources), None, engine_name=engine.NAME, progress_bar=False, **keywords
    )


def test_the_engine_keeps_values_text_and_warnings_of_a_cell():
    done = run("x = 20\nprint('words')", "import sys; print('care', file=sys.stderr); x + 1")
    first, second = (cell.outputs for cell in done.cells)
    assert [(one.name, one.text) for one in first] == [("stdout", "words\n")]
    assert second[0].text == "care\n"
    assert second[1].data["text/plain"] == "21"


def test_notebooks_do_not_see_each_other():
    run("leaked = 1")
    with pytest.raises(PapermillExecutionError, match="NameError: name 'leaked'"):
        run("leaked")


def test_a_hanging_cell_is_stopped():
    with pytest.raises(PapermillExecutionError, match="longer than 0.2 s"):
        run("while True: pass", "1", timeout=0.2)


def test_a_cell_that_is_no_python_is_an_error():
    with pytest.raises(PapermillExecutionError, match="SyntaxError"):
        run("1 +")


def test_percent_sources_are_notebooks(tmp_path):
    source = tmp_path / "some.py"
    source.write_text('# %% [markdown]\n# # Title\n\n# %% tags=["parameters"]\nx = 1\n\n# %%\nx\n')
    found = render.read_notebook(source)
    assert [cell.cell_type for cell in found.cells] == ["markdown", "code", "code"]
    assert found.cells[0].source == "# Title"
    assert found.cells[1].metadata.tags == ["parameters"]
    nbformat.validate(found)


@pytest.mark.parametrize("name", ["paper", "lab", "index"])
def test_the_notebooks_take_one_path(name):
    found = render.read_notebook(sections.SOURCES / f"{name}.py")
    tagged = [cell for cell in found.cells if "parameters" in cell.metadata.get("tags", [])]
    assert [cell.source for cell in tagged] == ['inputs = ""']


def test_the_largest_paper_that_the_registry_allows_stays_small(tmp_path, monkeypatch):
    """12 arms, 32 seeds, four curves of 200 points, and as many figures as fit."""
    import synthetic

    arms = [f"arm_{k}" for k in range(12)]
    many = synthetic.declaration("Everything at its largest")
    reach = many["claims"]["main"]["quantities"]["coupled"]
    claim = many["claims"]["main"] | {
        "quantities": {arm: reach | {"arm": arm} for arm in arms},
        "reproduced": "arm_0.low >= 48",
        "contradicted": "arm_0.high <= 16",
        "effect": {"arm_0": 53},
    }
    more = {f"claim_{k}": claim | {"margin": "own"} for k in range(4)}
    many |= {"arms": {arm: {"positions": arm} for arm in arms}, "claims": {"main": claim} | more}
    files.write_text(tmp_path / "Snakefile", "")
    lock = (synthetic.PROJECT / "requirements.lock").read_text()
    files.write_text(tmp_path / "requirements.lock", lock)
    synthetic.declare(tmp_path, "other", "largest", many)
    paper = registry.load(tmp_path).papers["largest"]
    monkeypatch.setattr(synthetic, "RAN", 32)
    verdict = synthetic.judgement(paper)
    folder = synthetic.ran(paper, tmp_path, verdict, synthetic.rows(paper))
    for arm in arms:
        files.write_parquet(folder / "runs" / arm / "curve.parquet", synthetic.curve(extra=4))
    for name in more:
        files.write_json(folder / f"{name}.json", verdict | {"claim": name})
    reports.render_paper(paper, "laptop", tmp_path / "results")
    assert (folder / "report.html").stat().st_size <= 300_000


def test_the_index_of_437_papers_stays_small(world):
    title, claim = "A title of a usual length, as papers have it, and a little more " * 2, "x" * 150
    planned = [
        registry.Planned(
            slug=f"p_{k}", lab="tiny_lm", level="scaled", title=title[:100], claim=claim
        )
        for k in range(429)
    ]
    object.__setattr__(world, "planned", planned)
    results = world.root / "results"
    reports.render_index(world, "laptop", results)
    reports.render_lab(world, "tiny_lm", "laptop", results)
    assert (results / "laptop" / "index.html").stat().st_size <= 300_000
    assert (results / "laptop" / "tiny_lm" / "index.html").stat().st_size <= 300_000
