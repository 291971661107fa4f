import time

import numpy as np
import pytest

from recount.kits.tiny_lm.timing import interleaved


def test_slower_operations_take_longer_in_every_repetition():
    work = {"short": lambda: time.sleep(0.001), "long": lambda: time.sleep(0.1)}
    seconds = interleaved(work, [np.random.default_rng(i) for i in range(4)], calls=2)
    assert seconds["long"].shape == (4,)
    assert np.all(seconds["long"] > seconds["short"])
    assert np.all(seconds["short"] >= 0.001)


@pytest.mark.parametrize("calls", [1, 3])
def test_rounds_hold_every_operation_once_in_changing_order(calls):
    made = []
    work = {name: (lambda name=name: made.append(name)) for name in "abcd"}
    interleaved(work, [np.random.default_rng(i) for i in range(5)], calls)
    rounds = ["".join(made[i : i + 4]) for i in range(4, len(made), 4)]
    assert made[:4] == list("abcd") and len(rounds) == 5 * calls
    assert all(sorted(one) == list("abcd") for one in rounds)
    assert len(set(rounds)) > 1
