"""`recount verify`: every recorded verdict recomputed from its rows, offline, byte for byte."""

import itertools

from recount import layout, ledger, registry, selection
from recount.cli.screen import console
from recount.controls import trials
from recount.ledger import audits, confirming

SCALES = ("laptop", "gpu", "paper")


def add(parser) -> None:
    parser.add_argument("papers", nargs="*", default=["all"], help="all, labs or papers")


def run(args) -> int:
    found = registry.load()
    papers = selection.named(found.papers, args.papers)
    checks = []
    for paper, scale in itertools.product(papers.values(), SCALES):
        if layout.evidence(paper, scale)[1].exists():
            checks.append(ledger.verify(paper, scale))
        checks += ledger.verify_kept(paper, scale)
        if scale in paper.scales:
            checks += confirming.verify(paper, scale)
    checks += audits.verify(found.root, found.papers)
    if args.papers == ["all"]:
        checks += trials.verify(found.root)
    out = console()
    for check in checks:
        out.print(f"{check.state:8} {check.slug} at {check.scale}: {check.detail}", markup=False)
    damaged = sum(check.state == "damaged" for check in checks)
    stale = sum(check.state == "stale" for check in checks)
    out.print(f"{len(checks)} verified, {damaged} damaged, {stale} stale.")
    return int(damaged > 0)
