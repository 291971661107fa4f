"""Checkpoints that are whole or absent: written aside, flushed, renamed, and hashed.

A checkpoint is two files, `<step>.safetensors` and `<step>.json`; the second is written last, holds
the SHA-256 of the first, and makes it count. Reading goes from the newest to the oldest and skips
what is damaged or belongs to another run. Two are kept.
"""

import hashlib
import json
import os
from pathlib import Path

import safetensors.torch
from safetensors import SafetensorError
from torch import Tensor

KEEP = 2


def write(path: Path, content: bytes) -> None:
    """All of `content` under `path`, or nothing, also when the machine dies."""
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with aside.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def save(folder: Path, step: int, identity: str, tensors: dict[str, Tensor]) -> None:
    """Tensors after `step` steps of the run called `identity`; older ones than the last two go."""
    folder.mkdir(parents=True, exist_ok=True)
    content = safetensors.torch.save({name: t.contiguous() for name, t in tensors.items()})
    facts = {"step": step, "identity": identity, "sha256": hashlib.sha256(content).hexdigest()}
    write(folder / f"{step:012d}.safetensors", content)
    write(folder / f"{step:012d}.json", json.dumps(facts).encode())
    for old in sorted(folder.glob("*.json"))[:-KEEP]:
        old.unlink(missing_ok=True)
        old.with_suffix(".safetensors").unlink(missing_ok=True)


def latest(folder: Path, identity: str) -> tuple[int, dict[str, Tensor]] | None:
    """Step and tensors of the newest whole checkpoint of this run, or None."""
    for note in sorted(folder.glob("*.json"), reverse=True):
        try:
            facts = json.loads(note.read_bytes())
            content = note.with_suffix(".safetensors").read_bytes()
            if facts["identity"] == identity and facts["sha256"] == digest(content):
                return int(facts["step"]), safetensors.torch.load(content)
        except (OSError, ValueError, LookupError, TypeError, RecursionError, SafetensorError):
            continue
    return None


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
