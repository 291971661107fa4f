"""`recount plan`: what would run, for how long, before anything starts."""

from rich.table import Table

from recount import registry, schedule, selection
from recount.cli.screen import console


def add(parser) -> None:
    parser.add_argument("papers", nargs="*", default=["tour"], help="tour, all, labs or papers")
    parser.add_argument("--scale", default="laptop", help="smoke, laptop, gpu or paper")
    parser.add_argument("--cores", type=int, default=schedule.cores(), help="processor cores")


def run(args) -> int:
    root = registry.root()
    choice = selection.choose(root, {"scale": args.scale, "papers": ",".join(args.papers)})
    show(schedule.plan(choice, root / "results"), args.cores)
    return 0


def show(plan: schedule.Plan, cores: int) -> None:
    """A row per paper, then the totals and the free disk."""
    out = console()
    table = Table(title=f"Plan at {plan.scale} scale", title_justify="left", box=None)
    for name in ("paper", "claims", "runs", "to do", "minutes", "from"):
        table.add_column(name, justify="left" if name in ("paper", "from") else "right")
    for row in plan.rows:
        minutes = f"{row.minutes:.1f}" if row.waiting else "-"
        table.add_row(
            row.slug, str(row.claims), str(row.runs), str(row.waiting), minutes, row.source
        )
    out.print(table)
    out.print(
        f"{len(plan.rows)} papers, {plan.claims} claims, {plan.runs} runs, {plan.waiting} of them "
        f"to do: about {plan.wall(cores):.0f} minutes on {cores} cores; "
        f"{plan.free_gb:.0f} GB of disk free."
    )
    if plan.free_gb < 1:
        out.print("[yellow]Less than 1 GB is free: free some before a long run.[/yellow]")
