"""What the page of validity counts, and that it says so plainly when there is little to count."""

import csv
import io

import pytest
import synthetic
from markup import Page

from recount import files, reports
from recount.reports import validity, validity_parts

RATES = {"false_reproduced": 0.048, "false_reproduced_upper": 0.052, "false_contradicted": 0.031}
RATES |= {"false_contradicted_upper": 0.034, "power": 0.91, "reversed": 0.88, "worlds": 96}
RATES |= {"replays": 20000, "passed": True}


def calibrate(paper, scale="laptop", **changes) -> None:
    """A calibration of the very rule of the synthetic verdicts, with two worlds."""
    worlds = [{"world": "reproduced 1: it at limit", "error": "reproduced", "shape": "t3"}]
    worlds += [{"world": "=1+1", "error": "contradicted", "shape": "normal"}]
    worlds = [one | {"scale": 4.0, "rate": 0.04, "upper": 0.05, "replays": 9} for one in worlds]
    entry = {"main": RATES | {"rule": "b" * 64, "rates": worlds} | changes}
    files.write_json(paper.folder / "evidence" / f"{scale}.calibration.json", entry)


@pytest.fixture
def page(world):
    """`page()`: the data of the page as it stands now."""
    return lambda: validity.validity_page(world, world.root / "results", "laptop")


def words(world, data=None) -> str:
    results = world.root / "results"
    reports.render_validity(world, "laptop", results)
    return Page((results / "laptop" / "validity.html").read_text()).words


def test_without_calibrations_nothing_is_promised(world):
    told = words(world)
    assert "0 of 6 judged claims have a rule that was tried so and accepted" in told
    assert "No claim with chance in it has been judged and calibrated yet." in told
    assert "no claim has recorded evidence at two scales" not in told
    assert "provisional: its rule has not been calibrated" in told


def test_worst_rates_and_worlds_of_each_kind(world, page):
    calibrate(world.papers["agreeing"])
    calibrate(world.papers["undecided"], false_reproduced_upper=0.058, worlds=4)
    calibrate(world.papers["disagreeing"], false_reproduced_upper=0.3, passed=False)
    order = next(row for row in page()["families"] if row["key"] == "order")
    assert (order["claims"], order["calibrated"], order["passed"]) == (4, 3, 2)
    assert (order["worlds"], order["false_reproduced_upper"]) == (196, 0.058)
    assert page()["total"]["false_reproduced_upper"] == 0.058
    weak = {one["slug"]: one["why_weak"] for one in page()["weak"]}
    assert "underpowered: finds the effect in 91 %, its opposite in 88 %" in weak["undecided"]


def test_the_calibration_of_another_rule_counts_as_none(world, page):
    calibrate(world.papers["agreeing"], rule="c" * 64)
    assert page()["total"]["calibrated"] == 0


def test_what_false_claims_would_cost_follows_from_power_and_error(world, page):
    for name in ("agreeing", "undecided"):
        calibrate(world.papers[name], power=0.8)
    one = page()["expected"]
    assert one["judged"] == 6 and one["most"] == pytest.approx(0.3) and one["power"] == 0.8
    for row in one["rows"]:
        assert row["right"] == pytest.approx(row["share"] * 6 * 0.8)
        assert row["wrong"] == pytest.approx((1 - row["share"]) * 6 * 0.05)
        assert row["part"] == pytest.approx(row["wrong"] / (row["right"] + row["wrong"]))


def test_predicted_power_is_held_against_what_was_found(world, page):
    for name in ("agreeing", "only_recorded", "disagreeing"):
        calibrate(world.papers[name], power=0.95)
    calibrate(world.papers["undecided"], power=0.6)
    low, high = page()["bins"]
    assert (low["n"], low["seen"], low["predicted"]) == (1, 0, 0.6)
    assert (high["n"], high["seen"]) == (3, 2)
    assert high["low"] < 2 / 3 < high["high"]
    assert "2 of 3" in validity_parts.reliability(page()).html


def test_alternatives_that_flip_a_verdict_are_counted_and_named(world, page):
    paper = world.papers["agreeing"]
    flips = [{"alternative": "median for mean", "outcome": "contradicted", "flips": True}]
    flips += [{"alternative": "sign flip for t", "outcome": "reproduced", "flips": False}]
    flips[1] |= {"applies": False}
    synthetic.ran(
        paper, world.root, synthetic.judgement(paper, fragility=flips), synthetic.rows(paper)
    )
    rows = {row["name"]: row for row in page()["alternatives"]}
    assert (rows["median for mean"]["flips"], rows["median for mean"]["tried"]) == (1, 1)
    assert "sign flip for t" not in rows
    assert [one["slug"] for one in page()["statistic"]] == ["agreeing"]
    assert "agreeing seen at small scale changes with: median for mean" in words(world)


def test_the_ladder_counts_claims_at_two_scales_and_says_when_there_are_none(world, page):
    ladder = page()["ladder"]
    assert (ladder["count"], ladder["same"]) == (1, 1)
    assert ladder["low"] == pytest.approx(0.05) and ladder["high"] == 1
    (world.papers["agreeing"].folder / "evidence" / "gpu.json").unlink()
    assert page()["ladder"]["count"] == 0
    assert "Not known yet: no claim has recorded evidence at two scales." in words(world)


def controls(root, missed: bool) -> None:
    """Made-up controls of one family in a project."""
    place = root / "papers" / "_controls"
    for name in ("families.yaml", "experiment.py"):
        source = synthetic.PROJECT / "papers" / "_controls" / name
        text = source.read_text()
        text = text[: text.index("ratio:")] if name == "families.yaml" else text
        files.write_text(place / name, text)
    good = {"outcome": "inconclusive", "wrong": False, "n": 8}
    first = {"main": good, "gap_margin": good, "in_percent": good | {"wrong": missed}}
    first |= {"true_effect": good, "leak_without_control": good}
    verdicts = {"gap_01": first, "gap_02": {"main": good | {"wrong": True}, "gap_margin": good}}
    shape = {"gap": {"covered": True, "units": 16}}
    files.write_json(place / "evidence.json", {"verdicts": verdicts, "shape": shape})


def test_controls_are_counted_with_exact_bounds(world, page):
    assert page()["controls"] is None
    controls(world.root, missed=False)
    found = page()["controls"]
    assert found["null"] == {"n": 2, "wrong": 1, "upper": pytest.approx(0.9747, abs=1e-4)}
    assert found["fault"]["upper"] == pytest.approx(0.95)
    assert found["rows"][0]["pairs"] == 16
    told = words(world)
    assert "This checks the machinery, not the 5 %." in " ".join(told.split())
    assert "1 of 1 faults planted" in told and "1 of 2 verdicts on equal arms" in told
    controls(world.root, missed=True)
    assert "in percent" in words(world)


def test_audits_are_shown_once_there_are_some(world):
    assert "Audits on seeds" not in words(world)
    summary = {"claims": 3, "quantities": 4, "outside": 1, "expected_outside": 0.1}
    place = world.root / "papers" / "audits" / "0123abcd4567"
    files.write_json(
        place / "audit.json", {"summary": summary | {"shrinkage_p": 0.4, "shrunk": False}}
    )
    files.write_text(place.with_name("broken") / "audit.json", "[]")
    told = words(world)
    assert "0123abcd4567 3 1 of 4 none found (p 0.4)" in told and "cannot be read" in told


def test_the_rows_behind_the_page_are_tables_that_no_spreadsheet_runs(world):
    calibrate(world.papers["agreeing"])
    words(world)
    folder = world.root / "results" / "laptop" / "validity"
    worlds = list(csv.DictReader(io.StringIO((folder / "worlds.csv").read_text())))
    assert [one["world"] for one in worlds] == ["reproduced 1: it at limit", "'=1+1"]
    assert (worlds[0]["slug"], worlds[0]["scale"], worlds[0]["spread"]) == (
        "agreeing",
        "laptop",
        "4.0",
    )
    claims = list(csv.DictReader(io.StringIO((folder / "claims.csv").read_text())))
    assert len(claims) == 8
    assert {one["slug"]: one["power"] for one in claims}["agreeing"] == "0.91"


def test_the_page_stays_small_with_a_thousand_claims(world, page):
    calibrate(world.papers["agreeing"])
    data = page()
    data["weak"] = data["statistic"] = (data["weak"] * 1000)[: validity.MOST]
    data["grades"] = [("calibrated", 1000)] * 5
    names = ("headline", "families", "expected", "reliability", "controls", "fragility", "weak")
    whole = sum(len(getattr(validity_parts, name)(data).html) for name in (*names, "ladder"))
    style = (synthetic.PROJECT / "reports" / "assets" / "recount.css").read_text()
    assert whole + len(style) < 300_000


def test_a_rule_counts_where_it_is_promised_least(world):
    assert (
        validity.family_of(world.papers["agreeing"].claims["main"].quantities.values()) == "order"
    )
    assert validity.family_of(world.papers["refuted"].claims["main"].quantities.values()) == "exact"
