"""`recount record`: copies results into the papers' evidence; refuses what was not registered."""

from recount import files, judge, ledger, registry, selection
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
        for claim, judgement in files.read_json(path)["judgements"].items():
            for text in judge.odd_units(paper, claim, judgement):
                console().print(f"look again: {claim}: {text}", style="yellow", markup=False)
    return 0
