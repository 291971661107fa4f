"""An enumeration names planted counter-examples, and disagreement between two codes shows."""

import numpy as np
import pytest

from recount.kits.exact_math import Exact, counter_examples, fact
from recount.run import Run
from recount.typed import typed


@typed()
class Nothing:
    pass


def square_by_odd_numbers(n):
    return sum(range(1, 2 * n, 2))


def study(wrong_at=(), formula=lambda n: n * n, **more):
    def find(run, case):
        return {"square": square_by_odd_numbers(case["n"]) + (case["n"] in wrong_at)}

    def check(run, case):
        return {"square": case["n"] ** 2} if case["n"] < 50 else None

    def facts(run, case, found):
        yield fact("holds", found["square"] == formula(case["n"]), n_squared=case["n"] ** 2)

    cases = [{"n": n} for n in range(100)]
    return Exact(
        arm=Nothing,
        size=Nothing,
        cases=lambda run: cases,
        find=find,
        check=check,
        facts=facts,
        **more,
    )


def rows_of(experiment, seeds=(1,)):
    run = Run(slug="squares", scale="smoke", size=Nothing(), seeds=seeds, arm_name="a")
    return experiment.measure(run, {}).frame()


def test_a_true_statement_has_no_counter_example_and_both_codes_agree():
    frame = rows_of(study())
    assert counter_examples(frame, "holds").empty
    agreement = frame[frame.metric == "agreement"]
    assert (agreement.value == 1).all() and len(agreement) == 50


@pytest.mark.parametrize("place", [0, 7, 49, 50, 99])
def test_a_planted_counter_example_is_found_wherever_it_is(place):
    found = counter_examples(rows_of(study(wrong_at=(place,))), "holds")
    assert found.n.tolist() == [place] and found.n_squared.tolist() == [place**2]


def test_an_error_of_the_prover_shows_as_disagreement_where_it_is_checked():
    frame = rows_of(study(wrong_at=(7, 80)))
    assert counter_examples(frame, "agreement").n.tolist() == [7]


@pytest.mark.parametrize("shift", [s for s in range(-60, 61) if s])
def test_every_wrong_formula_is_caught(shift):
    frame = rows_of(study(formula=lambda n: n * n + (shift if n == abs(shift) else 0)))
    assert counter_examples(frame, "holds").n.tolist() == [abs(shift)]


def test_a_quantity_that_was_not_found_is_no_agreement():
    one = study()
    asked = Exact(
        arm=Nothing,
        size=Nothing,
        cases=lambda run: [{"n": 3}],
        find=lambda run, case: {"square": 9},
        check=lambda run, case: {"square": 9, "cube": 27},
        facts=lambda run, case, found: [],
    )
    assert counter_examples(rows_of(one), "agreement").empty
    assert len(counter_examples(rows_of(asked), "agreement")) == 1


def test_floats_agree_within_the_tolerance_only_and_shapes_must_match():
    def with_values(left, right, tolerance):
        experiment = Exact(
            arm=Nothing,
            size=Nothing,
            cases=lambda run: [{"n": 1}],
            find=lambda run, case: {"x": left},
            check=lambda run, case: {"x": right},
            facts=lambda run, case, found: [],
            tolerance=tolerance,
        )
        return counter_examples(rows_of(experiment), "agreement").empty

    assert with_values(1.0, 1.0 + 1e-12, 1e-9)
    assert not with_values(1.0, 1.0 + 1e-12, 0.0)
    assert not with_values(np.ones(3), np.ones(2), 1.0)
    assert not with_values(1.0, float("nan"), 1.0)


def test_the_fingerprint_tells_studies_of_other_size_apart():
    def of(count):
        experiment = Exact(
            arm=Nothing,
            size=Nothing,
            cases=lambda run: [{"n": 1}],
            find=lambda run, case: {},
            facts=lambda run, case, found: [fact("holds", True, count)],
        )
        frame = rows_of(experiment)
        return frame[frame.metric == "fingerprint"].value.item()

    assert of(3) == of(3) != of(4)


def test_rows_on_the_whole_see_all_cases():
    def whole(run, rows):
        holds = [row["value"] for row in rows.rows if row["metric"] == "holds"]
        rows.add("share", float(np.mean(holds)), len(holds))

    frame = rows_of(study(wrong_at=(1,), whole=whole))
    assert frame[frame.metric == "share"].value.item() == pytest.approx(0.99)
