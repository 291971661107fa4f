"""Every rule that cannot be trusted is refused before any data, with field and remedy."""

import pytest
from trial_papers import GAIN, REACH, claim, paper, reach_claim

from recount.judge import advise, lint

B = GAIN | {"minus": "third"}
MEANS = {
    "new": {"take": "mean", "metric": "accuracy", "arm": "new"},
    "old": {"take": "mean", "metric": "accuracy", "arm": "old"},
}
OWN = {"margin": "own", "why": "A stated reason of some length."}
RATIO = {"take": "ratio", "metric": "seconds", "arm": "old", "over": "new"}


def faults(seeds=12, **changes) -> list[str]:
    arms = {"new": {}, "old": {}, "third": {}}
    ranges = {"seconds": {"range": [0, None]}, "score": {"range": [None, None]}}
    made = claim(**changes)
    return lint(paper({"main": made}, seeds=seeds, arms=arms, metrics=ranges))


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({"reproduced": "gain > 0.05"}, "bare estimate; write gain.low or gain.high"),
        ({"reproduced": "gain.high > 0.05"}, "uses gain.high, although a larger value helps"),
        ({"reproduced": "0.05 < gain.high"}, "write gain.low"),
        ({"contradicted": "gain.low < 0.05"}, "although a larger value weakens"),
        ({"contradicted": "gain.low < 0 and gain.high > 0"}, "write gain.high"),
        ({"reproduced": "gain.low == 0.1"}, "equivalence interval"),
        ({"reproduced": "gan.low > 0.05"}, "did you mean 'gain'?"),
        ({"reproduced": "gain.low > margn"}, "neither a quantity nor a number"),
        ({"reproduced": "gain.low > train_digit"}, "did you mean 'train_digits'?"),
        ({"reproduced": "gain.low > reported.gian"}, "did you mean 'gain'?"),
        ({"reproduced": "gain.low > 0.05 and 1 > 0"}, "compares numbers only"),
        ({"reproduced": "gain.low > 0.05 and train_digits"}, "is a number, not a statement"),
        ({"reproduced": "gain.low ** 2 > 0.05"}, "is not allowed"),
        ({"reproduced": "automatic and gain.low > 0.05"}, "belongs into `valid`"),
        ({"reproduced": "gain.low * gain.low > 0.05"}, "direction cannot be told"),
        ({"contradicted": "gain.high < 0.08 or gain.low > -0.5"}, "true together with reproduced"),
        ({"contradicted": "gain.low > 0.01"}, "true together with reproduced"),
        ({"reproduced": "gain.low > 0.05 and gain.high < 0.04"}, "cannot come true"),
        ({"effect": {}}, "effect: lacks gain"),
        ({"reproduced": "gain.low > 0.2"}, "asks for more than was claimed"),
        ({"reproduced": "gain.low > 0.01", "contradicted": "gain.high < 0.01"}, "not half"),
        ({"seeds": 6}, "6 seeds at scale laptop are too few for them; write 8"),
        ({"valid": "gain.low > 0"}, "does not keep the guards"),
        ({"valid": "automatic or gain.low > 0"}, "does not keep the guards"),
        ({"valid": "automatic and gain.low > 0"}, "looks at 'gain', which decides the claim"),
    ],
)
def test_one_difference(changes, wanted):
    found = faults(**changes)
    assert any(wanted in text for text in found), found
    assert all(text.startswith("claims.main.") for text in found)


def test_two_marginal_intervals_are_refused_where_a_pair_exists():
    quantities = {"quantities": MEANS, "effect": {"new": 0.9, "old": 0.5}} | OWN
    reproduced, contradicted = "new.low > old.high", "new.high < old.low"
    found = faults(reproduced=reproduced, contradicted=contradicted, **quantities)
    assert any("ignores that seeds are paired" in text and "gap" in text for text in found)


def test_a_product_of_bounds_is_judged_by_its_direction():
    """A.low > 2 * B.low is wrong half the time: B.low weakens nothing by being low."""
    quantities = {"quantities": MEANS, "effect": {"new": 0.9, "old": 0.1}} | OWN
    found = faults(reproduced="new.low > 2 * old.low", contradicted="new.high < 0.1", **quantities)
    assert any("uses old.low" in text and "write old.high" in text for text in found)


def test_signs_of_products_follow_from_the_ranges():
    """A division by a positive quantity has a direction; by one of either sign it has none."""
    quantities = {"gain": GAIN, "cost": {"take": "median", "metric": "seconds", "arm": "new"}}
    good = {"quantities": quantities, "effect": {"gain": 0.1, "cost": 1}} | OWN
    rule = {"reproduced": "cost.high * 2 < 3", "contradicted": "cost.low > 1.5"}
    assert faults(**good, **rule) == []
    found = faults(**good, reproduced="cost.high / gain.low < 100", contradicted="cost.low > 99")
    assert any("direction cannot be told" in text for text in found)


def test_a_grid_has_to_go_on_beyond_the_numbers_named():
    assert lint(paper({"main": reach_claim()}, seeds=12)) == []
    short = {"train_digits": 8, "test_digits": [8, 16, 24, 32, 48]}
    found = lint(paper({"main": reach_claim()}, seeds=12, size=short))
    assert len(found) == 2 and all("ends at 48" in text for text in found)


def test_order_statistics_need_twelve_seeds():
    found = lint(paper({"main": reach_claim()}, seeds=8))
    assert any("write 12" in text for text in found)


def test_good_rules_pass():
    equal = {"effect": {"gain": 0}, "reproduced": "-0.02 < gain.low and gain.high < 0.02"}
    assert faults() == []
    assert faults(contradicted="gain.low > 0.02 or gain.high < -0.02", **equal, **OWN) == []
    fast = {"quantities": {"fast": RATIO}, "effect": {"fast": 64}}
    assert faults(reproduced="fast.low >= 8", contradicted="fast.high <= 2", **fast) == []
    assert faults(valid="automatic and control.low > 0.5", quantities=CONTROL) == []
    both = {"quantities": {"gain": GAIN, "b": B}, "effect": {"gain": 0.1, "b": 0.1}}
    both |= {"reproduced": "gain.low > 0.05 and b.low > 0.05"}
    assert faults(contradicted="gain.high < 0.05 or b.high < 0.05", **both) == []


CONTROL = {"gain": GAIN, "control": {"take": "mean", "metric": "success", "arm": "old"}}


def test_half_of_a_ratio_is_half_of_its_logarithm():
    fast = {"quantities": {"fast": RATIO}, "effect": {"fast": 64}}
    assert faults(reproduced="fast.low >= 8", contradicted="fast.high <= 2", **fast) == []
    found = faults(reproduced="fast.low >= 4", contradicted="fast.high <= 2", **fast)
    assert any("asks 0.33 of the effect" in text for text in found)


def test_contradictory_baselines_are_looked_at_one_by_one():
    several = {"old": REACH | {"over": ["old", "third"]}}
    rule = {"reproduced": "old.high <= 16", "contradicted": "old.low >= 48", "effect": {"old": 8}}
    assert faults(quantities=several, **rule, **OWN) == []
    rule["contradicted"] = "old.high <= 8"
    found = faults(quantities=several, **rule, **OWN)
    assert any("true together with reproduced" in text for text in found)


def test_means_of_metrics_that_can_collapse_earn_advice_only():
    one = paper()
    assert lint(one) == [] and "consider a median" in advise(one)[0]
    score = GAIN | {"metric": "score"}
    free = {"score": {"range": [None, None]}}
    assert advise(paper({"main": claim(quantities={"gain": score})}, metrics=free)) == []


def test_exact_claims():
    exact = {"quantities": {"h": {"take": "all", "metric": "holds", "arm": "new"}}, "effect": {}}
    sizes = {name: {"seeds": 1, "minutes": 1, "size": {}} for name in ("smoke", "laptop")}

    def found(**rule):
        return lint(paper({"main": claim(**exact, **rule)}, unit="none", scales=sizes))

    assert found(reproduced="h.low >= 1", contradicted="h.high < 1") == []
    assert found(reproduced="h", contradicted="h == 0") == []
    assert any("together" in text for text in found(reproduced="h", contradicted="h.low >= 1"))


def eleven(take: str, line: str) -> dict:
    """Quantities a to k, and the two rules that ask all, or any, of them to cross a line."""
    names = "abcdefghijk"
    metric = "holds" if take == "all" else "score"
    one = {"take": take, "metric": metric, "arm": "new"} | (
        {"minus": "old"} if take == "gap" else {}
    )
    return {
        "quantities": {name: one | {"at": {"place": i}} for i, name in enumerate(names)},
        "effect": {} if take == "all" else dict.fromkeys(names, 1.0),
        "reproduced": " and ".join(f"{name}.low>{line}" for name in names),
        "contradicted": " or ".join(f"{name}.high<{line}" for name in names),
    } | OWN  # fmt: skip


@pytest.mark.parametrize(("take", "line"), [("all", ".5"), ("gap", ".5"), ("mean", "2")])
def test_eleven_quantities_that_all_have_to_cross_a_line_can(take, line):
    made = eleven(take, line)
    found = [one for one in faults(**made) if "effect" not in one]
    assert not any("cannot come true" in one for one in found), found
    turned = {"reproduced": made["contradicted"].replace("high<", "high<-"),
              "contradicted": " and ".join(f"{n}.low>{line}" for n in "abcdefghijk")}  # fmt: skip
    assert not any("cannot come true" in one for one in faults(**made | turned))


def test_eleven_quantities_that_cannot_and_eleven_that_meet_are_still_told():
    made = eleven("gap", ".5")
    never = made | {"reproduced": made["reproduced"] + " and a.high<.4"}
    assert any("reproduced: cannot come true" in one for one in faults(**never))
    both = made | {"contradicted": "a.high<.5 or k.low>3"}
    assert any("true together with reproduced" in one for one in faults(**both))
