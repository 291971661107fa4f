"""Whose statement a claim is: pages, atlas and command line tell the paper's from our own."""

from pathlib import Path

import pytest
from markup import Page
from rich.console import Console

from recount import registry
from recount.cli import show
from recount.declaration.schema import OWN_QUESTION
from recount.reports import atlas, pages, sections

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def kaprekar():
    """A paper with a contradicted claim of its own and a contradicted question of ours."""
    return registry.load_paper(ROOT / "papers" / "exact_math" / "kaprekar_3_digit", ROOT)


def test_a_page_says_of_our_own_questions_alone_that_they_are_ours(kaprekar, tmp_path):
    page = pages.paper_page(kaprekar, "laptop", tmp_path)
    articles = sections.further_claims(page).html.split("<article")[1:]
    for claim, article in zip(list(kaprekar.claims.values())[1:], articles, strict=True):
        ours = claim.asked_by == "recount"
        assert (OWN_QUESTION in Page(article).words) is ours, claim.name
    assert OWN_QUESTION not in Page(sections.heading(page).html).words


def test_an_atlas_counts_contradictions_of_papers_apart_from_ours(kaprekar, tmp_path):
    row = atlas.entry(kaprekar, "laptop", tmp_path)
    assert row["asked"]["paper"] == {"claims": 3, "contradicted": 1}
    assert row["asked"]["recount"] == {"claims": 4, "contradicted": 1}
    both = sections.asked([row, row, {"state": "planned"}])
    assert both["recount"] == {"claims": 8, "contradicted": 2}


def test_recount_show_says_it_beside_the_claim_and_beside_what_was_found(kaprekar, tmp_path):
    console = Console(record=True, width=200, soft_wrap=True)
    show.show_built(console, kaprekar, tmp_path)
    text = console.export_text()
    assert text.count(OWN_QUESTION) == 4
    assert "laptop, recorded, mode_with_leading_zeros (our question): counter-example" in text
    assert "laptop, recorded, main: counter-example" in text
