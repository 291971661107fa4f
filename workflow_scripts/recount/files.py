"""Files appear whole or not at all: temporary name in the same folder, fsync, rename.

A killed writer leaves the old file or the new one, never a mix, and never a half-written name.
"""

import contextlib
import hashlib
import json
import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from recount.typed import BadValue


@contextlib.contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Yields a temporary path; renames it to `path` when the block ends without an exception."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}")
    try:
        yield temporary
        with temporary.open("rb+") as handle:
            os.fsync(handle.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_bytes(path: Path, content: bytes) -> None:
    with whole(path) as temporary:
        temporary.write_bytes(content)


def write_text(path: Path, content: str) -> None:
    write_bytes(path, content.encode())


def json_bytes(value: Any) -> bytes:
    """Canonical JSON: sorted keys, no NaN, a newline at the end; equal values give equal bytes."""
    text = json.dumps(value, sort_keys=True, indent=1, allow_nan=False, ensure_ascii=False)
    return text.encode() + b"\n"


def write_json(path: Path, value: Any) -> None:
    write_bytes(path, json_bytes(value))


def read_json(path: Path) -> Any:
    """Raises BadValue with the file's name when it is missing or not JSON."""
    try:
        return json.loads(path.read_bytes())
    except FileNotFoundError:
        raise BadValue(f"{path}: missing; run the stage that makes it") from None
    except ValueError as error:
        raise BadValue(f"{path}: not valid JSON ({error}); delete it and run again") from None


def write_arrays(path: Path, arrays: dict[str, np.ndarray]) -> None:
    """Named arrays as .npz; object arrays are refused, since only pickle could hold them."""
    for name, array in arrays.items():
        if np.asarray(array).dtype.hasobject:
            raise BadValue(f"{path}: array {name!r} holds Python objects; store numbers or bytes")
    with whole(path) as temporary, temporary.open("wb") as handle:
        np.savez(handle, **arrays)


def read_arrays(path: Path) -> dict[str, np.ndarray]:
    with np.load(path) as archive:
        return {name: archive[name] for name in archive.files}


def write_parquet(path: Path, table) -> None:
    """A pandas frame or pyarrow table, zstd-compressed."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    if not isinstance(table, pa.Table):
        table = pa.Table.from_pandas(table, preserve_index=False)
    with whole(path) as temporary:
        pq.write_table(table, temporary, compression="zstd")


def digest_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as handle:
        while block := handle.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
