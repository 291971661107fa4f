"""DFloat11 on weights whose truth is known, its text, and a smoke run from end to end."""

import importlib
from pathlib import Path

import numpy as np
import pytest
import yaml

from recount.experiment import load
from recount.kits.number_formats import language, planes, unpack
from recount.run import Rows, Run
from recount.typed import build

FOLDER = Path(__file__).resolve().parents[3] / "papers" / "number_formats" / "dfloat11"
DECLARED = yaml.safe_load((FOLDER / "paper.yaml").read_text())
EXPERIMENT = load(FOLDER)
PAPER = importlib.import_module(EXPERIMENT.train.__module__)
METRICS = {"size_ratio", "identical", "over_shannon", "sign_fill", "exponent_fill", "mantissa_fill"}


def run_of(arm="trained", seeds=(5, 6), checkpoints=None):
    return Run(
        slug="dfloat11",
        scale="smoke",
        seeds=seeds,
        size=build(EXPERIMENT.size, DECLARED["scales"]["smoke"]["size"], "size"),
        arm_name=arm,
        arm=build(EXPERIMENT.arm, DECLARED["arms"][arm], arm),
        checkpoints=checkpoints,
    )


def looked(matrix):
    """What is measured of a model with one block, given as float32 numbers."""
    arrays = {"blocks.0.up.weight": matrix[None], "norm.bias": np.zeros((1, 8), np.float32)}
    return PAPER.look(arrays, 0, 3)


def test_gaussian_weights_pass_and_every_bit_is_kept():
    found = looked(np.random.default_rng(0).normal(0, 0.02, (300, 300)).astype(np.float32))
    assert 0.65 < found["size_ratio"] < 0.72 and found["identical"]
    assert found["sign_fill"] > 0.99 and found["mantissa_fill"] > 0.99
    assert found["exponent_fill"] < 0.4 and found["over_shannon"] < 1.01


def test_weights_of_all_magnitudes_do_not_shrink():
    bits = np.random.default_rng(1).integers(0, 65536, (200, 200)).astype(np.uint32) << 16
    numbers = bits.view(np.float32)
    found = looked(np.where(np.isfinite(numbers), numbers, 1).astype(np.float32))
    assert found["size_ratio"] > 0.98 and found["exponent_fill"] > 0.98 and found["identical"]


def test_whole_weights_betray_their_empty_mantissa():
    found = looked(np.random.default_rng(2).choice([-1.0, 0.0, 1.0], (100, 100)).astype(np.float32))
    assert found["mantissa_fill"] < 0.01 and found["sign_fill"] < 0.99


def test_a_lossy_decoder_is_seen(monkeypatch):
    def lossy(packed):
        bits = unpack(packed).copy()
        bits[-1] ^= 1
        return bits

    monkeypatch.setattr(PAPER, "unpack", lossy)
    assert not looked(np.random.default_rng(3).normal(0, 1, (50, 50)).astype(np.float32))[
        "identical"
    ]


def test_the_size_counts_every_part():
    weights = np.random.default_rng(4).normal(0, 0.02, (100, 100)).astype(np.float32)
    matrices, vectors = PAPER.groups({"blocks.0.w": weights[None], "b": np.ones((1, 9))}, 0)
    packed = PAPER.pack(matrices[0])
    coded = packed.code.bits(np.bincount(planes(matrices[0])["exponent"], minlength=256))
    least = 8 * 10_000 + coded + 8 * 256 + 5 * coded / 64 + 64
    assert least <= packed.bits < least + 64 + 5
    assert vectors.size == 9


@pytest.mark.parametrize("arm", DECLARED["arms"])
def test_smoke(arm):
    run = run_of(arm)
    data = EXPERIMENT.generate(run)
    rows = EXPERIMENT.evaluate(run, data, EXPERIMENT.train(run, data).arrays).frame()
    assert METRICS | {"in_distribution", "bits_per_byte", "fingerprint"} <= set(rows["metric"])
    assert (rows.loc[rows["metric"] == "identical", "value"] == 1).all()
    assert np.isfinite(rows["value"]).all()


def test_stacked_seeds_equal_single_ones():
    data = EXPERIMENT.generate(run_of())
    together = EXPERIMENT.train(run_of(), data).arrays
    for row, seed in enumerate((5, 6)):
        alone = EXPERIMENT.train(run_of(seeds=(seed,)), data).arrays
        for name, value in alone.items():
            np.testing.assert_allclose(value[0], together[name][row], rtol=1e-3, atol=1e-4)


def test_held_out_text_is_not_trained_on():
    data = language.source_text(run_of())
    assert data["train"].size > 1_000_000 and data["held_out"].size > 100_000
    assert data["train"].max() <= 128
    tail = data["held_out"][:2000].tobytes()
    assert tail not in data["train"].tobytes()


def test_a_uniform_guesser_costs_seven_bits():
    run = run_of("gaussian")
    data, rows = EXPERIMENT.generate(run), Rows(run)
    arrays = {k: v * 0 for k, v in EXPERIMENT.train(run, data).arrays.items()}
    model = PAPER.restore(PAPER.model_of(run), arrays)
    language.add_level(rows, model, data, run.size)
    bits = rows.frame().set_index("metric").loc["bits_per_byte", "value"]
    assert np.allclose(bits, np.log2(129), atol=1e-5)
