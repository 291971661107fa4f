"""What one field of paper.yaml demands of another. A fault is (path of the field, what to do)."""

import difflib
from collections.abc import Iterable, Iterator
from typing import Any

from recount.declaration.schema import STANDARD_METRICS, TAKES, Claim, Paper, Quantity, Scale

Fault = tuple[tuple[str | int, ...], str]
OPTIONAL_KEYS = ("metric", "arm", "minus", "over", "along", "at", "level")
OPTIONAL_KEYS += ("scale", "axis_scale", "tests", "above")
LARGEST, LONGEST_LIST, LONGEST_TEXT, MOST_VALUES = 10**12, 256, 200, 1000
COLUMNS = ("arm", "seed", "metric", "value", "count")
TWELVE = ("median", "rate", "reach", "first")


def cross_check(paper: Paper) -> list[Fault]:
    """All faults of a paper whose fields are right one by one."""
    faults = [*bibliography(paper), *learned(paper), *tuned(paper), *sizes(paper)]
    faults += settings(paper)
    faults += pictured(paper)
    faults += controlled(paper)
    if "data" in paper.claims:
        faults.append((("claims", "data"), "would overwrite the data's own data.json; rename it"))
    if next(iter(paper.claims)) != "main":
        faults.append((("claims",), "the first claim is the main one; call it main, put it first"))
    if paper.claims.get("main") and paper.claims["main"].asked_by != "paper":
        text = "the main claim is the paper's; ask your own question in a further claim"
        faults.append((("claims", "main", "asked_by"), text))
    for name, claim in paper.claims.items():
        place = ("claims", name)
        faults += [((*place, *path), text) for path, text in claim_faults(paper, claim)]
    return faults


def suggestion(name: str, known: Iterable[str]) -> str:
    """`did you mean 'x'?`, or the known names."""
    known = list(known)
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known)}"


def unknown_arm(name: str, paper: Paper) -> str | None:
    if name in paper.arms:
        return None
    return f"there is no arm {name!r}; {suggestion(name, paper.arms)}"


def unknown_metric(name: str, paper: Paper) -> str | None:
    if name in paper.metrics or name in STANDARD_METRICS:
        return None
    known = [*paper.metrics, *STANDARD_METRICS]
    return (
        f"the metric {name!r} has no range; {suggestion(name, known)} "
        f"Otherwise add `metrics: {{{name}: {{range: [0, null]}}}}`"
    )


def pictured(paper: Paper) -> Iterator[Fault]:
    for name, one in paper.figures.items():
        for number, arm in enumerate(one.arms):
            if fault := unknown_arm(arm, paper):
                yield ("figures", name, "arms", number), fault
        if one.draw == "counts" and one.by:
            yield ("figures", name, "by"), "counts have two metrics and no further axis; delete it"
        if {one.along, one.by, *one.at} & set(COLUMNS):
            yield ("figures", name), f"{', '.join(COLUMNS)} are no axes; name axes of the rows"


def bibliography(paper: Paper) -> Iterator[Fault]:
    if not (paper.arxiv or paper.doi or paper.url):
        yield (), "the paper has no address; add arxiv, doi or url"
    if paper.arxiv and paper.arxiv[:4].isdigit() and paper.year < 2000 + int(paper.arxiv[:2]):
        yield ("year",), f"is before arXiv {paper.arxiv} was sent; correct the year or the id"
    if len(set(paper.authors)) < len(paper.authors):
        yield ("authors",), "names somebody twice; delete one"
    for name, metric in paper.metrics.items():
        if name in STANDARD_METRICS and tuple(metric.range) != STANDARD_METRICS[name]:
            yield (
                ("metrics", name),
                "is standard, with range [0, 1]; rename or delete it",
            )
        if name == "fingerprint":
            yield ("metrics", name), "is the name of the predictions' fingerprint; rename it"


def learned(paper: Paper) -> Iterator[Fault]:
    rule = paper.learned
    if rule is None:
        return
    if paper.kind == "measure":
        yield ("learned",), "nothing is trained when kind is measure; delete it"
    if (rule.at_least is None) == (rule.at_most is None):
        yield ("learned",), "give either at_least or at_most"
    if text := unknown_metric(rule.metric, paper):
        yield ("learned", "metric"), text
    for name in rule.except_:
        if text := unknown_arm(name, paper):
            yield ("learned", "except"), text
    if rule.except_ and not rule.why:
        yield ("learned", "except"), "an arm is exempt without a reason; add why"


def controlled(paper: Paper) -> Iterator[Fault]:
    """A control arm is no arm of a claim: it learns nothing, and a claim's arms must have."""
    for name, one in paper.controls.items():
        place = ("controls", name)
        users = [
            claim.name
            for claim in paper.claims.values()
            if any(name in quantity.arms for quantity in claim.quantities.values())
        ]
        if text := unknown_arm(name, paper):
            yield place, text
        if users:
            yield place, f"is compared in claim {users[0]}; give the control an arm of its own"
        if (one.at_least is None) == (one.at_most is None):
            yield place, "give either at_least or at_most"
        if text := unknown_metric(one.metric, paper):
            yield (*place, "metric"), text


def tuned(paper: Paper) -> Iterator[Fault]:
    for name in paper.tuning:
        if text := unknown_arm(name, paper):
            yield ("tuning", name), text


def sizes(paper: Paper) -> Iterator[Fault]:
    for name in ("smoke", "laptop"):
        if name not in paper.scales:
            yield ("scales",), f"the scale {name} is missing; add it (smoke and laptop are needed)"
    least = seeds_needed(paper)
    for name, scale in paper.scales.items():
        place = ("scales", name)
        if scale.shards > scale.seeds:
            yield (*place, "shards"), "there are more shards than seeds; write fewer"
        if scale.looks and (text := look_fault(paper, scale)):
            yield (*place, "looks"), text
        if scale.reduced and name != "paper":
            yield (*place, "reduced"), "only the scale paper may need to say so; delete it"
        if paper.unit == "none" and scale.seeds != 1:
            yield (*place, "seeds"), "a full enumeration has no chance; write seeds: 1"
        if name == "laptop" and scale.seeds < least:
            yield (
                (*place, "seeds"),
                f"{scale.seeds} are too few for these takes; write {least}",
            )
    if paper.unit == "none" and paper.kind == "train":
        yield ("unit",), "a full enumeration trains nothing; write kind: measure"


def settings(paper: Paper) -> Iterator[Fault]:
    """Values of arms and sizes that no experiment means: they would run or fill a disk for ever."""
    given = [(("arms", name), values) for name, values in paper.arms.items()]
    given += [(("scales", name, "size"), scale.size) for name, scale in paper.scales.items()]
    for place, values in given:
        found = list(leaves(values, place))
        if len(found) > MOST_VALUES:
            yield place, f"holds {len(found)} values; write {MOST_VALUES} at most"
        yield from (fault for fault in map(absurd, found) if fault)


def leaves(value: Any, path: tuple) -> Iterator[tuple[tuple, Any]]:
    """Every list and every single value, with its path."""
    if isinstance(value, dict):
        for key, one in value.items():
            yield from leaves(one, (*path, key))
        return
    yield path, value
    if isinstance(value, list):
        for place, one in enumerate(value):
            yield from leaves(one, (*path, place))


def absurd(found: tuple[tuple, Any]) -> Fault | None:
    path, value = found
    if isinstance(value, int | float) and not abs(value) <= LARGEST:
        return path, f"{value:g} is beyond all reason; write {LARGEST:g} at most"
    if isinstance(value, list) and len(value) > LONGEST_LIST:
        return path, f"lists {len(value)} values; write {LONGEST_LIST} at most"
    if isinstance(value, str) and len(value) > LONGEST_TEXT:
        return path, f"has {len(value)} characters; write {LONGEST_TEXT} at most"
    return None


def look_fault(paper: Paper, scale: Scale) -> str | None:
    """Three rising numbers of seeds, the last of them all; for trained units and our own rules."""
    if len(scale.looks) != 3 or sorted(set(scale.looks)) != scale.looks:
        return "write three rising numbers of seeds, as [5, 8, 12]"
    if scale.looks[-1] != scale.seeds:
        return f"the last look is at all seeds; end with {scale.seeds}"
    if paper.unit != "seed":
        return "looks are for units of seed; delete it"
    if any(claim.judge == "custom" for claim in paper.claims.values()):
        return "an own judge has no error to share out over looks; delete it"
    return None


def seeds_needed(paper: Paper) -> int:
    """8 for means, gaps and ratios; 12 for order statistics and rates; items bring their own n."""
    if paper.unit in ("none", "item"):
        return 1
    takes = {one.take for claim in paper.claims.values() for one in claim.quantities.values()}
    return 12 if takes & set(TWELVE) else 8


def claim_faults(paper: Paper, claim: Claim) -> Iterator[Fault]:
    for name, quantity in claim.quantities.items():
        place = ("quantities", name)
        if name in ("reported", "automatic"):
            yield place, "is a word of the rules; rename the quantity"
        for path, text in quantity_faults(paper, claim, name, quantity):
            yield (*place, *path), text
    for name in claim.effect:
        if name not in claim.quantities:
            text = f"there is no quantity {name!r}; {suggestion(name, claim.quantities)}"
            yield ("effect", name), text
    if claim.margin is None and paper.unit != "none":
        yield (), "margin is missing; write margin: half, own or direction"
    if claim.margin == "own" and not claim.why:
        yield ("margin",), "an own margin needs a reason; add why"
    if claim.judge == "custom":
        yield from custom_faults(paper, claim)
    first = next(iter(paper.arms))
    if claim.name == "main" and all(first not in one.arms for one in claim.quantities.values()):
        text = f"measures nothing of the first arm, {first!r}; put the treatment first among arms"
        yield ("quantities",), text


def custom_faults(paper: Paper, claim: Claim) -> Iterator[Fault]:
    """A judge of one's own is an exception: it has a reason, units that vary, and one version."""
    if not claim.why:
        yield ("judge",), "an own judge needs a reason that can be reviewed; add why"
    if paper.unit == "none":
        yield ("judge",), "a full enumeration is judged by its counter-examples; delete it"
    if paper.version > 1:
        yield ("judge",), "an own judge knows no stricter error for a later version; use a rule"


def quantity_faults(paper: Paper, claim: Claim, name: str, quantity: Quantity) -> Iterator[Fault]:
    yield from key_faults(quantity)
    for arm in quantity.arms:
        if text := unknown_arm(arm, paper):
            yield (), text
    if len(set(quantity.arms)) < len(quantity.arms):
        yield (), "compares an arm with itself; name two arms"
    if quantity.metric and (text := unknown_metric(quantity.metric, paper)):
        yield ("metric",), text
    for axis in filter(None, (quantity.along, *quantity.at)):
        if axis in COLUMNS:
            yield (), f"{axis!r} is a column of every table, not an axis; rename the axis"
    if quantity.along in quantity.at:
        yield ("at",), f"holds {quantity.along!r} still and follows it as well; delete one"
    exact = quantity.take == "all"
    if exact and paper.unit != "none":
        yield ("take",), "all is for full enumerations; write unit: none, or take a rate"
    if not exact and paper.unit == "none" and quantity.take != "count":
        yield ("take",), f"unit none has no interval for {quantity.take}; take all or count"
    yield from test_faults(claim, name, quantity)


def test_faults(claim: Claim, name: str, quantity: Quantity) -> Iterator[Fault]:
    for test in quantity.tests:
        if test not in claim.quantities or test == name:
            others = [other for other in claim.quantities if other != name]
            yield ("tests",), f"there is no quantity {test!r}; {suggestion(test, others)}"
        elif claim.quantities[test].take == "count":
            yield ("tests",), f"{test!r} is a count itself; name plain quantities"
    if len(set(quantity.tests)) < len(quantity.tests):
        yield ("tests",), "names a quantity twice; delete one"


def key_faults(quantity: Quantity) -> Iterator[Fault]:
    """Exactly the keys that `take` wants: none missing, none that would be passed over."""
    ways, needed, allowed = TAKES[quantity.take]
    given = [key for key in OPTIONAL_KEYS if key in quantity.model_fields_set]
    naming = [key for key in given if key in ("arm", "minus", "over")]
    written = " or ".join("{" + ", ".join(way) + "}" for way in ways if way) or "no arm"
    listed = isinstance(quantity.over, list)
    if tuple(naming) not in ways:
        found = ", ".join(naming) or "none"
        yield (), f"take: {quantity.take} wants {written}, found {found}; change the arms' keys"
    elif naming == ["over"] and not listed:
        yield ("over",), "one arm alone is written arm: NAME; over lists several"
    for key in needed:
        if key not in given:
            yield (), f"take: {quantity.take} needs the key {key!r}; add it"
    for key in given:
        if key not in (*needed, *allowed, "arm", "minus", "over"):
            yield (key,), f"take: {quantity.take} has no use for {key!r}; delete it"
