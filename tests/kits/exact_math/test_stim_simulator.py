"""Stim against a state vector: states by hand, random circuits, and circuits that were changed."""

import sys
from pathlib import Path

import numpy as np
import pytest

from recount import registry
from recount.experiment import load
from recount.kits.exact_math.clifford import GATES, random_circuit, records
from recount.run import Run
from recount.typed import build

FOLDER = Path(__file__).resolve().parents[3] / "papers" / "exact_math" / "stim_simulator"


def test_gates_are_unitary_and_an_entangled_pair_agrees_with_itself():
    for matrix in GATES.values():
        assert np.allclose(matrix @ matrix.conj().T, np.eye(len(matrix)))
    pair = [("H", (0,)), ("CX", (0, 1)), ("M", (1,)), ("M", (0,))]
    assert records(pair, 2) == pytest.approx({(0, 0): 0.5, (1, 1): 0.5})
    assert records([("X", (0,)), ("CX", (0, 2)), ("M", (2,))], 3) == {(1,): 1.0}
    assert records([("H", (0,)), ("S", (0,)), ("S", (0,)), ("H", (0,)), ("M", (0,))], 1) == {
        (1,): pytest.approx(1)
    }


def test_records_of_random_circuits_are_uniform_over_a_power_of_two():
    for seed in range(20):
        found = list(records(random_circuit(np.random.default_rng(seed), 4, 25), 4).values())
        assert np.allclose(found, 1 / len(found)) and len(found).bit_count() == 1


def frame_of(change=lambda module: None):
    experiment, paper = load(FOLDER), registry.load_paper(FOLDER)
    change(sys.modules[experiment.arm.__module__])
    sizes = paper.scales["smoke"].size | {"circuits": 12, "qubits": 4, "gates": 20, "shots": 1024}
    run = Run(
        slug=paper.slug,
        scale="smoke",
        size=build(experiment.size, sizes, "size"),
        seeds=(1, 2),
        arm_name="noiseless",
        arm=build(experiment.arm, paper.arms["noiseless"], "noiseless"),
    )
    return experiment.measure(run, {}).frame()


def test_the_library_is_right_and_lost_gates_are_noticed():
    frame = frame_of()
    for metric in ("right", "fault_caught", "known_right"):
        assert (frame[frame.metric == metric].value == 1).all(), metric
    assert frame[frame.metric == "bulk_gain"].value.min() > 0


def test_a_sampler_with_a_wrong_gate_is_seen():
    def change(module):
        right = module.text
        module.text = lambda gates: (
            right(gates).replace("SQRT_X ", "SQRT_X_DAG ").replace("S ", "H ")
        )

    frame = frame_of(change)
    assert (frame[frame.metric == "right"].value == 0).all()
