"""`recount history`: registered before run, run before recorded, amended only as a new version."""

from recount import registry
from recount.cli.screen import console


def add(parser) -> None:
    parser.epilog = "Reads git only, all branches; changes nothing. Exit code 1 where a fault is."


def run(args) -> int:
    from recount.ledger import history

    report = history.check(registry.root())
    out = console()
    for fault in report.faults:
        out.print(f"[red]fault[/red]    {fault}")
    for gap in report.unchecked:
        out.print(f"[yellow]unknown[/yellow]  {gap}")
    for gone in report.withdrawn:
        out.print(f"[cyan]withdrawn[/cyan] {gone}")
    if report.shallow:
        out.print(
            "This clone is shallow: older recordings and other branches were not seen at all."
        )
    out.print(
        f"{report.recorded} recordings in history, {len(report.faults)} faults, "
        f"{len(report.withdrawn)} withdrawn, "
        f"{len(report.unchecked)} that this clone cannot check."
    )
    return int(bool(report.faults))
