"""Rule expressions: a small language and nothing else."""

import numpy as np
import pytest

from recount.judge.expressions import Scope, evaluate, parse
from recount.judge.limits import Fixed
from recount.typed import BadValue

ESCAPES = [
    "__import__('os').system('true') > 0",
    "__import__ > 0",
    "().__class__ > 0",
    "gain.__class__ > 0",
    "gain.low.__class__ > 0",
    "gain.low.real > 0",
    "gain.point > 0",
    "gain._low > 0",
    "_gain.low > 0",
    "reported.__dict__ > 0",
    "open() > 0",
    "eval('1') > 0",
    "gain.low(1) > 0",
    "gain.low[0] > 0",
    "gain['low'] > 0",
    "[1, 2] > 0",
    "{1: 2} > 0",
    "{1} > 0",
    "(1, 2) > 0",
    "lambda: 1",
    "(lambda x: x)(1) > 0",
    "[x for x in gain] > 0",
    "gain.low if 1 > 0 else 2",
    "gain.low ** 99 > 0",
    "2 ** 99 ** 99 > gain.low",
    "gain.low % 2 > 0",
    "gain.low // 2 > 0",
    "gain.low << 9 > 0",
    "gain.low | 1 > 0",
    "~gain.low > 0",
    "+gain.low > 0",
    "not gain.low > 0",
    "gain.low is 0",
    "gain.low in gain.high",
    "gain.low != 0",
    "gain.low > 1j",
    "gain.low > 1e999",
    "gain.low > True",
    "gain.low > None",
    "gain.low > 'a'",
    "gain.low > f'{1}'",
    "gain.low > b'a'",
    "gain.low > ...",
    "(gain := 1) > 0",
    "gain.low > 0; import os",
    "gain.low > 0\nimport os",
    "gain.low > 0 # comment",
    "await gain > 0",
    "yield > 0",
    "*gain.low > 0",
    "gain.low > (0 < 1)",
    "gain.low",
    "1 + 2",
    "gain.low > 0 and 1 + 1",
    "",
    "   ",
    "(" * 150 + "1" + ")" * 150,
    "gain.low > " + "1 + " * 60 + "1",
    "gаin.low > 0",
    "gain.low > 0 and",
]


@pytest.mark.parametrize("text", ESCAPES)
def test_everything_else_is_refused(text):
    with pytest.raises(BadValue, match="trial"):
        parse(text, "trial")


def scope(any_baseline=False, numbers=None, **values):
    known = {
        name: [Fixed(np.array([low]), np.array([high])) for low, high in several]
        for name, several in values.items()
    }
    return Scope(known, numbers or {}, {"ratio": 4.0}, any_baseline)


@pytest.mark.parametrize(
    ("text", "truth"),
    [
        ("gain.low > 0.5", True),
        ("gain.high < 2", False),
        ("0 < gain.low < 1.5 < gain.high", True),
        ("gain.low > 2 or gain.high > 2", True),
        ("gain.low > 2 and gain.high > 2", False),
        ("gain.low >= reported.ratio / 4", True),
        ("gain.low >= -2 * digits + 5", True),
        ("gain.low - 1 >= 0 and (gain.high > 9 or gain.high == 3)", True),
    ],
)
def test_meaning(text, truth):
    assert evaluate(parse(text), scope(gain=[(1, 3)], numbers={"digits": 2}), 0.05) == [truth]


def test_all_baselines_are_needed_but_one_contradicts():
    node = parse("old.high < 2")
    several = {"old": [(0, 1), (2, 3)]}
    assert not evaluate(node, scope(**several), 0.05)[0]
    assert evaluate(node, scope(any_baseline=True, **several), 0.05)[0]


class Asked:
    """A quantity that notes at which error its bounds are asked."""

    def __init__(self):
        self.alphas = []

    def bounds(self, alpha):
        self.alphas.append(alpha)
        return np.zeros(1), np.zeros(1)


@pytest.mark.parametrize(
    ("text", "alphas"),
    [
        ("a.low > 0 and b.low > 0", {"a": 0.05, "b": 0.05}),
        ("a.low > 0 or b.low > 0", {"a": 0.025, "b": 0.025}),
        ("a.low > 0 or b.low > 0 or c.low > 0", {"a": 0.05 / 3, "c": 0.05 / 3}),
        ("a.low > 0 or (b.low > 0 or c.low > 0)", {"a": 0.05 / 3, "c": 0.05 / 3}),
        ("a.low > 0 and (b.low > 0 or c.low > 0)", {"a": 0.05, "b": 0.025}),
        ("a.low > 0 or (b.low > 0 and (c.low > 0 or d.low > 0))", {"b": 0.025, "d": 0.0125}),
    ],
)
def test_each_place_has_its_share_of_the_error(text, alphas):
    known = {name: [Asked()] for name in "abcd"}
    evaluate(parse(text), Scope(known, {}, {}), 0.05)
    for name, alpha in alphas.items():
        assert known[name][0].alphas == [pytest.approx(alpha)]


def test_baselines_share_the_error_of_a_contradiction_only():
    known = {"a": [Asked(), Asked(), Asked()]}
    evaluate(parse("a.low > 0"), Scope(known, {}, {}, any_baseline=True), 0.05)
    assert known["a"][2].alphas == [pytest.approx(0.05 / 3)]
    known = {"a": [Asked(), Asked()]}
    evaluate(parse("a.low > 0"), Scope(known, {}, {}), 0.05)
    assert known["a"][1].alphas == [0.05]
