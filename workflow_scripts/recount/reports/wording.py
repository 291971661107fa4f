"""Sentences of the pages: what was measured, what the rule asks, what a verdict does not show.

Only words and numbers are made here; the templates escape them.
"""

import math
import re
from typing import Any

from recount.reports.numbers import apart, number
from recount.reports.rules import bound

LEVELS = {
    "exact": "Exact: checked by counting, without chance, up to the bound that is named.",
    "paper": "Paper settings: run at the paper's own size.",
    "scaled": "Scaled down: the effect may or may not be seen at this size. A verdict here "
    "neither proves nor refutes what the paper reports at its own size.",
    "checkpoint": "Checkpoint: the conclusion is about the named checkpoint only.",
    "data": "Data: the conclusion is about the named data only.",
    "survey": "Survey: a statement about published work is checked against it.",
}
UNITS = {
    "seed": "Each dot is one training run; the interval speaks of runs like these.",
    "item": "Each dot is one item; the interval speaks of items like these, for this object only.",
    "instance": "Each dot is one drawn instance; the interval speaks of instances like these.",
    "time": "Each dot is one repetition of the timing on this machine.",
    "none": "Everything up to the bound was counted, so there is no interval.",
}
MANY = {"item": "items", "instance": "instances", "time": "repetitions"}
CODE = {
    "own_code": "The code is our own, written from the paper; a difference may lie in it.",
    "authors_code": "The code is the authors' own.",
}
LABS = {
    "arithmetic": "Arithmetic",
    "coding": "Coding",
    "exact_math": "Exact mathematics",
    "llm_eval": "Language model evaluation",
    "number_formats": "Number formats",
    "numeric_units": "Numeric units",
    "other": "Other",
    "sequence_models": "Sequence models",
    "tiny_lm": "Tiny language models",
    "vision_graph": "Vision and graphs",
}
EXAMPLE_KEYS = ("arm", "metric", "value")
OUTCOMES = {
    "reproduced": "r",
    "contradicted": "c",
    "inconclusive": "i",
    "not_run": "n",
    "planned": "p",
}


def level(name: str, scale: str) -> str:
    """What a level means for a verdict at a scale: only `paper` is the paper's own size."""
    return LEVELS["scaled" if name == "paper" and scale != "paper" else name]


def sentence(judgement: dict[str, Any]) -> str:
    """Why the verdict is what it is, in one sentence."""
    outcome, reason = judgement["outcome"], judgement.get("reason")
    if reason:
        return sentence_case(reason)
    failed = [one for one in judgement.get("guards") or [] if not one["passed"]]
    if failed:
        return f"The test could not tell: {failed[0]['name']} ({failed[0].get('detail', '')})."
    if outcome == "reproduced":
        return "Every part of the rule that was registered beforehand holds."
    if outcome == "contradicted" and judgement.get("counter_example"):
        return f"A counter-example was found: {example(judgement['counter_example'])}."
    if outcome == "contradicted":
        return "The rule for the opposite, registered beforehand, holds."
    if outcome == "inconclusive":
        why = "the intervals are too wide or lie between the two"
        return f"Neither rule holds: {why}.{least(judgement)}"
    return "There is no run to judge."


def least(judgement: dict[str, Any]) -> str:
    """What an inconclusive test could have seen."""
    seen = judgement.get("smallest_effect") or {}
    known = [f"{name} {number(value)}" for name, value in seen.items() if value is not None]
    return f" The smallest effect that this test could have seen: {', '.join(known)}." * bool(known)


def sentence_case(text: str) -> str:
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) else text + "."


def reported(found: Any) -> str:
    """Which statistic the paper gives, and over how many seeds, as far as it says so."""
    aggregate = found.aggregate
    if aggregate == "unknown":
        text = "Which statistic the paper reports is unknown"
    elif aggregate == "none":
        text = "The paper reports no statistic over runs"
    else:
        text = f"The paper reports its {aggregate}"
    seeds = {"unknown": ", over an unknown number of seeds.", "none": "."}
    return text + seeds.get(found.seeds, f", over {found.seeds} seeds.")


def pairs(values: Any) -> str:
    """A counter-example or an arm in words: `base 7, digits 12`."""
    if isinstance(values, dict):
        return ", ".join(f"{name} {pairs(value)}" for name, value in values.items())
    if isinstance(values, float):
        return number(values)
    return str(values)


def example(found: dict[str, Any]) -> str:
    """A counter-example by its place on the axes: `base 7, digits 12`; else by its arm."""
    place = {name: value for name, value in found.items() if name not in EXAMPLE_KEYS}
    return pairs(place or {"arm": found.get("arm")})


def quantity(
    declared: Any, metrics: dict[str, Any], baseline: str | None = None, unit: str = "seed"
) -> str:
    """What a declared quantity measures, in words; of several baselines, the named one alone."""
    arms = declared.over if isinstance(declared.over, list) else [declared.arm]
    arms = [baseline] if baseline in arms else arms
    arm = ", and of ".join(str(name) for name in arms)
    metric, along = named(declared.metric, metrics), declared.along
    level = number(declared.level if declared.level is not None else 1)
    at = f" at {pairs(declared.at)}" if declared.at else ""
    many = MANY.get(unit, "seeds")
    middle = "least" if declared.scale == "linear" else declared.scale
    words = {
        "mean": f"mean {metric} of {arm}",
        "median": f"median {metric} of {arm}",
        "gap": f"mean difference in {metric}, {declared.arm} minus {declared.minus}, paired",
        "ratio": f"ratio of {metric}, {declared.arm} over {declared.over}, paired",
        "slope": f"slope of {metric} along {along}, of {arm}",
        "spearman": f"rank correlation of {metric} with {along}, of {arm}",
        "rate": f"share of {many} whose {metric} is at least {level}, of {arm}",
        "reach": f"largest {along} up to which {metric} stays at least {level}, of {arm}",
        "first": f"smallest {along} at which {metric} is at least {level}, of {arm}",
        "all": f"whether “{metric}” holds in every case that was counted, of {arm}",
        "count": f"how many of {len(declared.tests)} lie above {number(declared.above)}: "
        + ", ".join(declared.tests),
    }[declared.take]
    if declared.take == "rate" and declared.minus:
        words += f", minus the share of {declared.minus}"
    if middle != "least":
        words += f" ({middle} scale)"
    return words + at


def named(metric: str | None, metrics: dict[str, Any]) -> str:
    words = (metric or "").replace("_", " ")
    unit = getattr(metrics.get(metric), "unit", None)
    return f"{words} ({unit})" if unit else words


def interval(quantity: dict[str, Any]) -> str:
    """`56 [48, ∞)`, or the point alone where everything was counted."""
    if quantity.get("take") == "all":
        return {1.0: "holds", 0.0: "does not hold"}.get(quantity.get("point"), "–")
    low, high = bound(quantity, "low"), bound(quantity, "high")
    digits = apart([low, quantity.get("point"), high])
    point = number(quantity.get("point"), digits)
    if "point" in (quantity.get("unbounded") or []):
        point = "never" if quantity.get("take") == "first" else "∞"
    if low is None and high is None or low == high == quantity.get("point"):
        return point
    left = "(" if low is None or math.isinf(low) else "["
    right = ")" if high is None or math.isinf(high) else "]"
    open_low = "−∞" if low is None else number(low, digits)
    open_high = "∞" if high is None else number(high, digits)
    return f"{point} {left}{open_low}, {open_high}{right}"


def duration(seconds: float | None) -> str:
    if seconds is None:
        return "–"
    if seconds < 100:
        return f"{number(seconds)} s"
    return f"{number(seconds / 60)} min" if seconds < 6000 else f"{number(seconds / 3600)} h"


def percent(share: float | None) -> str:
    """A fraction as people read error rates."""
    return "–" if share is None else f"{number(100 * share)} %"


def about(value: float | None) -> str:
    """A number that is only expected: whole from ten on, else one decimal."""
    if value is None:
        return "–"
    return (
        f"{value:,.0f}".replace(",", "\N{NARROW NO-BREAK SPACE}")
        if value >= 9.95
        else f"{value:.1f}"
    )


def share(part: float | None) -> str:
    """A share that is only estimated, in percent."""
    return "–" if part is None else f"{about(100 * part)}\N{NO-BREAK SPACE}%"


def bibtex(paper: Any) -> str:
    """A BibTeX entry; characters that TeX would act upon are escaped."""
    fields = {
        "title": f"{{{tex(paper.title)}}}",
        "author": " and ".join(tex(name) for name in paper.authors),
        "year": str(paper.year),
        "eprint": paper.arxiv,
        "archivePrefix": "arXiv" if paper.arxiv else None,
        "doi": paper.doi,
        "url": paper.url,
    }
    body = ",\n".join(f"  {name} = {{{text}}}" for name, text in fields.items() if text)
    return f"@misc{{{paper.slug},\n{body}\n}}"


def tex(text: str) -> str:
    text = re.sub(r"[\\{}]", " ", text)
    return re.sub(r"([&%$#_])", r"\\\1", text).replace("~", r"\~{}").replace("^", r"\^{}")
