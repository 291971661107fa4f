"""What differs from cluster to cluster: how a GPU is asked for, and how long a job may be.

A site's profile says it among its default resources (`recount init-site` writes them), and the
rules ask here, so no rule holds a site's habits:

    longest       minutes that the site grants at most; a longer job resumes from its checkpoints
    gpu_dialect   `gpu` (sbatch --gpus=1, the default) or `gres` (sbatch --gres=gpu:1)
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from recount.typed import BadValue

DIALECTS = ("gpu", "gres")


@dataclass(frozen=True)
class Site:
    """The habits of one site; the values stand for a machine without any."""

    longest: int | None = None
    dialect: str = "gpu"

    def minutes(self, wanted: int, attempt: int) -> int:
        """The time limit of an attempt: grows with it, and stays within what the site grants."""
        grown = wanted * attempt
        return grown if self.longest is None else min(grown, self.longest)

    def gpu(self, count: int) -> int:
        """`gpu` of a job; 0 asks for none."""
        return count if self.dialect == "gpu" else 0

    def gres(self, count: int) -> str:
        """`gres` of a job; empty asks for none. The executor refuses both at once."""
        return f"gpu:{count}" if count and self.dialect == "gres" else ""


def read(folder: str | Path) -> dict[str, Any]:
    """What a profile says. Raises BadValue naming the file."""
    path = Path(folder) / "profile.yaml"
    try:
        told = yaml.safe_load(path.read_text())
    except (OSError, yaml.YAMLError) as error:
        raise BadValue(f"{path}: {error}") from None
    return told if isinstance(told, dict) else {}


def packs(told: Mapping[str, Any]) -> dict[str, int]:
    """A profile's `group-components`: how many papers of each size share a job."""
    pairs = (str(one).partition("=") for one in told.get("group-components") or [])
    return {name: int(count) for name, _, count in pairs}


def of(resources: Mapping[str, Any] | None) -> Site:
    """The site whose profile set these default resources. Raises BadValue with the remedy."""
    told = {name: plain(value) for name, value in dict(resources or {}).items()}
    dialect = told.get("gpu_dialect", "gpu")
    if dialect not in DIALECTS:
        raise BadValue(
            f"profile: default-resources: gpu_dialect: {dialect!r}; known: {', '.join(DIALECTS)}"
        )
    longest = told.get("longest")
    if longest is not None and not (str(longest).isdigit() and int(longest) > 0):
        raise BadValue(f"profile: default-resources: longest: {longest!r}; minutes, such as 1440")
    return Site(None if longest is None else int(longest), dialect)


def plain(value: Any) -> Any:
    """The number or text behind a resource as Snakemake holds it."""
    return getattr(value, "raw", value)
