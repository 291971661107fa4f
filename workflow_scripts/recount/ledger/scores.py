"""How far new seeds lie from the recorded ones, as normal scores that add up over papers.

If recorded seeds were nobody's choice, new ones are drawn from the same: their mean lies outside
the 90 % prediction interval once in ten times, and moves away from the claim as often as towards
it. Chosen seeds show in the second: new ones fall back, in paper after paper (`shrinkage`).
"""

import itertools
import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from scipy import stats

LEVEL = 0.9
FOUND = 0.05  # one-sided error of "the recorded seeds were better than new ones"
MOST = 200_000  # arrangements that are counted one by one


@dataclass(frozen=True)
class Score:
    """One quantity. `p`: how probable it is that new seeds come out this low or lower; `z`: that as
    a normal score; `low`, `high`: prediction interval of their mean, where there is one."""

    p: float
    z: float
    outside: bool
    low: float | None
    high: float | None
    method: str


def score(old: Iterable[float], new: Iterable[float], student: bool, tie: float) -> Score | None:
    """Compares values of new units with recorded ones; None where nothing can be told: too few, or
    all equal. `student`: by means, else by ranks, with ties broken by `tie` in (0, 1)."""
    old, new = (np.array([x for x in one if not math.isnan(x)]) for one in (old, new))
    if len(old) < 3 or not len(new) or len(set(old) | set(new)) == 1:
        return None
    if student and np.isfinite(old).all() and np.isfinite(new).all() and np.ptp(old) > 0:
        return by_means(old, new)
    return scored(by_ranks(old, new, tie), None, None, "ranks")


def by_means(old: np.ndarray, new: np.ndarray) -> Score:
    freedom = len(old) - 1
    spread = float(old.std(ddof=1)) * math.sqrt(1 / len(old) + 1 / len(new))
    centre = float(old.mean())
    reach = float(stats.t.ppf((1 + LEVEL) / 2, freedom)) * spread
    p = float(stats.t.cdf((new.mean() - centre) / spread, freedom))
    return scored(p, centre - reach, centre + reach, f"t, {freedom} degrees")


def by_ranks(old: np.ndarray, new: np.ndarray, tie: float) -> float:
    """P(sum of the new ranks is lower) + tie P(equal), if all arrangements are equally likely."""
    ranks = stats.rankdata(np.concatenate([old, new]))
    seen, size, count = ranks[len(old) :].sum(), len(ranks), len(new)
    if math.comb(size, count) <= MOST:
        places = np.array(list(itertools.combinations(range(size), count)))
        sums = ranks[places].sum(axis=1)
        return float((sums < seen - 1e-9).mean() + tie * (abs(sums - seen) <= 1e-9).mean())
    variance = ranks.var() * count * (size - count) / (size - 1)
    return float(stats.norm.cdf((seen - count * ranks.mean()) / math.sqrt(variance)))


def scored(p: float, low: float | None, high: float | None, method: str) -> Score:
    p = min(max(p, 1e-12), 1 - 1e-12)
    outside = not (1 - LEVEL) / 2 <= p <= (1 + LEVEL) / 2
    return Score(
        rounded(p), rounded(stats.norm.ppf(p)), outside, rounded(low), rounded(high), method
    )


def rounded(value: float | None) -> float | None:
    """Twelve digits, so that equal input gives equal bytes."""
    return None if value is None else float(f"{value:.12g}")


def plain(one: Score | None) -> dict[str, Any] | None:
    return None if one is None else asdict(one)


def shrinkage(parts: Iterable[tuple[int, float]]) -> float | None:
    """Mean over the quantities of a paper of how far new seeds fell back; (direction, z) pairs,
    where direction is +1 if larger values speak for the claim, and 0 if neither do."""
    moved = [-direction * z for direction, z in parts if direction]
    return sum(moved) / len(moved) if moved else None


def pool(papers: Iterable[float | None], outside: Iterable[bool]) -> dict[str, Any]:
    """Over papers, whose seeds are independent. Quantities of one paper are not, so each paper
    counts once; a mean of scores varies less than one of them, which errs on the safe side."""
    moved = [one for one in papers if one is not None]
    out = list(outside)
    z = sum(moved) / math.sqrt(len(moved)) if moved else 0.0
    p = float(stats.norm.sf(z))
    return {
        "papers": len(moved),
        "quantities": len(out),
        "outside": sum(out),
        "share_outside": rounded(sum(out) / len(out)) if out else None,
        "expected_outside": rounded(1 - LEVEL),
        "shrinkage": rounded(z),
        "shrinkage_p": rounded(p),
        "shrunk": bool(moved) and p < FOUND,
    }
