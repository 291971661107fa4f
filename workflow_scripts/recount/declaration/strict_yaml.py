"""YAML without its traps: every value is what it looks like, or the file is refused.

Plain YAML 1.1 reads `no` as false, `12:30` as 750, `1e-3` as text, keeps the last of two equal
keys, and lets a small file grow without bound through aliases. A paper.yaml comes from anybody, so
this reader walks the parser's events itself and builds only maps, lists, text, true, false, null,
whole numbers and decimal fractions. Each refusal is a `BadValue` that names file, line, field and
remedy.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from recount.typed import BadValue

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
IMPLICIT = yaml.resolver.Resolver.yaml_implicit_resolvers
MAX_BYTES = 64 * 1024
MAX_DEPTH = 8
INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,17})")
DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,17})\.[0-9]{1,18}")
EXPONENT = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)[eE][-+]?[0-9]{1,3}")
OTHER_NUMBER = re.compile(r"[-+]?(0[xXoObB][0-9a-fA-F_]+|[0-9][0-9_]*\.?[0-9_]*|\.[0-9_]+)")
CONSTANTS = {"true": True, "false": False, "null": None}
SURPRISES = {
    "yes": "write true, or quote it if it is text",
    "no": "write false, or quote it if it is text",
    "on": "write true, or quote it if it is text",
    "off": "write false, or quote it if it is text",
    "true": "write true in small letters, or quote it if it is text",
    "false": "write false in small letters, or quote it if it is text",
    "null": "write null in small letters, or quote it if it is text",
    "~": "write null, or quote it if it is text",
    "": "write null or a value",
    "<<": "write the keys out: merging is not allowed; or quote it if it is text",
    "=": "quote it",
}
LONGEST_NUMBER = 64
NUMBER_LIKE = re.compile(r"[-+0-9._:eExXoObBa-fA-F]+")
# Letters and marks that no screen shows (default-ignorable, and the blank of Braille).
UNSEEN = {0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0}
UNSEEN |= {*range(0x180B, 0x1810), *range(0xFE00, 0xFE10), *range(0xE0000, 0xE1000)}
MOST_MARKS = 4  # accents on one letter; more hide the lines around them
TWINS = "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧο"  # Greek letters that look just like Latin ones
WORD = re.compile(r"[^\W\d_]+")
Path_ = tuple[str | int, ...]


@dataclass(frozen=True)
class Document:
    """The value of one file, and the line of every field (a path of keys and list places)."""

    value: Any
    source: str
    lines: dict[Path_, int] = field(repr=False)

    def where(self, path: Path_) -> str:
        """`file:line` of the field, or of the nearest field around it."""
        for end in range(len(path), -1, -1):
            if path[:end] in self.lines:
                return f"{self.source}:{self.lines[path[:end]]}"
        return f"{self.source}:1"


def load(path: Path, shown: str | None = None, limit: int = MAX_BYTES) -> Document:
    """Read one file. `shown` is its name in messages. Symlinks and special files are refused."""
    source = shown or str(path)
    return parse(read(path, source, limit), source)


def read(path: Path, source: str, limit: int = MAX_BYTES) -> str:
    """The text of one plain file, which messages call `source`."""
    if path.is_symlink():
        raise BadValue(f"{source}:1: is a symbolic link; put the file itself there")
    if not path.is_file():
        raise BadValue(f"{source}:1: is missing or no plain file; write it")
    with path.open("rb") as stream:
        raw = stream.read(limit + 1)
    if len(raw) > limit:
        raise BadValue(f"{source}:1: is larger than {limit // 1024} KiB; shorten it")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise BadValue(f"{source}:{line}: is not UTF-8; save the file as UTF-8") from None


def parse(text: str, source: str) -> Document:
    """Read one document from text. Raises BadValue at the first fault."""
    text = text.replace("\r\n", "\n")
    if found := disguise(text):
        place, fault = found
        raise BadValue(f"{source}:{text[:place].count(chr(10)) + 1}: {fault}")
    try:
        return Reader(source, yaml.parse(text, Loader=LOADER)).document()
    except yaml.YAMLError as error:
        raise BadValue(syntax_fault(error, source)) from None


def disguise(text: str) -> tuple[int, str] | None:
    """Where a text is not what it looks like, and why; None where it is."""
    found = set(text)
    for character in sorted(found):
        if is_hidden(character):
            code = f"U+{ord(character):04X}"
            fault = f"holds the control or invisible character {code}; delete it"
            return text.index(character), fault
    if text.isascii():
        return None
    marks = "".join(c for c in found if unicodedata.combining(c))
    if marks and (piled := re.search(f"[{re.escape(marks)}]{{{MOST_MARKS + 1}}}", text)):
        return piled.start(), f"piles more than {MOST_MARKS} accents on a letter; delete them"
    for word in WORD.finditer(text):
        if not word[0].isascii() and is_mixed(word[0]):
            fault = f"{word[0]!r:.60} mixes Latin letters with others that look alike; retype it"
            return word.start(), fault
    return None


def is_hidden(character: str) -> bool:
    """Control, format, private, surrogate and unseen characters, line separators; no newline."""
    if character.isascii():
        return (character < " " and character != "\n") or character == "\x7f"
    kind = unicodedata.category(character)
    return kind in ("Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp") or ord(character) in UNSEEN


def is_mixed(word: str) -> bool:
    """Whether Latin letters stand in one word with Cyrillic ones or with Greek twins of Latin."""
    scripts = {unicodedata.name(letter, "?").split()[0] for letter in word}
    twins = any(letter in TWINS for letter in word)
    return "LATIN" in scripts and (twins or bool(scripts & {"CYRILLIC", "ARMENIAN", "CHEROKEE"}))


def syntax_fault(error: yaml.YAMLError, source: str) -> str:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    line = mark.line + 1 if mark else 1
    problem = getattr(error, "problem", None) or "cannot be read"
    return (
        f"{source}:{line}: is not valid YAML: {problem}; check the indentation (spaces only), "
        "close every bracket and quote, and quote text that holds ': ' or ' #'"
    )


def named(path: Path_) -> str:
    """`claims.main.margin: ` for messages; nothing for the whole file. Odd keys are escaped."""
    parts = [str(part) for part in path]
    parts = [part if part.isprintable() else repr(part) for part in parts]
    return ".".join(part[:64] for part in parts) + ": " if parts else ""


class Reader:
    """Builds one document from parser events."""

    def __init__(self, source: str, events: Iterator[yaml.Event]):
        self.source = source
        self.events = events
        self.lines: dict[Path_, int] = {}

    def document(self) -> Document:
        next(self.events)
        start = next(self.events)
        if isinstance(start, yaml.StreamEndEvent):
            raise BadValue(f"{self.source}:1: is empty; write the file")
        if start.version or start.tags:
            raise self.fault(start, (), "begins with a % directive; delete it")
        value = self.node(next(self.events), (), 1)
        next(self.events)
        after = next(self.events)
        if not isinstance(after, yaml.StreamEndEvent):
            raise self.fault(after, (), "holds a second document; keep one document a file")
        return Document(value, self.source, self.lines)

    def fault(self, event: yaml.Event, path: Path_, text: str) -> BadValue:
        return BadValue(f"{self.source}:{event.start_mark.line + 1}: {named(path)}{text}")

    def node(self, event: yaml.Event, path: Path_, depth: int) -> Any:
        self.lines.setdefault(path, event.start_mark.line + 1)
        if event.anchor is not None:
            kind = "an alias" if isinstance(event, yaml.AliasEvent) else "an anchor"
            raise self.fault(event, path, f"uses {kind} (& or *); write the value out, or quote it")
        if event.tag is not None:
            raise self.fault(event, path, f"carries the tag {event.tag!r:.60}; delete the tag")
        if isinstance(event, yaml.ScalarEvent):
            return self.scalar(event, path)
        if depth > MAX_DEPTH:
            raise self.fault(event, path, f"is nested deeper than {MAX_DEPTH} levels; flatten it")
        if isinstance(event, yaml.MappingStartEvent):
            return self.mapping(path, depth)
        return self.sequence(path, depth)

    def mapping(self, path: Path_, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self.key(event, path)
            here = (*path, key)
            if key in found:
                text = f"stands twice (first in line {self.lines[here]}); keep one of the two"
                raise self.fault(event, here, text)
            self.lines[here] = event.start_mark.line + 1
            found[key] = self.node(next(self.events), here, depth + 1)
        return found

    def key(self, event: yaml.Event, path: Path_) -> str:
        if not isinstance(event, yaml.ScalarEvent) or event.anchor or event.tag:
            raise self.fault(event, path, "a key must be a plain name; write a word before the ':'")
        key = self.scalar(event, path)
        if not isinstance(key, str):
            raise self.fault(event, path, f"the key {event.value!r:.60} is no name; quote it")
        return key

    def sequence(self, path: Path_, depth: int) -> list[Any]:
        found: list[Any] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            found.append(self.node(event, (*path, len(found)), depth + 1))
        return found

    def scalar(self, event: yaml.ScalarEvent, path: Path_) -> Any:
        text = event.value
        if event.style:
            plain = text.isascii() and text.isprintable()
            if not plain and (found := disguise(text)):
                raise self.fault(event, path, found[1])
            return text
        if text[:1].isalpha() and text.lower() not in SURPRISES:
            return text
        return self.plain(event, path)

    def plain(self, event: yaml.ScalarEvent, path: Path_) -> Any:
        """A value without quotes that might be a number, a constant, or something surprising."""
        text = event.value
        if text in CONSTANTS:
            return CONSTANTS[text]
        if len(text) > LONGEST_NUMBER:
            if NUMBER_LIKE.fullmatch(text):
                raise self.fault(event, path, f"{text:.20}... is no number that fits; shorten it")
            return text
        if INTEGER.fullmatch(text):
            return int(text)
        if DECIMAL.fullmatch(text):
            return float(text)
        if text.lower() in SURPRISES:
            remedy = SURPRISES[text.lower()]
        elif EXPONENT.fullmatch(text):
            remedy = f"write {spelled_out(text)}, or quote it if it is text"
        elif is_surprising(text):
            remedy = "write a number as 12 or 0.001; quote it if it is text"
        else:
            return text
        raise self.fault(event, path, f"{text!r:.60} is no plain number or word; {remedy}")


def is_surprising(text: str) -> bool:
    """True if YAML 1.1 or 1.2 would make something other than text of it (dates, 12:30, 0x1F)."""
    if OTHER_NUMBER.fullmatch(text):
        return True
    return any(pattern.match(text) for _, pattern in IMPLICIT.get(text[:1], ()))


def spelled_out(text: str) -> str:
    """1e-3 as 0.001; as a general form where that would be very long."""
    value = Decimal(text)
    if not -18 <= value.adjusted() <= 17:
        return "the number in full, at most 18 digits on either side of the point"
    return format(value, "f")
