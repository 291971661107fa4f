"""What a calibration says about a verdict: its grade, its power, and whether it still applies."""

import numpy as np
from scipy import special

SHOWN = ("false_reproduced", "false_reproduced_upper", "false_contradicted")
SHOWN += ("false_contradicted_upper", "power", "reversed", "worlds", "replays")
SCATTER = 0.01  # level of the F-test of verdict seeds against the spread that was calibrated


def grade(calibration: dict | None, rule: str, decision) -> tuple[str, bool, dict | None]:
    """(first grade, powerful enough, what the judgement shows of the calibration).

    `calibrated` needs the error rates of this very rule, within bounds, and a noise shape that is
    known or does not matter. A calibration of another rule counts as none.
    """
    if not calibration or calibration.get("rule") != rule:
        return "provisional", True, None
    shown = {key: calibration.get(key) for key in SHOWN}
    powered = bool(calibration.get("powered", True))
    if not calibration.get("passed", False):
        return "provisional", powered, shown
    if scattered(calibration, decision):
        return "provisional (spread unlike the pilots')", powered, shown
    known = calibration.get("shape") in ("known", "irrelevant")
    return "calibrated" if known else "provisional (shape unknown)", powered, shown


def scattered(calibration: dict, decision) -> bool:
    """Whether the verdict's units scatter unlike the pilots' that fixed the calibration."""
    for name, pilot in (calibration.get("pilot_spread") or {}).items():
        for one in (decision.found if decision else {}).get(name, [])[:1]:
            if one.kind != "student" or one.n < 2 or not pilot["spread"] > 0:
                continue
            ratio = float(np.var(one.units.seen[0], ddof=1)) / pilot["spread"] ** 2
            tail = special.fdtrc(one.n - 1, pilot["freedom"], ratio)
            if min(tail, 1 - tail) < SCATTER / 2:
                return True
    return False
