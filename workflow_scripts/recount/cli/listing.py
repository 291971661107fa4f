"""`recount list`: the papers, built and planned, with the verdict on each main claim."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from rich.markup import escape
from rich.table import Table

from recount import registry, results
from recount.cli.screen import console
from recount.cli.verdicts import STYLE
from recount.declaration.checks import suggestion
from recount.declaration.schema import LABS
from recount.typed import BadValue

SCALES = ("paper", "gpu", "laptop")
LEVELS = ("exact", "paper", "scaled", "checkpoint", "data", "survey")
OUTCOMES = ("reproduced", "contradicted", "inconclusive", "not_run")


@dataclass(frozen=True)
class Row:
    """One paper. `source` of its verdict: "evidence" (recorded) or "run" (made on this machine)."""

    slug: str
    lab: str
    level: str
    title: str
    state: str
    claim: str
    scale: str | None = None
    outcome: str = "not_run"
    words: str = "not run"
    grades: list[str] = field(default_factory=list)
    source: str | None = None


def add(parser) -> None:
    parser.add_argument("--lab", metavar="LAB", help=", ".join(LABS))
    parser.add_argument("--level", metavar="LEVEL", help=", ".join(LEVELS))
    parser.add_argument("--scale", metavar="SCALE", help="verdicts at it: laptop, gpu, paper")
    parser.add_argument("--verdict", metavar="OUTCOME", help=", ".join(OUTCOMES))
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--built", action="store_true", help="built papers only")
    which.add_argument("--planned", action="store_true", help="planned papers only")
    parser.add_argument("--json", action="store_true", help="as JSON, with all papers that match")


def run(args) -> int:
    known = {"lab": LABS, "level": LEVELS, "scale": SCALES, "verdict": OUTCOMES}
    for name, values in known.items():
        given = getattr(args, name)
        if given is not None and given not in values:
            raise BadValue(f"--{name} {given}: no such {name}; {suggestion(given, values)}")
    found = registry.load()
    rows = [row for row in rows_of(found, args.scale) if matches(row, args)]
    if args.json:
        print(json.dumps([asdict(row) for row in rows], indent=1, ensure_ascii=False))
    else:
        show(rows, args.planned)
    return 0


def rows_of(found: registry.Registry, scale: str | None) -> list[Row]:
    built = [built_row(paper, found.root / "results", scale) for paper in found.papers.values()]
    planned = [
        Row(one.slug, one.lab, one.level, one.title, "planned", one.claim) for one in found.planned
    ]
    return sorted(built + planned, key=lambda row: (row.state, row.lab, row.slug))


def built_row(paper, folder: Path, scale: str | None) -> Row:
    """The main verdict: at the largest scale that has one, recorded before made here."""
    place = (paper.slug, paper.lab, paper.level, paper.title, "built")
    claim = " ".join(paper.claims["main"].statement.split())
    wanted = [scale] if scale else SCALES
    order = {(name, source): n for n, name in enumerate(wanted) for source in ("evidence", "run")}
    known = [one for one in results.find(paper, folder) if (one.scale, one.source) in order]
    for one in sorted(known, key=lambda one: (order[one.scale, one.source], one.source)):
        verdict = one.judgements["main"]
        if verdict["outcome"] != "not_run" or one is known[-1]:
            grades = verdict.get("grades", [])
            found = (one.scale, verdict["outcome"], verdict["words"], grades, one.source)
            return Row(*place, claim, *found)
    return Row(*place, claim)


def matches(row: Row, args) -> bool:
    if args.lab not in (None, row.lab) or args.level not in (None, row.level):
        return False
    if args.verdict is not None and (row.state != "built" or row.outcome != args.verdict):
        return False
    if args.scale is not None and row.state == "built" and row.scale != args.scale:
        return False
    return not (args.built and row.state != "built") and not (args.planned and row.state == "built")


def show(rows: list[Row], planned_too: bool) -> None:
    """A table of the built papers; the planned ones are counted, or listed when asked for."""
    out = console()
    built = [row for row in rows if row.state == "built"]
    planned = [row for row in rows if row.state == "planned"]
    if built:
        table = Table(box=None)
        for name in ("paper", "lab", "level", "scale", "verdict", "grade", "from"):
            table.add_column(name, no_wrap=name == "paper")
        for row in built:
            style = STYLE[row.outcome]
            words = f"[{style}]{escape(row.words)}[/{style}]"
            place = (row.slug, row.lab, row.level, row.scale or "-")
            table.add_row(*place, words, escape(", ".join(row.grades)), row.source or "-")
        out.print(table)
    if planned_too:
        for row in planned:
            out.print(f"[bold]{row.slug}[/bold] ({row.lab}, {row.level}) {escape(row.claim)}")
    out.print(f"{len(built)} built, {len(planned)} planned.")
    if planned and not planned_too:
        out.print("`recount list --planned` lists the planned ones.")
