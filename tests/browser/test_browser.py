"""The pages in a browser: quiet, self-contained, usable by keyboard, on a phone, in the dark."""

import chromium
import pytest

PAGES = [
    "index.html",
    "validity.html",
    "tiny_lm/index.html",
    "arithmetic/agreeing/report.html",
    "exact_math/refuted/report.html",
    "tiny_lm/untouched/report.html",
]
ROWS = "#papers tbody tr:not([hidden])"
# The contrast of every text with the nearest background behind it, as WCAG defines it.
CONTRAST = """() => {
  const light = (c) => c.map((v) => v / 255).map((v) =>
    v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  const level = (c) => { const [r, g, b] = light(c); return 0.2126*r + 0.7152*g + 0.0722*b; };
  const parse = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
  const behind = (node) => {
    for (let one = node; one; one = one.parentElement) {
      const c = parse(getComputedStyle(one).backgroundColor);
      if (c.length === 3 || c[3] > 0.99) return c.slice(0, 3);
    }
    return [255, 255, 255];
  };
  const poor = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.textContent.trim(), node = walker.currentNode.parentElement;
    if (!text || node.closest("script, style, title, svg defs") || !node.getClientRects().length)
      continue;
    const style = getComputedStyle(node);
    const ink = parse(node.closest("svg") ? style.fill : style.color).slice(0, 3);
    const [a, b] = [level(ink), level(behind(node))].sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < 4.5) poor.push(`${text.slice(0, 40)} ${(a + 0.05) / (b + 0.05)}`);
  }
  return poor;
}"""


@pytest.mark.parametrize("name", PAGES)
def test_pages_open_from_a_file_in_silence_and_load_nothing(visit, atlas, name):
    here = visit()
    page = here.open(atlas / name)
    assert here.messages == []
    assert here.requests == [(atlas / name).as_uri()]
    assert page.evaluate("getComputedStyle(document.querySelector('h1')).fontWeight") == "650"


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("width", [320, 390, 768])
def test_nothing_is_wider_than_a_phone(visit, atlas, name, width):
    page = visit(width=width).open(atlas / name)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("name", PAGES)
def test_every_text_is_readable(visit, atlas, name, dark):
    page = visit(dark=dark).open(atlas / name)
    assert page.evaluate(CONTRAST) == []


def test_dark_and_light_differ(visit, atlas):
    paper = "getComputedStyle(document.body).backgroundColor"
    light = visit().open(atlas / "index.html").evaluate(paper)
    assert light != visit(dark=True).open(atlas / "index.html").evaluate(paper)


def test_without_a_script_the_table_is_complete(visit, atlas):
    page = visit(scripts=False).open(atlas / "index.html")
    assert page.locator("#papers tbody tr:visible").count() == 48
    assert not page.locator("#filters").is_visible()


def test_search_finds_words_in_any_order_and_says_how_many(visit, atlas):
    page = visit().open(atlas / "index.html")
    page.fill("#q", "diverged RÚN")
    assert page.locator(f"{ROWS} th a").all_inner_texts() == ["A run that diverged"]
    assert page.locator("#found").inner_text() == "1 of 48 papers"
    page.fill("#q", "nothing of the kind")
    assert page.locator("#none").is_visible()
    page.click("#again")
    assert page.locator(ROWS).count() == 48


@pytest.mark.parametrize(
    ("field", "value", "count"),
    [
        ("lab", "Exact mathematics", 10),
        ("level", "exact", 2),
        ("scale", "gpu", 1),
        ("verdict", "c", 2),
        ("verdict", "p", 40),
        ("verdict", "n", 2),
    ],
)
def test_each_filter(visit, atlas, field, value, count):
    page = visit().open(atlas / "index.html")
    page.select_option(f"#{field}", value)
    assert page.locator(ROWS).count() == count


def test_filters_join_and_the_address_keeps_them(visit, atlas):
    here = visit()
    page = here.open(atlas / "index.html")
    page.select_option("#lab", "Arithmetic")
    page.select_option("#verdict", "r")
    assert page.locator(f"{ROWS} th a").all_inner_texts() == ["Shared ids help"]
    assert page.url.endswith("#lab=Arithmetic&verdict=r")
    again = visit().open(atlas / "index.html", "#lab=Arithmetic&verdict=r")
    assert again.locator(ROWS).count() == 1
    again.click("#reset")
    assert again.locator(ROWS).count() == 48 and "#" not in again.url
    assert here.messages == []


def test_a_hostile_address_is_only_text(visit, atlas):
    here = visit()
    page = here.open(
        atlas / "index.html", "#q=<img src=x onerror=alert(1)>&lab=nowhere&x=__proto__"
    )
    assert page.locator(ROWS).count() == 0
    assert here.dialogs == [] and here.messages == []


def test_the_whole_index_works_by_keyboard(visit, atlas):
    page = visit().open(atlas / "index.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "q"
    page.keyboard.type("conjecture")
    assert page.locator(ROWS).count() == 2
    page.keyboard.press("Escape")
    assert page.locator(ROWS).count() == 48
    seen = []
    for _ in range(12):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("document.activeElement.id || document.activeElement.tagName"))
    assert seen[:5] == ["lab", "level", "scale", "verdict", "reset"]
    assert seen[5:11] == ["BUTTON"] * 5 + ["A"]
    page.keyboard.press("Enter")
    page.wait_for_url("**/report.html")


def test_columns_sort_both_ways(visit, atlas):
    page = visit().open(atlas / "index.html")
    heading = page.locator("#papers thead th").first
    heading.get_by_role("button").click()
    first = page.locator("#papers tbody tr th").first.inner_text()
    assert heading.get_attribute("aria-sort") == "ascending"
    heading.get_by_role("button").click()
    assert heading.get_attribute("aria-sort") == "descending"
    assert page.locator("#papers tbody tr th").last.inner_text() == first
    page.locator("#papers thead th").nth(3).get_by_role("button").click()
    marks = page.locator("#papers tbody tr > td:nth-child(4) > .v")
    order = [text.split()[1] for text in marks.evaluate_all("all => all.map((v) => v.className)")]
    assert order == sorted(order, key="rcinp".index)


def test_every_control_has_a_name_and_focus_can_be_seen(visit, atlas):
    page = visit().open(atlas / "index.html")
    unnamed = """[...document.querySelectorAll("input, select, button, a[href]")]
        .filter((one) => one.tabIndex >= 0 && !(one.labels?.length || one.textContent.trim()))
        .map((one) => one.outerHTML)"""
    assert page.evaluate(unnamed) == []
    page.keyboard.press("/")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineWidth") == "3px"


def test_the_map_leads_to_the_papers(visit, atlas):
    page = visit().open(atlas / "index.html")
    page.locator("svg.map a").first.click()
    page.wait_for_url("**/report.html")
    page.locator("nav a", has_text="Recount").click()
    assert page.url == (atlas / "index.html").as_uri()


def test_the_page_of_validity_is_one_click_away_and_leads_back(visit, atlas):
    page = visit().open(atlas / "index.html")
    page.get_by_role("link", name="Why believe a verdict?").first.click()
    page.wait_for_url("**/validity.html")
    assert page.locator("h1").inner_text() == "Why believe a verdict?"
    page.locator("nav a", has_text="Recount").click()
    page.wait_for_url("**/index.html")
    page = visit().open(atlas / "arithmetic" / "agreeing" / "report.html")
    page.locator("#calibration ~ * a, section a", has_text="Why believe a verdict?").click()
    assert page.url == (atlas / "validity.html").as_uri()


def test_every_row_behind_the_page_of_validity_is_one_click_away(visit, atlas):
    page = visit().open(atlas / "validity.html")
    links = page.locator("main a[href]").evaluate_all("all => all.map((one) => one.href)")
    assert len(links) >= 4
    for link in {one.partition("#")[0] for one in links}:
        assert link.startswith("file://")
        assert (atlas / link.partition("/laptop/")[2]).exists(), link


def test_commands_are_selected_by_one_click(visit, atlas):
    page = visit().open(atlas / "arithmetic" / "agreeing" / "report.html")
    page.locator("code.all").first.click()
    chosen = page.evaluate("getSelection().toString()")
    assert chosen.strip() == "recount run agreeing --scale laptop"


def test_a_machine_without_a_browser_is_told_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(FileNotFoundError, match="apt-get install chromium"):
        chromium.find()
