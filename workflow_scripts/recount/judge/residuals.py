"""How units scatter, against the shapes of noise under which rules are calibrated."""

import numpy as np

from recount.judge import intervals
from recount.judge.noise import GATED, draw

SIMULATED = 2_000
REPLAYS = 20_000
UNITS = 8
ENDS = (0.025, 0.975)


def described(trials: list[list[float]], quotient: bool) -> dict:
    """Skew, tails and the error of t for units of several trials, each on its own centre.

    `trials`: per-unit differences of null pairs, or quotients, which are taken on logs. `covered`:
    skew and excess kurtosis lie within the central 95 % of some shape of the gate, for as many
    units treated alike. `error`: how often t, on 8 units drawn from these, crosses their mean.
    """
    kept = [np.asarray(one, dtype=float) for one in trials]
    values = pooled([np.log(one) for one in kept] if quotient else kept)
    if values is None:
        return {"units": 0, "skew": None, "kurtosis": None, "error": None, "covered": None}
    skew, kurtosis = moments(values[None])
    rng = np.random.Generator(np.random.Philox(key=len(values)))
    inside = False
    for name in GATED:
        drawn = [draw(rng, name, (SIMULATED, len(one))) for one in kept]
        drawn = np.concatenate([one - one.mean(axis=1, keepdims=True) for one in drawn], axis=1)
        ranges = [np.quantile(moment, ENDS) for moment in moments(drawn)]
        within = [low <= one <= high for one, (low, high) in zip((skew, kurtosis), ranges)]
        inside |= bool(np.all(within))
    low, high = intervals.t_bounds(rng.choice(values, (REPLAYS, UNITS)), 0.05)
    error = max(float((low > 0).mean()), float((high < 0).mean()))
    return {
        "units": len(values),
        "skew": round(float(skew[0]), 6),
        "kurtosis": round(float(kurtosis[0]), 6),
        "error": error,
        "covered": inside,
    }


def pooled(trials: list[np.ndarray]) -> np.ndarray | None:
    """All units about the mean of their trial; None where they do not vary or are not finite."""
    if not trials or not all(np.isfinite(one).all() and len(one) > 2 for one in trials):
        return None
    values = np.concatenate([one - one.mean() for one in trials])
    return values if values.std() > 0 else None


def moments(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Skew and excess kurtosis of each row."""
    z = values - values.mean(axis=1, keepdims=True)
    z /= z.std(axis=1, keepdims=True)
    return (z**3).mean(axis=1), (z**4).mean(axis=1) - 3
