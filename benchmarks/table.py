"""Rows of the table, and the table as Markdown with the machine's name."""

import os
import platform
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

NOTE = """\
# Benchmarks

Made by `make bench`. The ratio says how many times better ours is than the other: seconds of the
other over ours, or rates of ours over the other's; for a budget, the budget over what was used.
Numbers are medians of processor seconds on one thread, contestants taking turns in one run.
"""


@dataclass(frozen=True)
class Row:
    """One comparison; `ratio` is better when larger, `target` the least that was asked."""

    what: str
    ours: str
    other: str
    ratio: float
    target: float | None = None

    @property
    def met(self) -> str:
        if self.target is None:
            return ""
        return "yes" if self.ratio >= self.target else "no"

    def cells(self) -> list[str]:
        asked = "" if self.target is None else f">= {self.target:g}"
        return [self.what, self.ours, self.other, f"{self.ratio:.3g}", asked, self.met]


def within(what: str, seconds: float, budget: float) -> Row:
    """A row that compares what was used with what may be used."""
    return Row(what, f"{seconds:.3g} s", f"budget {budget:g} s", budget / seconds, 1)


def faster(what: str, ours: float, other: float, name: str, target: float | None = None) -> Row:
    """A row of two durations in seconds."""
    return Row(what, shown(ours), f"{name}: {shown(other)}", other / ours, target)


def shown(seconds: float) -> str:
    return f"{seconds:.3g} s" if seconds >= 1 else f"{1000 * seconds:.3g} ms"


def machine() -> str:
    cores = len(os.sched_getaffinity(0))
    versions = f"torch {version('torch')}, Python {platform.python_version()}"
    return f"{processor()}, {cores} cores, {versions}"


def processor() -> str:
    """The processor's model; what Linux says, else the machine's architecture."""
    facts = Path("/proc/cpuinfo")
    lines = facts.read_text().splitlines() if facts.exists() else []
    named = dict(line.split(":", 1) for line in lines if ":" in line)
    named = {name.strip(): value.strip() for name, value in named.items()}
    family = [f"{key} {named[name]}" for key, name in KEYS.items() if name in named]
    model = named.get("model name", platform.machine())
    wide = [name for name in WIDE if name in named.get("flags", "").split()]
    return f"{model} ({', '.join(family + wide)})" if family else model


KEYS = {"family": "cpu family", "model": "model"}
WIDE = ("avx2", "avx512f", "avx512_bf16", "amx_bf16")


def markdown(rows: list[Row]) -> str:
    head = ["what", "ours", "the other", "ratio", "target", "met"]
    body = [head, ["---", "---", "---", "---:", "---:", "---"], *(row.cells() for row in rows)]
    lines = ["| " + " | ".join(cells) + " |" for cells in body]
    return "\n".join([NOTE, f"Machine: {machine()}.", "", *lines, ""])
