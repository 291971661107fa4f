"""Stim, the library itself: right against a dense state vector, and as fast as its paper says.

Random Clifford circuits with measurements in between are simulated twice: by Stim's sampler, and by
following the state vector of every measurement record. Every sampled record must be possible and
all records must appear as often as they should; circuits with one gate taken out are the control.
Analysis is the making of a sampler, which runs one tableau simulation; afterwards batches of Pauli
frames give the shots. The surface-code circuit is flattened, so no loop tells what comes next.
Long times are of the processor, which other work on the machine does not lengthen.
"""

from time import perf_counter, process_time

import numpy as np
import stim
from scipy import stats

from recount.experiment import Measure
from recount.kits.exact_math.clifford import random_circuit, records
from recount.run import Rows
from recount.typed import typed


@typed()
class Arm:
    noise: float  # of depolarising after each gate of the surface code


@typed()
class Size:
    circuits: int
    qubits: int
    gates: int
    shots: int
    distance: int
    share: float  # of the gates of the paper's circuit of distance 100
    batches: tuple[int, ...]
    bulk_distance: int
    chains: tuple[int, ...]  # qubits of entangled chains whose measurement is known


def text(gates):
    return "\n".join(f"{name} {' '.join(map(str, qubits))}" for name, qubits in gates)


def sampled(gates, shots, number):
    """Record -> how often, from Stim."""
    drawn = stim.Circuit(text(gates)).compile_sampler(seed=number).sample(shots)
    values, counts = np.unique(drawn, axis=0, return_counts=True)
    return {tuple(map(int, row)): int(n) for row, n in zip(values, counts, strict=True)}


def fits(found, chances, shots):
    """Whether no record is impossible, and all are as frequent as they should be."""
    if not set(found) <= set(chances):
        return False
    expected = np.array([chances[one] * shots for one in chances])
    total = ((np.array([found.get(one, 0) for one in chances]) - expected) ** 2 / expected).sum()
    return len(chances) == 1 or stats.chi2.sf(total, len(chances) - 1) > 1e-7


def correctness(rows, run):
    size, right, caught, known = run.size, [], [], []
    for seed in run.seeds:
        good, seen, single = True, 0, 0
        for place in range(size.circuits):
            rng = run.rng("circuit", seed, place)
            gates = random_circuit(rng, size.qubits, size.gates)
            chances, number = records(gates, size.qubits), int(rng.integers(2**31))
            good &= fits(sampled(gates, size.shots, number), chances, size.shots)
            others = [i for i, (name, _) in enumerate(gates) if name != "M"]
            lost = others[rng.integers(len(others))]
            broken = gates[:lost] + gates[lost + 1 :]
            seen += not fits(sampled(broken, size.shots, number), chances, size.shots)
            single += len(chances) == 1
        right.append(good)
        caught.append(seen > 0)
        known.append(single / size.circuits)
    rows.add("right", right, size.circuits)
    rows.add("fault_caught", caught, size.circuits)
    rows.add("share_known", known, size.circuits)


def surface_code(distance, noise):
    return stim.Circuit.generated(
        "surface_code:rotated_memory_x",
        distance=distance,
        rounds=distance,
        after_clifford_depolarization=noise,
    ).flattened()


def timed(call, *values, clock=process_time, **named):
    start = clock()
    made = call(*values, **named)
    return clock() - start, made


def speed(rows, run):
    size = run.size
    large = surface_code(size.distance, run.arm.noise)
    small = surface_code(size.bulk_distance, run.arm.noise)
    analysis, rate, gain = [], [], []
    for seed in run.seeds:
        number = run.number("speed", seed)
        seconds, sampler = timed(large.compile_sampler, seed=number)
        analysis.append(seconds)
        taken = {n: timed(sampler.sample, n, bit_packed=True)[0] for n in size.batches}
        rate.append(max(n / seconds for n, seconds in taken.items()))
        sampler = small.compile_sampler(seed=number)
        bulk = timed(sampler.sample, 4096, bit_packed=True, clock=perf_counter)[0]
        one = timed(stim.TableauSimulator(seed=number).do, small, clock=perf_counter)[0]
        gain.append(one * 4096 / bulk)
        run.report(len(gain), len(run.seeds), "speed")
    rows.add("analysis_seconds", analysis, large.num_qubits)
    rows.add("shots_per_second", rate, large.num_measurements)
    rows.add("bulk_gain", gain)


def known_measurements(rows, run):
    """Seconds a measurement of a chain's other qubits, once its first has been measured."""
    for n in run.size.chains:
        chain = stim.Circuit("H 0\n" + "\n".join(f"CX {i} {i + 1}" for i in range(n - 1)))
        taken, alike = [], []
        for seed in run.seeds:
            simulator = stim.TableauSimulator(seed=run.number("chain", seed))
            simulator.do(chain)
            first = simulator.measure(0)
            seconds, found = timed(simulator.measure_many, *range(1, n), clock=perf_counter)
            taken.append(seconds / (n - 1))
            alike.append(set(found) == {first})
        rows.add("known_seconds", taken, qubits=n)
        rows.add("known_right", alike, n - 1, qubits=n)


def measure(run, data):
    rows = Rows(run)
    if not run.arm.noise:
        correctness(rows, run)
        known_measurements(rows, run)
    speed(rows, run)
    return rows


experiment = Measure(arm=Arm, size=Size, measure=measure)
