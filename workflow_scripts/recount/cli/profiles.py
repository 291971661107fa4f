"""Where profiles lie: the project's own, and those of this user."""

import os
from pathlib import Path

from recount.typed import BadValue


def known_profile(root: Path, name: str | None) -> str | None:
    """The folder of a profile: as given, of this project, or of this user. Raises BadValue."""
    if name is None:
        return None
    places = [Path(name), root / name, root / "profiles" / name, user_profiles() / name]
    for place in places:
        if (place / "profile.yaml").is_file():
            return str(place.resolve())
    raise BadValue(f"no profile {name!r}; `recount init-site` writes one, or take profiles/slurm")


def user_profiles() -> Path:
    """Where Snakemake looks for this user's profiles."""
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "snakemake"
