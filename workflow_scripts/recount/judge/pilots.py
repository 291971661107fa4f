"""What pilots may tell: spread and correlation pooled over arms, items, axes. Never a contrast."""

import numpy as np
import pandas as pd

from recount.judge.assumed import Assumed
from recount.judge.quantities import estimates, pairs
from recount.judge.table import Table, from_frame
from recount.judge.units import on_scale
from recount.judge.worlds import ALONG, link_of
from recount.typed import BadValue

KEYS = ("spread", "correlation", "items", "freedom", "units")


def assumed_from(rule, pilot) -> Assumed:
    """Assumptions of a calibration from pilot rows, from a dict of KEYS, or from defaults."""
    if pilot is None:
        return Assumed()
    if isinstance(pilot, dict):
        strange = sorted(set(pilot) - set(KEYS))
        if strange:
            raise BadValue(f"pilot: unknown keys {strange}; known: {', '.join(KEYS)}")
        return Assumed(
            spreads=dict(pilot.get("spread", {})),
            counts=dict(pilot.get("items", {})),
            correlation=float(pilot.get("correlation", 0.5)),
            freedom=int(pilot.get("freedom", 0)),
            number=int(pilot.get("units", Assumed.number)),
        )
    return measured(rule, from_frame(pilot, rule.paper.unit))


def pilot_table(rule, pilot) -> Table | None:
    return from_frame(pilot, rule.paper.unit) if isinstance(pilot, pd.DataFrame) else None


def measured(rule, table: Table) -> Assumed:
    """Residuals of every arm about its own mean, pooled; so no difference of arms can be seen."""
    spreads, counts, axes, correlations, freedom = {}, {}, {}, [], 0
    for one in rule.claim.quantities.values():
        if one.take in ("count", "all"):
            continue
        residuals = []
        for arm in dict.fromkeys(arm for pair in pairs(one) for arm in pair if arm):
            along = one.along if one.take in ALONG else None
            points, values, items = table.select(one.metric, arm, one.at, along)
            axes[one.metric, one.along] = [float(point) for point in points]
            counts[one.metric] = int(np.median(np.maximum(items, 0)))
            scaled = on_scale(values, items, link_of(one))[0]
            residuals.append((scaled - scaled.mean(axis=0)).ravel())
        rows = np.array(residuals)
        rows = rows[:, np.isfinite(rows).all(axis=0)]
        units = len(table.units)
        if units > 1 and rows.size and (rows != 0).any():
            pooled = np.sqrt((rows**2).mean() * units / (units - 1))
            spreads[one.metric] = max(spreads.get(one.metric, 0.0), float(pooled))
            freedom = max(freedom, (units - 1) * len(rows))
            correlations += correlations_of(rows)
    correlation = float(np.clip(np.mean(correlations), 0, 0.95)) if correlations else 0.5
    return Assumed(spreads, counts, axes, round(correlation, 3), freedom, len(table.units))


def correlations_of(rows: np.ndarray) -> list[float]:
    """Of all pairs of arms, over units; constant arms have none."""
    moving = rows[rows.std(axis=1) > 0]
    if len(moving) < 2:
        return []
    matrix = np.corrcoef(moving)
    return [float(value) for value in matrix[np.triu_indices(len(moving), 1)]]


def pilot_spread(rule, pilot) -> dict[str, dict]:
    """name -> spread of a quantity's units in the pilots and its degrees of freedom."""
    table = pilot_table(rule, pilot)
    if table is None or len(table.units) < 2:
        return {}
    found = estimates(rule.claim.quantities, table, rule.paper.metric_range)
    known = {name: several[0] for name, several in found.items() if several[0].kind == "student"}
    return {
        name: {"spread": float(np.std(one.units.seen[0], ddof=1)), "freedom": one.n - 1}
        for name, one in known.items()
        if np.isfinite(one.units.seen).all()
    }
