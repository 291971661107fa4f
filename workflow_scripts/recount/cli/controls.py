"""`recount controls`: A/A pairs and planted faults, trained and judged like papers."""

from recount import files, registry
from recount.cli.screen import console
from recount.controls import toys, trials
from recount.typed import BadValue


def add(parser) -> None:
    parser.add_argument("families", nargs="*", help="families of judges; all where none is named")
    parser.add_argument(
        "--no-record", action="store_true", help="show the verdicts, write no evidence"
    )


def run(args) -> int:
    root, out = registry.root(), console()
    known = list(toys.families(root))
    if strangers := set(args.families) - set(known):
        raise BadValue(f"no such family: {', '.join(strangers)}; known: {', '.join(known)}")
    for family in args.families or known:
        trials.make(root, family, out.print)
    there = {slug: trials.made(root, slug)[1] for slug in trials.slugs(root)}
    waiting = [slug for slug, path in there.items() if not path.exists()]
    if args.no_record:
        kept = {s: files.read_json(p)["verdicts"] for s, p in there.items() if s not in waiting}
        for slug, name, one in trials.each(kept):
            mark = "WRONG" if one["wrong"] else ""
            out.print(f"{slug} {name:24} {one['outcome']:13} {mark:6}{one['reason'] or ''}"[:140])
    elif waiting:
        out.print(f"still to run: {', '.join(waiting)}")
    else:
        out.print(f"recorded {trials.record(root).relative_to(root)}")
    return 0
