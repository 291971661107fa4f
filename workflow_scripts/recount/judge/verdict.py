"""From the metrics of a paper to the judgement of one claim: a plain, deterministic dictionary."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd

from recount.judge import JUDGE_VERSION, words
from recount.judge.fragility import LEAVE_ONE_OUT, fragility
from recount.judge.grading import grade
from recount.judge.guards import guards, watched
from recount.judge.quantities import pairs
from recount.judge.rule import PARTS, Decision, Rule
from recount.judge.sequential import told
from recount.judge.table import ABSENT, Table, from_frame
from recount.registry import design_hash, rule_hash
from recount.typed import BadValue

SMOKE = "smoke proves the plumbing only"
DIGITS = 12
MOST_SHOWN = 64  # units; of more than that the single values are not repeated in the judgement


def judge(paper, claim, scale: str, metrics: pd.DataFrame, runs: dict, calibration=None) -> dict:
    """The judgement of one claim, ready for canonical JSON.

    `metrics`: tidy rows of all arms; `runs`: arm -> {state, reason, seconds}; `calibration`: what
    `calibrate` returned for this claim and scale, or None. Equal input gives equal bytes. Raises
    BadValue only for a rule that the linter refuses; bad rows end in a verdict with its reason.
    """
    claim = paper.claims[claim] if isinstance(claim, str) else claim
    rule = Rule(paper, claim, scale)
    found = Judging(rule, metrics, runs)
    return plain(found.judgement(calibration))


def undecided(paper, scale: str, metrics: pd.DataFrame, runs: dict) -> list[str]:
    """The claims for which the next look is needed: neither decided nor given up by these rows."""
    return [
        name
        for name, claim in paper.claims.items()
        if Judging(Rule(paper, claim, scale), metrics, runs).open
    ]


class Judging:
    """One judgement in the making: what could be measured, what was decided, and why not more."""

    def __init__(self, rule: Rule, metrics: pd.DataFrame, runs: dict):
        self.rule, self.runs = rule, runs
        self.arms = watched(rule.paper, rule.claim)
        self.table: Table | None = None
        self.decision: Decision | None = None
        self.guards: list[dict] = []
        self.open = False
        self.fault = self.not_run()
        try:
            self.measure(metrics)
        except BadValue as error:
            self.fault = self.fault or ("inconclusive", f"test could not tell: {error}")
        self.outcome, self.reason = self.conclude()

    def not_run(self) -> tuple[str, str] | None:
        for arm in self.arms:
            run = self.runs.get(arm)
            if run is None:
                return "not_run", f"{arm} was not run"
            if run.get("state") != "done":
                why = run.get("reason") or "no reason given"
                return "not_run", f"{arm} {str(run.get('state')).replace('_', ' ')}: {why}"
        return ("not_run", SMOKE) if self.rule.scale == "smoke" else None

    def measure(self, metrics: pd.DataFrame) -> None:
        mine = metrics[metrics["arm"].isin(self.arms)]
        self.table = from_frame(mine, self.rule.paper.unit)
        self.decision = self.rule.decide(self.table)
        self.open = self.used == 0 and self.fault is None
        self.guards = guards(self.rule, self.table, self.used)
        if not self.automatic and self.looked:
            self.decision = replace(self.decision, valid=np.zeros(1, dtype=bool))
        elif not self.automatic:
            self.decision = self.rule.decide(self.table, automatic=False)

    @property
    def used(self) -> int | None:
        """Seeds of the look that decided; None where no looks were declared."""
        return None if self.decision.used is None else int(self.decision.used[0])

    @property
    def looked(self) -> bool:
        return self.decision is not None and self.decision.used is not None

    @property
    def automatic(self) -> bool:
        return all(guard["passed"] for guard in self.guards)

    def conclude(self) -> tuple[str, str | None]:
        if self.fault:
            return self.fault
        failed = [f"{one['name']} ({one['detail']})" for one in self.guards if not one["passed"]]
        if failed:
            return "inconclusive", f"test could not tell: {'; '.join(failed)}"
        if not self.decision.valid.all():
            return "inconclusive", f"test could not tell: not {self.rule.claim.valid}"
        outcome = self.decision.outcome()
        if self.decision.futile is not None and self.decision.futile[0]:
            return outcome, f"stopped for futility after {self.used} seeds"
        return outcome, self.why_undecided() if outcome == "inconclusive" else None

    def why_undecided(self) -> str:
        odd = []
        for name, several in self.decision.found.items():
            for one in several:
                label = name if len(several) == 1 else f"{name}.{one.against or one.arm}"
                odd += [f"{label}: {text}" for text in oddities(one, self.rule.alpha)]
        return "; ".join(odd) or "the intervals cross neither line"

    def judgement(self, calibration: dict | None) -> dict:
        rule, paper, claim = self.rule, self.rule.paper, self.rule.claim
        digest = rule_hash(paper, claim, rule.scale)
        cases = self.cases()
        fragile = []
        if self.fault is None and paper.unit != "none":
            automatic = self.automatic
            fragile = fragility(rule, self.table, self.decision.found, automatic, self.outcome)
        return (
            {
                "slug": paper.slug,
                "lab": paper.lab,
                "claim": claim.name,
                "scale": rule.scale,
                "outcome": self.outcome,
                "words": words.words(paper, claim, rule.scale, self.outcome, cases),
                "scope": words.scope(paper, claim, rule.scale, cases),
                "note": words.note(paper, rule.scale),
                "reason": self.reason,
                "whose_code": paper.whose_code,
                "statement": claim.statement,
                "limits": paper.limits,
                "expressions": self.expressions(),
                "guards": self.guards,
                "fragility": fragile,
                "counter_example": self.counter_example(),
                "alpha": rule.alpha,
                "version": paper.version,
                "rule": digest,
                "design": design_hash(paper, rule.scale),
                "judge_version": JUDGE_VERSION,
                "runs": {arm: run_of(self.runs.get(arm)) for arm in paper.arms},
                "asked_share": rule.asked_share,
            }
            | ({"sequential": told(rule, self.decision, self.table)} if self.looked else {})
            | ({"judge": "custom"} if rule.custom is not None else {})
            | self.measured()
            | self.graded(calibration, digest, fragile)
        )

    def measured(self) -> dict:
        if self.decision is None:
            return {"quantities": {}, "smallest_effect": {}, "seeds_to_decide": None}
        found = self.decision.found
        shown = {
            name if len(several) == 1 else f"{name}.{one.against or one.arm}": described(
                one, self.rule.alpha
            )
            for name, several in found.items()
            for one in several
        }
        return {
            "quantities": shown,
            "smallest_effect": self.rule.smallest_effect(found),
            "seeds_to_decide": self.rule.seeds_to_decide(found) if self.undecided else None,
        }

    @property
    def undecided(self) -> bool:
        return self.outcome == "inconclusive" and self.automatic

    def graded(self, calibration: dict | None, digest: str, fragile: list[dict]) -> dict:
        if self.outcome == "not_run":
            return {"grades": [], "calibration": None}
        first, powered, shown = grade(calibration, digest, self.decision)
        flips = any(one["flips"] for one in fragile if one["alternative"] == LEAVE_ONE_OUT)
        return {
            "grades": words.grades(first, powered, flips, self.rule.paper.version),
            "calibration": shown,
        }

    def expressions(self) -> dict:
        shown = {}
        for part in PARTS:
            known = self.decision is not None
            value = bool(getattr(self.decision, part).all()) if known else None
            shown[part] = {"text": " ".join(getattr(self.rule.claim, part).split()), "value": value}
        return shown

    def exact(self):
        """(arm, quantity) of every enumeration that the claim's lines speak of."""
        for one in self.rule.claim.quantities.values():
            if one.take == "all" and self.table is not None:
                yield from ((arm, one) for arm, _ in pairs(one) if self.table.has(one.metric, arm))

    def cases(self) -> str:
        """`up to base 36` where an axis is followed, otherwise `in 1,234 cases`."""
        total, ends = 0, {}
        for arm, one in self.exact():
            keep, block = self.table.rows(one.metric, arm, one.at)
            counts = block.counts[:, keep]
            total += int(np.maximum(counts, 1)[counts != ABSENT].sum())
            numbers = [v for v in block.axes.get(one.along, []) if isinstance(v, (int, float))]
            if numbers:
                ends[one.along] = max([ends.get(one.along, -math.inf), *numbers])
        if ends:
            return "up to " + ", ".join(f"{name} {end:g}" for name, end in ends.items())
        return f"in {total:,} cases"

    def counter_example(self) -> dict | None:
        for arm, one in self.exact():
            keep, block = self.table.rows(one.metric, arm, one.at)
            broken = (block.counts != ABSENT) & (block.values[0] != 1) & ~np.isnan(block.values[0])
            for unit, place in zip(*np.nonzero(broken & keep), strict=True):
                axes = {name: column[place] for name, column in block.axes.items()}
                there = {name: whole(value) for name, value in axes.items() if value is not None}
                return {
                    "arm": arm,
                    "metric": one.metric,
                    "value": block.values[0, unit, place],
                } | there
        return None


def described(one, alpha: float) -> dict:
    """One quantity as the judgement shows it; what is infinite is null and named in `unbounded`."""
    low, high = (float(side[0]) for side in one.bounds(alpha))
    point = float(one.point[0])
    parts = {"point": point, "low": low, "high": high}
    values = [] if one.kind == "count" or one.n > MOST_SHOWN else one.units.back(one.units.seen[0])
    return parts | {
        "take": one.quantity.take,
        "metric": one.quantity.metric,
        "arm": one.arm,
        "against": one.against,
        "unbounded": [name for name, value in parts.items() if not math.isfinite(value)],
        "per_seed": [float(value) for value in values],
        "interval": one.text(alpha),
        "n": one.n,
    }


def oddities(one, alpha: float) -> list[str]:
    """What made an interval useless: lost runs, or a spread of 0 where none is possible."""
    if one.kind == "count":
        return []
    lost = int(np.isnan(one.units.seen).sum())
    found = [f"{lost} of {one.n} runs were lost"] if lost else []
    low, high = (float(side[0]) for side in one.bounds(alpha))
    if one.kind == "student" and not lost and math.isinf(low) and math.isinf(high):
        spread = float(np.ptp(one.units.seen[0])) if np.isfinite(one.units.seen).all() else math.nan
        found.append("spread 0 in a continuous metric" if spread == 0 else "a value is not finite")
    return found


def whole(value):
    """An axis that some rows lack holds 2.0 where 2 was meant."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def run_of(run: dict | None) -> dict:
    run = run or {"state": "missing"}
    return {key: run.get(key) for key in ("state", "seconds", "reason") if key in run}


def plain(value):
    """Plain JSON values: 12 significant digits, no nan or infinity, so that equal input gives equal
    bytes on every machine."""
    if isinstance(value, dict):
        return {str(key): plain(value[key]) for key in sorted(value, key=str)}
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        return int(value)
    if isinstance(value, (float, np.floating)):
        return float(f"{float(value):.{DIGITS}g}") + 0.0 if math.isfinite(value) else None
    return value
