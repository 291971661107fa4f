"""The table of verdicts, beside what is recorded."""

from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from recount import files, layout
from recount.results import marked

STYLE = {"reproduced": "green", "contradicted": "red", "inconclusive": "yellow", "not_run": "dim"}


def show(choice, results: Path, console: Console) -> bool:
    """Prints a row per claim; returns whether any run failed."""
    table = Table(title=f"Verdicts at {choice.scale} scale", title_justify="left", box=None)
    for name in ("paper", "claim", "verdict", "grade", "recorded"):
        table.add_column(name)
    failed = False
    for paper in choice.selected.values():
        recorded = recorded_outcomes(paper, choice.scale)
        for claim, declared in paper.claims.items():
            asked = f"{claim} (our question)" if declared.asked_by == "recount" else claim
            path = layout.of(paper, choice.scale, results).judgement(claim)
            if not path.exists():
                table.add_row(paper.slug, asked, "[red]no verdict: a job failed[/red]", "", "")
                failed = True
                continue
            one = marked(paper, claim, files.read_json(path))
            failed |= any(run["state"] == "failed" for run in one["runs"].values())
            style = STYLE[one["outcome"]]
            table.add_row(
                paper.slug,
                asked,
                f"[{style}]{escape(printed(one))}[/{style}]",
                ", ".join(one["grades"]),
                agreement(one["outcome"], recorded.get(claim)),
            )
    console.print(table)
    return failed


def printed(judgement: dict) -> str:
    """The words of a judgement; at smoke scale that all ran, since nothing is judged there."""
    ran = all(run["state"] == "done" for run in judgement["runs"].values())
    return "ran, not judged" if judgement["scale"] == "smoke" and ran else judgement["words"]


def recorded_outcomes(paper, scale: str) -> dict[str, str]:
    path = layout.evidence(paper, scale)[1]
    if not path.exists():
        return {}
    entry = files.read_json(path)["judgements"]
    return {claim: one["outcome"] for claim, one in entry.items()}


def agreement(here: str, recorded: str | None) -> str:
    if recorded is None:
        return "-"
    return "agrees" if here == recorded else f"differs: {recorded}"
