"""Message passing with the same weights for every kind of structure; only the operators differ."""

from collections.abc import Sequence

import torch.nn.functional as F
from torch import Tensor, nn

from recount.kits.vision_graph.operators import Operator
from recount.nn.layers import Linear, count, draw


class Layer(nn.Module):
    """h + messages: node -> relu -> first operator -> relu -> second operator -> node.

    On a hypergraph the first operator gathers nodes into edges and the second edges into nodes, so
    what stands between is a function of the edge's multiset (Chien et al. 2022). On a graph the
    first gathers neighbours and there is no second. Without any it is a plain perceptron.
    """

    def __init__(self, seeds: int, inputs: int, width: int):
        super().__init__()
        self.own = Linear(seeds, inputs, width)
        self.send = Linear(seeds, inputs, width)
        self.mix = Linear(seeds, width, width)
        self.receive = Linear(seeds, width, width)

    def forward(self, x: Tensor, first: Operator | None, second: Operator | None) -> Tensor:
        message = F.relu(self.send(x))
        message = F.relu(self.mix(message if first is None else first(message)))
        message = message if second is None else second(message)
        return F.relu(self.own(x) + self.receive(message))


class MessagePassing(nn.Module):
    """x (S, nodes, features) -> one logit per node (S, nodes).

    `first`, `second`: the operators of every layer. Arms that differ in them alone start from equal
    weights and have equally many.
    """

    def __init__(
        self,
        features: int,
        width: int,
        layers: int,
        *,
        seeds: int | Sequence[int] = 1,
        first: Operator | None = None,
        second: Operator | None = None,
    ):
        super().__init__()
        stack = count(seeds)
        self.first, self.second = first, second
        self.layers = nn.ModuleList(
            Layer(stack, features if i == 0 else width, width) for i in range(layers)
        )
        self.head = Linear(stack, width, 1)
        draw(self, seeds)

    def forward(self, x: Tensor) -> Tensor:
        for layer in self.layers:
            x = layer(x, self.first, self.second)
        return self.head(x).squeeze(-1)
