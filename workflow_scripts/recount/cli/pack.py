"""`recount pack`: results as one zip that another machine can check and open (an RO-Crate)."""

from pathlib import Path

from recount import registry, selection
from recount.cli.screen import console
from recount.crate import writing


def add(parser) -> None:
    parser.add_argument("papers", nargs="*", default=["all"], help="tour, all, labs or papers")
    parser.add_argument("--scale", default="laptop", help="smoke, laptop, gpu or paper")
    parser.add_argument("--out", type=Path, help="the file; recount-<scale>.crate.zip otherwise")
    parser.add_argument("--without-models", action="store_true", help="leave trained models behind")


def run(args) -> int:
    root = registry.root()
    choice = selection.choose(root, {"scale": args.scale, "papers": ",".join(args.papers)})
    out = args.out or Path(f"recount-{choice.scale}.crate.zip")
    counts = writing.pack(choice, root, out, models=not args.without_models)
    size = out.stat().st_size / 1e6
    text = f"packed {counts['papers']} papers, {counts['files']} files, {size:.1f} MB: {out}"
    console().print(text, markup=False, soft_wrap=True)
    console().print(f"there: recount unpack {out.name}", markup=False, soft_wrap=True)
    return 0
