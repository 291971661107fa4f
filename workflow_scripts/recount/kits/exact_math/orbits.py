"""Where a rule leads when it is applied again and again: the cycle, and the steps until it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from recount.typed import BadValue


@dataclass(frozen=True)
class Orbit:
    """`cycle` starts at its smallest member; `steps` counts applications until it is entered."""

    cycle: tuple[int, ...]
    steps: int


def orbit(rule: Callable[[int], int], start: int) -> Orbit:
    """Follows one start until a value comes back. The rule must stay within a finite set."""
    seen: dict[int, int] = {}
    value = start
    while value not in seen:
        seen[value] = len(seen)
        value = rule(value)
    path = list(seen)
    cycle = path[seen[value] :]
    smallest = cycle.index(min(cycle))
    return Orbit(tuple(cycle[smallest:] + cycle[:smallest]), seen[value])


def steps_to(target: int, follows: np.ndarray, limit: int) -> np.ndarray:
    """Applications until `target` for every start of a table `follows` (N,), or -1 for never.

    Walks backwards from the target, a layer of predecessors at a time; shares no code with `orbit`.
    """
    if not 0 <= target < len(follows):
        raise BadValue(f"target {target} is outside the table of {len(follows)} values")
    steps = np.full(len(follows), -1)
    steps[target] = 0
    for layer in range(1, limit + 1):
        reached = (steps < 0) & (steps[follows] == layer - 1)
        if not reached.any():
            return steps
        steps[reached] = layer
    raise BadValue(f"not every start settled within {limit} steps; raise the limit")
