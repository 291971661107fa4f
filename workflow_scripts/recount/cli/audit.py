"""`recount audit`: recorded claims run again on seeds that the last commit draws."""

from recount import files, registry
from recount.cli.screen import console


def add(parser) -> None:
    parser.add_argument("--claims", type=int, help="how many of each kind; 5 %%, at least 22 and 5")
    parser.add_argument("--minutes", type=float, help="begin no paper that does not fit into this")
    parser.add_argument("--scale", default="laptop", help="laptop, gpu or paper")
    parser.add_argument(
        "--again", action="store_true", help="also the verdict's own seeds, bit for bit"
    )
    parser.epilog = (
        "Exit code 1: results of the verdict's own seeds differ on an equal machine, a run failed, "
        "or recorded seeds were better than new ones over all papers (5 %% error)."
    )


def run(args) -> int:
    from recount.ledger import audits

    found, out = registry.load(), console()
    path = audits.run(
        found.papers, args.scale, found.root, args.claims, args.minutes, args.again, out.print
    )
    report = files.read_json(path)
    told = report["summary"]
    failed = [slug for slug, one in report["papers"].items() if one["state"] == "failed"]
    out.print(f"recorded {path.relative_to(found.root)}")
    if told["quantities"]:
        out.print(
            f"{told['outside']} of {told['quantities']} quantities outside their 90 % prediction "
            f"interval ({told['share_outside']:.0%}, expected 10 %)"
        )
        out.print(
            f"shrinkage of {told['papers']} papers: {told['shrinkage']:+.2f} "
            f"(p = {told['shrinkage_p']:.3f}{'; recorded seeds were better' * told['shrunk']})"
        )
    if told["alike"]:
        out.print(f"{told['alike']} quantities: every new seed gave what every recorded one gave")
    if told["same_again"] or told["other_again"]:
        other = ", ".join(told["other_again"])
        out.print(f"run again: {told['same_again']} the same" + (f"; other: {other}" * bool(other)))
    for slug in failed:
        out.print(f"[red]failed[/red] {slug}: {report['papers'][slug]['reason']}")
    return int(bool(failed or told["shrunk"] or told["other_again"]))
