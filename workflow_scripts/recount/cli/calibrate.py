"""`recount calibrate`: how often each rule would be wrong, from worlds where truth is known."""

import time

from recount import files, judge, layout, pilot, pooled, registry, regrade, selection
from recount.cli.screen import console


def add(parser) -> None:
    parser.add_argument("papers", nargs="+", help="all, labs or papers")
    parser.add_argument("--scale", default="laptop", help="laptop, gpu or paper")
    parser.add_argument("--again", action="store_true", help="also where nothing has changed")


def run(args) -> int:
    root = registry.root()
    out = console()
    choice = selection.choose(root, {"scale": args.scale, "papers": ",".join(args.papers)})
    for paper in choice.selected.values():
        path = layout.evidence(paper, args.scale)[2]
        known = files.read_json(path) if path.exists() else {}
        fresh = calibrated(choice, paper, args, known, root / "results", out)
        if fresh == known:
            out.print(f"unchanged {path.relative_to(root)}")
            continue
        again = regrade.keep(paper, args.scale, fresh)
        note = ", and its recorded verdicts graded anew" if again else ""
        out.print(f"calibrated {path.relative_to(root)}{note}")
    return 0


def calibrated(choice, paper, args, known: dict, results, out) -> dict:
    """claim -> calibration; what is known of the same rule, pilots and shape is kept."""
    exact = paper.unit == "none"
    rows = None if exact else pilot.rows(paper, args.scale, results)
    pool = None if exact else pooled.of_lab(choice.papers, paper)
    fresh = {}
    for claim in paper.claims:
        inputs = judge.inputs(paper, claim, args.scale, rows, pool)
        if not args.again and known.get(claim, {}).get("inputs") == inputs:
            fresh[claim] = known[claim]
            continue
        begun = time.perf_counter()
        found = judge.calibrate(paper, claim, args.scale, rows, pool=pool)
        fresh[claim] = found | {"inputs": inputs}
        out.print(f"{paper.slug}, claim {claim}: {time.perf_counter() - begun:.0f} s")
    return fresh
