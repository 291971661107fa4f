"""Is a result in another unit than the paper's effect? A percentage taken for a fraction, say.

A metric with two ends refuses such values. Where it has none, the size of the effect is all there
is to hold it against, and a large effect may be true; so this warns and decides nothing.
"""

LEAST, MOST = 50.0, 200.0  # around a hundred; no recorded result lies there without a fault
ONE_ARM = 50.0  # a difference of arms, one of them in another unit, exceeds any factor
UNITLESS = ("all", "count", "rate", "spearman", "reach", "first")


def odd_units(paper, claim, judgement: dict) -> list[str]:
    """A sentence for each estimate that looks as if it were about a hundred times too large or too
    small, measured by the effect that the claim states."""
    claim, found = paper.claims[claim] if isinstance(claim, str) else claim, []
    for label, one in (judgement.get("quantities") or {}).items():
        name = label.partition(".")[0]
        declared = claim.quantities.get(name)
        effect, point = claim.effect.get(name), one.get("point")
        if not declared or declared.take in UNITLESS or not effect or not point:
            continue
        low, high = paper.metric_range(declared.metric)
        times = abs(point / effect)
        if max(abs(low), abs(high)) < float("inf") or not far(declared, times):
            continue
        size = f"{times:.3g} times" if times > 1 else f"1/{1 / times:.3g} of"
        found.append(
            f"{label} is {point:.3g}, {size} the stated effect of {effect:g}: is {declared.metric} "
            "in the unit of the paper, and in the same unit in every arm?"
        )
    return found


def far(quantity, times: float) -> bool:
    if quantity.minus:
        return times >= ONE_ARM
    return LEAST <= times <= MOST or LEAST <= 1 / times <= MOST
