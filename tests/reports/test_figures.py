"""Pictures that a paper declares: what is drawn, what is left out, and that they decide nothing."""

import pandas as pd
import pytest
import synthetic
from markup import Page

from recount import registry, reports
from recount.registry import design_hash, rule_hash
from recount.reports import figures
from recount.typed import BadValue

VIEW = {"title": "A view of the rows", "metric": "exact_match", "along": "digits"}


@pytest.fixture
def declared(tmp_path):
    """`declared(view=...)`: a paper of the registry with these figures."""

    def make(**views):
        number = len(list(tmp_path.iterdir()))
        root = tmp_path / str(number)
        (root / "papers").mkdir(parents=True)
        (root / "Snakefile").touch()
        lock = (synthetic.PROJECT / "requirements.lock").read_text()
        (root / "requirements.lock").write_text(lock)
        paper = synthetic.declaration("Pictures") | ({"figures": views} if views else {})
        synthetic.declare(root, "arithmetic", "pictures", paper)
        synthetic.plan(root, 0)
        return registry.load(root).papers["pictures"]

    return make


def rows(*cells) -> pd.DataFrame:
    """(arm, metric, value, axes) as metric rows of one seed."""
    plain = [{"arm": a, "seed": 7, "metric": m, "value": v, "count": 1} | x for a, m, v, x in cells]
    return pd.DataFrame(plain)


def test_a_figure_is_in_no_hash(declared):
    plain, pictured = declared(), declared(view=VIEW)
    assert design_hash(plain, "laptop") == design_hash(pictured, "laptop")
    assert rule_hash(plain, "main", "laptop") == rule_hash(pictured, "main", "laptop")


def test_lines_are_an_arm_each_or_a_value_of_an_axis_each(declared):
    cells = [("coupled", "loss", 1 / n + k, {"n": n, "k": k}) for n in (1, 2, 4) for k in (0, 1)]
    cells.append(("absolute", "loss", 0.0, {"n": 1, "k": 0}))
    line = VIEW | {"metric": "loss", "along": "n"}
    paper = declared(arms=line, fan=line | {"by": "k", "arms": ["coupled"]})
    arms, fan = figures.drawn(paper, rows(*cells))
    assert set(arms["series"]) == {"coupled", "absolute"}
    assert arms["series"]["coupled"] == [[[1.0, 1.5], [2.0, 1.0], [4.0, 0.75]]]
    assert fan["series"]["k 0"] == [[[1.0, 1.0], [2.0, 0.5], [4.0, 0.25]]]
    assert "k 1" in fan["series"] and len(fan["series"]) == 2


def test_a_logarithm_leaves_out_what_is_not_positive(declared):
    cells = [("coupled", "loss", v, {"n": n}) for n, v in ((1, 1.0), (2, 0.0), (3, 0.01))]
    paper = declared(view=VIEW | {"metric": "loss", "along": "n", "log": ["metric"]})
    (view,) = figures.drawn(paper, rows(*cells))
    assert view["series"]["coupled"] == [[[1.0, 1.0], [3.0, 0.01]]]


def test_counts_join_two_metrics_of_the_same_cases(declared):
    cells = [("coupled", "width", w, {"case": c}) for c, w in enumerate((1, 1, 2))]
    cells += [("coupled", "depth", d, {"case": c}) for c, d in enumerate((3, 3, 5))]
    paper = declared(view=VIEW | {"draw": "counts", "metric": "depth", "along": "width"})
    (view,) = figures.drawn(paper, rows(*cells))
    plane = view["panels"]["coupled"]
    assert (plane["columns"], plane["rows"]) == (["1", "2"], ["3", "5"])
    assert plane["cells"] == [[0, 0, 2.0], [1, 1, 1.0]]


def test_tiles_lie_in_the_order_of_their_numbers_and_words_come_last(declared):
    cells = [("coupled", "loss", n, {"n": n, "k": k}) for n, k in ((10, "b"), (9, "a"), ("x", "a"))]
    cells = [(a, m, 0.5 if v == "x" else v, x) for a, m, v, x in cells]
    paper = declared(view=VIEW | {"draw": "tiles", "metric": "loss", "along": "n", "by": "k"})
    (view,) = figures.drawn(paper, rows(*cells))
    assert view["panels"]["coupled"]["columns"] == ["9", "10", "x"]
    ((_, image),) = figures.picture(view)
    assert image.count('class="tile"') == 3


def test_hostile_text_of_title_and_axes_is_text_on_the_page(declared):
    evil = "<script>alert(1)</script>"
    axes = [{"n": evil, "k": "2"}, {"n": evil, "k": evil}, {"n": "1", "k": evil}]
    cells = [("coupled", "loss", 1.0, one) for one in axes]
    tiles = {"title": evil, "draw": "tiles", "metric": "loss", "along": "n", "by": "k"}
    paper = declared(view=tiles, lines=tiles | {"draw": "lines", "along": "k", "by": "n"})
    place = paper.folder.parents[2]
    verdict = synthetic.judgement(paper)
    synthetic.ran(paper, place, verdict, pd.concat([synthetic.rows(paper), rows(*cells)]))
    reports.render_paper(paper, "laptop", place / "results")
    html = (place / "results/laptop/arithmetic/pictures/report.html").read_text()
    page = Page(html)
    assert page.dangers() == [] and page.count("script") == 0
    assert "Seen in pictures" in page.words and page.words.count(evil) >= 3


def test_what_no_row_shows_is_left_out(declared):
    paper = declared(one=VIEW | {"metric": "nothing"}, two=VIEW | {"along": "nowhere"})
    assert figures.drawn(paper, synthetic.rows(paper)) == []
    assert figures.drawn(paper, pd.DataFrame()) == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"arms": ["coupld"]}, "did you mean 'coupled'"),
        ({"along": "seed"}, "are no axes"),
        ({"draw": "counts", "by": "digits"}, "figures.view.by"),
        ({"draw": "pie"}, "figures.view.draw"),
        ({"colour": "red"}, "figures.view.colour"),
    ],
)
def test_a_figure_that_cannot_be_is_refused_with_its_field(declared, change, field):
    with pytest.raises(BadValue) as refused:
        declared(view=VIEW | change)
    assert field in str(refused.value)
