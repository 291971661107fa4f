"""Files appear whole or not at all: temporary name in the same folder, fsync, rename.

A killed writer leaves the old file or the new one, never a mix, and never a half-written name.
"""

import contextlib
import hashlib
import json
import os
import re
import time
import uuid
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from recount.typed import BadValue

ABANDONED = 3600.0  # seconds after which a temporary file has no writer any more
LARGEST_JSON = 64 << 20
MOST_ROWS, MOST_COLUMNS = 20_000_000, 256
SEAL = re.compile(rb',\n "(.{4})": "(.{64})"\n}\n?\Z', re.DOTALL)
DAMAGED = "damaged, or never ours; delete it and run again"


@contextlib.contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Yields a temporary path; renames it to `path` when the block ends without an exception."""
    path.parent.mkdir(parents=True, exist_ok=True)
    sweep(path)
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}")
    try:
        yield temporary
        with temporary.open("rb+") as handle:
            os.fsync(handle.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def sweep(path: Path) -> None:
    """Removes what killed writers of `path` left behind."""
    for left in path.parent.glob(f".{path.name}.*"):
        with contextlib.suppress(OSError):
            if time.time() - left.stat().st_mtime > ABANDONED:
                left.unlink()


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


def write_sealed(path: Path, value: dict[str, Any]) -> None:
    """Canonical JSON whose last entry, `seal`, is the SHA-256 of the bytes before it, so that
    `read_json` notices a single changed bit. The seal is no part of the value."""
    body = json_bytes(value)[: -len(b"\n}\n")]
    write_bytes(path, body + b',\n "seal": "' + digest_of(body).encode() + b'"\n}\n')


def unsealed(path: Path, content: bytes) -> bytes:
    """The content without its seal. BadValue where seal and bytes disagree."""
    found = SEAL.search(content)
    if found is None:
        return content
    body = content[: found.start()]
    if found[1] != b"seal" or found[2] != digest_of(body).encode() or not content.endswith(b"\n"):
        raise BadValue(f"{path}: differs from its seal; {DAMAGED}")
    return body + b"\n}\n"


def read_json(path: Path) -> Any:
    """Raises BadValue with the file's name when it is missing, not JSON, or beyond all size."""
    try:
        if path.stat().st_size > LARGEST_JSON:
            raise BadValue(f"{path}: larger than {LARGEST_JSON >> 20} MiB; {DAMAGED}")
        return json.loads(unsealed(path, path.read_bytes()))
    except FileNotFoundError:
        raise BadValue(f"{path}: missing; run the stage that makes it") from None
    except BadValue:
        raise
    except (ValueError, RecursionError) as error:
        raise BadValue(f"{path}: not valid JSON ({error}); delete it and run again") from None


def write_arrays(path: Path, arrays: dict[str, np.ndarray]) -> None:
    """Named arrays as .npz; object arrays are refused, since only pickle could hold them."""
    for name, array in arrays.items():
        if np.asarray(array).dtype.hasobject:
            raise BadValue(f"{path}: array {name!r} holds Python objects; store numbers or bytes")
    with whole(path) as temporary, temporary.open("wb") as handle:
        np.savez(handle, **arrays)


def read_arrays(path: Path) -> dict[str, np.ndarray]:
    """The arrays of an .npz. BadValue unless it is as `write_arrays` writes it: plain numbers, not
    compressed, and no array larger than its own bytes in the file."""
    try:
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist():
                if member.compress_type != zipfile.ZIP_STORED:
                    raise BadValue(f"{path}: {member.filename} is compressed; {DAMAGED}")
        with np.load(path, allow_pickle=False) as archive:
            for name in archive.zip.namelist():
                promised(path, archive.zip, name)
            return {name: archive[name] for name in archive.files}
    except FileNotFoundError:
        raise BadValue(f"{path}: missing; run the stage that makes it") from None
    except BadValue:
        raise
    except (ValueError, EOFError, TypeError, zipfile.BadZipFile, MemoryError) as error:
        raise BadValue(f"{path}: no plain arrays ({error}); {DAMAGED}") from None


def promised(path: Path, archive: zipfile.ZipFile, name: str) -> None:
    """Raises BadValue where an array's header asks for more than its member holds."""
    with archive.open(name) as stream:
        version = np.lib.format.read_magic(stream)
        form = np.lib.format
        header = form.read_array_header_1_0 if version == (1, 0) else form.read_array_header_2_0
        shape, _, kind = header(stream)
        size = int(np.prod([int(one) for one in shape], dtype=object)) * kind.itemsize
        held = archive.getinfo(name).file_size - stream.tell()
    if kind.hasobject or size != held:
        raise BadValue(f"{path}: {name} promises {size} bytes and holds {held}; {DAMAGED}")


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


def read_table(source):
    """A parquet file, by path or as a stream, as a pandas frame. BadValue where it is none, or is
    larger than anything that is written here."""
    import pandas as pd
    import pyarrow as pa
    import pyarrow.parquet as pq

    shown = source if isinstance(source, Path) else "recorded rows"
    try:
        with pq.ParquetFile(source) as opened:
            rows, columns = opened.metadata.num_rows, opened.metadata.num_columns
            if rows > MOST_ROWS or columns > MOST_COLUMNS:
                raise BadValue(f"{shown}: {rows} rows of {columns} columns; {DAMAGED}")
        if not isinstance(source, Path):
            source.seek(0)
        return pd.read_parquet(source)
    except FileNotFoundError:
        raise BadValue(f"{shown}: missing; run the stage that makes it") from None
    except (pa.ArrowException, OSError, EOFError) as error:
        raise BadValue(f"{shown}: not readable ({str(error):.200}); {DAMAGED}") from None


def read_tensors(path: Path) -> dict[str, np.ndarray]:
    """The arrays of a .safetensors file, which holds numbers and cannot hold code."""
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        return load_file(path)
    except (SafetensorError, ValueError, KeyError, TypeError) as error:
        raise BadValue(f"{path}: no plain arrays ({str(error):.200}); {DAMAGED}") from None


def sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as handle:
        while block := handle.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
