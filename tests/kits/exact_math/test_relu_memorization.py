"""Networks that memorize: every point, nothing else, and one wrong bit is one wrong point."""

import numpy as np
import pytest
from paper_frames import frame_of, module_of, values_of

from recount.kits.exact_math import counter_examples
from recount.kits.exact_math import memorize as me

LINE = {0: 1}


def network_of(points, labels, bits=12):
    return me.memorizer(LINE, points, labels, bits, 4)


@pytest.mark.parametrize("count", [1, 2, 7, 20])
def test_every_point_has_its_label_and_all_other_numbers_have_none(count):
    points = sorted(np.random.default_rng(count).choice(4000, count, replace=False).tolist())
    labels = [(3 * i + 1) % 16 for i in range(count)]
    network = network_of(points, labels)
    wanted = dict(zip(points, labels, strict=True))
    every = np.arange(0, 4001)
    given = me.outputs(network, every[:, None])
    assert [int(one) for one in given] == [wanted.get(int(x), 0) for x in every]
    assert [me.output_of_one(network, [x]) for x in points] == labels


def test_parameters_are_the_weights_and_biases_that_are_not_zero():
    network = me.Network()
    at = network.layer(a=me.plus((3, LINE), bias=-2), b=me.plus((-1, LINE)))
    network.output = me.plus((1, at["a"]), (0, at["b"]), bias=5)
    assert network.parameters == 5 and network.weight_bits == 2
    assert me.outputs(network, np.array([[0], [4]])).tolist() == [5, 15]


def test_one_hidden_layer_goes_through_all_labels():
    points, labels = [2, 3, 11, 40], [7, 0, 9, 9]
    network = me.interpolator(LINE, points, labels)
    assert me.outputs(network, np.array(points)[:, None]).tolist() == labels


def test_all_statements_hold_at_smoke_size():
    paper = module_of("exact_math", "relu_memorization")
    frame = frame_of(paper, "ball")
    for metric in ("agreement", "memorized", "narrow", "flip_is_seen", "exponent_is_half"):
        assert set(values_of(frame, metric)) == {1.0}, metric
    assert values_of(frame_of(paper, "shallow"), "exponent_is_half") == [0.0]


@pytest.mark.parametrize("fault", ["bit lost", "group's end", "short padding"])
def test_a_faulty_construction_forgets(monkeypatch, fault):
    paper = module_of("exact_math", "relu_memorization")
    packed, choose = me.packed, me.choose
    if fault == "bit lost":
        monkeypatch.setattr(me, "packed", lambda *given: packed(*given) & ~1)
    if fault == "group's end":
        monkeypatch.setattr(
            me, "choose", lambda n, s, ends, w: choose(n, s, (ends[0], ends[1] - 1), w)
        )
    if fault == "short padding":
        twice = lambda v, bits, size: packed([*v, *v[-1:] * (size - len(v))], bits, size)  # noqa: E731
        monkeypatch.setattr(me, "packed", twice)
    frame = frame_of(paper, "line", tried=(16, 31), counted=(64, 128))
    assert not counter_examples(frame, "memorized").empty
