"""`recount run`: runs the chosen papers through Snakemake and shows the verdicts."""

from dataclasses import replace
from pathlib import Path

from rich.console import Console

from recount import driver, look_stages, once, registry, schedule
from recount.cli import aftermath, verdicts
from recount.cli import plan as plans
from recount.cli.profiles import known_profile
from recount.cli.screen import console
from recount.cluster import site


def add(parser) -> None:
    plans.add(parser)
    parser.add_argument("--again", action="store_true", help="run again what is already done")
    parser.add_argument(
        "--set-resources", nargs="+", default=[], help="as Snakemake's: train:mem_mb=16000"
    )
    parser.add_argument("--yes", action="store_true", help="no plan, no summary of the next steps")


def run(args) -> int:
    out = console()
    root = registry.root()
    profile = known_profile(root, args.profile)
    choice, _ = plans.prepared(args, shown=not args.yes)
    code, nothing = 0, True
    for part in parts(choice, profile):
        done = driven(root, part, args, profile, out)
        if done.stopped and done.code:
            out.print("Stopped. The same command goes on from here.")
            return done.code
        code, nothing = code or done.code, nothing and done.nothing
        for line in aftermath.settle(root, part, done.log) if done.code else ():
            out.print(f"failed: {line}", style="red", markup=False, soft_wrap=True)
    if nothing:
        out.print("Nothing to do: every result is there and belongs to this registration.")
    failed = verdicts.show(choice, root / "results", out)
    if not args.yes:
        next_steps(out, choice.scale)
    return code or int(failed)


def driven(root: Path, choice, args, profile: str | None, out: Console) -> driver.Done:
    """One drive. Where a job of several runs failed, a second one gives every run its own job, so
    that one bad run takes no others with it; what was trained is not trained again."""
    once.begin(None if args.again else getattr(args, "drive", None))
    for paper in choice.selected.values():
        look_stages.clear(paper, choice.scale, root / "results", args.again)
    stale = schedule.plan(choice, root / "results").stale
    call = (root, choice, args.cores)
    more = (profile, args.set_resources)
    done = driver.drive(*call, stale, out, args.again, *more)
    failed = aftermath.FAILED in done.log and not done.stopped
    if profile and failed and site.packs(site.read(profile)):
        out.print("A job of several runs failed: what is left runs again, a job a run.")
        done = driver.drive(*call, [], out, False, *more, packed=False)
    return done


def parts(choice, profile: str | None) -> list:
    """All at once; a paper at a time with job arrays, whose jobs all get what the first one asks
    for, and which may hold back jobs that become ready alone (plugin#174, #473)."""
    if profile is None or "slurm-array-jobs" not in site.read(profile):
        return [choice]
    return [replace(choice, selected={slug: one}) for slug, one in choice.selected.items()]


def next_steps(console: Console, scale: str) -> None:
    console.print(
        f"\nAtlas: results/{scale}/index.html (open it in a browser; it needs no network)"
    )
    console.print("Next:  make ui                      the runs in MLflow, on this machine only")
    console.print("       make reproduce PAPERS=all    every built paper, or name a lab or a paper")
