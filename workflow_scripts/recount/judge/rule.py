"""A claim's rule, parsed once, and its decision on a table: the one path of verdicts and worlds."""

import functools
from dataclasses import dataclass, field

import numpy as np

from recount.judge import expressions, limits, sequential
from recount.judge.custom import Custom, custom_of
from recount.judge.quantities import estimates
from recount.judge.table import Table
from recount.judge.units import Options

ALPHA = 0.05
PARTS = ("valid", "reproduced", "contradicted")


@dataclass(frozen=True)
class Decision:
    """Truth (replays,) of the three expressions, and the estimates they were made of."""

    found: dict
    valid: np.ndarray
    reproduced: np.ndarray
    contradicted: np.ndarray
    used: np.ndarray | None = None  # units of the look that decided, where looks were declared
    futile: np.ndarray | None = None

    def outcome(self, replay: int = 0) -> str:
        """reproduced | contradicted | inconclusive; both at once is neither."""
        valid, yes, no = (bool(getattr(self, part).ravel()[replay]) for part in PARTS)
        if not valid or yes == no:
            return "inconclusive"
        return "reproduced" if yes else "contradicted"


@dataclass(frozen=True)
class Rule:
    """One claim of one paper at one scale. Raises BadValue on a malformed expression."""

    paper: object
    claim: object
    scale: str
    numbers: dict = field(init=False)
    reported: dict = field(init=False)

    def __post_init__(self):
        numbers, reported = limits.numbers_of(self.paper, self.scale)
        object.__setattr__(self, "numbers", numbers)
        object.__setattr__(self, "reported", reported)
        _ = self.nodes

    @functools.cached_property
    def nodes(self) -> dict:
        where = f"{self.paper.slug}/paper.yaml: claims.{self.claim.name}"
        return {p: expressions.parse(getattr(self.claim, p), f"{where}.{p}") for p in PARTS}

    @functools.cached_property
    def custom(self) -> Custom | None:
        """The paper's own judge, where the claim is judged by it."""
        return custom_of(self.paper, self.claim, self.scale)

    @property
    def looks(self) -> tuple[int, ...]:
        """After how many seeds a verdict may be reached; empty where all are looked at once."""
        return tuple(self.paper.scales[self.scale].looks)

    @property
    def alpha(self) -> float:
        """5 % for the first version of a paper, half of it for each later one."""
        return ALPHA / 2 ** (self.paper.version - 1)

    def decide(
        self,
        table: Table,
        options: Options | None = None,
        automatic: bool = True,
        alpha: float | None = None,
    ) -> Decision:
        """The decision on every replay of a table. Raises BadValue where rows are absent."""
        if self.looks:
            return sequential.decide(self, table, options, automatic, alpha or self.alpha)
        return self.fixed(table, options, automatic, alpha)

    def fixed(self, table, options, automatic: bool, alpha: float | None) -> Decision:
        """The decision on all units of a table at once."""
        found = estimates(self.claim.quantities, table, self.paper.metric_range, options)
        truth = {}
        for part in PARTS:
            scope = expressions.Scope(
                found, self.numbers, self.reported, part == "contradicted", automatic
            )
            truth[part] = expressions.evaluate(self.nodes[part], scope, alpha or self.alpha)
        if self.custom is not None:
            truth["reproduced"], truth["contradicted"] = self.custom.decide(self, table)
        return Decision(found, **truth)

    @functools.cached_property
    def effects(self) -> dict[str, float]:
        """The paper's effect of every quantity; 1 where none is given."""
        return {name: float(self.claim.effect.get(name, 1.0)) for name in self.claim.quantities}

    def lines(self, part: str) -> list[tuple[str, str, float]]:
        """(quantity, side, limit) of every line that one expression draws."""
        return self.drawn[part]

    @functools.cached_property
    def drawn(self) -> dict[str, list[tuple[str, str, float]]]:
        known = self.effects, self.numbers, self.reported
        return {part: limits.lines(node, *known) for part, node in self.nodes.items()}

    @functools.cached_property
    def asked_share(self) -> float | None:
        """What part of the effect is asked; None where the effect belongs to another size."""
        node = self.nodes["reproduced"]
        values, found = self.effects, limits.fixed_scope(self.effects, self.numbers, self.reported)
        plain = [one.take not in ("all", "count") for one in self.claim.quantities.values()]
        if not all(plain) or not values or not expressions.evaluate(node, found, self.alpha).all():
            return None
        return limits.asked_share(self.claim, node, self.numbers, self.reported)

    def seeds_to_decide(self, found: dict) -> int | None:
        """About how many units would decide, if estimates and spreads stayed as they are."""
        return limits.seeds_to_decide(
            found, self.lines("reproduced") + self.lines("contradicted"), self.alpha
        )

    def smallest_effect(self, found: dict) -> dict[str, float]:
        node = self.nodes["reproduced"]
        return limits.smallest_effect(found, node, self.alpha, self.numbers, self.reported)
