"""Triangle waves and ReLU networks in exact numbers, and faults that the checks see."""

from fractions import Fraction

import numpy as np
import pytest
from paper_frames import frame_of, module_of, values_of

from recount.kits.exact_math import counter_examples
from recount.kits.exact_math import piecewise as pw


@pytest.fixture
def paper():
    return module_of("exact_math", "benefits_of_depth")


@pytest.mark.parametrize("folds", [1, 3, 6])
def test_the_mirror_network_is_the_wave_with_all_its_pieces(folds):
    layers = pw.mirror_layers(folds)
    assert pw.affine_pieces(layers) == 2**folds
    for n in range(0, 82, 7):
        x = Fraction(n, 81)
        assert pw.evaluated(layers, x) == pw.triangle_wave(x, folds)


def test_dynamic_programming_finds_planted_pieces_and_the_flat_line():
    x = np.arange(12)
    bent = np.where(x < 5, 2.0 * x, 30.0 - x)
    assert pw.least_distance(bent, 2) == pytest.approx([pw.one_piece(bent, False) / 12, 0])
    wave = np.array([float(pw.triangle_wave(Fraction(2 * i + 1, 32), 2)) for i in range(16)])
    assert pw.least_distance(wave, 1, constant=True) == pytest.approx([0.25])


def test_all_statements_hold_at_smoke_size(paper):
    frame = frame_of(paper, "relu")
    for metric in ("agreement", "stays_away", "built", "pieces_within_bound"):
        assert set(values_of(frame, metric)) == {1.0}
    assert counter_examples(frame, "no_nearer_than_bound").empty
    assert max(values_of(frame_of(paper, "relu", networks=40), "pieces")) > 4


@pytest.mark.parametrize("fault", ["shallow", "generous", "blind"])
def test_faults_are_seen(paper, monkeypatch, fault):
    if fault == "shallow":
        right = pw.mirror_layers
        monkeypatch.setattr(pw, "mirror_layers", lambda folds: right(folds - 1))
        assert not counter_examples(frame_of(paper, "relu"), "built").empty
    if fault == "generous":
        monkeypatch.setattr(paper, "lower_bound", lambda rival, q, p: 1 / 4 - q / 2**p / 8)
        assert not counter_examples(frame_of(paper, "relu"), "no_nearer_than_bound").empty
    if fault == "blind":
        monkeypatch.setattr(pw, "crossed", lambda grid, nodes: (grid, nodes))
        assert not counter_examples(frame_of(paper, "relu"), "agreement").empty


@pytest.mark.parametrize("short", [Fraction(1, 2**8), Fraction(1, 2**60)])
def test_both_counts_see_a_piece_however_short(short):
    """A bump of this width in the middle of [0, 1] has four bends: up, over the top, down, flat."""
    half = Fraction(1, 2)
    rows, starts = [[Fraction(1)]] * 3, [half, half + short / 2, half + short]
    bump = [(rows, [-at for at in starts]), ([[1 / short, -2 / short, 1 / short]], [Fraction(0)])]
    assert pw.affine_pieces(bump) == pw.walked_pieces(bump) == 4


def test_a_walk_stops_where_a_node_only_touches_zero():
    """|x - 1/2| of two nodes that turn on and off at the same place has two pieces."""
    layers = [([[Fraction(1)], [Fraction(-1)]], [Fraction(-1, 2), Fraction(1, 2)])]
    layers += [([[Fraction(1), Fraction(1)]], [Fraction(0)])]
    assert pw.affine_pieces(layers) == pw.walked_pieces(layers) == 2
    assert pw.walked_pieces(pw.mirror_layers(7)) == 128
