"""`recount plan`: what would run, for how long, before anything starts."""

import argparse
import re
from dataclasses import replace

from rich.table import Table

from recount import registry, schedule, selection
from recount.cli.profiles import known_profile
from recount.cli.screen import console
from recount.cluster import packing, site
from recount.typed import BadValue

BUDGET = re.compile(r"(\d{1,6}(?:\.\d{1,3})?)(gpuh|cpuh)")


def add(parser) -> None:
    parser.add_argument("papers", nargs="*", default=["tour"], help="tour, all, labs or papers")
    parser.add_argument("--scale", default="laptop", help="smoke, laptop, gpu or paper")
    parser.add_argument("--cores", type=cores, default=schedule.cores(), help="processor cores")
    parser.add_argument("--profile", help="send the jobs where this profile says: profiles/slurm")
    if parser.prog.endswith("plan"):
        parser.add_argument("--looks", action="store_true", help="what looks would save, by claim")
    parser.add_argument("--budget", help="leave out papers beyond so much: 40gpuh or 12cpuh")


def cores(text: str) -> int:
    """A number of processor cores. Raises ArgumentTypeError, which names the option."""
    if not re.fullmatch(r"[1-9][0-9]{0,3}", text, re.ASCII):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of cores; write 1 to 9999")
    return int(text)


def run(args) -> int:
    choice, _ = prepared(args, shown=True)
    if args.looks:
        show_savings(choice)
    for paper in choice.selected.values():
        if looks := paper.scales[args.scale].looks:
            console().print(sequential(paper, args.scale, looks))
    return 0


def show_savings(choice) -> None:
    """What `looks: [5, 8, 12]` would save each claim, and what it would cost in power."""
    from recount.judge import savings

    out = console()
    table = Table(title="In looks at 5, 8 and 12 seeds", title_justify="left", box=None)
    for name in ("paper", "claim", "seeds if right", "if reversed", "power", "at once", ""):
        table.add_column(name, justify="left" if name in ("paper", "claim", "") else "right")
    every = []
    for paper, claim, found in savings.of_papers(choice.selected.values(), choice.scale):
        every.append(found)
        right, wrong = found["planted"], found["reversed"]
        power = [f"{right[key]:.0%} / {wrong[key]:.0%}" for key in ("looks", "at_once")]
        note = "" if savings.suits(found) else "no: less power"
        seeds = f"{right['seeds']:.1f}", f"{wrong['seeds']:.1f}"
        table.add_row(paper.slug, claim, *seeds, *power, note)
    out.print(table)
    if every:
        share, power = savings.summary(every)
        out.print(
            f"{len(every)} claims: {share:.0%} fewer seeds than always twelve, in the mean of the "
            f"paper being right and of its reverse; {100 * power:.1f} of 100 verdicts fewer found.",
            soft_wrap=True,
        )


def sequential(paper, scale: str, looks: list[int]) -> str:
    """When a paper with looks should be decided."""
    named = f"{paper.slug} is looked at after {', '.join(map(str, looks))} seeds"
    found = schedule.to_decision(paper, scale)
    if found is None:
        return f"{named}; `recount calibrate {paper.slug}` tells when that should decide."
    return f"{named}: about {found[0]:.1f} seeds and {found[1]:.1f} minutes, if the paper is right."


def prepared(args, shown: bool) -> tuple[selection.Choice, schedule.Plan]:
    """The choice within the budget and its plan; says what is left out, and the rest if `shown`."""
    root = registry.root()
    choice = selection.choose(root, {"scale": args.scale, "papers": ",".join(args.papers)})
    plan = schedule.plan(choice, root / "results")
    left = beyond(choice, plan, args.budget) if args.budget else []
    if left:
        kept = {slug: one for slug, one in choice.selected.items() if slug not in left}
        choice = replace(choice, selected=kept)
        plan = schedule.plan(choice, root / "results")
    if shown:
        packs = packs_of(root, args)
        show(plan, args.cores, packs is None)
        if packs is not None:
            show_jobs(packing.jobs(choice, plan.rows, packs))
    if left:
        console().print(f"Left out, beyond {args.budget}:")
        for slug in left:
            console().print(f"  {slug}: {', '.join(choice.papers[slug].claims)}", soft_wrap=True)
    if left and not choice.selected:
        raise BadValue(f"--budget: {args.budget}: not even the smallest paper fits")
    return choice, plan


def packs_of(root, args) -> dict[str, int] | None:
    """How the profile packs papers; None where everything runs on this machine."""
    if args.profile is None and args.scale not in ("gpu", "paper"):
        return None
    return site.packs(site.read(known_profile(root, args.profile or "profiles/slurm")))


def beyond(choice, plan: schedule.Plan, budget: str) -> list[str]:
    """The papers that the budget has no room for; the cheapest go first, so most claims fit."""
    found = BUDGET.fullmatch(budget)
    if not found:
        raise BadValue(f"--budget: {budget!r}: hours of GPU or CPU, such as 40gpuh or 12cpuh")
    room, gpu, left = 60 * float(found[1]), found[2] == "gpuh", []
    for row in sorted(plan.rows, key=lambda row: (row.minutes, row.slug)):
        counts = packing.on_gpu(choice.papers[row.slug], choice.scale) == gpu
        needed = row.minutes if row.waiting and counts else 0.0
        if needed > room:
            left.append(row.slug)
        else:
            room -= needed
    return sorted(left)


def show(plan: schedule.Plan, cores: int, here: bool = True) -> None:
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
    time = f": about {plan.wall(cores):.0f} minutes on {cores} cores" if here else ""
    out.print(
        f"{len(plan.rows)} papers, {plan.claims} claims, {plan.runs} runs, {plan.waiting} of them "
        f"to do{time}; {plan.free_gb:.0f} GB of disk free."
    )
    if plan.free_gb < 1:
        out.print("[yellow]Less than 1 GB is free: free some before a long run.[/yellow]")


def show_jobs(jobs: list[packing.Job]) -> None:
    """What the cluster will see: jobs, hours and the longest job."""
    out = console()
    if not jobs:
        out.print("Nothing is submitted: all that is left to do runs where Snakemake runs.")
        return
    hours = {gpu: sum(one.minutes for one in jobs if one.gpu == gpu) / 60 for gpu in (True, False)}
    limits = {gpu: sum(one.limit for one in jobs if one.gpu == gpu) / 60 for gpu in (True, False)}
    longest = max(jobs, key=lambda one: one.minutes)
    out.print(
        f"On a cluster: {len(jobs)} jobs, {sum(one.gpu for one in jobs)} of them with a GPU; "
        f"{hours[True]:.1f} GPU-hours and {hours[False]:.1f} CPU-hours expected "
        f"({limits[True]:.1f} and {limits[False]:.1f} asked for as time limits).",
        soft_wrap=True,
    )
    out.print(
        f"The longest job takes about {longest.minutes:.0f} minutes and asks for {longest.limit}: "
        f"{', '.join(longest.papers)}.",
        soft_wrap=True,
    )
