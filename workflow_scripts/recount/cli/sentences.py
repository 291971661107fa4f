"""A declared quantity as an English sentence, to be read before it is frozen."""

from recount.declaration.schema import Claim, Paper, Quantity

UNITS = {"seed": "seeds", "item": "items", "instance": "instances", "time": "repetitions"}
AVERAGES = {"mean": "the mean", "gap": "the mean", "median": "the median", "ratio": "the mean"}


def sentence(paper: Paper, claim: Claim, quantity: Quantity) -> str:
    """Such as: the first size at which accuracy is at least 0.99, for fourier."""
    if quantity.take == "count":
        names = ", ".join(quantity.tests)
        return f"how many of {names} lie surely above {quantity.above:g}"
    text = measured(quantity, UNITS.get(paper.unit, "cases"), who(quantity))
    held = ", ".join(f"{axis} = {value}" for axis, value in quantity.at.items())
    text += f", at {held}" if held else ""
    text += f", on the {quantity.scale} scale" if quantity.scale != "linear" else ""
    text += f", {quantity.along} on a log axis" if quantity.axis_scale == "log" else ""
    if isinstance(quantity.over, list):
        text += f"; {len(quantity.over)} quantities, one each, and all must hold"
    return text


def who(quantity: Quantity) -> str:
    """The arm, the pair of arms, or each of several arms."""
    over = " or ".join(quantity.over) if isinstance(quantity.over, list) else quantity.over
    if quantity.minus:
        return f"{quantity.arm} minus {quantity.minus}, paired"
    if quantity.arm and over:
        return f"{quantity.arm} divided by {over}, paired"
    return quantity.arm or f"each of {', '.join(quantity.over or [])}"


def measured(quantity: Quantity, units: str, arms: str) -> str:
    metric, axis, level = quantity.metric, quantity.along, quantity.level
    forms = {
        "slope": f"the slope of {metric} along {axis} for {arms}, mean over {units}",
        "spearman": f"the rank correlation of {metric} with {axis} for {arms}, mean over {units}",
        "rate": f"the share of {units} whose {metric} is at least {share(level)}, for {arms}",
        "first": f"the first {axis} at which {metric} is at least {share(level)}, for {arms}",
        "reach": f"the last {axis} up to which {metric} stays at least {share(level)}, for {arms}",
        "all": f"whether {metric} is 1 in every case of {arms}",
    }
    if quantity.take in forms:
        return forms[quantity.take]
    return f"{AVERAGES[quantity.take]} over {units} of {metric} for {arms}"


def share(level: float | None) -> str:
    return f"{1 if level is None else level:g}"
