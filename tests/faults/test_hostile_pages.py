"""HTML in every text field of paper.yaml and planned.yaml: text on the pages, and nothing else.

Which fields take such text is found by trying all of them; the others must refuse it. The pages are
taken apart, and then opened in one visit of a real browser.
"""

import chromium
import hostile
import hostile_trees as trees
import pytest
import synthetic
from fault_table import row
from markup import Page
from playwright.sync_api import sync_playwright

from recount import files, registry, reports

# Where a reader may meet the text of a stranger.
OPEN = {
    ("title",),
    ("authors", 0),
    ("authors", 1),
    ("limits",),
    ("stand_in",),
    ("doi",),
    ("reported", "aggregate"),
    ("learned", "why"),
    ("metrics", "loss", "unit"),
    ("arms", "coupled", "positions"),
    ("arms", "absolute", "positions"),
    ("claims", "main", "statement"),
    ("claims", "main", "why"),
    ("figures", "view", "title"),
}
LONG = "<img src=x onerror=alert(1)> in a text of some length"


def leaves(value, path=()):
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from leaves(value[key], (*path, key))
    elif isinstance(value, str):
        yield path


def paper_of(payload: str) -> dict:
    """The good paper with the payload in every field that takes it."""
    paper = trees.good() | {"doi": "10.1234/x"}
    for path in OPEN:
        text = payload.ljust(24, ".")
        if path == ("doi",):
            text = "10.1234/" + "".join(payload.split())
        if path[0] == "authors":
            text = f"{path[1]} {payload}"[:80]
        if path[-1] in ("aggregate", "unit"):
            text = payload[:60]
        trees.at(paper, path[:-1])[path[-1]] = text.strip()
    return paper


def test_every_field_takes_html_as_text_or_refuses_it(tree):
    good = trees.good() | {"doi": "10.1234/x"}
    taken = set()
    for path in leaves(good):
        paper = trees.copied(good)
        value = "10.1234/<img>" if path == ("doi",) else LONG
        trees.at(paper, path[:-1])[path[-1]] = value
        tree.write(trees.json.dumps(paper))
        if tree.load() is None:
            taken.add(path)
    assert taken == OPEN


def worlds(root):
    """A project per payload, rendered; the index, the lab and the paper's page of each."""
    for number, payload in enumerate(hostile.PAYLOADS):
        place = root / str(number)
        files.write_text(place / "Snakefile", "")
        lock = synthetic.PROJECT / "requirements.lock"
        files.write_text(place / "requirements.lock", lock.read_text())
        synthetic.declare(place, "other", "hostile", paper_of(payload))
        plan = {"slug": "later", "lab": "other", "level": "scaled"}
        plan |= {"title": payload, "claim": payload[:160]}
        files.write_text(place / "papers" / "planned.yaml", synthetic.dumped([plan]))
        found = registry.load(place)
        reports.render_paper(found.papers["hostile"], "laptop", place / "results")
        reports.render_lab(found, "other", "laptop", place / "results")
        reports.render_index(found, "laptop", place / "results")
        for name in ("index.html", "other/index.html", "other/hostile/report.html"):
            yield payload, place / "results" / "laptop" / name


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    return list(worlds(tmp_path_factory.mktemp("hostile")))


def test_html_in_every_text_field_is_text_on_every_page(pages):
    right = 0
    for payload, path in pages:
        found = Page(path.read_text())
        right += (
            found.dangers() == []
            and found.count("script") == (path.parent.name == "laptop")
            and found.count("style") == 1
            and " ".join(payload.split()) in found.words
        )
    row("HTML in every text field: only text, in the source of every page", len(pages), right)
    assert right == len(pages) >= 90


def test_a_browser_runs_and_loads_nothing_of_it(pages):
    said, asked = [], []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium.find(), args=chromium.ARGUMENTS
        )
        page = browser.new_page()
        page.on("console", lambda one: said.append(one.text))
        page.on("pageerror", lambda one: said.append(str(one)))
        page.on("dialog", lambda one: (said.append(one.message), one.dismiss()))
        page.on("request", lambda one: asked.append(one.url))
        for _, path in pages:
            page.goto(path.as_uri())
            page.keyboard.press("Tab")
        browser.close()
    right = said == [] and asked == [path.as_uri() for _, path in pages]
    row(
        "HTML in every text field: a browser runs and loads nothing", len(pages), len(pages) * right
    )
    assert right, (said[:5], [one for one in asked if not one.startswith("file:")][:5])
