"""Sentences of the pages: what was measured, what the rule asks, what a verdict does not show.

Only words and numbers are made here; the templates escape them.
"""

import math
import re
from dataclasses import dataclass
from typing import Any

from recount.judge import expressions
from recount.reports.plots import number
from recount.typed import BadValue

SIGNS = {"<=": "≤", ">=": "≥", "==": "=", "*": "×", "-": "−"}
SIDES = {"low": "lower bound", "high": "upper bound"}
LEVELS = {
    "exact": "Exact: checked by counting, without chance, up to the bound that is named.",
    "paper": "Paper settings: the paper's own experiment fits on ordinary machines.",
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
OUTCOMES = {
    "reproduced": "r",
    "contradicted": "c",
    "inconclusive": "i",
    "not_run": "n",
    "planned": "p",
}


@dataclass(frozen=True)
class Part:
    """One comparison of a rule: how it reads, what was found, and whether it holds."""

    text: str
    found: str
    holds: bool | None
    quantity: str | None = None
    limit: float | None = None


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
        return f"A counter-example was found: {pairs(judgement['counter_example'])}."
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


def pairs(values: Any) -> str:
    """A counter-example or an arm in words: `base 7, digits 12`."""
    if isinstance(values, dict):
        return ", ".join(f"{name} {pairs(value)}" for name, value in values.items())
    if isinstance(values, float):
        return number(values)
    return str(values)


def quantity(declared: Any, metrics: dict[str, Any]) -> str:
    """What a declared quantity measures, in words."""
    arms = declared.over if isinstance(declared.over, list) else [declared.arm]
    arm = ", and of ".join(str(name) for name in arms)
    metric, along = named(declared.metric, metrics), declared.along
    level = number(declared.level if declared.level is not None else 1)
    at = f" at {pairs(declared.at)}" if declared.at else ""
    middle = "least" if declared.scale == "linear" else declared.scale
    words = {
        "mean": f"mean {metric} of {arm}",
        "median": f"median {metric} of {arm}",
        "gap": f"mean difference in {metric}, {declared.arm} minus {declared.minus}, paired",
        "ratio": f"ratio of {metric}, {declared.arm} over {declared.over}, paired",
        "slope": f"slope of {metric} along {along}, of {arm}",
        "spearman": f"rank correlation of {metric} with {along}, of {arm}",
        "rate": f"share of seeds whose {metric} is at least {level}, of {arm}",
        "reach": f"largest {along} up to which {metric} stays at least {level}, of {arm}",
        "first": f"smallest {along} at which {metric} is at least {level}, of {arm}",
        "all": f"whether {metric} is true of everything that was counted, of {arm}",
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


def rule(text: str, judgement: dict[str, Any], names: dict[str, float]) -> tuple[str, list[Part]]:
    """`all` or `any`, and the comparisons of an expression with what was found.

    `names` holds the numbers of the scale's size, and those of the paper as `reported.x`. An
    expression that is not a plain list of comparisons is one part, as it stands.
    """
    try:
        tree = expressions.parse(text)
    except BadValue:
        return "all", [Part(text, "", None)]
    joined = isinstance(tree, expressions.Joined)
    nodes = tree.parts if joined else (tree,)
    word = "any" if joined and tree.word == "or" else "all"
    return word, [part(node, judgement.get("quantities") or {}, names) for node in nodes]


def part(node, quantities: dict[str, Any], names: dict[str, float]) -> Part:
    if isinstance(node, expressions.Name):
        if node.name == "automatic":
            return Part("every guard passes", "", None)
        node = expressions.Comparison(
            ">=", expressions.Bound(node.name, "low"), expressions.Number(1.0)
        )
    if not isinstance(node, expressions.Comparison):
        return Part(spoken(node), "", None)
    left, right = value(node.left, quantities, names), value(node.right, quantities, names)
    holds = None
    if left is not None and right is not None:
        holds = bool(expressions.TESTS[node.sign](left, right))
    found = f"{number(left)} {SIGNS.get(node.sign, node.sign)} {number(right)}"
    bound = next((one for one in (node.left, node.right) if bounded(one)), None)
    limit = right if bounded(node.left) else left if bounded(node.right) else None
    limit = limit if limit is not None and math.isfinite(limit) else None
    known = "" if left is None or right is None else found
    return Part(spoken(node), known, holds, bound.quantity if bound else None, limit)


def bounded(node) -> bool:
    return isinstance(node, expressions.Bound)


def spoken(node) -> str:
    """A tree as a reader would write it: `lower bound of coupled ≥ 6 × train_digits`."""
    if isinstance(node, expressions.Number):
        return number(node.value)
    if isinstance(node, expressions.Name):
        return node.name
    if isinstance(node, expressions.Reported):
        return f"the paper's {node.key}"
    if isinstance(node, expressions.Bound):
        return f"{SIDES[node.side]} of {node.quantity}"
    if isinstance(node, expressions.Joined):
        return "(" + f" {node.word} ".join(spoken(one) for one in node.parts) + ")"
    sign = SIGNS.get(node.sign, node.sign)
    sides = [
        f"({spoken(one)})" if isinstance(one, expressions.Arithmetic) and bracketed(node) else None
        for one in (node.left, node.right)
    ]
    left, right = (text or spoken(one) for text, one in zip(sides, (node.left, node.right)))
    return f"{left} {sign} {right}"


def bracketed(node) -> bool:
    return isinstance(node, expressions.Arithmetic) and node.sign in "*/-"


def value(node, quantities: dict[str, Any], names: dict[str, float]) -> float | None:
    """The number behind a tree, ±inf for an open bound, None when it is not known."""
    if isinstance(node, expressions.Number):
        return node.value
    if isinstance(node, expressions.Name):
        return names.get(node.name)
    if isinstance(node, expressions.Reported):
        return names.get(f"reported.{node.key}")
    if isinstance(node, expressions.Bound):
        return bound(quantities.get(node.quantity), node.side)
    left, right = value(node.left, quantities, names), value(node.right, quantities, names)
    if left is None or right is None or (node.sign == "/" and right == 0):
        return None
    return float(expressions.ARITHMETIC[node.sign](left, right))


def bound(quantity: dict[str, Any] | None, side: str) -> float | None:
    if quantity is None:
        return None
    if side in (quantity.get("unbounded") or []):
        return -math.inf if side == "low" else math.inf
    return quantity.get(side)


def interval(quantity: dict[str, Any]) -> str:
    """`56 [48, ∞)`, or the point alone where everything was counted."""
    low, high = bound(quantity, "low"), bound(quantity, "high")
    point = number(quantity.get("point"))
    if low is None and high is None or low == high == quantity.get("point"):
        return point
    left = "(" if low is None or math.isinf(low) else "["
    right = ")" if high is None or math.isinf(high) else "]"
    open_low = "−∞" if low is None else number(low)
    open_high = "∞" if high is None else number(high)
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
