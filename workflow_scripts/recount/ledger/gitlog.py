"""What git remembers, read fast: one process for the graph, one for changes, one for contents."""

import functools
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from recount.typed import BadValue


@dataclass(frozen=True)
class Change:
    """A commit gave a path these contents; `blob` is "" where it removed the path."""

    commit: str
    path: str
    blob: str


EVERYWHERE = ("--branches", "--remotes", "--tags", "HEAD")


class Repository:
    """The history of all branches and tags, and of HEAD, in the repository at `root`."""

    def __init__(self, root: Path):
        self.root = root
        self.contents: dict[str, bytes | None] = {}
        if self.git("rev-parse", "HEAD") is None:
            raise BadValue(f"{root}: no git history here; clone the project to check it")
        self.head = self.git("rev-parse", "HEAD").strip()
        self.shallow = self.git("rev-parse", "--is-shallow-repository").strip() == "true"
        listed = self.git("rev-list", "--topo-order", "--reverse", "--parents", *EVERYWHERE)
        lines = [line.split() for line in listed.splitlines()]
        self.order = {line[0]: number for number, line in enumerate(lines)}
        self.parents = {line[0]: line[1:] for line in lines}

    def git(self, *arguments: str) -> str | None:
        done = subprocess.run(
            ["git", "-C", str(self.root), *arguments], capture_output=True, timeout=300
        )
        return done.stdout.decode(errors="replace") if done.returncode == 0 else None

    @functools.cached_property
    def ancestors(self) -> dict[str, int]:
        """commit -> its ancestors as a set of bits, by place in `order`."""
        found: dict[str, int] = {}
        for commit, place in self.order.items():
            found[commit] = functools.reduce(
                int.__or__,
                (found.get(parent, 0) for parent in self.parents[commit]),
                1 << place,
            )
        return found

    def precedes(self, earlier: str, later: str) -> bool:
        """Whether `earlier` is a real ancestor of `later`."""
        known = earlier in self.order and later in self.order and earlier != later
        return known and bool(self.ancestors[later] >> self.order[earlier] & 1)

    def in_head(self, commit: str) -> bool:
        return commit == self.head or self.precedes(commit, self.head)

    def changes(self, *pathspecs: str) -> list[Change]:
        """Every change of these paths, oldest first. A merge counts where it differs from all of
        its parents."""
        listed = self.git(
            "log", *EVERYWHERE, "--full-history", "--topo-order", "--reverse", "-c", "--raw",
            "--root", "--no-abbrev", "--no-renames", "-z", "--format=%x01%H", "--", *pathspecs,
        )  # fmt: skip
        return list(changes_in(listed or ""))

    def blob(self, name: str) -> bytes | None:
        """Contents by blob, or by commit:path; None where there are none."""
        if name not in self.contents:
            self.prefetch([name])
        return self.contents[name]

    def prefetch(self, names: Iterable[str]) -> None:
        """Reads many contents with one process."""
        wanted = [name for name in dict.fromkeys(names) if name not in self.contents]
        asked = "".join(f"{name}\n" for name in wanted).encode()
        done = subprocess.run(
            ["git", "-C", str(self.root), "cat-file", "--batch"],
            input=asked, capture_output=True, check=True, timeout=300,
        )  # fmt: skip
        place, answer = 0, done.stdout
        for name in wanted:
            end = answer.index(b"\n", place)
            header = answer[place:end].split()
            place = end + 1
            self.contents[name] = None
            if len(header) == 3 and header[1] == b"blob":
                self.contents[name] = answer[place : place + int(header[2])]
            if len(header) == 3 and header[1] != b"missing":
                place += int(header[2]) + 1


def changes_in(text: str) -> Iterator[Change]:
    """Reads the answer of `git log -z --raw -c`: per file a line of modes and blobs, then its path.

    Merges are told by two colons or more; the last blob of a line is what the commit left.
    """
    commit, fields = "", iter(text.split("\0"))
    for field in fields:
        for part in field.split("\x01"):
            part = part.strip("\n")
            if part.startswith(":"):
                parents = len(part) - len(part.lstrip(":"))
                words = part.lstrip(":").split()
                blob = words[2 * parents + 1]
                yield Change(commit, next(fields), "" if set(blob) == {"0"} else blob)
            elif len(part) == 40:
                commit = part
