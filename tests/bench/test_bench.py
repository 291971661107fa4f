"""The benchmarks run at tiny sizes and give whole rows; how fast they are is not judged here."""

import importlib
import math
import time

import pytest
from benchmarks import BENCHMARKS, table, timing

ROWS = {"training": 14, "seeds": 1, "evaluation": 2, "tracking": 3, "pages": 2, "store": 2}
ROWS |= {"dry_runs": 5, "commands": 2, "orchestration": 2}


def test_every_benchmark_is_tested():
    assert set(ROWS) == set(BENCHMARKS)


@pytest.mark.parametrize("name", BENCHMARKS)
def test_all_rows_have_a_finite_ratio(name):
    rows = importlib.import_module(f"benchmarks.{name}").rows(quick=True)
    assert len([row for row in rows if "GPU" not in row.what]) == ROWS[name]
    for row in rows:
        assert math.isfinite(row.ratio) and row.ratio > 0, row
        assert row.what and row.ours and row.other


def test_the_table_says_what_was_missed():
    rows = [table.within("used", 2.0, 1.0), table.within("spared", 0.5, 1.0)]
    rows.append(table.faster("a loop", 0.1, 0.3, "another"))
    page = table.markdown(rows)
    assert "| used | 2 s | budget 1 s | 0.5 | >= 1 | no |" in page
    assert "| spared | 0.5 s | budget 1 s | 2 | >= 1 | yes |" in page
    assert "| a loop | 100 ms | another: 300 ms | 3 |  |  |" in page
    assert "torch" in table.machine() and "cores" in table.machine()


def test_turns_alternate_and_the_first_round_is_not_counted():
    order = []
    clock = iter(range(1000)).__next__
    seconds = timing.interleaved(
        {"a": lambda: order.append("a"), "b": lambda: [order.append("b"), clock()]}, 2, clock
    )
    assert order == ["a", "b", "b", "a", "a", "b"]
    assert seconds == {"a": 1, "b": 2}


def test_a_loop_is_advanced_one_step_a_call_and_its_fault_arrives():
    done = []

    def loop(pause):
        for step in range(2):
            done.append(step)
            pause()
        raise ValueError("at its end")

    with timing.stepping({"loop": loop}) as steps:
        steps["loop"]()
        assert done == [0]
        steps["loop"]()
        assert done == [0, 1]
        with pytest.raises(ValueError, match="at its end"):
            steps["loop"]()


def test_a_loop_ends_with_its_block():
    with timing.stepping({"loop": lambda pause: [pause() for _ in iter(int, 1)]}) as steps:
        steps["loop"]()
        thread = steps["loop"].thread
    assert not thread.is_alive()


def test_a_child_is_charged_for_its_work_and_its_failure_is_told():
    import sys

    busy = "import time\nwhile time.process_time() < 0.3: pass"
    begun = time.process_time()
    assert timing.child([sys.executable, "-c", busy]) >= 0.2
    assert time.process_time() - begun < 0.2
    with pytest.raises(RuntimeError, match="lost its way"):
        timing.child([sys.executable, "-c", "raise SystemExit('lost its way')"])


def test_machinery_is_what_the_stages_do_not_report(tmp_path):
    from benchmarks import orchestration

    row = orchestration.of_logs(orchestration.planted(tmp_path), "laptop", planning=0.0)
    assert row.ratio == pytest.approx(0.05 / (4.4 / 28.4))
    assert row.met == "no"
