"""What looks would save: the same worlds judged after 5, 8 or 12 seeds, and always after 12."""

from collections.abc import Iterator

import numpy as np

from recount import files, layout
from recount.judge.calibration import Calibration
from recount.judge.noise import Noise
from recount.judge.pilots import assumed_from
from recount.judge.rule import Rule

LOOKS = (5, 8, 12)
LOST = 0.05
TRUTHS = {"planted": "reproduced", "reversed": "contradicted"}


def with_looks(paper, scale: str, looks=LOOKS):
    """The same paper, its seeds looked at so at a scale."""
    declared = paper.scales[scale].model_copy(update={"looks": list(looks), "seeds": looks[-1]})
    return paper.model_copy(update={"scales": paper.scales | {scale: declared}})


def assumed_of(paper, claim, calibration: dict | None):
    """What a recorded calibration assumed, as pilots would say it; None without one."""
    told = (calibration or {}).get("assumed")
    if not told or told["from"] != "pilots":
        return None
    quantities = {n: q for n, q in claim.quantities.items() if q.take not in ("count", "all")}
    spread = {
        one.metric: told["spread"][name]
        for name, one in quantities.items()
        if one.take not in ("reach", "first", "rate")
    }
    return {"spread": spread, "items": told["items"], "correlation": told["correlation"]}


def savings(paper, claim, scale: str, calibration=None, replays: int = 1000) -> dict[str, dict]:
    """Truth -> mean seeds used, and how often its verdict is found in looks and at once.

    `planted`: the paper's effect is there; `reversed`: its opposite is. `calibration`: the recorded
    one of this claim, whose spread is taken.
    """
    claim = paper.claims[claim] if isinstance(claim, str) else claim
    rule = Rule(with_looks(paper, scale), claim, scale)
    made = Calibration(rule, assumed_from(rule, assumed_of(paper, claim, calibration)), replays)
    noise, found = Noise("normal", made.assumed.correlation), {}
    world = made.world(noise, replays, "savings")
    for truth, outcome in TRUTHS.items():
        plant = getattr(made.planter, truth)()
        where = made.places(plant, noise)
        table = world.at(where.places, where.spreads, plant.bend)
        looked, whole = rule.decide(table), rule.fixed(table, None, True, None)
        found[truth] = {
            "seeds": float(np.mean(looked.used)),
            "looks": share(looked, outcome),
            "at_once": share(whole, outcome),
        }
    return found


def of_papers(papers, scale: str, replays: int = 1000) -> Iterator[tuple]:
    """(paper, claim, savings) of all claims whose seeds could be looked at."""
    for paper in papers:
        path = layout.evidence(paper, scale)[2]
        known = files.read_json(path) if path.exists() else {}
        for name, claim in paper.claims.items():
            exact = any(one.take == "all" for one in claim.quantities.values())
            if paper.unit == "seed" and claim.judge == "rule" and not exact:
                yield paper, name, savings(paper, claim, scale, known.get(name), replays)


def suits(found: dict[str, dict]) -> bool:
    """Whether looks find what all seeds at once find, but for one verdict in twenty: some rules ask
    for more than twelve seeds can show with the part of the error that the last look has."""
    return all(one["looks"] > one["at_once"] - LOST for one in found.values())


def summary(found: list[dict]) -> tuple[float, float]:
    """(share of runs saved against always all seeds, power lost), means over claims and truths."""
    ones = [one for truths in found for one in truths.values()]
    seeds = float(np.mean([one["seeds"] for one in ones]))
    return 1 - seeds / LOOKS[-1], float(np.mean([one["at_once"] - one["looks"] for one in ones]))


def share(decision, outcome: str) -> float:
    """How often a decision is this outcome."""
    other = "contradicted" if outcome == "reproduced" else "reproduced"
    mine, theirs = getattr(decision, outcome), getattr(decision, other)
    return float(np.mean(decision.valid & mine & ~theirs))
