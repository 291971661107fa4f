"""What must not matter does not: 1,000 random cases, each under every change that applies to it.

The order of the seeds, the names of the arms, the unit of the metric, an arm that no quantity
names: the verdict stays. Swapped arms under the mirrored rule keep it, and swapped arms under a
rule that is its own mirror turn it round. Ten kinds of rule, a hundred cases each, every case with
data of its own, spread so that all three outcomes occur.
"""

import itertools

import numpy as np
import pandas as pd
import pytest
from trial_papers import claim, done, paper, seeds_of

from recount.judge import judge
from recount.judge.rule import Decision, Rule
from recount.judge.table import Block, Table

CASES = 100
POINTS = (1, 2, 4, 8, 16, 32)
METRICS = {"score": {"range": [None, None]}, "seconds": {"range": [0, None]}}
PAIR = {"arm": "new", "minus": "old"}
QUOTIENT = {"arm": "new", "over": "old"}
LINE = {"metric": "score", "along": "digits"}
# kind -> (quantity, its line, the axis points that it looks at)
KINDS = {
    "mean": ({"take": "mean", "metric": "score", "arm": "new"}, 0.3, 1),
    "gap": ({"take": "gap", "metric": "score"} | PAIR, 0.3, 1),
    "ratio": ({"take": "ratio", "metric": "seconds"} | QUOTIENT, 1.5, 1),
    "median": ({"take": "median", "metric": "score", "arm": "new"}, 0.3, 1),
    "median of differences": ({"take": "median", "metric": "score"} | PAIR, 0.3, 1),
    "slope": (LINE | {"take": "slope", "arm": "new"}, 0.02, 6),
    "spearman": (LINE | {"take": "spearman", "arm": "new"}, 0.2, 6),
    "reach of two": (LINE | {"take": "reach", "level": 0.5} | QUOTIENT, 1.5, 6),
    "first of two": (LINE | {"take": "first", "level": -0.5} | QUOTIENT, 1.5, 6),
    "paired rate": ({"take": "rate", "metric": "score", "level": 0.5} | PAIR, 0.0, 1),
}
MIRRORED = [kind for kind, (one, _, _) in KINDS.items() if "minus" in one or "over" in one]
OUTCOMES = {"reproduced", "contradicted", "inconclusive"}


def drawn(kind: str) -> dict[str, np.ndarray]:
    """arm -> values (CASES, 12, points), around the kind's line."""
    rng = np.random.default_rng(sorted(KINDS).index(kind))
    declared, line, points = KINDS[kind]
    size = (CASES, 12, points)
    shared = rng.normal(0, 0.5, (CASES, 12, 1))
    values = {arm: shared + rng.normal(0, 0.2, size) for arm in ("new", "old")}
    if points > 1:
        fall = np.arange(6) - rng.uniform(0, 5, (CASES, 1, 1))
        steep = rng.uniform(-0.5, 0.5, (CASES, 1, 1))
        along = steep * np.arange(6) if declared["take"] in ("slope", "spearman") else -fall
        values["new"] = values["new"] + along
        values["old"] = values["old"] - np.arange(6) + rng.uniform(0, 5, (CASES, 1, 1))
        if declared["take"] == "first":
            return {arm: -one for arm, one in values.items()}
        return values
    values["new"] = values["new"] + rng.uniform(-1, 1.6, (CASES, 1, 1))
    return {arm: np.exp(one) for arm, one in values.items()} if kind == "ratio" else values


def outcomes(quantity: dict, rule: dict, arms: dict[str, np.ndarray]) -> list[str]:
    """The verdict of every case, by the path that real verdicts take."""
    own = {"margin": "own", "why": "A stated reason of some length.", "effect": {"it": 1}}
    made = claim(quantities={"it": quantity}, **rule, **own)
    declared = dict.fromkeys(arms, {})
    one = paper({"main": made}, 12, metrics=METRICS, arms=declared)
    blocks = {}
    for arm, values in arms.items():
        axes = {"digits": np.array(POINTS, dtype=object)} if values.shape[2] > 1 else {}
        block = Block(axes, values, np.zeros(values.shape[1:], int))
        blocks[quantity["metric"], arm] = block
    made = Rule(one, one.claims["main"], "laptop").decide(Table(tuple(range(12)), blocks))
    parts = (made.valid, made.reproduced, made.contradicted)
    valid, yes, no = (np.broadcast_to(part, (CASES,)) for part in parts)
    return [Decision({}, *truth).outcome() for truth in zip(valid, yes, no, strict=True)]


def rule_of(line: float) -> dict:
    return {"reproduced": f"it.low > {line:.12f}", "contradicted": f"it.high < {line:.12f}"}


def swapped(quantity: dict) -> dict:
    other = "minus" if "minus" in quantity else "over"
    return quantity | {"arm": quantity[other], other: quantity["arm"]}


def checked(kind: str, change) -> tuple[list[str], list[str]]:
    """Verdicts before and after `change(quantity, line, arms) -> the same three`."""
    quantity, line, _ = KINDS[kind]
    arms = drawn(kind)
    before = outcomes(quantity, rule_of(line), arms)
    assert len(set(before)) >= 2, "cases that all come out alike would show nothing"
    quantity, line, arms = change(quantity, line, arms)
    return before, outcomes(quantity, rule_of(line), arms)


@pytest.mark.parametrize("kind", KINDS)
def test_the_order_of_the_seeds(kind):
    rng = np.random.default_rng(20)
    order = np.argsort(rng.random((CASES, 12)), axis=1)[:, :, None]

    def change(quantity, line, arms):
        return quantity, line, {a: np.take_along_axis(v, order, 1) for a, v in arms.items()}

    before, after = checked(kind, change)
    assert before == after


@pytest.mark.parametrize("kind", KINDS)
def test_the_names_of_the_arms(kind):
    names = {"new": "zeta", "old": "alpha"}

    def change(quantity, line, arms):
        renamed = {k: names.get(v, v) if isinstance(v, str) else v for k, v in quantity.items()}
        return renamed, line, {names[a]: v for a, v in reversed(arms.items())}

    before, after = checked(kind, change)
    assert before == after


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("unit", [0.001, 0.37, 1000.0])
def test_the_unit_of_metric_and_line(kind, unit):
    """Lines of differences, levels and slopes move with the unit; quotients and ranks have none."""

    def change(quantity, line, arms):
        free = "over" in quantity or quantity["take"] in ("spearman", "rate")
        if "level" in quantity:
            quantity = quantity | {"level": quantity["level"] * unit}
        arms = {arm: values * unit for arm, values in arms.items()}
        return quantity, line if free else line * unit, arms

    before, after = checked(kind, change)
    assert before == after


@pytest.mark.parametrize("kind", KINDS)
def test_an_arm_that_nothing_names(kind):
    extra = {"aside": np.full_like(drawn(kind)["new"], np.nan)}
    before, after = checked(kind, lambda quantity, line, arms: (quantity, line, extra | arms))
    assert before == after


@pytest.mark.parametrize("kind", MIRRORED)
def test_swapped_arms_under_the_mirrored_rule(kind):
    quantity, line, _ = KINDS[kind]
    arms = drawn(kind)
    before = outcomes(quantity, rule_of(line), arms)
    back = 1 / line if "over" in quantity else -line
    rule = {"reproduced": f"it.high < {back:.12f}", "contradicted": f"it.low > {back:.12f}"}
    assert outcomes(swapped(quantity), rule, arms) == before


@pytest.mark.parametrize("kind", MIRRORED)
def test_swapped_data_turn_a_symmetric_rule_round(kind):
    quantity, _, _ = KINDS[kind]
    line, back = (1.1, 1 / 1.1) if "over" in quantity else (0.02, -0.02)
    rule = {"reproduced": f"it.low > {line:.12f}", "contradicted": f"it.high < {back:.12f}"}
    arms = drawn(kind)
    there = outcomes(quantity, rule, arms)
    again = outcomes(quantity, rule, {"new": arms["old"], "old": arms["new"]})
    turn = {"reproduced": "contradicted", "contradicted": "reproduced"}
    assert [turn.get(one, one) for one in there] == again
    assert {"reproduced", "contradicted"} <= set(there)


def test_every_kind_says_yes_no_and_neither_somewhere():
    seen = {
        kind: set(outcomes(quantity, rule_of(line), drawn(kind)))
        for kind, (quantity, line, _) in KINDS.items()
    }
    assert set().union(*seen.values()) == OUTCOMES
    assert all("inconclusive" in found and len(found) >= 2 for found in seen.values())


@pytest.mark.parametrize("kind", KINDS)
def test_the_whole_judgement_is_left_alone_too(kind):
    """Through rows, guards, fragility and grades: shuffled seeds and an arm beside, two cases."""
    quantity, line, points = KINDS[kind]
    own = {"margin": "own", "why": "A stated reason of some length.", "effect": {"it": 1}}
    made = claim(quantities={"it": quantity}, **rule_of(line), **own)
    one = paper({"main": made}, 12, metrics=METRICS)
    more = paper({"main": made}, 12, metrics=METRICS, arms={"aside": {}, "new": {}, "old": {}})
    for case in range(2):
        arms = {arm: values[case] for arm, values in drawn(kind).items()}
        order = np.random.default_rng(case).permutation(12)
        plain = framed(one, quantity, arms)
        shuffled = {arm: values[order] for arm, values in arms.items()}
        beside = framed(more, quantity, {"aside": -arms["new"]} | shuffled)
        first, second = (
            judge(which, "main", "laptop", frame, done(which))
            for which, frame in ((one, plain), (more, beside))
        )
        for key in ("outcome", "words", "grades", "smallest_effect", "asked_share"):
            assert first[key] == second[key]
        for side in ("low", "point", "high"):
            there, again = (found["quantities"]["it"][side] for found in (first, second))
            assert there == again or there == pytest.approx(again, rel=1e-9)
        alternatives = [[a["outcome"] for a in found["fragility"]] for found in (first, second)]
        assert alternatives[0] == alternatives[1]


def framed(one, quantity: dict, arms: dict[str, np.ndarray]) -> pd.DataFrame:
    axes = POINTS if "along" in quantity else (None,)
    cells = itertools.product(arms, enumerate(seeds_of(one)), enumerate(axes))
    found = [
        {"arm": arm, "seed": seed, "metric": quantity["metric"], "value": arms[arm][i, k]}
        | {"count": 0}
        | ({} if point is None else {"digits": point})
        for arm, (i, seed), (k, point) in cells
    ]
    return pd.DataFrame(found)
