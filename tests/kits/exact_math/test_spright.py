"""Sparse Hadamard: the aliasing law against the definition, and decoders that go wrong."""

import sys
from pathlib import Path

import numpy as np
import pytest
from scipy.linalg import hadamard

from recount import registry
from recount.experiment import load
from recount.kits.exact_math.sparse_hadamard import clean_signal, design, parity, peel, read
from recount.kits.exact_math.sparse_hadamard import transform as fast
from recount.run import Run
from recount.typed import build

FOLDER = Path(__file__).resolve().parents[3] / "papers" / "exact_math" / "spright"


def drawn(bits=8, count=4, block=3, seed=0):
    rng = np.random.default_rng(seed)
    index, value = rng.choice(2**bits, count, replace=False), rng.choice([-1.0, 1.0], count)
    return design(rng, bits, 2 * count, 3, block), index, value


def test_the_fast_transform_is_the_matrix():
    values = np.random.default_rng(1).normal(size=(3, 64))
    assert np.allclose(fast(values), values @ hadamard(64))


@pytest.mark.parametrize("block", [1, 3, 4])
def test_bins_alias_as_the_law_says_and_the_signal_has_the_spectrum(block):
    chosen, index, value = drawn(block=block)
    signal = clean_signal(np.arange(256), index, value)
    spectrum = signal @ hadamard(256) / 256
    assert np.allclose(spectrum[index], value) and np.isclose(np.abs(spectrum).sum(), 4)
    bins = read(chosen, index, value).bins(np.random.default_rng(2), 0.0)
    wanted = np.zeros_like(bins)
    for k, its in zip(index, value, strict=True):
        for group in range(3):
            signs = 1 - 2.0 * parity(chosen.shifts, k)
            wanted[group, :, chosen.bin_of(group, k)] += its * signs
    assert np.allclose(bins, wanted)
    assert len(set(chosen.shifts.tolist())) == len(chosen.shifts)


@pytest.mark.parametrize("block", [1, 3])
def test_peeling_finds_all_or_says_less_and_never_invents(block):
    right = 0
    for seed in range(40):
        chosen, index, value = drawn(bits=12, count=16, block=block, seed=seed)
        bins = read(chosen, index, value).bins(np.random.default_rng(seed), 0.0)
        found, truth = peel(chosen, bins, 0.0, 1e-9).found, dict(zip(index, value, strict=True))
        assert found.items() <= truth.items()
        right += found == truth
    assert right >= 38


def test_two_coefficients_in_one_bin_are_no_single_one():
    chosen, index, value = drawn(count=2)
    twins = np.array([index[0], index[0] ^ 1])
    bins = read(chosen, twins, np.ones(2)).bins(np.random.default_rng(0), 0.0)
    for group in range(3):
        if chosen.bin_of(group, twins[0]) == chosen.bin_of(group, twins[1]):
            bins[:group], bins[group + 1 :] = 0, 0
            assert not peel(chosen, bins, 0.0, 1e-9).found


def test_a_decoder_that_misreads_a_bit_or_forgets_the_noise_fails():
    experiment, paper = load(FOLDER), registry.load_paper(FOLDER)
    module = sys.modules[experiment.arm.__module__]

    def recovered(arm):
        run = Run(
            slug=paper.slug,
            scale="smoke",
            size=build(experiment.size, paper.scales["smoke"].size | {"bits": [12]}, "size"),
            seeds=(1, 2, 3),
            arm_name=arm,
            arm=build(experiment.arm, paper.arms[arm], arm),
        )
        frame = experiment.measure(run, {}).frame()
        return frame[(frame.metric == "recovered") & (frame.noise == "10")].value.mean()

    assert recovered("coded") > 0.8 and recovered("noiseless") == 0
    right = module.peel
    module.peel = lambda chosen, bins, *rest: right(chosen, np.roll(bins, 1, axis=1), *rest)
    assert recovered("coded") == 0
