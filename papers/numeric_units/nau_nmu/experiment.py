"""Neural Addition Unit (NAU) and Neural Multiplication Unit (NMU): plain weights made whole.

A NAU adds its inputs with weights kept in [-1, 1]; an NMU multiplies factors w x + 1 - w with
weights in [0, 1], so that a weight of 0 drops an input and no logarithm is taken. Both pay for the
mean distance of their weights from 0 and 1, nothing at first, later the full price. NAC weights,
tanh(w) sigmoid(m), reach 1 only at infinity; a NALU gates between adding and multiplying with them.
"""

from typing import Literal

from recount.kits.numeric_units import NAC, NALU, NAU, NMU, Line, Network, Study
from recount.typed import typed

LAYERS = {
    "nmu": (NAU, NMU),
    "nau": (NAU, NAU),
    "nac_times": (NAC, lambda *shape: NAC(*shape, times=True)),
    "nac_plus": (NAC, NAC),
    "nalu": (NALU, NALU),
    "linear": (Line, Line),
}


@typed()
class Arm:
    operation: Literal["add", "subtract", "multiply"]
    unit: Literal["nmu", "nau", "nac_times", "nac_plus", "nalu", "linear"]
    hidden: int
    learning_rate: float
    memory: float = 0.99  # of the squared gradients, in Adam
    share: float = 1.0  # of the steps
    price: float = 0.0  # of sparsity, at its full height
    rises: tuple[float, float] = (0.0, 1.0)  # shares of the training between which it rises


def network(run):
    first, second = LAYERS[run.arm.unit]
    seeds, inputs, hidden = len(run.seeds), run.size.inputs, run.arm.hidden
    return Network(first(seeds, inputs, hidden), second(seeds, hidden, 1))


def pressure(run, done):
    start, end = run.arm.rises
    return run.arm.price * min(max((done - start) / (end - start), 0.0), 1.0)


experiment = Study(Arm, network, pressure)
