"""`recount run`: runs the chosen papers through Snakemake and shows the verdicts."""

import os
from pathlib import Path

from rich.console import Console

from recount import driver, registry, schedule, selection
from recount.cli import plan as plans
from recount.cli import verdicts
from recount.cli.screen import console
from recount.typed import BadValue


def add(parser) -> None:
    plans.add(parser)
    parser.add_argument("--again", action="store_true", help="run again what is already done")
    parser.add_argument("--profile", help="send the jobs where this profile says: profiles/slurm")
    parser.add_argument("--yes", action="store_true", help="no plan, no summary of the next steps")


def run(args) -> int:
    out = console()
    root = registry.root()
    choice = selection.choose(root, {"scale": args.scale, "papers": ",".join(args.papers)})
    profile = known_profile(root, args.profile)
    plan = schedule.plan(choice, root / "results")
    if not args.yes:
        plans.show(plan, args.cores)
    done = driver.drive(root, choice, args.cores, plan.stale, out, args.again, profile)
    if done.nothing:
        out.print("Nothing to do: every result is there and belongs to this registration.")
    failed = verdicts.show(choice, root / "results", out)
    if not args.yes:
        next_steps(out, choice.scale)
    return done.code or int(failed)


def known_profile(root: Path, name: str | None) -> str | None:
    """The folder of a profile: as given, of this project, or of this user. Raises BadValue."""
    if name is None:
        return None
    places = [Path(name), root / name, root / "profiles" / name, user_profiles() / name]
    for place in places:
        if (place / "profile.yaml").is_file():
            return str(place.resolve())
    raise BadValue(f"no profile {name!r}; `recount init-site` writes one, or take profiles/slurm")


def user_profiles() -> Path:
    """Where Snakemake looks for this user's profiles."""
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "snakemake"


def next_steps(console: Console, scale: str) -> None:
    console.print(
        f"\nAtlas: results/{scale}/index.html (open it in a browser; it needs no network)"
    )
    console.print("Next:  make ui                      the runs in MLflow, on this machine only")
    console.print("       make reproduce PAPERS=all    every built paper, or name a lab or a paper")
