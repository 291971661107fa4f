"""`recount clean`: frees disk by removing trained models whose claims have been judged."""

from recount import layout, registry, selection
from recount.cli.screen import console


def add(parser) -> None:
    parser.add_argument("papers", nargs="*", default=["all"], help="all, labs or papers")
    parser.add_argument("--scale", default="laptop", help="smoke, laptop, gpu or paper")
    parser.add_argument("--yes", action="store_true", help="remove; without it, only say what")


def run(args) -> int:
    root = registry.root()
    choice = selection.choose(root, {"scale": args.scale, "papers": ",".join(args.papers)})
    found = []
    for paper in choice.selected.values():
        place = layout.of(paper, args.scale, root / "results")
        if all(place.judgement(claim).exists() for claim in paper.claims):
            found += [place.run(arm).with_name("model.safetensors") for arm in paper.arms]
    found = [path for path in found if path.exists()]
    size = sum(path.stat().st_size for path in found) / 1e6
    if args.yes:
        for path in found:
            path.unlink()
    done = "removed" if args.yes else "would remove (say --yes)"
    console().print(f"{done} {len(found)} models, {size:.1f} MB; metrics and verdicts stay.")
    return 0
