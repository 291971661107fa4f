"""`recount confirm`: do recorded verdicts hold on a second batch of seeds?"""

from recount import files, registry, selection
from recount.cli.screen import console


def add(parser) -> None:
    parser.add_argument("papers", nargs="+", help="labs or papers")
    parser.add_argument("--scale", default="laptop", help="laptop, gpu or paper")
    parser.epilog = "Costs what the verdict did. Exit code 1: some verdict does not hold."


def run(args) -> int:
    from recount.ledger import confirming

    root, out, failed = registry.root(), console(), 0
    choice = selection.choose(root, {"scale": args.scale, "papers": ",".join(args.papers)})
    for paper in choice.selected.values():
        path = confirming.confirm(paper, args.scale, root)
        out.print(f"recorded {path.relative_to(root)}")
        for claim, one in files.read_json(path)["claims"].items():
            word = "holds" if one["holds"] else "does not hold"
            why = f" ({one['reason']})" if one["reason"] else ""
            text = f"  {paper.slug}, claim {claim}: {one['outcome']} {word} on fresh seeds{why}"
            out.print(text, markup=False)
            failed += not one["holds"]
    return int(failed > 0)
