"""36 payloads in every text of a paper: each stays text, nothing runs, nothing is loaded."""

import hostile
import pytest
import synthetic
from markup import Page

from recount import reports

PAGES = ("index.html", "validity.html", "other/index.html", "other/hostile/report.html")


@pytest.mark.parametrize("number", range(len(hostile.PAYLOADS)))
def test_a_payload_stays_text(visit, tmp_path, monkeypatch, number):
    monkeypatch.setattr(synthetic, "RAN", 2)
    payload = hostile.PAYLOADS[number]
    world = hostile.world(tmp_path, payload)
    reports.render_all(world, tmp_path / "results", "laptop")
    here = visit()
    for name in PAGES:
        path = tmp_path / "results" / "laptop" / name
        found = Page(path.read_text())
        assert found.dangers() == []
        assert found.count("script") == (1 if name == "index.html" else 0)
        assert found.count("style") == 1
        assert " ".join(payload.split()) in found.words
        page = here.open(path)
        page.mouse.move(200, 200)
        page.keyboard.press("Tab")
        assert page.evaluate("document.title").startswith(("Recount", payload, "Other", "Why"))
    assert here.dialogs == []
    assert here.messages == []
    assert all(one.startswith("file://") for one in here.requests)
