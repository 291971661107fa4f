"""A real browser on the rendered pages, opened as files. Without Chromium these tests fail."""

import sys
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1] / "fixtures"))


@pytest.fixture(scope="session")
def browser():
    import chromium

    try:
        found = chromium.find()
    except FileNotFoundError as error:
        pytest.fail(str(error))
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=chromium.ARGUMENTS)
        yield started
        started.close()


@pytest.fixture(scope="session")
def atlas(tmp_path_factory) -> Path:
    """results/laptop/ of the synthetic catalogue, rendered."""
    import synthetic

    from recount import reports

    found = synthetic.world(tmp_path_factory.mktemp("atlas"), planned=40)
    reports.render_all(found, found.root / "results", "laptop")
    return found.root / "results" / "laptop"


class Visit:
    """An open page, with all that it said, asked for, or popped up."""

    def __init__(self, context):
        self.page = context.new_page()
        self.messages: list[str] = []
        self.requests: list[str] = []
        self.dialogs: list[str] = []
        self.page.on("console", lambda one: self.messages.append(one.text))
        self.page.on("pageerror", lambda one: self.messages.append(str(one)))
        self.page.on("request", lambda one: self.requests.append(one.url))
        self.page.on("dialog", self.popped)

    def popped(self, dialog) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def open(self, path: Path, fragment: str = ""):
        self.page.goto(path.as_uri() + fragment)
        return self.page


@pytest.fixture
def visit(browser):
    """`visit(width=1280, dark=False, scripts=True)`: a new, empty visit."""
    opened = []

    def begin(width: int = 1280, dark: bool = False, scripts: bool = True) -> Visit:
        context = browser.new_context(
            viewport={"width": width, "height": 800},
            color_scheme="dark" if dark else "light",
            java_script_enabled=scripts,
        )
        opened.append(context)
        return Visit(context)

    yield begin
    for context in opened:
        context.close()
