"""Programs by length: known ones have their length and labels, and a fit is always a fit."""

import numpy as np
import pytest
from paper_frames import frame_of, module_of, values_of

from recount.kits.exact_math import shortest_programs as sp


@pytest.fixture(scope="module")
def every():
    return sp.programs(40, 6)


def labels_of(rule):
    return np.array([rule(x) for x in range(3, 41)])


@pytest.mark.parametrize(
    ("rule", "length"),
    [
        (lambda x: all(x % d for d in range(2, x)), 6),
        (lambda x: any(d * d == x for d in range(2, x)), 6),
        (lambda x: x % 3 == 0, 5),
        (lambda x: True, 3),
    ],
)
def test_known_programs_have_their_length(every, rule, length):
    found = [one.length for one in every if (one.labels == labels_of(rule)).all()]
    assert found == [length]


def test_pairs_are_all_loops_of_every_number():
    x, i, starts = sp.pairs(6)
    assert list(zip(x.tolist(), i.tolist(), strict=True)) == [
        (n, k) for n in range(3, 7) for k in range(2, n)
    ]
    assert x[starts].tolist() == [3, 4, 5, 6]


def test_the_shortest_fits_its_sample_and_no_shorter_one_does(every):
    prime = labels_of(lambda x: all(x % d for d in range(2, x)))
    places = np.arange(0, 38, 3)
    fits = sp.shortest(every, places, prime[places])
    assert fits and all((one.labels[places] == prime[places]).all() for one in fits)
    shorter = [one for one in every if one.length < fits[0].length]
    assert not any((one.labels[places] == prime[places]).all() for one in shorter)
    assert sp.shortest([], places, prime[places]) == []


def test_large_samples_leave_no_error_and_flipped_labels_do(monkeypatch):
    paper = module_of("exact_math", "mdl_networks_generalize")
    sizes = {"numbers": (32,), "deltas": (0.9,)}
    assert max(values_of(frame_of(paper, "shortest", **sizes), "error")) < 0.05
    right = sp.shortest
    monkeypatch.setattr(paper.sp, "shortest", lambda e, p, seen: right(e, p, ~seen))
    assert min(values_of(frame_of(paper, "shortest", **sizes), "error")) > 0.5
