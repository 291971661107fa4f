"""Numbers, rules and plots on their own."""

import math

import pytest
from markup import Page

from recount.declaration.schema import Quantity
from recount.reports import numbers, plots, rules, wording

QUANTITIES = {
    "gain": {"low": 0.2, "high": 0.4, "unbounded": []},
    "reach": {"low": 48.0, "high": None, "unbounded": ["high"]},
    "base.a": {"low": 4.0, "high": 8.0, "unbounded": []},
    "base.b": {"low": 4.0, "high": 20.0, "unbounded": []},
    "holds": {"take": "all", "low": 1.0, "high": 1.0, "unbounded": []},
}
NAMES = {"train": 8.0, "reported.gain": 0.5}


def parts(text: str, known=None):
    joined, found = rules.rule(text, {"quantities": QUANTITIES}, NAMES, known)
    return joined, [(one.text, one.found, one.holds) for one in found]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (-0.25, "−0.25"),
        (1234567.0, "1.23e6"),
        (12345.0, "12\N{NARROW NO-BREAK SPACE}345"),
        (0.00001234, "1.23e−5"),
        (math.inf, "∞"),
        (None, "–"),
    ],
)
def test_numbers(value, text):
    assert numbers.number(value) == text


def test_ticks_that_lie_close_can_be_told_apart():
    scale = plots.axis([1.932, 1.961], 0, 400)
    texts = numbers.labels(plots.ticks(scale))
    assert len(set(texts)) == len(texts) >= 3


def test_an_and_is_all_of_its_parts():
    assert parts("gain.low > 0.1 and reach.low >= 6 * train") == (
        "all",
        [
            ("lower bound of gain > 0.1", "0.2 > 0.1", True),
            ("lower bound of reach ≥ 6 × train", "48 ≥ 48", True),
        ],
    )


def test_open_bounds_reported_numbers_and_unknown_names():
    assert parts("reach.high <= reported.gain / 2")[1] == [
        ("upper bound of reach ≤ the paper's gain / 2", "∞ ≤ 0.25", False)
    ]
    assert parts("gain.low > missing")[1] == [("lower bound of gain > missing", "", None)]


def test_each_baseline_is_compared():
    assert parts("base.high <= 10")[1] == [
        ("upper bound of base ≤ 10", "a: 8 ≤ 10; b: 20 ≤ 10", False)
    ]


def test_what_the_judge_found_outweighs_bounds_that_share_the_error():
    joined, found = parts("gain.low > 0.1 or reach.low > 100", known=False)
    assert joined == "any"
    assert [holds for _, _, holds in found] == [False, False]
    assert found[0][1] == "0.2 > 0.1, at its share of the error"


def test_counted_statements_read_as_statements():
    assert parts("holds.low > 0.5")[1] == [("holds holds in every case", "", True)]


def test_an_expression_that_cannot_be_read_is_shown_as_it_stands():
    assert parts("gain.low >")[1] == [("gain.low >", "", None)]


def test_intervals_and_sentences():
    assert wording.interval({"point": 3.0, "low": 1.0, "high": None}) == "3 [1, ∞)"
    never = {"take": "first", "point": None, "low": 64.0, "unbounded": ["high", "point"]}
    assert wording.interval(never) == "never [64, ∞)"
    undecided = {"outcome": "inconclusive", "smallest_effect": {"gain": 0.3}}
    assert "could have seen: gain 0.3." in wording.sentence(undecided)


def test_plots_escape_their_labels_and_bear_every_value():
    hostile = '"><script>alert(1)</script>'
    row = plots.Row(hostile, values=[1.0, None, math.inf, 2.0], point=1.5, low=None, text=hostile)
    line = plots.Line(hostile, [[(0.0, math.nan), (1.0, 1.0)]], 7, [(0.0, math.nan), (1.0, 1.0)])
    for drawing in (plots.strip([row]), plots.lines([line], hostile, hostile, level=math.inf)):
        found = Page(str(drawing))
        assert found.count("script") == 0
        assert found.count("svg") == 1
        assert "nan" not in " ".join(found.attributes("d"))
        assert "inf" not in " ".join(found.attributes("d"))


def test_every_seed_is_a_dot_also_where_many_are_equal():
    row = plots.Row("same", values=[5.0] * 12)
    paths = [a["d"] for t, a in Page(str(plots.strip([row]))).elements if t == "path"]
    places = paths[0].split("h0")[:-1]
    assert len(places) == len(set(places)) == 12


def test_log_axes_only_where_all_is_positive():
    assert plots.axis([1, 10, 100], 0, 1, log=True).log
    assert not plots.axis([0, 10, 100], 0, 1, log=True).log
    assert plots.axis([], 0, 1).low < plots.axis([], 0, 1).high


def test_citations_escape_what_tex_acts_upon():
    assert wording.tex(r"A_b & 50% {x} \y ~^") == r"A\_b \& 50\%  x   y \~{}\^{}"


def test_only_the_paper_s_own_scale_has_paper_settings():
    assert wording.level("paper", "laptop") == wording.level("scaled", "laptop")
    assert wording.level("paper", "paper") != wording.level("scaled", "paper")
    assert wording.level("exact", "laptop") == wording.level("exact", "paper")


def test_an_interval_shows_digits_until_its_ends_differ():
    close = {"take": "mean", "point": 1.0021, "low": 1.0012, "high": 1.0034, "unbounded": []}
    assert wording.interval(close) == "1.002 [1.001, 1.003]"
    wide = close | {"point": 1.76, "low": 1.65, "high": 1.88}
    assert wording.interval(wide) == "1.76 [1.65, 1.88]"


@pytest.mark.parametrize(
    ("unit", "many"), [("seed", "seeds"), ("item", "items"), ("none", "seeds")]
)
def test_a_rate_is_a_share_of_what_the_paper_counts(unit, many):
    rate = Quantity(take="rate", metric="solved", arm="new", level=0.5)
    assert wording.quantity(rate, {}, unit=unit).startswith(f"share of {many} whose solved is")
