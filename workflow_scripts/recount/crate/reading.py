"""Opens a crate of results from another machine, and trusts nothing in it.

Everything is read into a folder aside and checked there: only files that a run makes, under names
that this project's papers have; every byte against the SHA-256 in the description and in the run's
own manifests; every format by the readers that refuse what could run code. Only then each paper's
folder appears in results/, whole, by one rename.
"""

import contextlib
import errno
import hashlib
import json
import re
import shutil
import stat
import struct
import uuid
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from recount import attempts, files
from recount.crate.writing import CODE, METADATA
from recount.typed import BadValue

MOST_FILES = 100_000
LARGEST = 20 << 30  # bytes in all, unpacked
LARGEST_METADATA = 64 << 20
BLOCK = 1 << 20
DIGEST = re.compile(r"[0-9a-f]{64}")
RUN = ("run.json", "evaluate.json", "metrics.parquet", "curve.parquet", "model.safetensors")
BROKEN = (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, NotImplementedError, EOFError)
BROKEN += (ValueError, struct.error)
READERS = {
    ".json": files.read_json,
    ".parquet": files.read_table,
    ".npz": files.read_arrays,
    ".safetensors": files.read_tensors,
}


@dataclass(frozen=True)
class Member:
    """A file of the crate: its name, its digest as described, and the paper's folder, if any."""

    name: str
    digest: str
    folder: PurePosixPath | None


def unpack(path: Path, registry, results: Path, replace: bool = False) -> dict[str, Any]:
    """Publishes the results in a crate; returns the papers, scales, and what was left as it was.

    Raises BadValue at the first thing that is wrong, before anything is published. Results that are
    there already are refused, or replaced when asked.
    """
    if path.is_symlink() or not path.is_file():
        raise BadValue(f"{path}: is missing or no plain file; name a crate made by `recount pack`")
    aside = results / f".unpack-{uuid.uuid4().hex[:8]}"
    try:
        with zipfile.ZipFile(path) as archive:
            members = checked(archive, path.name, registry)
            extract(archive, path.name, members, aside)
        folders = sorted({one.folder for one in members if one.folder})
        for folder in folders:
            verify(aside / folder, path.name)
        log = aside / "results" / attempts.NAME
        if log.exists():
            verify_log(log, path.name)
        there = [one for one in folders if (results.parent / one).exists()]
        if there and not replace:
            raise BadValue(f"{there[0]}: is there already; say --replace, or move it away")
        for folder in folders:
            publish(aside / folder, results.parent / folder, aside)
        return {"folders": [str(one) for one in folders], "log": keep_log(aside, results)}
    except BadValue:
        raise
    except BROKEN as error:
        raise BadValue(f"{path}: is no whole zip ({error}); pack and carry it again") from None
    except OSError as error:
        if error.errno == errno.EINVAL:  # an offset in the zip that lies outside it
            raise BadValue(f"{path}: is no whole zip; pack and carry it again") from None
        raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def checked(archive: zipfile.ZipFile, shown: str, registry) -> list[Member]:
    """All members but the description, once names, kinds and sizes are as `pack` makes them."""
    infos = archive.infolist()
    if len(infos) > MOST_FILES:
        raise BadValue(f"{shown}: holds {len(infos)} files; {MOST_FILES} at most")
    if sum(one.file_size for one in infos) > LARGEST:
        raise BadValue(f"{shown}: unpacks to more than {LARGEST >> 30} GiB")
    for info in infos:
        plain(info, shown)
    names = [info.filename for info in infos]
    if len({name.lower() for name in names}) < len(names):
        raise BadValue(f"{shown}: holds a name twice")
    described = description(archive, shown)
    if missing := sorted(set(described) - set(names)):
        raise BadValue(f"{shown}: {missing[0]!r:.200} is described and not there")
    found = []
    for name in names:
        if name == METADATA:
            continue
        if name not in described:
            raise BadValue(f"{shown}: {name!r:.200} is not described in {METADATA}")
        found.append(Member(name, described[name], folder_of(name, shown, registry)))
    if not any(one.folder for one in found):
        raise BadValue(f"{shown}: holds no results")
    return found


def plain(info: zipfile.ZipInfo, shown: str) -> None:
    """Raises BadValue unless a member is an unencrypted plain file with a harmless name."""
    name, mode = info.filename, info.external_attr >> 16
    parts = name.split("/")
    harmless = re.fullmatch(r"[A-Za-z0-9_.\-/]{1,300}", name) and info.orig_filename == name
    if not harmless or name.startswith("/") or {"", ".", ".."} & set(parts):
        raise BadValue(f"{shown}: the name {name!r:.200} is no path inside a project")
    if info.is_dir() or (mode and not stat.S_ISREG(mode) and stat.S_IFMT(mode)):
        raise BadValue(f"{shown}: {name}: is a link or no plain file")
    if info.flag_bits & 1:
        raise BadValue(f"{shown}: {name}: is encrypted")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise BadValue(f"{shown}: {name}: is compressed in an unusual way")


def description(archive: zipfile.ZipFile, shown: str) -> dict[str, str]:
    """name -> SHA-256 of every file that ro-crate-metadata.json describes."""
    if METADATA not in archive.namelist():
        raise BadValue(f"{shown}: has no {METADATA}; name a crate made by `recount pack`")
    if archive.getinfo(METADATA).file_size > LARGEST_METADATA:
        raise BadValue(f"{shown}: {METADATA} is larger than {LARGEST_METADATA >> 20} MiB")
    try:
        with archive.open(METADATA) as stream:
            graph = json.loads(stream.read(LARGEST_METADATA + 1))["@graph"]
        found = {one["@id"]: one for one in graph if "File" in kinds(one)}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BadValue(f"{shown}: {METADATA} is no RO-Crate ({str(error):.100})") from None
    for name, one in found.items():
        digest = one.get("sha256")
        if not isinstance(digest, str) or not DIGEST.fullmatch(digest):
            raise BadValue(f"{shown}: {METADATA}: {name!r:.200}: has no sha256")
    return {name: one["sha256"] for name, one in found.items()}


def kinds(one: dict[str, Any]) -> list[str]:
    kind = one["@type"]
    return kind if isinstance(kind, list) else [kind]


def folder_of(name: str, shown: str, registry) -> PurePosixPath | None:
    """The paper's folder that a file of results belongs to; None for the workflow's own files.

    Raises BadValue for every other name: nothing else is ever written.
    """
    parts = PurePosixPath(name).parts
    if parts[0] == "results" and len(parts) in (5, 7):
        _, scale, lab, slug, *rest = parts
        paper = registry.papers.get(slug)
        if paper is None or paper.lab != lab or scale not in paper.scales:
            raise BadValue(f"{shown}: {name}: this project has no such paper, lab or scale")
        own = ["data.npz", "data.json", *(f"{claim}.json" for claim in paper.claims)]
        if rest in ([one] for one in own):
            return PurePosixPath(*parts[:4])
        if len(rest) == 3 and rest[0] == "runs" and rest[1] in paper.arms and rest[2] in RUN:
            return PurePosixPath(*parts[:4])
    ours = name in (*CODE, f"results/{attempts.NAME}") or re.fullmatch(r"rules/\w+\.smk", name)
    if ours or re.fullmatch(r"papers/\w+/\w+/(paper\.yaml|experiment\.py)", name):
        return None
    raise BadValue(f"{shown}: {name}: is no file that a run makes")


def extract(archive: zipfile.ZipFile, shown: str, members: list[Member], aside: Path) -> None:
    """Writes results and log below `aside`, never more than was announced; checks each digest."""
    for one in members:
        wanted = one.folder or one.name == f"results/{attempts.NAME}"
        out = aside / one.name
        size = archive.getinfo(one.name).file_size
        digest = hashlib.sha256()
        with archive.open(one.name) as source, contextlib.ExitStack() as stack:
            if wanted:
                out.parent.mkdir(parents=True, exist_ok=True)
                sink = stack.enter_context(out.open("xb"))
            held = 0
            while block := source.read(BLOCK):
                held += len(block)
                if held > size:
                    raise BadValue(f"{shown}: {one.name}: is larger than announced")
                digest.update(block)
                if wanted:
                    sink.write(block)
        if digest.hexdigest() != one.digest:
            raise BadValue(f"{shown}: {one.name}: its bytes differ from their sha256")


def verify(folder: Path, shown: str) -> None:
    """Every file of a paper can be read safely, and is what its own manifest recorded."""
    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        try:
            READERS[path.suffix](path)
        except BadValue as error:
            raise BadValue(f"{shown}: {str(error).replace(str(folder), folder.name)}") from None
    manifests = [folder / "data.json", *folder.glob("runs/*/run.json")]
    manifests += folder.glob("runs/*/evaluate.json")
    for manifest in (one for one in manifests if one.exists()):
        listed = files.read_json(manifest)
        listed = listed.get("files") if isinstance(listed, dict) else None
        if not isinstance(listed, dict):
            raise BadValue(f"{shown}: {manifest.name} of {folder.name}: is no manifest")
        for name, digest in listed.items():
            path = manifest.with_name(name)
            left = name == "model.safetensors" and not path.exists()
            if not left and (not path.exists() or files.sha256(path) != digest):
                raise BadValue(
                    f"{shown}: {name} of {folder.name}: differs from what {manifest.name} recorded"
                )
    orphans = {one.parent for one in folder.glob("runs/*/metrics.parquet")}
    if any(not (one / "evaluate.json").exists() for one in orphans):
        raise BadValue(f"{shown}: metrics of {folder.name} without their manifest")


def verify_log(log: Path, shown: str) -> None:
    try:
        attempts.read(log)
    except attempts.Broken as error:
        raise BadValue(f"{shown}: {error}") from None


def publish(source: Path, out: Path, aside: Path) -> None:
    """The folder appears whole; what was there goes first, and comes back if the rename fails."""
    out.parent.mkdir(parents=True, exist_ok=True)
    old = aside / f"old-{uuid.uuid4().hex[:8]}"
    if out.exists():
        out.rename(old)
    try:
        source.rename(out)
    except OSError:
        if old.exists():
            old.rename(out)
        raise


def keep_log(aside: Path, results: Path) -> str:
    """The attempts log comes along where there is none; two logs are never mixed."""
    brought, own = aside / "results" / attempts.NAME, results / attempts.NAME
    if not brought.exists():
        return "none came"
    if own.exists():
        return "same" if files.sha256(own) == files.sha256(brought) else "left out"
    brought.rename(own)
    return "brought"
