"""`recount show PAPER`: what it claims, how each claim is judged, at which sizes, what came out."""

from pathlib import Path

from rich.console import Console
from rich.markup import escape

from recount import hashes, ledger, registry, results
from recount.attempts import Broken
from recount.cli.sentences import sentence
from recount.cli.verdicts import STYLE
from recount.declaration.schema import OWN_QUESTION
from recount.selection import nearest
from recount.typed import BadValue


def add(parser) -> None:
    parser.add_argument("paper", help="a paper's short name, as `recount list` prints it")
    parser.add_argument("--lint", action="store_true", help="and what the linter says of its rules")


def run(args) -> int:
    found = registry.load()
    planned = {one.slug: one for one in found.planned}
    console = Console(highlight=False, soft_wrap=True)
    if args.paper in found.papers:
        show_built(console, found.papers[args.paper], found.root / "results")
        if args.lint:
            return show_lint(console, found.papers[args.paper])
    elif args.paper in planned:
        show_planned(console, planned[args.paper])
    else:
        known = [*found.papers, *planned]
        raise BadValue(f"no paper is called {args.paper!r}; {nearest(args.paper, known)}")
    return 0


def show_planned(console: Console, plan: registry.Planned) -> None:
    console.print(f"[bold]{escape(plan.title)}[/bold]")
    console.print(f"{plan.slug}, lab {plan.lab}, level {plan.level}: planned, not built yet")
    console.print(escape(plan.claim))
    console.print(f"Begin it with: recount new-paper {plan.lab} {plan.slug}")


def show_built(console: Console, paper: registry.Paper, folder) -> None:
    bibliography(console, paper)
    for claim in paper.claims.values():
        show_rule(console, paper, claim)
    show_sizes(console, paper)
    console.print("\n[bold]Found[/bold]")
    known = list(results.find(paper, folder))
    for one in known:
        show_found(console, one, folder)
    if not known:
        console.print(f"  nothing yet: recount run {paper.slug}")


def bibliography(console: Console, paper: registry.Paper) -> None:
    console.print(f"[bold]{escape(paper.title)}[/bold]")
    console.print(escape(f"{', '.join(paper.authors)} ({paper.year})"))
    address = [f"arXiv:{paper.arxiv}"] if paper.arxiv else []
    address += [f"doi:{paper.doi}"] if paper.doi else []
    address += [paper.url] if paper.url else []
    console.print(escape(", ".join(address)))
    console.print(escape(f"authors' code: {paper.code or 'none public'}"))
    whose = {"own_code": "our own code", "authors_code": "the authors' code"}[paper.whose_code]
    console.print(
        f"{paper.slug}, lab {paper.lab}, level {paper.level}, fidelity {paper.fidelity} of 3, "
        f"unit {paper.unit}, version {paper.version}; judged on {whose}"
    )
    numbers = ", ".join(f"{key} {value}" for key, value in paper.reported.numbers.items())
    seeds = f"{paper.reported.aggregate} over {paper.reported.seeds} seeds"
    console.print(escape(f"reported: {numbers or 'no number'} ({seeds})"))
    if paper.stand_in:
        console.print(escape(f"stand-in: {paper.stand_in}"))
    console.print(escape(f"limits: {paper.limits}"))


def show_rule(console: Console, paper: registry.Paper, claim: registry.Claim) -> None:
    console.print(f"\n[bold]Claim {claim.name}[/bold]")
    console.print("  " + escape(" ".join(claim.statement.split())))
    if claim.asked_by == "recount":
        console.print(f"  {OWN_QUESTION}")
    for name, quantity in claim.quantities.items():
        console.print(escape(f"  {name}: {sentence(paper, claim, quantity)}"))
    for part in ("valid", "reproduced", "contradicted"):
        console.print(escape(f"  {part}: {' '.join(getattr(claim, part).split())}"))
    if claim.effect:
        effect = ", ".join(f"{name} {value}" for name, value in claim.effect.items())
        why = f" ({claim.why})" if claim.why else ""
        console.print(escape(f"  effect claimed: {effect}; margin: {claim.margin}{why}"))
    rules = {name: hashes.rule_hash(paper, claim, name)[:12] for name in paper.scales}
    console.print("  rule: " + ", ".join(f"{value} at {name}" for name, value in rules.items()))


def show_lint(console: Console, paper: registry.Paper) -> int:
    """What the linter of rules refuses (exit code 1), and what it would rather see."""
    from recount import judge

    refused, advised = registry.check(paper), judge.advise(paper)
    console.print("\n[bold]Rules[/bold]")
    for text in refused:
        console.print("  [red]refused[/red] " + escape(text))
    for text in advised:
        console.print("  [yellow]advice[/yellow] " + escape(text))
    if not refused:
        console.print("  the linter accepts every rule")
    return int(bool(refused))


def plain(value) -> str:
    """A value as it would be written in YAML's flow style."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {plain(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(plain, value)) + "]"
    return str(value).lower() if isinstance(value, bool) else str(value)


def show_sizes(console: Console, paper: registry.Paper) -> None:
    console.print("\n[bold]Arms[/bold]")
    for name, settings in paper.arms.items():
        console.print(escape(f"  {name}: {plain(settings)}"))
    console.print("\n[bold]Scales[/bold]")
    for name, scale in paper.scales.items():
        console.print(
            escape(
                f"  {name}: {scale.seeds} seeds, about {scale.minutes} minutes on {scale.device}, "
                f"{plain(scale.size)}"
            )
        )


def show_found(console: Console, found: results.Found, folder: Path) -> None:
    source = "recorded" if found.source == "evidence" else "made here"
    for name, verdict in found.judgements.items():
        style = STYLE[verdict["outcome"]]
        grades = ", ".join(verdict.get("grades", []))
        words = f"[{style}]{escape(verdict['words'])}[/{style}]"
        ours = found.paper.claims[name].asked_by == "recount"
        asked = f"{name} (our question)" if ours else name
        console.print(f"  {found.scale}, {source}, {asked}: {words} {escape(grades)}")
        if verdict.get("reason"):
            console.print(escape(f"    {verdict['reason']}"))
        for quantity, one in verdict.get("quantities", {}).items():
            bounds = " to ".join(bound(one, side) for side in ("low", "high"))
            console.print(escape(f"    {quantity}: {number(one.get('point'))}, {bounds}"))
    for path, problem in found.problems:
        console.print(escape(f"  {path.name}: {problem}"))
    show_attempts(console, found, folder)
    if found.source == "evidence":
        show_earlier(console, found)


def show_attempts(console: Console, found: results.Found, folder: Path) -> None:
    """How often it was tried; an attempt without a result counts like one with."""
    try:
        told = ledger.told(found.paper, found.scale, folder, found.source)
    except (Broken, BadValue) as error:
        console.print(escape(f"    attempts: {error}"))
        return
    if told is None:
        before = "recorded before the attempts log" if found.source == "evidence" else "not logged"
        console.print(f"    attempts: {before}")
        return
    console.print(
        f"    attempts: {told['started']} runs started, {told['recorded']} of them here; "
        f"{told['used']} registrations tried, {told['pilots']} pilots"
    )
    for one in told["without_result"]:
        why = f" ({one['reason']})" if one["reason"] else ""
        what = f"{one['stage']} of {one['arm']}, version {one['version']}, {one['time']}"
        console.print(escape(f"      {what}: {one['state']}{why}; counts as tried"))


def show_earlier(console: Console, found: results.Found) -> None:
    """The verdicts of older versions: what stands above was amended after these were seen."""
    for old in ledger.earlier(found.paper, found.scale):
        for name, verdict in old["judgements"].items():
            console.print(
                f"  {found.scale}, recorded as version {old['version']}, {name}: "
                f"{escape(verdict['words'])}; the rule was amended after it (post hoc)"
            )


def bound(quantity: dict, side: str) -> str:
    if side in quantity.get("unbounded", []):
        return "no bound"
    return number(quantity.get(side))


def number(value) -> str:
    if value is None:
        return "-"
    return str(value).lower() if isinstance(value, bool) else f"{value:.4g}"
