"""Clifford circuits with measurements, followed exactly on a dense state vector."""

from functools import cache

import numpy as np

H = np.array([[1, 1], [1, -1]]) / np.sqrt(2)
GATES = {
    "H": H,
    "S": np.diag([1, 1j]),
    "X": np.array([[0, 1], [1, 0]]),
    "SQRT_X": np.array([[1 + 1j, 1 - 1j], [1 - 1j, 1 + 1j]]) / 2,
    "CX": np.array([[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 1], [0, 0, 1, 0]]),
    "CZ": np.diag([1, 1, 1, -1]),
}
Gate = tuple[str, tuple[int, ...]]


def random_circuit(rng, qubits: int, gates: int) -> list[Gate]:
    """Random gates, a measurement in about six, and a measurement of every qubit at the end."""
    names, circuit = sorted(GATES), []
    for _ in range(gates):
        if rng.random() < 1 / 6 and sum(name == "M" for name, _ in circuit) < 3:
            circuit.append(("M", (int(rng.integers(qubits)),)))
            continue
        name = names[rng.integers(len(names))]
        wires = rng.choice(qubits, 2 if len(GATES[name]) == 4 else 1, replace=False)
        circuit.append((name, tuple(map(int, wires))))
    return circuit + [("M", (qubit,)) for qubit in range(qubits)]


def applied(state: np.ndarray, name: str, wires: tuple[int, ...]) -> np.ndarray:
    """`state` has one axis of length 2 a qubit."""
    count = len(wires)
    matrix = matrix_of(name).reshape((2,) * (2 * count))
    moved = np.tensordot(matrix, state, axes=(range(count, 2 * count), wires))
    return np.moveaxis(moved, range(count), wires)


@cache
def matrix_of(name: str) -> np.ndarray:
    return GATES[name].astype(complex)


def records(circuit: list[Gate], qubits: int) -> dict[tuple[int, ...], float]:
    """Record of measurements -> its probability; impossible ones are left out."""
    state = np.zeros((2,) * qubits, complex)
    state[(0,) * qubits] = 1
    branches = [((), state)]
    for name, wires in circuit:
        if name != "M":
            branches = [(record, applied(state, name, wires)) for record, state in branches]
            continue
        split = []
        for record, state in branches:
            for outcome in (0, 1):
                kept = np.zeros_like(state)
                place = (slice(None),) * wires[0] + (outcome,)
                kept[place] = state[place]
                if (np.abs(kept) ** 2).sum() > 1e-9:
                    split.append(((*record, outcome), kept))
        branches = split
    return {record: float((np.abs(state) ** 2).sum()) for record, state in branches}
