"""`recount pilot`: cost, spread and learned level of each arm on pilot seeds, names shuffled."""

import random

from rich.console import Console

from recount import attempts, pilot, registry, selection
from recount.cli.screen import console


def add(parser) -> None:
    parser.add_argument("papers", nargs="+", help="labs or papers")
    parser.add_argument("--scale", default="laptop", help="laptop, gpu or paper")


def run(args) -> int:
    root = registry.root()
    out = console()
    choice = selection.choose(root, {"scale": args.scale, "papers": ",".join(args.papers)})
    lost = 0
    for paper in choice.selected.values():
        attempts.start(root / "results", paper, args.scale, "", "pilot", "pilot")
        frame, states = pilot.run(paper, args.scale, pilot.unfinished(root / "results"))
        show(out, paper, frame, states)
        if any(one["state"] != "done" for one in states.values()):
            lost += 1
            out.print("nothing is kept: an arm has no rows; mend that and run the pilot again")
            continue
        for metric, one in pilot.spreads(frame).items():
            out.print(f"  {metric}: spread over seeds {one['spread']:.4g}")
        spent = sum(one["cpu_seconds"] for one in states.values())
        path = pilot.keep(paper, args.scale, root / "results", frame, spent)
        out.print(f"kept {path.relative_to(root)}; `recount calibrate` takes its spread from there")
    return int(lost > 0)


def show(console: Console, paper, frame, states: dict) -> None:
    """Learned level and cost under shuffled names: sizes may be chosen by these alone."""
    arms = list(states)
    random.SystemRandom().shuffle(arms)
    console.print(f"[bold]{paper.slug}[/bold], pilot seeds, arms under shuffled names")
    metric = paper.learned.metric if paper.learned else None
    for name, arm in zip("ABCDEFGHIJKL", arms, strict=False):
        one = states[arm]
        level = frame[(frame["arm"] == arm) & (frame["metric"] == metric)]["value"].median()
        learned = f", learned {level:.3g}" if metric else ""
        console.print(f"  arm {name}: {one['state']}, {one['seconds']:.1f} s{learned}")
        if one["reason"]:
            console.print(f"    {one['reason']}", markup=False)
