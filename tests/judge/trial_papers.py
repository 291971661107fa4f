"""Papers and metric rows for the tests of the judge; nothing here is a result."""

import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from recount.registry import Paper
from recount.run import verdict_seeds

ROOT = Path(__file__).resolve().parents[2]
STATEMENT = "One arm does better than the other by a margin that the paper states."
GAIN = {"take": "gap", "metric": "accuracy", "arm": "new", "minus": "old"}
RULE = {"reproduced": "gain.low > 0.05", "contradicted": "gain.high < 0.05"}


def claim(**changes) -> dict:
    """A difference of two arms, claimed 0.1, asked half of it."""
    plain = {"statement": STATEMENT, "quantities": {"gain": GAIN}, "effect": {"gain": 0.1}}
    return plain | RULE | {"margin": "half"} | changes


def paper(claims: dict | None = None, seeds: int = 8, slug: str = "trial", **changes) -> Paper:
    """A paper of lab `other`, whose kit exists, with scales smoke and laptop."""
    size = changes.pop("size", {"train_digits": 8, "test_digits": [8, 16, 24, 32, 48, 64]})
    values = {
        "title": "A paper for tests",
        "authors": ["Ada Lovelace"],
        "year": 2024,
        "arxiv": "2405.20671",
        "code": None,
        "level": "scaled",
        "fidelity": 2,
        "kind": "measure",
        "reported": {"aggregate": "mean", "seeds": 5, "gain": 0.1},
        "limits": "Nothing is claimed beyond these numbers.",
        "arms": {"new": {}, "old": {}},
        "scales": {
            "smoke": {"seeds": 2, "minutes": 1, "size": size},
            "laptop": {"seeds": seeds, "minutes": 1, "size": size},
        },
        "claims": claims or {"main": claim()},
    } | changes
    found = Paper.model_validate(values)
    folder = Path(tempfile.gettempdir()) / "recount-judge-tests" / "papers" / "other" / slug
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "experiment.py").write_text('"""Nothing."""\n')
    lock = folder.parents[2] / "requirements.lock"
    if not lock.exists():
        lock.write_text((ROOT / "requirements.lock").read_text())
    found._folder = folder
    return found


def seeds_of(one: Paper, scale: str = "laptop") -> tuple:
    return verdict_seeds(one.slug, scale, one.version, one.scales[scale].seeds)


def rows(
    one: Paper, values: dict, metric: str = "accuracy", count: int = 0, **axes
) -> pd.DataFrame:
    """arm -> one value a seed, as tidy rows."""
    seeds = seeds_of(one)
    return pd.DataFrame(
        [
            {"arm": arm, "seed": seed, "metric": metric, "value": float(value), "count": count}
            | axes
            for arm, several in values.items()
            for seed, value in zip(seeds, np.broadcast_to(several, (len(seeds),)), strict=True)
        ]
    )


def done(one: Paper, **changed) -> dict:
    """The state of every arm."""
    good = {"state": "done", "reason": None, "seconds": 1.0}
    return {arm: good | changed.get(arm, {}) for arm in one.arms}


REACH = {"take": "reach", "metric": "exact_match", "along": "digits", "level": 0.95}


def reach_claim() -> dict:
    return claim(
        quantities={"new": REACH | {"arm": "new"}, "old": REACH | {"arm": "old"}},
        reproduced="new.low >= 6 * train_digits and old.high <= 2 * train_digits",
        contradicted="new.high <= 2 * train_digits or old.low >= 6 * train_digits",
        effect={"new": 48, "old": 8},
        margin="own",
        why="Six times the trained length, as the paper reports.",
    )
