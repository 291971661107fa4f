"""Rendering the atlas against the papermill and nbconvert commands, a page each."""

import statistics
import sys
import tempfile
from pathlib import Path

import nbformat

from benchmarks import CATALOGUE, catalogue
from benchmarks.table import Row, faster, within
from benchmarks.timing import child, interleaved
from recount.reports import render_index, render_lab, render_paper

CELLS = (
    "%matplotlib inline\nfrom pathlib import Path\nimport json\nimport matplotlib.pyplot as plt\n"
    "import pandas as pd",
    'folder = ""',
    'place = Path(folder)\nverdict = json.loads((place / "main.json").read_text())\n'
    'runs = sorted((place / "runs").iterdir())\n'
    'rows = pd.concat([pd.read_parquet(run / "metrics.parquet") for run in runs])\n'
    "pd.DataFrame(verdict['quantities']).T",
    'exact = rows[rows.metric == "exact_match"]\n'
    'for (arm, seed), one in exact.groupby(["arm", "seed"]):\n'
    '    plt.plot(one["digits"], one["value"])\nplt.show()',
    'curve = pd.read_parquet(runs[0] / "curve.parquet")\n'
    'for name, one in curve.groupby("metric"):\n'
    '    for _, line in one.groupby("seed"):\n        plt.plot(line["step"], line["value"])\n'
    "    plt.show()",
)


def rows(quick: bool) -> list[Row]:
    papers = 2 if quick else 10
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        registry = catalogue.with_results(root, papers, planned=CATALOGUE - papers)
        results, queue = root / "results", iter(list(registry.papers.values()) * 2)
        labs = sorted({paper.lab for paper in registry.papers.values()})
        contestants = {
            "page": lambda: render_paper(next(queue), "laptop", results, again=True),
            "labs": lambda: [render_lab(registry, lab, "laptop", results) for lab in labs],
            "index": lambda: render_index(registry, "laptop", results),
        }
        seconds = interleaved(contestants, papers)
        start = [sys.executable, "-c", "from recount import registry, reports"]
        started = statistics.median(child(start) for _ in range(1 if quick else 3))
        paper = next(iter(registry.papers.values()))
        commands = by_command(root, results / "laptop" / paper.lab / paper.slug)
    total = started + CATALOGUE * seconds["page"] + seconds["labs"] + seconds["index"]
    return [
        within(f"{CATALOGUE} reports, labs and index, from {papers}", total, 60),
        faster("one report", seconds["page"], commands, "papermill and nbconvert commands"),
    ]


def by_command(root: Path, place: Path) -> float:
    """Processor seconds of one page the usual way: a kernel, matplotlib, two commands."""
    notebook = nbformat.v4.new_notebook()
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
    notebook.metadata.kernelspec.language = "python"
    notebook.cells = [nbformat.v4.new_code_cell(text) for text in CELLS]
    notebook.cells[1].metadata["tags"] = ["parameters"]
    source, done = root / "page.ipynb", root / "done.ipynb"
    nbformat.write(notebook, source)
    run = [sys.executable, "-m", "papermill", str(source), str(done), "-p", "folder", str(place)]
    convert = [sys.executable, "-m", "nbconvert", "--to", "html", str(done)]
    return child([*run, "-k", "python3", "--no-progress-bar"]) + child(convert)
