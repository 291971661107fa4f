"""`recount calibrate`: how often each rule would be wrong, from worlds where truth is known."""

from rich.console import Console

from recount import files, hashes, judge, layout, registry, selection


def add(parser) -> None:
    parser.add_argument("papers", nargs="+", help="all, labs or papers")
    parser.add_argument("--scale", default="laptop", help="laptop, gpu or paper")
    parser.add_argument("--again", action="store_true", help="also where nothing has changed")


def run(args) -> int:
    root = registry.root()
    console = Console()
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
            console.print(f"calibrating {paper.slug}, claim {claim}")
            fresh[claim] = judge.calibrate(paper, claim, args.scale)
        if fresh != known:
            files.write_json(path, fresh)
        console.print(f"calibrated {path.relative_to(root)}")
    return 0
