"""How often each label occurs: a curve found from a few published facts about a data set.

Label counts of real text are close to lognormal. Such a curve is fixed by how many labels were seen
in how many notes, how many labels a note has, and how many of those are among the commonest.
"""

import numpy as np
from scipy.optimize import brentq
from scipy.stats import norm

from recount.typed import BadValue, typed

GRID = norm.ppf((np.arange(4000) + 0.5) / 4000)
SPREADS = (0.3, 4.0)
LOCATIONS = (-25.0, 0.0)


@typed()
class Facts:
    """`labels` seen in `notes` notes, `per_note` each, `top_per_note` of the `top` commonest."""

    labels: int
    notes: int
    per_note: float
    top: int
    top_per_note: float


def curve(total: int, location: float, spread: float) -> np.ndarray:
    """Rates of `total` labels, commonest first: the quantiles of a lognormal."""
    return np.exp(location + spread * norm.ppf((np.arange(total) + 0.5) / total)[::-1])


def share(rates: np.ndarray) -> np.ndarray:
    """Share of notes with a label whose number in a note is Poisson with this rate."""
    return -np.expm1(-rates)


def total_labels(facts: Facts, location: float, spread: float) -> int:
    """How many labels there must be, seen or not, so that `facts.labels` are seen."""
    seen = -np.expm1(-facts.notes * np.exp(location + spread * GRID)).mean()
    return round(facts.labels / seen)


def with_spread(facts: Facts, spread: float) -> np.ndarray:
    """The curve of this spread that gives the right number of labels, and of labels per note."""

    def excess(location: float) -> float:
        """Labels per note beyond the fact; the few commonest exactly, the rest on a grid."""
        rates = np.exp(location + spread * GRID)
        seen = -np.expm1(-facts.notes * rates).mean()
        return facts.labels * share(rates).mean() / seen - facts.per_note

    if excess(LOCATIONS[0]) > 0:
        raise BadValue(
            f"per_note {facts.per_note}: {facts.labels} labels seen in {facts.notes} notes are "
            "more than so few per note can give; lower labels or raise per_note"
        )
    location = brentq(excess, *LOCATIONS, xtol=1e-10)
    return curve(total_labels(facts, location, spread), location, spread)


def known_curve(facts: Facts) -> np.ndarray:
    """Rates per note of all labels, commonest first, seen or not. BadValue if no curve fits."""

    def excess(spread: float) -> float:
        return share(with_spread(facts, spread)[: facts.top]).sum() - facts.top_per_note

    low, high = excess(SPREADS[0]), excess(SPREADS[1])
    if low > 0 or high < 0:
        asked = facts.top_per_note
        raise BadValue(
            f"top_per_note {asked}: the {facts.top} commonest of {facts.labels} labels can be "
            f"{low + asked:.2f} to {high + asked:.2f} per note; write a number between"
        )
    return with_spread(facts, brentq(excess, *SPREADS, xtol=1e-6))
