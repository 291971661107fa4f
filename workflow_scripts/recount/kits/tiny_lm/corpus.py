"""Text that every machine has: the source of Python's standard library, and the language manual.

`source` is 77 of its modules, long-lived ones that are single files in CPython 3.11 to 3.13;
`manual` is the prose of pydoc's topics. A release may change a file, so the text differs a little
between versions of Python: the SHA-256 of all documents goes with the data, and `digest_number` of
it belongs into the rows. Documents are split whole, by the hash of their name, so a file's part
never depends on which others there are.
"""

import hashlib
import importlib
import sysconfig
from pathlib import Path

import numpy as np

from recount.experiment import Arrays
from recount.typed import BadValue

MODULES = tuple(
    """
    _collections_abc _markupbase _pydecimal _pyio _strptime argparse ast base64 bdb calendar
    cmd codecs configparser contextlib csv dataclasses datetime difflib dis doctest enum
    fileinput fractions ftplib functools gettext gzip heapq imaplib inspect ipaddress locale
    mailbox mimetypes modulefinder ntpath optparse os pdb pickle pickletools pkgutil
    platform plistlib poplib posixpath pprint profile pstats pydoc random runpy selectors
    shlex shutil site smtplib socket socketserver statistics subprocess tarfile tempfile
    textwrap threading timeit tokenize trace traceback tracemalloc turtle typing uuid
    warnings wave weakref webbrowser
    """.split()  # noqa: SIM905
)
RARE = 20  # bytes seen less often in training text share one token
OTHER = 0  # that token
PARTS = ("train", "held_out")


def documents(kind: str) -> dict[str, bytes]:
    """Name -> text of `source` or `manual`. BadValue where a file of the corpus is missing."""
    if kind == "manual":
        topics = importlib.import_module("pydoc_data.topics").topics
        return {name: topics[name].encode() for name in sorted(topics)}
    if kind != "source":
        raise BadValue(f"corpus {kind!r} is unknown; known: source, manual")
    folder = Path(sysconfig.get_paths()["stdlib"])
    missing = [name for name in MODULES if not (folder / f"{name}.py").is_file()]
    if missing:
        raise BadValue(f"{folder}: no {missing[0]}.py; use CPython 3.11 to 3.13 with its sources")
    return {name: (folder / f"{name}.py").read_bytes() for name in MODULES}


def arrays(texts: dict[str, bytes], held_out: int = 5) -> Arrays:
    """The corpus as tokens; about one document in `held_out` is held out.

    Per part `<part>_ids` (uint8) and `<part>_starts`, where documents begin (one more entry marks
    the end); `alphabet`, the byte of each token from 1 on; `digest`, 32 bytes.
    """
    parts = {part: [] for part in PARTS}
    for name in sorted(texts):
        draw = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8])
        parts[PARTS[draw % held_out == 0]].append(texts[name].replace(b"\r\n", b"\n"))
    if not all(parts.values()):
        raise BadValue(f"{len(texts)} documents leave a part empty; give more, or another held_out")
    seen = np.bincount(np.frombuffer(b"".join(parts["train"]), np.uint8), minlength=256)
    alphabet = np.flatnonzero(seen >= RARE).astype(np.uint8)
    token = np.full(256, OTHER, np.uint8)
    token[alphabet] = np.arange(1, len(alphabet) + 1)
    found = {"alphabet": alphabet, "digest": np.frombuffer(digest(texts), np.uint8)}
    for part, kept in parts.items():
        found[f"{part}_ids"] = token[np.frombuffer(b"".join(kept), np.uint8)]
        found[f"{part}_starts"] = np.cumsum([0, *map(len, kept)])
    return found


def digest(texts: dict[str, bytes]) -> bytes:
    """SHA-256 over names and texts, in order of name."""
    total = hashlib.sha256()
    for name in sorted(texts):
        total.update(hashlib.sha256(name.encode()).digest() + hashlib.sha256(texts[name]).digest())
    return total.digest()


def digest_number(data: Arrays) -> float:
    """48 bits of the corpus's digest, which a float64 holds exactly."""
    return float(int.from_bytes(data["digest"][:6].tobytes()))


def vocabulary(data: Arrays) -> int:
    return len(data["alphabet"]) + 1


def windows(
    data: Arrays, part: str, rng: np.random.Generator, count: int, length: int
) -> np.ndarray:
    """`count` stretches of `length` tokens, each within one document: (count, length) int64.

    Every place where a whole stretch fits is as likely as any other. BadValue where none fits.
    """
    starts = data[f"{part}_starts"]
    room = np.maximum(np.diff(starts) - length + 1, 0)
    if not room.sum():
        raise BadValue(f"no {part} document holds {length} tokens; ask for shorter windows")
    ends = np.cumsum(room)
    place = rng.integers(ends[-1], size=count)
    document = np.searchsorted(ends, place, side="right")
    first = starts[document] + place - (ends - room)[document]
    return data[f"{part}_ids"][first[:, None] + np.arange(length)].astype(np.int64)
