"""What a calibration is made from, as one hash: equal inputs need no second calibration."""

import hashlib

import pandas as pd

from recount.judge.shape import Pool
from recount.registry import rule_hash

CALIBRATION_VERSION = 3  # raised when worlds change, so that calibrations are made again


def inputs(paper, claim, scale: str, pilot=None, pool: Pool | None = None) -> str:
    """SHA-256 of what a calibration is made from: the rule, the pilots, how worlds are made, and
    whether the lab's own shape is known (not which papers it is known from: more of the same kind
    need no new calibration)."""
    digest = hashlib.sha256(f"{CALIBRATION_VERSION}/{rule_hash(paper, claim, scale)}/".encode())
    digest.update(str(pool is not None and pool.known).encode())
    if pilot is not None:
        ordered = pilot.sort_values(sorted(pilot.columns)).reset_index(drop=True)
        digest.update(pd.util.hash_pandas_object(ordered).to_numpy().tobytes())
    return digest.hexdigest()
