"""Claims whose verdict hangs on the statistic: mean of seeds, or the best of them."""

from trial_papers import claim, done, paper, rows

from recount.judge import judge, statistic_decides


def judged(aggregate: str, values: list[float]) -> dict:
    reported = {"aggregate": aggregate, "seeds": 5, "gain": 0.1}
    one = paper({"main": claim()}, reported=reported)
    return judge(one, "main", "laptop", rows(one, {"new": values, "old": 0.5}), done(one))


def test_the_best_of_eight_seeds_is_an_alternative_of_every_table_of_fragility():
    values = [0.5, 0.51, 0.49, 0.5, 0.52, 0.48, 0.5, 0.7]
    for stated in ("maximum of 5", "best of 5 settings", "unknown"):
        found = judged(stated, values)
        (own,) = [x for x in found["fragility"] if x["alternative"].startswith("the paper's own")]
        assert own["alternative"].endswith("(max)") and own["applies"]
        assert own["outcome"] == "reproduced" != found["outcome"]
        assert statistic_decides(found["fragility"])


def test_where_both_agree_the_statistic_decides_nothing():
    assert not statistic_decides(judged("maximum of 5", [0.7, 0.71, 0.72, 0.7] * 2)["fragility"])
    assert not statistic_decides([])
