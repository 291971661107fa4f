"""A lab's own noise, whole clusters, spoiled tables: what is tried beside the library's shapes."""

import numpy as np
import pandas as pd
import pytest
from trial_papers import GAIN, claim, paper, rows

from recount.judge import calibrate, inputs, intervals
from recount.judge import noise as shapes
from recount.judge.assumed import Assumed
from recount.judge.calibration import Calibration
from recount.judge.noise import Noise
from recount.judge.rule import Rule
from recount.judge.shape import FEWEST_PAPERS, Pool, residuals, turned
from recount.judge.worlds import World, sources_of

RNG = np.random.default_rng(29)


def standard(values: np.ndarray) -> np.ndarray:
    values = values - values.mean(axis=0)
    return values / np.sqrt((values**2).mean())


def pool(papers: int, draw=RNG.standard_normal) -> Pool:
    return Pool({f"p{i}": (standard(draw((12, 2))),) for i in range(papers)})


@pytest.fixture
def few(monkeypatch):
    monkeypatch.setattr(shapes, "gated", lambda correlation, free: [Noise("normal", 0.5)])


def test_residuals_are_whole_rows_of_variance_one_and_know_no_contrast():
    one = paper()
    common = RNG.normal(0, 0.03, 8)
    (found,) = residuals(one, rows(one, {"new": 0.9 + common, "old": 0.2 + common}))
    assert found.shape == (8, 2) and np.allclose(found[:, 0], found[:, 1])
    assert np.allclose(found.mean(axis=0), 0) and np.isclose((found**2).mean(), 1)


def test_what_does_not_vary_or_is_malformed_has_no_shape():
    one = paper()
    assert residuals(one, rows(one, {"new": 1.0, "old": 0.5})) == ()
    frame = rows(one, {"new": 1.0, "old": 0.5})
    assert residuals(one, pd.concat([frame, frame])) == ()
    reach = paper({"main": claim(quantities={"g": GAIN | {"take": "rate"}})})
    noisy = rows(reach, {"new": RNG.random(8), "old": RNG.random(8)})
    assert residuals(reach, noisy) == ()


def test_arms_take_turns_in_every_column():
    made = turned(np.array([[1.0, 2.0], [3.0, 4.0]]), 3)
    assert sorted(made[:, 0]) == [1, 2, 3, 4]
    assert made.tolist()[0] == [1, 2, 3], "where a row ends the next one goes on"


def test_every_paper_has_the_same_weight_and_populations_have_no_mean_of_chance():
    far = Pool({"a": (np.full((50, 1), 3.0),), "b": (np.full((2, 1), -3.0),)})
    drawn = far.draw(RNG, (4000,), 1)[0]
    assert abs((drawn > 0).mean() - 0.5) < 0.03
    assert far.draw(RNG, (4000,), 1, even=True).mean() == 0


def test_fewer_than_fifteen_papers_leave_the_shape_unknown(few):
    found = calibrate(paper(), "main", "laptop", None, 2000, pool(FEWEST_PAPERS - 1))
    assert found["shape"] == "unknown" and found["pool"] is None
    assert all(entry["shape"] == "normal" for entry in found["rates"])


def test_fifteen_papers_make_it_known(few):
    found = calibrate(paper(), "main", "laptop", None, 20_000, pool(FEWEST_PAPERS))
    assert found["shape"] == "known" and found["passed"]
    assert len(found["pool"]["papers"]) == FEWEST_PAPERS and found["pool"]["rows"] == 180
    assert "pooled" in {entry["shape"] for entry in found["rates"]}


def test_a_shape_for_which_the_rule_errs_is_found_out(few):
    """Rare, far collapses in the first arm: a mean then passes too often."""

    def collapses(size):
        drawn = RNG.standard_normal(size)
        drawn[RNG.choice(size[0], 2, replace=False), 0] -= 12
        return drawn

    found = calibrate(paper(), "main", "laptop", None, 4000, pool(FEWEST_PAPERS, collapses))
    assert found["shape"] == "known" and not found["passed"]
    assert found["false_reproduced"] > 0.07


def test_inputs_name_the_rule_the_pilots_and_whether_a_shape_is_known():
    one, other = paper(), paper({"main": claim(reproduced="gain.low > 0.06")})
    pilot = rows(one, {"new": RNG.random(8), "old": 0.1})
    base = inputs(one, "main", "laptop")
    assert base == inputs(one, "main", "laptop", None, pool(3))
    assert inputs(one, "main", "laptop", pilot) == inputs(one, "main", "laptop", pilot[::-1])
    names = {base, inputs(other, "main", "laptop"), inputs(one, "main", "laptop", pilot)}
    assert len(names | {inputs(one, "main", "laptop", None, pool(FEWEST_PAPERS))}) == 4


MEAN = {"take": "mean", "metric": "accuracy", "arm": "new"}
LEVEL = {"reproduced": "it.low > 0.6", "contradicted": "it.high < 0.6", "effect": {"it": 0.7}}
OWN = {"margin": "own", "why": "A stated reason of some length."}


def of_items():
    made = claim(quantities={"it": MEAN}, **LEVEL, **OWN)
    return paper({"main": made}, unit="item", seeds=1)


@pytest.mark.parametrize("alike", shapes.CLUSTERED)
def test_items_of_a_cluster_are_as_alike_as_planted(alike):
    """Shares of clusters of 10 items scatter as a correlation of `alike` within them demands."""
    one = of_items()
    rule, assumed = Rule(one, one.claims["main"], "laptop"), Assumed(counts={"accuracy": 10})
    noise = Noise("normal", 0.0, clusters=alike)
    sources = sources_of(rule, assumed)
    world = World(sources, noise, 40, tuple(range(500)), RNG)
    (key,) = sources
    values = world.at({key: 0.5}, {}).select("accuracy", "new")[1]
    wanted = 0.25 / 10 * (1 + 9 * alike)
    assert values.var() == pytest.approx(wanted, rel=0.06)


def test_clusters_are_redrawn_whole_where_items_are_the_units(few):
    found = calibrate(of_items(), "main", "laptop", None, 8000)
    assert found["passed"] and found["assumed"]["units"] == 100
    planned = Calibration(Rule(of_items(), of_items().claims["main"], "laptop"), Assumed(), 1)
    assert {one.clusters for one in planned.noises()} == {None, *shapes.CLUSTERED}
    plain = Calibration(Rule(paper(), paper().claims["main"], "laptop"), Assumed(), 1)
    assert {one.clusters for one in plain.noises()} == {None}


def test_spoiled_tables_are_refused_and_a_judge_that_takes_them_is_found_out(few, monkeypatch):
    good = calibrate(paper(), "main", "laptop", None, 1000)["malformed"]
    assert set(good) == {
        "constant",
        "duplicate seed",
        "lost run",
        "missing row",
        "missing seed",
        "strange seed",
    }
    assert set(good.values()) == {1.0}
    plain = intervals.t_bounds
    monkeypatch.setattr(intervals, "t_bounds", lambda u, a, floor=0.0: plain(u, a, 0.001))
    found = calibrate(paper(), "main", "laptop", None, 1000)
    assert found["malformed"]["constant"] < 1 and not found["passed"]


def test_a_judge_that_forgets_lost_runs_is_found_out(few, monkeypatch):
    from recount.judge import verdict

    monkeypatch.setattr(verdict, "guards", lambda rule, table, used: [])
    found = calibrate(paper(), "main", "laptop", None, 1000)
    assert found["malformed"]["missing seed"] < 1 and not found["passed"]
