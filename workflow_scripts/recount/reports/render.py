"""From data to published pages: papermill runs the notebook, the template frames its outputs.

A page appears whole or not at all, and only when every cell of its notebook worked. Pages of papers
whose inputs have not changed are left alone.
"""

import base64
import copy
import functools
import hashlib
import json
import re
import tempfile
from pathlib import Path
from typing import Any

import nbformat
import papermill
from markupsafe import Markup
from papermill.exceptions import PapermillExecutionError

from recount import files, hashes, hold, layout
from recount.reports import atlas, engine, pages, sections, validity, wording
from recount.results import SCALES

CELL = re.compile(r"^# %%(.*)$", re.MULTILINE)
STAMP = re.compile(rb'<meta name="recount-inputs" content="([0-9a-f]{64})"')
READ = (".json", ".parquet")
PASSING = ("progress.json", hold.NAME)


class PageFailed(RuntimeError):
    """A page could not be made; the old page, if any, is still there."""


def render_all(registry, results: Path, scale: str, lab: str | None = None) -> dict[str, int]:
    """All pages of one scale, or of one of its labs; returns how many were rendered and left alone.

    A page that fails does not stop the others; at the end PageFailed names them all.
    """
    papers = [one for one in registry.papers.values() if lab in (None, one.lab)]
    labs = sorted({one.lab for one in (*registry.papers.values(), *registry.planned)})
    jobs = [lambda paper=paper: render_paper(paper, scale, results) for paper in papers]
    chosen = labs if lab is None else [lab]
    jobs += [lambda name=name: render_lab(registry, name, scale, results) for name in chosen]
    if lab is None:
        jobs.append(lambda: render_index(registry, scale, results))
        jobs.append(lambda: render_validity(registry, scale, results))
    done, failures = [], []
    for job in jobs:
        try:
            done.append(job())
        except PageFailed as failure:
            failures.append(str(failure))
    if failures:
        raise PageFailed("\n\n".join(failures))
    return {"rendered": sum(done), "unchanged": len(done) - sum(done)}


def render_paper(paper, scale: str, results: Path, again: bool = False) -> bool:
    """The page of one paper; False when its inputs have not changed (`again` renders anyway)."""
    out = layout.of(paper, scale, results).report
    stamp = inputs_of(paper, scale, results)
    if not again and stamp_of(out) == stamp:
        return False
    data = pages.paper_page(paper, scale, results)
    title = f"{paper.title} · Recount"
    publish(out, "paper", data, stamp, title, ["../../index.html", "../index.html"])
    return True


def render_lab(registry, lab: str, scale: str, results: Path) -> bool:
    data = atlas.atlas(registry, results, scale, lab)
    title = f"{wording.LABS.get(lab, lab)} · Recount"
    return publish(results / scale / lab / "index.html", "lab", data, "", title, ["../index.html"])


def render_index(registry, scale: str, results: Path) -> bool:
    data = atlas.atlas(registry, results, scale)
    title = f"Recount: {len(data['rows'])} claims, counted again"
    return publish(results / scale / "index.html", "index", data, "", title, [], "atlas.js")


def render_validity(registry, scale: str, results: Path) -> bool:
    """How often the rules err, with the rows behind it as CSV in a folder beside the page."""
    data = validity.validity_page(registry, results, scale)
    for name, text in validity.tables(data).items():
        files.write_text(results / scale / "validity" / name, text)
    slim = {key: value for key, value in data.items() if key != "claims"}
    title = "Why believe a verdict? · Recount"
    return publish(results / scale / "validity.html", "validity", slim, "", title, ["index.html"])


def publish(
    out: Path,
    notebook: str,
    data: dict[str, Any],
    stamp: str,
    title: str,
    crumbs: list[str],
    script: str | None = None,
) -> bool:
    """Runs a notebook on `data` and writes its page. Raises PageFailed with the failing cell."""
    stamp = stamp or hashlib.sha256(files.json_bytes(data) + code_hash().encode()).hexdigest()
    style, code = asset("recount.css"), asset(script) if script else ""
    page = (
        sections.templates()
        .get_template("template.html")
        .render(
            title=title,
            notebook=notebook,
            parts=executed(notebook, data, out),
            stamp=stamp,
            crumbs=crumbs,
            data=data,
            style=Markup(style),
            style_hash=integrity(style),
            script=Markup(code),
            script_hash=integrity(code) if script else None,
        )
    )
    files.write_text(out, page)
    return True


def executed(notebook: str, data: dict[str, Any], out: Path) -> list[Markup]:
    """The HTML outputs of a notebook in order. Only what our own cells show gets through."""
    with tempfile.TemporaryDirectory() as folder:
        inputs = Path(folder) / "inputs.json"
        inputs.write_text(json.dumps(data, allow_nan=False))
        try:
            done = papermill.execute_notebook(
                copy.deepcopy(read_notebook(sections.SOURCES / f"{notebook}.py")),
                None,
                parameters={"inputs": str(inputs)},
                engine_name=engine.NAME,
                progress_bar=False,
            )
        except PapermillExecutionError as failure:
            place = f"reports/{notebook}.py, cell {failure.exec_count}"
            reason = f"{failure.ename}: {failure.evalue}"
            lines = "\n".join(failure.traceback)
            raise PageFailed(f"{out}: not rendered; {place}: {reason}\n{lines}") from None
    outputs = [one for cell in done.cells for one in cell.get("outputs", [])]
    return [Markup(one.data["text/html"]) for one in outputs if "text/html" in one.get("data", {})]


@functools.cache
def read_notebook(path: Path) -> nbformat.NotebookNode:
    """A notebook from its percent source: `# %%` begins a cell; `[markdown]`, `tags=[...]` follow.

    The same files open as notebooks in Jupyter with jupytext, and in editors that know `# %%`.
    """
    parts = CELL.split(path.read_text())[1:]
    notebook = nbformat.v4.new_notebook()
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
    notebook.metadata.kernelspec.language = "python"
    for head, body in zip(parts[::2], parts[1::2], strict=True):
        tags = re.search(r"tags=(\[.*\])", head)
        metadata = {"tags": json.loads(tags[1])} if tags else {}
        if "[markdown]" in head:
            body = re.sub(r"^# ?", "", body.strip(), flags=re.MULTILINE)
            notebook.cells.append(nbformat.v4.new_markdown_cell(body, metadata=metadata))
        else:
            notebook.cells.append(nbformat.v4.new_code_cell(body.strip(), metadata=metadata))
    return notebook


def inputs_of(paper, scale: str, results: Path) -> str:
    """The hash of all that a paper's page depends on: declaration, files, code, templates."""
    digest = hashlib.sha256(f"{code_hash()} {scale} {paper.slug}".encode())
    digest.update(files.json_bytes(paper.model_dump(mode="json")))
    folders = [layout.of(paper, name, results).folder for name in SCALES]
    for folder in (*folders, paper.folder / "evidence"):
        for path in sorted(one for one in folder.rglob("*") if one.suffix in READ):
            passing = any(part.startswith("checkpoints") for part in path.parts)
            if path.name not in PASSING and not passing:
                digest.update(f"{path.relative_to(folder)} {files.sha256(path)}".encode())
    for name in paper.scales:
        digest.update(hashes.design_hash(paper, name).encode())
    return digest.hexdigest()


def stamp_of(page: Path) -> str | None:
    """The hash of the inputs of a published page."""
    if not page.exists():
        return None
    with page.open("rb") as handle:
        found = STAMP.search(handle.read(4096))
    return found[1].decode() if found else None


@functools.cache
def code_hash() -> str:
    """The hash of the templates, the assets, the notebooks and the code of the pages."""
    code = Path(__file__).parent
    paths = [*sections.SOURCES.rglob("*"), *code.glob("*.py")]
    paths += [code.parent / "results.py", code.parent / "confirmation.py"]
    kept = sorted(path for path in paths if path.suffix in (".py", ".html", ".css", ".js"))
    return hashlib.sha256("".join(files.sha256(path) for path in kept).encode()).hexdigest()


@functools.cache
def asset(name: str) -> str:
    return (sections.SOURCES / "assets" / name).read_text()


def integrity(text: str) -> str:
    """The source expression that lets exactly this text pass the page's content policy."""
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"'sha256-{digest}'"
