"""Could the test have told? Checked for every arm of a claim, never by the claim's own result."""

from itertools import combinations

import numpy as np

from recount.judge.quantities import pairs
from recount.judge.sequential import leading, registered
from recount.judge.table import ABSENT, Table
from recount.run import verdict_seeds
from recount.typed import BadValue

SEEN_BEFORE = "seen_before"  # reserved: the share of a seed's test items that it was trained on


def arms_of(paper, claim) -> list[str]:
    """The arms that a claim's quantities look at, in the paper's order."""
    named = {
        arm
        for quantity in claim.quantities.values()
        if quantity.take != "count"
        for pair in pairs(quantity)
        for arm in pair
    }
    return [arm for arm in paper.arms if arm in named]


def watched(paper, claim) -> list[str]:
    """The arms that a verdict needs rows of: the claim's, and the paper's controls."""
    mine = {*arms_of(paper, claim), *paper.controls}
    return [arm for arm in paper.arms if arm in mine]


def guards(rule, table: Table, used: int | None = None) -> list[dict]:
    """One {name, passed, detail} a guard; any that did not pass makes the verdict inconclusive.

    `used`: seeds of the look that decided, 0 where none did; the guards then speak of these alone.
    """
    paper, claim, scale = rule.paper, rule.claim, rule.scale
    arms = arms_of(paper, claim)
    known = seeds(paper, scale, table) if used is None else looked(rule, table, used)
    table = leading(rule, table, used) if used else table
    found = [known, rows(claim, table), ranges(paper, claim, table)]
    if any(one.take in ("reach", "first") for one in claim.quantities.values()):
        found.append(grids(rule, table))
    if paper.learned is not None:
        found.append(learned(paper, arms, table))
    if paper.controls:
        found.append(nothing_to_learn(paper, table))
    if any(table.has(SEEN_BEFORE, arm) for arm in arms):
        found.append(new_items(arms, table))
    if len(arms) > 1:
        found += [differ(paper, arms, table), tuning(paper, arms)]
    return [{"name": name, "passed": passed, "detail": detail} for name, passed, detail in found]


def seeds(paper, scale: str, table: Table) -> tuple[str, bool, str]:
    """The registered seeds and no others: never picked, never fewer."""
    name, wanted = "registered seeds", paper.scales[scale].seeds
    registered = set(verdict_seeds(paper.slug, scale, paper.version, wanted))
    there = {one[0] if isinstance(one, tuple) else one for one in table.units}
    if there == registered:
        return name, True, f"{wanted} of {wanted}"
    strange, missing = len(there - registered), len(registered - there)
    return name, False, f"of {wanted} seeds {missing} are missing, and {strange} are not registered"


def looked(rule, table: Table, used: int) -> tuple[str, bool, str]:
    """The registered seeds up to a declared look, and as many as the verdict needed."""
    name, planned, there = "registered seeds", registered(rule), set(table.units)
    complete = [number for number in rule.looks if there == set(planned[:number])]
    if complete and used:
        return name, True, f"{used} of {len(planned)}, by looks at {list(rule.looks)}"
    if complete:
        return name, False, f"after {complete[0]} of {len(planned)} seeds nothing is decided yet"
    strange = len(there - set(planned))
    return name, False, f"{len(there)} seeds, {strange} of them not registered, end no look"


def rows(claim, table: Table) -> tuple[str, bool, str]:
    """Every unit has a row for every point, be it nan: a failed run is counted, never left out."""
    absent = []
    for one in claim.quantities.values():
        if one.take in ("count", "all"):
            continue
        along = one.along if one.take in ("slope", "spearman", "reach", "first") else None
        for arm in {arm for pair in pairs(one) for arm in pair if arm}:
            counts = table.select(one.metric, arm, one.at, along)[2]
            if (counts == ABSENT).any():
                absent.append(f"{arm} lacks {int((counts == ABSENT).sum())} of {one.metric}")
    detail = "; ".join(sorted(set(absent))) or "no row is missing"
    return "all seeds accounted for", not absent, detail


def ranges(paper, claim, table: Table) -> tuple[str, bool, str]:
    """No value lies outside the range that its metric declares."""
    outside = []
    for (metric, arm), block in table.blocks.items():
        if metric not in {one.metric for one in claim.quantities.values()}:
            continue
        low, high = paper.metric_range(metric)
        with np.errstate(invalid="ignore"):
            if ((block.values < low) | (block.values > high)).any():
                outside.append(f"{metric} of {arm} leaves [{low:g}, {high:g}]")
    return "values in range", not outside, "; ".join(sorted(outside)) or "all are"


def grids(rule, table: Table) -> tuple[str, bool, str]:
    """Every grid goes on beyond the lines drawn on it, or none of them could be crossed."""
    short = []
    for part in ("reproduced", "contradicted"):
        for name, _, line in rule.lines(part):
            one = rule.claim.quantities[name]
            if one.take not in ("reach", "first") or (one.arm and one.over):
                continue
            points = table.select(one.metric, pairs(one)[0][0], one.at, one.along)[0]
            if points[-1] <= line:
                short.append(f"{one.along} of {name} ends at {points[-1]:g}, the line is {line:g}")
    return "grid", not short, "; ".join(dict.fromkeys(short)) or "goes on beyond every line"


def learned(paper, arms: list[str], table: Table) -> tuple[str, bool, str]:
    """The median seed of every arm reached the level on its own training distribution."""
    rule = paper.learned
    except_ = getattr(rule, "except_", None) or []
    asked = f"at least {rule.at_least:g}" if rule.at_most is None else f"at most {rule.at_most:g}"
    low, good = [], []
    for arm in (arm for arm in arms if arm not in except_):
        try:
            values = table.rows(rule.metric, arm)[1].values[0]
        except BadValue:
            low.append(f"{arm} has no {rule.metric}")
            continue
        worst = np.inf if rule.at_most is not None else -np.inf
        level = float(np.median(np.where(np.isnan(values), worst, values).mean(axis=1)))
        passed = level <= rule.at_most if rule.at_most is not None else level >= rule.at_least
        (good if passed else low).append(f"{arm} {level:.4g}")
    detail = f"{rule.metric} {asked}: " + ", ".join(low or good or ["every arm is exempt"])
    return "learned", not low, detail


def nothing_to_learn(paper, table: Table) -> tuple[str, bool, str]:
    """No control arm, given answers without meaning, does better than one can: answers leaked."""
    found, leaks = [], False
    for arm, one in paper.controls.items():
        try:
            _, values, counts = table.select(one.metric, arm, one.at)
        except BadValue:
            found.append(f"{arm} has no {one.metric}")
            leaks = True
            continue
        values, absent = values[0, :, 0], int((counts == ABSENT).sum())
        if absent:
            found.append(f"{arm} lacks {absent} of {one.metric}")
            leaks = True
        worst = np.inf if one.at_least is None else -np.inf
        level = float(np.median(np.where(np.isnan(values), worst, values)))
        over = level > one.at_most if one.at_least is None else level < one.at_least
        asked = f"at most {one.at_most:g}" if one.at_least is None else f"at least {one.at_least:g}"
        found.append(f"{arm} {one.metric} {level:.4g}, {asked} without a leak")
        leaks |= over
    return "nothing to learn", not leaks, "; ".join(found)


def new_items(arms: list[str], table: Table) -> tuple[str, bool, str]:
    """Where an experiment counts the test items that it was trained on, there are none."""
    shares = {
        arm: float(np.nan_to_num(table.rows(SEEN_BEFORE, arm)[1].values, nan=1.0).max())
        for arm in arms
        if table.has(SEEN_BEFORE, arm)
    }
    seen = [f"{arm} {share:.2%}" for arm, share in shares.items() if share > 0]
    detail = ", ".join(seen) + " were trained on" if seen else "none was trained on"
    return "test items are new", not seen, detail


def differ(paper, arms: list[str], table: Table) -> tuple[str, bool, str]:
    """No two arms predict the same in every seed; trained arms must leave a fingerprint."""
    prints, absent = {}, []
    for arm in arms:
        if table.has("fingerprint", arm):
            prints[arm] = table.blocks["fingerprint", arm].values[0].ravel()
        else:
            absent.append(arm)
    if absent and paper.learned is not None:
        return "arms differ", False, f"no fingerprint of {', '.join(absent)}"
    same = [
        f"{a} and {b}"
        for a, b in combinations(prints, 2)
        if prints[a].shape == prints[b].shape and np.array_equal(prints[a], prints[b])
    ]
    return (
        "arms differ",
        not same,
        "; ".join(f"{pair} predict the same" for pair in same) or "all do",
    )


def tuning(paper, arms: list[str]) -> tuple[str, bool, str]:
    """No baseline had fewer settings tried than the treatment, which is the paper's first arm."""
    first = next(iter(paper.arms))
    tried = {arm: paper.tuning.get(arm, 1) for arm in paper.arms}
    fewer = [arm for arm in arms if tried[arm] < tried[first]]
    detail = ", ".join(f"{arm} {tried[arm]}" for arm in (fewer or arms))
    return "tuning budget", not fewer, f"settings tried: {detail}; {first} {tried[first]}"
