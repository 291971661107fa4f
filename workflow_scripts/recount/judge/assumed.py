"""What worlds take from pilots, or from stated defaults without pilots. Never a contrast."""

from dataclasses import dataclass, field

import numpy as np

from recount.judge.linter import grid_of
from recount.judge.worlds import ALONG, link_of

DEFAULT_ITEMS = 500
DEFAULT_CLUSTER = 10  # items of one unit, where a unit is a cluster of them
DEFAULT_UNITS = 100  # items, where they are the units; instances and times come one a seed
SHARE = 0.7  # default spread: this part of the distance from the line to the effect


@dataclass(frozen=True)
class Assumed:
    """`spreads`: metric -> spread of a unit on the link scale, with `freedom` degrees; `counts`:
    metric -> items; `axes`: (metric, along) -> points; `number`: units, where they are not seeds.
    """

    spreads: dict[str, float] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    axes: dict[tuple[str, str], list[float]] = field(default_factory=dict)
    correlation: float = 0.5
    freedom: int = 0
    number: int = 0

    def units(self, rule) -> tuple:
        """As many units as a verdict will have."""
        seeds, unit = rule.paper.scales[rule.scale].seeds, rule.paper.unit
        if unit == "seed":
            return tuple(range(seeds))
        return tuple(range(max(seeds, self.number or (DEFAULT_UNITS if unit == "item" else 0))))

    def stated(self, rule) -> dict:
        """What was assumed, for the page: in numbers, and from where."""
        names = [n for n, q in rule.claim.quantities.items() if q.take not in ("count", "all")]
        return {
            "from": "pilots" if self.spreads else "defaults",
            "correlation": self.correlation,
            "spread": {name: float(self.spread(rule, name)) for name in names},
            "items": {
                metric: self.items(rule, metric)
                for metric in sorted({rule.claim.quantities[name].metric for name in names})
            },
            "units": len(self.units(rule)),
        }

    def items(self, rule, metric: str) -> int:
        default = DEFAULT_ITEMS if rule.paper.metric_range(metric) == (0, 1) else 0
        default = min(default, DEFAULT_CLUSTER) if rule.paper.unit == "item" else default
        return int(self.counts.get(metric, default))

    def spread(self, rule, name: str) -> float:
        one = rule.claim.quantities[name]
        if one.take in ("reach", "first", "rate"):
            return 1.0
        if one.metric in self.spreads:
            return self.spreads[one.metric]
        away = [
            distance(rule.claim.quantities[other], line, rule.effects[other])
            for other, _, line in rule.lines("reproduced")
            if rule.claim.quantities[other].metric == one.metric
        ]
        away = [value for value in away if value > 0]
        return SHARE * min(away) if away else 0.1

    def grid(self, rule, name: str) -> np.ndarray:
        """The points of a quantity's axis: from pilots, from the size, or around its lines."""
        one = rule.claim.quantities[name]
        if one.take not in ALONG:
            return np.zeros(1)
        known = self.axes.get((one.metric, one.along))
        known = known or grid_of(rule.paper.scales[rule.scale].size, one.along)
        if len(known) > 1:
            return np.array(sorted(set(known)), dtype=float)
        both = rule.lines("reproduced") + rule.lines("contradicted")
        lines = [line for other, _, line in both if other == name and line > 0] or [4.0]
        if one.take in ("reach", "first") and not (one.arm and one.over):
            around = [line * factor for line in lines for factor in (0.25, 0.5, 1, 2, 4)]
            return np.array(sorted(set(around)))
        return 2.0 ** np.arange(7 if one.take in ("reach", "first") else 5)


def distance(quantity, line: float, effect: float) -> float:
    """From a line to the effect, on the scale on which units scatter."""
    if link_of(quantity) == "log" and line > 0 and effect > 0:
        return abs(np.log(effect) - np.log(line))
    if link_of(quantity) == "logit" and 0 < line < 1 and 0 < effect < 1:
        return abs(np.log(effect / (1 - effect)) - np.log(line / (1 - line)))
    return abs(effect - line)
