"""What an experiment is given and what it gives back: Run in, Rows out.

Chance comes from named streams and from nothing else. A stream depends on the verdict seed, its own
name and a step, never on the arm, so all arms of one seed see the same data (paired chance); and a
stream at step k needs nothing that happened before k, so a resumed run continues bit for bit.
"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

KEY_COLUMNS = ["arm", "seed", "metric", "value", "count"]


def verdict_seeds(slug: str, scale: str, version: int, count: int, stream: str = "verdict"):
    """The seeds of a paper at a scale: SHA-256 of slug, scale and version, the same for everybody.

    Never a function of the paper's content: a changed rule cannot roll new dice. Pilots use
    `stream="pilot"` and share no seed with any verdict.
    """
    return tuple(
        int.from_bytes(
            hashlib.sha256(f"{stream}/{slug}/{scale}/{version}/{index}".encode()).digest()[:6]
        )
        for index in range(count)
    )


@dataclass(frozen=True, kw_only=True)
class Run:
    """One arm of one paper at one scale, with all its seeds inside.

    `arm` and `size` are the experiment's own typed values; `arm` is None in the generate stage.
    `device` is "cpu" or "cuda". `checkpoints` is a private folder that outlives a killed job.
    `report(done, total, note)` shows progress; call it as often as you like.
    """

    slug: str
    scale: str
    size: Any
    seeds: tuple[int, ...]
    arm_name: str = ""
    arm: Any = None
    device: str = "cpu"
    checkpoints: Path | None = None
    report: Callable[[int, int, str], None] = field(default=lambda done, total, note: None)

    def number(self, stream: str, seed: int | None = None) -> int:
        """A 63-bit number for libraries with their own generators (torch.manual_seed)."""
        return int.from_bytes(self._digest(stream, seed)[:8]) >> 1

    def rng(self, stream: str, seed: int | None = None, step: int = 0) -> np.random.Generator:
        """The named stream of one seed at one step; without a seed, one common to all seeds."""
        digest = self._digest(stream, seed)
        key = np.frombuffer(digest[:16], dtype="<u8")
        return np.random.Generator(np.random.Philox(key=key, counter=[0, 0, step, 0]))

    def _digest(self, stream: str, seed: int | None) -> bytes:
        who = f"{self.slug}/{self.scale}" if seed is None else str(seed)
        return hashlib.sha256(f"{stream}/{who}".encode()).digest()


class Rows:
    """Tidy metric rows of one run: arm, seed, metric, value, count and axis columns.

    `value` is a fraction, never a percentage. `count` is the number of items behind it (0 when
    that has no meaning). A run that diverged adds its value as nan or inf; it is never left out.
    """

    def __init__(self, run: Run):
        self.run = run
        self.rows: list[dict[str, Any]] = []

    def add(self, metric: str, values: float | Iterable[float], count: int = 0, **axes) -> None:
        """One value per seed, in the order of `run.seeds`; a lone number serves all seeds."""
        values = np.broadcast_to(np.asarray(values, dtype=float), (len(self.run.seeds),))
        for seed, value in zip(self.run.seeds, values, strict=True):
            row = {"arm": self.run.arm_name, "seed": seed, "metric": metric}
            self.rows.append(row | {"value": float(value), "count": int(count)} | axes)

    def fingerprint(self, predictions: Iterable[Any]) -> None:
        """What each seed predicted, as a number: two arms with equal fingerprints are one arm."""
        self.add("fingerprint", [print_of(np.asarray(one)) for one in predictions])

    def frame(self) -> pd.DataFrame:
        """Columns KEY_COLUMNS first, then the axes; a row without an axis holds null there."""
        frame = pd.DataFrame(self.rows, columns=None if self.rows else KEY_COLUMNS)
        return frame[KEY_COLUMNS + [name for name in frame.columns if name not in KEY_COLUMNS]]


def print_of(array: np.ndarray) -> float:
    """48 bits of the SHA-256 of an array's bytes, which a float64 holds exactly."""
    digest = hashlib.sha256(np.ascontiguousarray(array).tobytes()).digest()
    return float(int.from_bytes(digest[:6]))
