"""`recount calibrate`: how often each rule would be wrong, from worlds where truth is known."""

from recount import files, hashes, judge, layout, pilot, registry, selection
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
        known = files.read_json(path) if path.exists() and not args.again else {}
        fresh = {}
        for claim in paper.claims:
            rule = hashes.rule_hash(paper, claim, args.scale)
            if known.get(claim, {}).get("rule") == rule:
                fresh[claim] = known[claim]
                continue
            out.print(f"calibrating {paper.slug}, claim {claim}")
            exact = paper.unit == "none"
            rows = None if exact else pilot.rows(paper, args.scale, root / "results")
            fresh[claim] = judge.calibrate(paper, claim, args.scale, rows)
        if fresh != known:
            files.write_json(path, fresh)
        out.print(f"calibrated {path.relative_to(root)}")
    return 0
