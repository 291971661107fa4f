"""ReLU networks with integer weights that give each of N integers its label, and nothing else.

The narrow deep construction of Vardi, Yehudai and Shamir, in integers: the sorted points are cut
into groups; a chain of trapezoids finds the group of the input and hands over two big weights, in
which the group's points and labels are packed; then bit after bit is read off, every point of the
group is compared with the input, and the label of the one that is equal is added to the output.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil, log2, sqrt

import numpy as np

Form = dict[int, int]  # node of the layer before -> weight; the key -1 is the bias
BIAS = -1


@dataclass
class Network:
    """Layers of ReLU nodes, each node the form it takes; `output` is a form without a ReLU."""

    layers: list[list[Form]] = field(default_factory=list)
    output: Form = field(default_factory=dict)

    def layer(self, **forms: Form) -> dict[str, Form]:
        """One more layer; what each named node gives is itself a form for the next."""
        self.layers.append(list(forms.values()))
        return {name: {index: 1} for index, name in enumerate(forms)}

    @property
    def parameters(self) -> int:
        """Weights and biases that are not zero."""
        forms = [*(form for layer in self.layers for form in layer), self.output]
        return sum(weight != 0 for form in forms for weight in form.values())

    @property
    def weight_bits(self) -> int:
        """Bits of the largest weight or bias."""
        return max(
            abs(weight).bit_length()
            for layer in self.layers
            for form in layer
            for weight in form.values()
        )


def plus(*terms: tuple[int, Form], bias: int = 0) -> Form:
    """The sum of weight * form over the terms, and a bias."""
    total: Form = {BIAS: bias} if bias else {}
    for weight, form in terms:
        for node, value in form.items():
            total[node] = total.get(node, 0) + weight * value
    return {node: value for node, value in total.items() if value}


def group_size(count: int) -> int:
    """Points in a group: about sqrt(N / log N), so that finding and reading cost alike."""
    return max(1, round(sqrt(count / max(1.0, log2(count)))))


def memorizer(
    inputs: Form, points: Sequence[int], labels: Sequence[int], point_bits: int, label_bits: int
) -> Network:
    """The network for `points` (distinct, sorted, below 2^point_bits); other integers give 0.

    `inputs` is the form that makes the one number of an input; it must never be negative.
    """
    network, size = Network(), group_size(len(points))
    groups = [slice(at, at + size) for at in range(0, len(points), size)]
    state = network.layer(x=inputs)
    state |= {"points": {}, "labels": {}}
    for group in groups:
        state = choose(
            network,
            state,
            (points[group][0], points[group][-1]),
            (packed(points[group], point_bits, size), packed(labels[group], label_bits, size)),
        )
    state["y"] = {}
    left = {"points": size * point_bits, "labels": size * label_bits}
    for _ in range(size):
        for name, bits in (("points", point_bits), ("labels", label_bits)):
            state["read " + name] = {}
            for _ in range(bits):
                left[name] -= 1
                state = read_bit(network, state, name, left[name])
        state = compare(network, state, label_bits)
    network.output = state["y"]
    return network


def packed(values: Sequence[int], bits: int, size: int) -> int:
    """All values in one integer, the first one highest.

    What a short group lacks is filled with all ones, which no point is: a repeated one would count
    its label twice.
    """
    total = 0
    for value in [*values, *[2**bits - 1] * (size - len(values))]:
        total = total << bits | value
    return total


def choose(network, state, ends, weights):
    """Adds the group's weights where the input lies between its ends: two layers."""
    low, high = ends
    x, points, labels = state["x"], state["points"], state["labels"]
    at = network.layer(
        under=plus((-1, x), bias=low),
        over=plus((1, x), bias=-high),
        x=x,
        points=points,
        labels=labels,
    )
    at = network.layer(
        inside=plus((-1, at["under"]), (-1, at["over"]), bias=1),
        x=at["x"],
        points=at["points"],
        labels=at["labels"],
    )
    return {
        "x": at["x"],
        "points": plus((1, at["points"]), (weights[0], at["inside"])),
        "labels": plus((1, at["labels"]), (weights[1], at["inside"])),
    }


def read_bit(network, state, name, place):
    """Moves the bit 2^place of the packed integer `name` into what was read: one layer."""
    carried = {key.replace(" ", "_"): form for key, form in state.items()}
    at = network.layer(
        **carried,
        reached=plus((1, state[name]), bias=1 - 2**place),
        passed=plus((1, state[name]), bias=-(2**place)),
    )
    bit = plus((1, at["reached"]), (-1, at["passed"]))
    after = {key: at[key.replace(" ", "_")] for key in state}
    after[name] = plus((1, after[name]), (-(2**place), bit))
    after["read " + name] = plus((2, after["read " + name]), (1, bit))
    return after


def compare(network, state, label_bits):
    """Adds the label that was read to y if the point that was read is the input: three layers."""
    point = state["read points"]
    kept = {"x": state["x"], "points": state["points"], "labels": state["labels"], "y": state["y"]}
    at = network.layer(
        **kept,
        label=state["read labels"],
        under=plus((1, state["x"]), (-1, point)),
        over=plus((1, point), (-1, state["x"])),
    )
    kept = {name: at[name] for name in kept}
    same = plus((-1, at["under"]), (-1, at["over"]), bias=1)
    at = network.layer(**kept, label=at["label"], same=same)
    kept = {name: at[name] for name in kept}
    most = 2**label_bits
    gained = plus((1, at["label"]), (most, at["same"]), bias=-most)
    at = network.layer(**kept, gained=gained)
    after = {name: at[name] for name in ("x", "points", "labels")}
    return after | {"y": plus((1, at["y"]), (1, at["gained"]))}


def side_by_side(inputs, points, labels, point_bits, label_bits, each: int) -> list[Network]:
    """Shallower: `each` points to a network of its own; the outputs are to be added."""
    return [
        memorizer(inputs, points[at : at + each], labels[at : at + each], point_bits, label_bits)
        for at in range(0, len(points), each)
    ]


def outputs(network: Network, inputs: np.ndarray, kind: type = object) -> np.ndarray:
    """What the network gives for inputs (N, d): exactly for `object`, else rounded to a float."""
    values = list(inputs.T.astype(kind))
    zero = np.zeros(len(inputs), kind)
    kind_of = (lambda weight: weight) if kind is object else kind

    def value(form):
        total = zero + kind_of(form[BIAS]) if BIAS in form else zero
        for node, weight in form.items():
            if node != BIAS:
                total = total + (values[node] if weight == 1 else kind_of(weight) * values[node])
        return total

    for layer in network.layers:
        values = [np.maximum(value(form), 0) for form in layer]
    return value(network.output)


def output_of_one(network: Network, point: Sequence[int]) -> int:
    """One input, node by node, in plain integers: shares no code with `outputs`."""
    values = [int(v) for v in point]
    for forms in [*network.layers, [network.output]]:
        sums = []
        for form in forms:
            total = form.get(BIAS, 0)
            for node in form:
                if node != BIAS:
                    total += form[node] * values[node]
            sums.append(total)
        values = [total if total > 0 else 0 for total in sums]
    return values[0]


def interpolator(inputs: Form, points: Sequence[int], labels: Sequence[int]) -> Network:
    """The usual way: one hidden layer, a node per point, the broken line through all labels."""
    network = Network()
    slopes = [
        Fraction(labels[i + 1] - labels[i], points[i + 1] - points[i])
        for i in range(len(points) - 1)
    ]
    network.layers.append([plus((1, inputs), bias=-point) for point in points[:-1]])
    bends = [slopes[0], *(two - one for one, two in zip(slopes, slopes[1:], strict=False))]
    network.output = {node: bend for node, bend in enumerate(bends) if bend}
    network.output |= {BIAS: labels[0]} if labels[0] else {}
    return network


def bits_for(count: int) -> int:
    return max(1, ceil(log2(count)))


def grid_points(rng: np.random.Generator, count: int, dimension: int):
    """Distinct points of a grid (N, d), a direction, and their integers along it, sorted.

    The grid has N steps a side (N^3 on the line) and the direction entries below N^2, so that two
    points fall together about as rarely as in a random projection; then all is drawn again.
    """
    while True:
        direction, side = [1], count**3
        if dimension > 1:
            direction, side = [int(v) for v in rng.integers(1, count**2, dimension)], count
        places = rng.integers(0, side, (count, dimension))
        integers = [sum(a * int(v) for a, v in zip(direction, row, strict=True)) for row in places]
        if len(set(integers)) == count:
            order = sorted(range(count), key=integers.__getitem__)
            return places[order], direction, [integers[i] for i in order]
