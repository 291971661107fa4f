"""`recount record`: copies results into the papers' evidence; refuses what was not registered."""

from recount import ledger, registry, selection
from recount.cli.screen import console


def add(parser) -> None:
    parser.add_argument("papers", nargs="+", help="all, labs or papers")
    parser.add_argument("--scale", default="laptop", help="laptop, gpu or paper")


def run(args) -> int:
    root = registry.root()
    choice = selection.choose(root, {"scale": args.scale, "papers": ",".join(args.papers)})
    for paper in choice.selected.values():
        path = ledger.record(paper, args.scale, root / "results", root)
        console().print(f"recorded {path.relative_to(root)}")
    return 0
