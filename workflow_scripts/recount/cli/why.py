"""`recount why CLAIM`: what became of a claim, and what to do about it."""

from pathlib import Path

from rich.console import Console
from rich.markup import escape

from recount import files, layout, registry, schedule, selection
from recount.cli import traces
from recount.cli.screen import console
from recount.cluster import packing
from recount.declaration.schema import OWN_QUESTION
from recount.judge.magnitudes import odd_units
from recount.results import marked
from recount.typed import BadValue


def add(parser) -> None:
    parser.add_argument("claim", help="a paper (its main claim) or paper_claim, as in claim_<name>")
    parser.add_argument("--scale", default="laptop", help="smoke, laptop, gpu or paper")


def run(args) -> int:
    root = registry.root()
    if args.scale not in selection.SCALES:
        near = selection.suggestion(args.scale, selection.SCALES)
        raise BadValue(f"scale: {args.scale!r}; {near}")
    paper, claim = find(registry.load(root).papers, args.claim.removeprefix("claim_"))
    out = console()
    results = root / "results"
    place = layout.of(paper, args.scale, results)
    path = place.judgement(claim)
    out.print(f"[bold]{paper.slug}, claim {claim}, {args.scale} scale[/bold]")
    out.print(paper.claims[claim].statement.strip(), markup=False)
    if paper.claims[claim].asked_by == "recount":
        out.print(OWN_QUESTION, markup=False)
    stale = schedule.stale_files(paper, args.scale, results) if args.scale in paper.scales else []
    for arm in paper.arms:
        show_arm(out, root, paper, place, arm, stale)
    if not path.exists():
        out.print(f"No verdict here. Run: recount run {paper.slug} --scale {args.scale}")
        return 0
    judgement = files.read_json(path)
    show_judgement(out, marked(paper, claim, judgement))
    for text in odd_units(paper, claim, judgement):
        out.print(f"  look again: {text}", style="yellow", markup=False)
    return 0


def find(papers, name: str):
    """`slug`, or `slug_claim`. Raises BadValue with the nearest name."""
    known = {}
    for slug, paper in papers.items():
        known |= {
            slug if claim == "main" else f"{slug}_{claim}": (paper, claim) for claim in paper.claims
        }
    if name not in known:
        raise BadValue(f"no claim is called {name!r}; {selection.nearest(name, known)}")
    return known[name]


def show_arm(console: Console, root: Path, paper, place, arm: str, stale: list[Path]) -> None:
    """One line for a run that is fine; state, log and remedy for one that is not."""
    for stage, path in (("train", place.run(arm)), ("evaluate", place.evaluated(arm))):
        if not path.exists():
            continue
        one = files.read_json(path)
        job = f", job {one['job']} on {one['node']}" if one.get("job") else ""
        text = f"  {arm}: {stage} {one['state']} in {one['seconds']:.1f} s{job}"
        console.print(text, markup=False)
        if one["state"] != "done":
            console.print(f"    reason: {one['reason']}", markup=False)
            trace = (one.get("trace") or "").replace("\n", "\n    ")
            console.print(f"    {trace}", markup=False)
            console.print(f"    remedy: {remedy(one)}")
        elif path in stale or path.with_name("metrics.parquet") in stale:
            console.print("    stale: made under another registration, or its bytes changed")
            console.print(f"    remedy: recount run {place.slug} --scale {place.scale}")
    if not place.evaluated(arm).exists():
        console.print(f"  {arm}: not evaluated")
        missing(console, root, paper, place, arm)


def remedy(one: dict) -> str:
    if one["state"] == "not_run":
        return "supply what is missing, then `recount run` this paper again"
    if "memory" in (one["reason"] or "").lower():
        return f"give it more memory: --set-resources train:mem_mb=16000, or {one['scale']} less"
    return "mend the experiment; `recount run` repeats failed runs by itself"


def missing(console: Console, root: Path, paper, place, arm: str) -> None:
    """A run without a result: its job, how that ended, what to change and the last lines."""
    trace = traces.last(root, place, arm)
    if trace is None:
        return
    if trace.job:
        console.print(f"    {trace.stage}: {trace.told()}", markup=False)
    minutes = packing.ATTEMPTS * packing.alone(paper, place.scale)
    if proposal := trace.proposal(minutes):
        console.print(f"    proposed: {proposal}", markup=False, soft_wrap=True)
    for path, lines in traces.words(root, trace):
        console.print(f"    last lines of {path.relative_to(root)}:", markup=False, soft_wrap=True)
        for line in lines:
            console.print(f"      {line}", markup=False)


def show_cost(console: Console, one: dict) -> None:
    """What it would take to decide, as seeds and as minutes of one core."""
    from recount.judge import cost_to_decide

    if cost := cost_to_decide(one):
        text = "  about {seeds} seeds would decide, {minutes:.1f} minutes on one core; no fixed"
        text += " design is extended, so that is a new version"
        console.print(text.format(**cost), markup=False)


def show_judgement(console: Console, one: dict) -> None:
    grades = f" ({', '.join(one['grades'])})" if one["grades"] else ""
    rest = escape(f"{grades}; {one['scope']}")
    console.print(f"[bold]{escape(one['words'])}[/bold]{rest}")
    if one["reason"]:
        console.print(f"  because: {one['reason']}", markup=False)
    if one.get("seeds_to_decide"):
        show_cost(console, one)
    for name, quantity in one["quantities"].items():
        low, high = (quantity[side] for side in ("low", "high"))
        text = f"  {name}: {quantity['point']} in [{low}, {high}] ({quantity['interval']})"
        console.print(text, markup=False)
    for part, expression in one["expressions"].items():
        console.print(f"  {part}: {expression['text']} -> {expression['value']}", markup=False)
    for guard in one["guards"]:
        if not guard["passed"]:
            console.print(f"  guard {guard['name']} failed: {guard['detail']}", markup=False)
