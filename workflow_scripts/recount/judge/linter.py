"""Refuses rules that cannot be trusted, before any data. One line a fault: claim, field, remedy."""

import difflib

from recount.judge import expressions, limits, logic
from recount.judge.expressions import Bound, Comparison, Joined, Name, Node, Reported
from recount.judge.quantities import ORDER, STUDENT
from recount.judge.rule import PARTS, Rule
from recount.typed import BadValue

PAIRED = {"mean": "gap", "median": "gap", "rate": "rate with `minus`", "slope": "gap"}
PAIRED |= {"reach": "reach with `over`", "first": "first with `over`"}
FEWEST = {"student": 8, "order": 12}


def lint(paper) -> list[str]:
    """All faults of all rules of a paper, at every scale but smoke; empty where there is none."""
    found = []
    for name, claim in paper.claims.items():
        for scale in [one for one in paper.scales if one != "smoke"] or list(paper.scales):
            found += [f"claims.{name}.{text}" for text in claim_faults(paper, claim, scale)]
        if not any(text.startswith(f"claims.{name}.") for text in found):
            scale = "laptop" if "laptop" in paper.scales else next(iter(paper.scales))
            faults = effect_faults(claim, Rule(paper, claim, scale))
            found += [f"claims.{name}.{text}" for text in faults]
    return list(dict.fromkeys(found))


def claim_faults(paper, claim, scale: str) -> list[str]:
    numbers, reported = limits.numbers_of(paper, scale)
    nodes, found = {}, []
    for part in PARTS:
        try:
            nodes[part] = expressions.parse(getattr(claim, part), part)
        except BadValue as error:
            found.append(str(error))
    for part, node in nodes.items():
        found += [f"{part}: {text}" for text in name_faults(node, claim, numbers, reported, part)]
    if found or len(nodes) < len(PARTS):
        return found
    for part, node in nodes.items():
        for one in expressions.comparisons_of(node):
            found += [f"{part}: {text}" for text in comparison_faults(paper, claim, one, scale)]
    found += valid_faults(claim, nodes)
    if not found:
        found += logic.overlap(paper, claim, nodes, numbers, reported)
        found += grid_faults(paper, claim, nodes, scale)
        found += seed_faults(paper, claim, scale)
    return found


def name_faults(node: Node, claim, numbers: dict, reported: dict, part: str):
    """Unknown names, bare quantities, and a lone number where a statement is wanted."""
    known = [*claim.quantities, *numbers]
    for one in expressions.walk(node):
        if isinstance(one, Bound) and one.quantity not in claim.quantities:
            yield f"there is no quantity {one.quantity!r}; {near(one.quantity, claim.quantities)}"
        elif isinstance(one, Reported) and one.key not in reported:
            yield f"`reported` has no number {one.key!r}; {near(one.key, reported)}"
        elif isinstance(one, Name) and one.name == "automatic":
            if part != "valid":
                yield "`automatic` stands for the guards and belongs into `valid`; delete it here"
        elif isinstance(one, Name) and one.name in claim.quantities:
            if claim.quantities[one.name].take != "all":
                yield f"{one.name!r} is a bare estimate; write {one.name}.low or {one.name}.high"
        elif isinstance(one, Name) and one.name not in numbers:
            hint = near(one.name, known)
            yield f"{one.name!r} is neither a quantity nor a number of the size; {hint}"
    stated = node.parts if isinstance(node, Joined) else (node,)
    for one in stated:
        if isinstance(one, Name) and one.name in numbers:
            yield f"{one.name!r} is a number, not a statement; compare it with something"


def near(name: str, known) -> str:
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)
    listed = ", ".join(sorted(known)) or "none"
    return f"did you mean {close[0]!r}?" if close else f"known: {listed}"


def comparison_faults(paper, claim, one: Comparison, scale: str):
    """Faults of one comparison: equality, no quantity, wrong side, two marginal intervals."""
    bounds = [part for part in expressions.walk(one) if isinstance(part, (Bound, Name))]
    names = {b.quantity if isinstance(b, Bound) else b.name for b in bounds} & set(claim.quantities)
    if not names:
        yield "compares numbers only, so its outcome is fixed; name a quantity"
        return
    if one.sign == "==":
        if any(claim.quantities[name].take != "all" for name in names):
            yield "asks for equality, which no interval shows; write an equivalence interval"
        return
    if any(claim.quantities[name].take == "all" for name in names):
        return
    yield from logic.wrong_sides(paper, claim, one, scale)
    yield from marginal(claim, sorted(names))
    lists = {tuple(q.over) for q in map(claim.quantities.get, names) if isinstance(q.over, list)}
    if len(lists) > 1:
        yield "compares quantities with different lists of baselines; split the comparison"


def marginal(claim, names: list[str]):
    """Two intervals of single arms where one paired interval would do."""
    for i, a in enumerate(names):
        for b in names[i + 1 :]:
            one, two = claim.quantities[a], claim.quantities[b]
            alike = (one.take, one.metric, one.at, one.along) == (
                two.take,
                two.metric,
                two.at,
                two.along,
            )
            if alike and one.take in PAIRED and not (one.minus or two.minus):
                yield (
                    f"compares the intervals of {a!r} and {b!r}, which ignores that seeds are "
                    f"paired; write one quantity instead: {PAIRED[one.take]}, or ratio"
                )


def valid_faults(claim, nodes: dict):
    """`valid` keeps the guards, and looks at nothing that decides the claim."""
    parts = nodes["valid"].parts if isinstance(nodes["valid"], Joined) else (nodes["valid"],)
    joined = isinstance(nodes["valid"], Joined) and nodes["valid"].word == "or"
    if joined or Name("automatic") not in parts:
        yield "valid: does not keep the guards; write `automatic`, or `automatic and ...`"
    deciding = set()
    for part in ("reproduced", "contradicted"):
        deciding |= expressions.quantities_of(nodes[part], claim.quantities)
    for name in list(deciding):
        deciding |= set(getattr(claim.quantities[name], "tests", ()) or ())
    for name in sorted(expressions.quantities_of(nodes["valid"], claim.quantities) & deciding):
        yield f"valid: looks at {name!r}, which decides the claim; use a control that does not"


def effect_faults(claim, rule: Rule):
    """The paper's own effect is given, passes the rule, and the margin is what it is called.

    Looked at for the laptop scale: numbers that grow with the size fit an effect at one scale.
    """
    nodes, numbers, reported = rule.nodes, rule.numbers, rule.reported
    names = expressions.quantities_of(nodes["reproduced"], claim.quantities)
    plain = {name for name in names if claim.quantities[name].take not in ("all", "count")}
    absent = sorted(plain - set(claim.effect))
    if absent:
        yield f"effect: lacks {', '.join(absent)}; add the paper's own value of each"
        return
    if plain == names and names:
        for text in logic.effect_passes(claim, nodes, numbers, reported):
            yield f"effect: {text}"
    for name, side, line in limits.lines(nodes["reproduced"], claim.effect, numbers, reported):
        quantity = claim.quantities[name]
        if side == "low" and (quantity.take in ("gap", "ratio", "slope")):
            asked = limits.share(quantity, line, claim.effect[name])
            if claim.margin == "half" and asked is not None and asked < 0.49:
                yield (
                    f"margin: asks {asked:.2f} of the effect of {name!r}, not half; raise the "
                    "line, or write `margin: own` with `why`"
                )


def grid_faults(paper, claim, nodes: dict, scale: str):
    """A grid has to end at least a step beyond every number that is named for it."""
    numbers, reported = limits.numbers_of(paper, scale)
    values = {name: claim.effect.get(name, 1.0) for name in claim.quantities}
    for part in ("reproduced", "contradicted"):
        for name, _, line in limits.lines(nodes[part], values, numbers, reported):
            one = claim.quantities[name]
            if one.take not in ("reach", "first") or (one.arm and one.over):
                continue
            grid = grid_of(paper.scales[scale].size, one.along)
            if grid and max(grid) <= line:
                yield (
                    f"{part}: names {line:g} for {name!r}, but at scale {scale} the grid of "
                    f"{one.along!r} ends at {max(grid):g}; let it end at least a step beyond"
                )


def grid_of(size: dict, axis: str) -> list[float]:
    """The list of the size that is the grid of an axis, by its name; empty where none is."""
    lists = {
        name: list(value)
        for name, value in size.items()
        if isinstance(value, (list, tuple)) and all(type(v) in (int, float) for v in value)
    }
    named = [name for name in lists if axis in name or name.rstrip("s") == axis.rstrip("s")]
    return lists[named[0]] if len(named) == 1 else []


def seed_faults(paper, claim, scale: str):
    """Fixed numbers of seeds: 8 for t, 12 for order statistics and rates."""
    if paper.unit != "seed":
        return
    takes = {one.take for one in claim.quantities.values()}
    wanted = max(
        [8] * bool(takes & set(STUDENT)) + [12] * bool(takes & {*ORDER, "rate"}), default=0
    )
    seeds = paper.scales[scale].seeds
    if seeds < wanted:
        yield f"quantities: {seeds} seeds at scale {scale} are too few for them; write {wanted}"


def advise(paper) -> list[str]:
    """What is allowed and yet better done otherwise: means of metrics that can collapse."""
    found = []
    for name, claim in paper.claims.items():
        takes = {one.take for one in claim.quantities.values()}
        for label, one in claim.quantities.items():
            if one.take not in ("mean", "gap") or "rate" in takes or paper.unit != "seed":
                continue
            low, high = paper.metric_range(one.metric)
            if low > float("-inf") or high < float("inf"):
                found.append(
                    f"claims.{name}.quantities.{label}: {one.metric} can collapse or saturate, and "
                    "a mean hides rare collapses; consider a median, and a rate beside it"
                )
    return found
