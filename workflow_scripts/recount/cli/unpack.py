"""`recount unpack FILE`: checks a crate of results, publishes it, and rebuilds the views."""

from pathlib import Path

from recount import registry
from recount.cli.screen import console
from recount.crate import reading


def add(parser) -> None:
    parser.add_argument("crate", type=Path, help="a file made by `recount pack`")
    parser.add_argument("--replace", action="store_true", help="replace results that are here")
    parser.add_argument("--no-views", action="store_true", help="neither pages, DuckDB nor MLflow")


def run(args) -> int:
    found = registry.load()
    results = found.root / "results"
    told = reading.unpack(args.crate, found, results, args.replace)
    out = console()
    for folder in told["folders"]:
        out.print(f"unpacked {folder}", markup=False, soft_wrap=True)
    if told["log"] == "left out":
        out.print("This machine has an attempts log of its own: record on the one that ran.")
    if not args.no_views:
        rebuild(found, results, {Path(folder).parts[1] for folder in told["folders"]})
        out.print("pages, DuckDB and MLflow are made anew")
    return 0


def rebuild(found, results: Path, scales: set[str]) -> None:
    """All views of the files, as the workflow makes them."""
    from recount import reports
    from recount.views import store, tracking

    for scale in sorted(scales):
        reports.render_all(found, results, scale)
    store.rebuild(found, results, results / "recount.duckdb")
    tracking.sync(found, results)
