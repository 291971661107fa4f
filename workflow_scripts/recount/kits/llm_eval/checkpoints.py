"""Local Hugging Face folders: where they are named, and which of them are refused.

A folder is accepted only if nothing in it could run code: weights in safetensors alone, no Python,
no `auto_map`. Folders are named in config/config.yaml (`checkpoints: {paper: [folder]}`), or in the
variable RECOUNT_CHECKPOINTS as `paper=folder`, several parted by `:` (`;` on Windows), which goes
first.
"""

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path

import yaml

from recount.typed import BadValue

VARIABLE = "RECOUNT_CHECKPOINTS"
PICKLED = {".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".msgpack", ".h5", ".joblib"}


@dataclass(frozen=True)
class Checkpoint:
    """An accepted folder; `sha256` is over the names and contents of all its files."""

    folder: Path
    sha256: str

    @property
    def name(self) -> str:
        return self.folder.name


def configured(slug: str) -> Checkpoint | None:
    """The checkpoint that the user named for a paper, or None. BadValue if it cannot be used."""
    folders = from_environment(slug) or from_config(slug)
    if len(folders) > 1:
        raise BadValue(
            f"checkpoints: {slug}: {len(folders)} folders, but two checkpoints are two judgements; "
            "name one at a time, each with its own results folder"
        )
    return accepted(Path(folders[0])) if folders else None


def from_environment(slug: str) -> list[str]:
    entries = [entry for entry in os.environ.get(VARIABLE, "").split(os.pathsep) if entry]
    for entry in entries:
        if "=" not in entry:
            raise BadValue(f"{VARIABLE}: {entry!r} names no paper; write paper=folder")
    return [entry.split("=", 1)[1] for entry in entries if entry.split("=", 1)[0] == slug]


def from_config(slug: str) -> list[str]:
    """From the first config/config.yaml at or above RECOUNT_ROOT or the working folder."""
    start = Path(os.environ.get("RECOUNT_ROOT") or Path.cwd()).resolve()
    for folder in (start, *start.parents):
        path = folder / "config" / "config.yaml"
        if path.is_file():
            named = (yaml.safe_load(path.read_text()) or {}).get("checkpoints") or {}
            return [str(folder / one) for one in named.get(slug, [])]
    return []


def accepted(folder: Path) -> Checkpoint:
    """The folder as a Checkpoint. BadValue names the file that makes it unusable, and a remedy."""
    try:
        named = (folder / "config.json").is_file()
    except OSError as error:
        raise BadValue(f"{VARIABLE}: cannot look for config.json there ({error})") from None
    if not named:
        raise BadValue(f"{folder}: has no config.json; name the folder of a Hugging Face model")
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    for path in files:
        refuse_code(path)
    if not any(path.suffix == ".safetensors" for path in files):
        raise BadValue(f"{folder}: has no weights in safetensors; convert them and try again")
    digest = hashlib.sha256()
    for path in files:
        with path.open("rb") as content:
            inside = hashlib.file_digest(content, "sha256").hexdigest()
        digest.update(f"{path.relative_to(folder).as_posix()} {inside}\n".encode())
    return Checkpoint(folder, digest.hexdigest())


def refuse_code(path: Path) -> None:
    if path.suffix.lower() in PICKLED:
        raise BadValue(
            f"{path}: may hold pickled objects, which can run code; convert it to safetensors"
        )
    if path.suffix.lower() in (".py", ".pyc", ".so"):
        raise BadValue(
            f"{path}: remote code is never run; use a model that transformers itself knows"
        )
    if path.name.endswith("config.json"):
        try:
            content = json.loads(path.read_text())
        except (ValueError, RecursionError) as error:
            raise BadValue(f"{path}: is no JSON ({error}); download the checkpoint again") from None
        if not isinstance(content, dict):
            raise BadValue(f"{path}: is no JSON object; download the checkpoint again")
        if "auto_map" in content:
            raise BadValue(
                f"{path}: auto_map asks for remote code, which is never run; "
                "use a model that transformers knows"
            )
