"""What the pages say, in which order, and that nothing is left out."""

import pytest
from markup import Page

PAPER = "arithmetic/agreeing/report.html"
ORDER = [
    "seen at small scale",
    "The paper's number and ours",
    "What this does not show",
    "The rule, as registered",
    "Quantities",
    "What was measured",
    "How the arms learned",
    "Could the test have told?",
    "Would another analysis say otherwise?",
    "How often this rule errs",
    "Runs and their cost",
    "Provenance",
    "Run it again, cite it",
]


def test_a_page_answers_in_the_order_in_which_a_careful_reader_asks(page):
    words = Page(page(PAPER)).words
    places = [words.index(one) for one in ORDER]
    assert places == sorted(places)


def test_the_paper_s_number_stands_beside_ours_with_every_seed(page):
    html = page(PAPER)
    assert "<title>the paper: 53</title>" in html
    assert "56 [48, ∞)" in html
    assert html.count("reproduced asks: lower bound of coupled ≥ 6 × train_digits") == 1
    seeds = html.split('class="dots a0"')[0].rsplit("<title>", 1)[1].split("</title>")[0]
    assert len(seeds.split(", ")) == 12


def test_the_rule_is_readable_and_says_what_was_found(page):
    words = Page(page(PAPER)).words
    assert "lower bound of coupled ≥ 6 × train_digits 48 ≥ 48: holds" in words
    assert "upper bound of absolute ≤ 2 × train_digits 16 ≤ 16: holds" in words
    assert "The rule asks for 50 % of the paper's effect." in words


def test_limits_guards_error_rates_and_fragility_are_there(page):
    words = Page(page(PAPER)).words
    assert "too few seeds to see a rare bad one" in words
    assert "neither proves nor refutes" in words
    assert "learned : passed" in words
    assert "4.8 % at most 5.2 %" in words
    assert "margin doubled inconclusive yes" in words


def test_where_it_ran_and_what_is_recorded_are_compared(page):
    assert "Do they agree? Yes, the same outcome" in Page(page(PAPER)).words
    differing = Page(page("tiny_lm/disagreeing/report.html")).words
    assert "Do they agree? No, the outcomes differ" in differing
    recorded = Page(page("tiny_lm/only_recorded/report.html")).words
    assert "Ran here, laptop not run Recorded, laptop seen at small scale" in recorded
    assert "shows the recorded evidence at laptop scale" in recorded


def test_evidence_of_an_older_registration_is_shown_as_stale(page):
    assert (
        "It is stale: the rule has changed since"
        in Page(page("tiny_lm/only_recorded/report.html")).words
    )


def test_a_counter_example_is_named(page):
    words = Page(page("exact_math/refuted/report.html")).words
    assert "counter-example found" in words
    assert "First counter-example base 7, digits 12" in words
    assert "holds coupled 128 not in 1 row base 7" in words


def test_an_undecided_page_says_why_and_that_it_is_no_no(page):
    words = Page(page("arithmetic/undecided/report.html")).words
    assert "The test could not tell: absolute did not learn its own training lengths." in words
    assert "Undecided is not a no" in words
    assert "learned : failed" in words
    assert "provisional underpowered" in words


def test_a_failed_run_is_a_state_with_its_reason(page):
    words = Page(page("arithmetic/failing/report.html")).words
    assert "Absolute failed: RuntimeError: diverged." in words
    assert "absolute train failed: RuntimeError: diverged" in words
    assert "Not calibrated" in words


def test_what_was_never_run_has_a_page(page):
    words = Page(page("tiny_lm/untouched/report.html")).words
    assert "Not run at laptop scale yet." in words
    assert "recount run untouched --scale laptop" in words


def test_provenance_rerun_and_citation(page):
    words = Page(page(PAPER)).words
    assert "commit 0123456789abcdef0123456789abcdef01234567" in words
    assert "seeds 100, 101" in words
    assert "recount run agreeing --scale laptop" in words
    assert "@misc{agreeing, title = {{Shared ids help}}," in words
    assert "author = {Ada Lovelace and Niels Henrik Abel}" in words
    assert 'href="runs/coupled/metrics.parquet"' in page(PAPER)


def test_the_index_counts_the_whole_denominator(page):
    found = Page(page("index.html"))
    assert found.count("tr") == 28 + 2 + 3  # papers, two headings, three shares
    assert "28 papers, 8 of them built" in found.words
    assert "3 reproduced or seen" in found.words
    assert "2 contradicted or not seen" in found.words
    assert "20 planned" in found.words
    assert "If every one of them were false, at most 0 would" in found.words


def test_the_index_links_to_every_built_paper_and_to_the_labs(atlas, page):
    links = set(Page(page("index.html")).attributes("href"))
    built = {f"{one.lab}/{one.slug}/report.html" for one in atlas.papers.values()}
    assert built | {"tiny_lm/index.html", "vision_graph/index.html"} <= links
    folder = atlas.root / "results" / "laptop"
    assert all((folder / link).exists() for link in links if not link.startswith("#"))


def test_a_lab_page_shows_built_and_planned(page):
    words = Page(page("tiny_lm/index.html")).words
    assert "Built, never run" in words
    assert "The run here differs from the recorded evidence." in words
    assert "A later paper, 3" in words


@pytest.mark.parametrize("name", ["index.html", PAPER, "tiny_lm/index.html"])
def test_pages_load_nothing_are_small_and_have_landmarks(page, name):
    html = page(name)
    found = Page(html)
    assert found.dangers() == []
    assert "default-src 'none'" in html and "unsafe-inline" not in html
    assert len(html.encode()) <= 300_000
    assert found.count("main") == found.count("h1") == found.count("footer") == 1
    assert found.attributes("lang") == ["en"]
    assert not [one for one in found.elements if one[0] == "svg" and not accessible(one[1])]
    ids = found.attributes("id")
    assert len(ids) == len(set(ids))
    labelled = set(found.attributes("aria-labelledby"))
    assert labelled <= set(ids)


def accessible(attributes: dict) -> bool:
    return attributes.get("aria-hidden") == "true" or attributes.get("role") == "img"
