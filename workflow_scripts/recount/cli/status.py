"""`recount status`: what is done, under way, waiting or failed. Reads files, asks no scheduler."""

import json
import time
from pathlib import Path

from rich.table import Table

from recount import files, layout, registry, schedule, selection
from recount.cli import traces
from recount.cli.screen import console


def add(parser) -> None:
    parser.add_argument("papers", nargs="*", default=["all"], help="tour, all, labs or papers")
    parser.add_argument("--scale", default="laptop", help="smoke, laptop, gpu or paper")


def run(args) -> int:
    root = registry.root()
    choice = selection.choose(root, {"scale": args.scale, "papers": ",".join(args.papers)})
    table = Table(title=f"Status at {args.scale} scale", title_justify="left", box=None)
    for name in ("paper", "runs", "state", "verdicts"):
        table.add_column(name)
    for paper in choice.selected.values():
        place = layout.of(paper, args.scale, root / "results")
        stale = schedule.stale_files(paper, args.scale, root / "results")
        states = [arm_state(root, place, arm, stale) for arm in paper.arms]
        done = sum(state == "done" for state in states)
        other = [f"{arm}: {s}" for arm, s in zip(paper.arms, states, strict=True) if s != "done"]
        verdicts = [words(place.judgement(claim)) for claim in paper.claims]
        table.add_row(
            paper.slug, f"{done}/{len(states)}", "; ".join(other[:3]) or "done", ", ".join(verdicts)
        )
    console().print(table)
    return 0


def arm_state(root: Path, place: layout.Layout, arm: str, stale: list[Path]) -> str:
    """done, failed, not_run, stale, waiting, how far it is, or how its cluster job ended."""
    if place.metrics(arm) in stale or place.run(arm) in stale:
        state = read_state(place.evaluated(arm)) or read_state(place.run(arm))
        return "failed" if state == "failed" else "stale"
    if state := read_state(place.evaluated(arm)):
        return state
    trace = traces.last(root, place, arm)
    if trace and trace.died:
        return f"{trace.state.lower()} (job {trace.job})"
    try:
        progress = json.loads(place.progress(arm).read_text())
    except (OSError, ValueError):
        if place.run(arm).exists():
            return "trained"
        return f"{trace.state.lower()} (job {trace.job})" if trace and trace.state else "waiting"
    share = progress["done"] / max(progress["total"], 1)
    quiet = time.time() - progress["seen"]
    if quiet > 120:
        return f"stopped at {share:.0%}, {quiet / 60:.0f} min ago"
    left = (progress["seen"] - progress["begun"]) * (1 - share) / max(share, 0.001)
    return f"{share:.0%}, {left / 60:.1f} min left"


def read_state(path: Path) -> str | None:
    return files.read_json(path)["state"] if path.exists() else None


def words(path: Path) -> str:
    return files.read_json(path)["outcome"].replace("_", " ") if path.exists() else "-"
