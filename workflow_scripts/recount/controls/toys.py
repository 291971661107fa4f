"""Toy papers with a known truth: equal arms (A/A pairs) and planted faults, for each judge.

Their declarations lie in papers/_controls, which the registry passes over: one experiment, and a
tiny task a family of judges. `project` writes them as papers and loads them as the registry does.
"""

import contextlib
import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from recount import files, registry
from recount.declaration import strict_yaml

SCALE, LAB = "laptop", "other"
TRIALS = 8  # of null pairs, each 8 or 12 seeds; the faults are planted in the first
EITHER = ("reproduced", "contradicted")
ARMS = {
    "plain": {"chance": "one"},
    "twin": {"chance": "two"},
    "shuffled": {"chance": "two", "fault": "shuffled"},
    "hot": {"chance": "two", "rate": 100.0},
    "untrained": {"chance": "two", "steps": 0.0},
    "idle": {"chance": "one", "fault": "does_nothing"},
    "leaked": {"chance": "two", "fault": "leaked"},
    "memorised": {"chance": "two", "fault": "memorised"},
    "hidden": {"chance": "two", "fault": "hidden"},
    "dropped": {"chance": "two", "fault": "dropped"},
    "percent": {"chance": "two", "fault": "percent"},
}
FEWER = {"fewer": {"chance": "two", "examples": 0.4}}
MISLABELLED = {"mislabelled": {"chance": "two", "fault": "mislabelled"}}
# fault -> the arm that the claim favours, the other one, and the outcomes that would be wrong; none
# for a true effect, whose size nobody knows, and for a leak that only a control arm could show
PAIRS = {
    "shuffled_labels": ("shuffled", "plain", EITHER[:1]),
    "shuffled_baseline": ("twin", "shuffled", EITHER),
    "rate_times_100": ("hot", "plain", EITHER[:1]),
    "baseline_rate_times_100": ("twin", "hot", EITHER),
    "untrained_baseline": ("twin", "untrained", EITHER),
    "does_nothing": ("idle", "plain", EITHER),
    "leaked_test_set": ("leaked", "plain", EITHER),
    "hidden_failures": ("hidden", "plain", EITHER[:1]),
    "dropped_failures": ("dropped", "plain", EITHER),
    "in_percent": ("percent", "plain", EITHER),
    "fewer_examples": ("fewer", "plain", EITHER[:1]),
    "true_effect": ("twin", "fewer", ()),
    "leak_without_control": ("leaked", "plain", ()),
}
# where a judge looks at one arm at a time; several arms must all show it
SINGLES = {
    "shuffled_labels": (["shuffled"], EITHER[:1]),
    "rate_times_100": (["hot"], EITHER[:1]),
    "untrained": (["untrained"], EITHER[:1]),
    "does_nothing": (["idle", "plain"], EITHER),
    "leaked_test_set": (["leaked"], EITHER),
    "hidden_failures": (["hidden"], EITHER[1:]),
    "dropped_failures": (["dropped"], EITHER),
    "in_percent": (["percent"], EITHER),
    "mislabelled_axis": (["mislabelled"], EITHER[:1]),
    "one_of_two_shuffled": (["twin", "shuffled"], EITHER),
    "true_effect": (["plain"], ()),
    "leak_without_control": (["leaked"], ()),
}
NOT_FAULTS = ("true_effect", "leak_without_control")
CONTROL = {"take": "mean", "metric": "explained", "arm": "memorised"}
NO_LEAK = "automatic and control.high < 0.1"
STATEMENT = "The favoured arm does better than the other one: {}."
WHY = "Half of the effect that the control plants, or no effect at all."


def folder(root: Path) -> Path:
    return root / "papers" / "_controls"


def families(root: Path) -> dict[str, dict[str, Any]]:
    return strict_yaml.load(folder(root) / "families.yaml").value


def alone(family: dict[str, Any]) -> bool:
    """Whether this family's judge looks at one arm at a time."""
    return not {"minus", "over"} & set(family["planted"])


def quantity(template: dict[str, Any], arms: list[str]) -> dict[str, Any]:
    """A template with its arms filled in; of several arms without a pair, all must show it."""
    if not {"minus", "over"} & set(template) and len(arms) > 1:
        return {key: value for key, value in template.items() if key != "arm"} | {"over": arms}
    names = {"{a}": arms[0], "{b}": arms[-1]}
    return {k: names.get(v, v) if isinstance(v, str) else v for k, v in template.items()}


def claim(name: str, quantities: dict, line: float, effect: float, valid="automatic") -> dict:
    return {
        "statement": STATEMENT.format(name.replace("_", " ")),
        "quantities": quantities,
        "valid": valid,
        "reproduced": f"it.low > {line}",
        "contradicted": f"it.high < {line}",
        "effect": {"it": effect},
        "margin": "own",
        "why": WHY,
    }


def nulls(family: dict[str, Any]) -> tuple[dict[str, dict], dict[str, tuple]]:
    """Claims on the null pair, with margin 0 and with the margin of the faults, and what is wrong.

    With margin 0 either outcome is wrong; with a margin only `reproduced` is.
    """
    claims, wrong = {}, {}
    for name, template in family["equal"].items():
        measured = {"it": quantity(template, ["plain"] if alone(family) else ["twin", "plain"])}
        neutral = 1.0 if "over" in template else 0.0
        line = family["line"] if not neutral else max(1.5, family["line"])
        claims[f"{name}_equal"] = claim(f"{name}, no margin", measured, neutral, line)
        claims[f"{name}_margin"] = claim(f"{name}, with a margin", measured, line, 2 * line)
        wrong |= {f"{name}_equal": EITHER, f"{name}_margin": EITHER[:1]}
    return claims, wrong


def planted(family: dict[str, Any]) -> tuple[dict[str, dict], dict[str, tuple]]:
    claims, wrong = {}, {}
    faults = SINGLES if alone(family) else {k: ([a, b], w) for k, (a, b, w) in PAIRS.items()}
    for name, (arms, outcomes) in faults.items():
        measured, valid = {"it": quantity(family["planted"], arms)}, "automatic"
        if name == "leaked_test_set":
            measured, valid = measured | {"control": CONTROL}, NO_LEAK
        claims[name] = claim(name, measured, family["line"], family["effect"], valid)
        wrong[name] = outcomes
    return claims, wrong


def declared(family: dict[str, Any], first: bool) -> tuple[dict[str, Any], dict[str, tuple]]:
    """A toy paper as paper.yaml would hold it, and the wrong outcomes of each of its claims."""
    claims, wrong = nulls(family)
    arms = {name: ARMS[name] for name in ("plain", "twin")}
    if first:
        more, more_wrong = planted(family)
        claims, wrong = claims | more, wrong | more_wrong
        arms = ARMS | (MISLABELLED if alone(family) else FEWER)
    names = list(claims)
    claims = {"main" if name == names[0] else name: one for name, one in claims.items()}
    wrong = {"main" if name == names[0] else name: one for name, one in wrong.items()}
    smoke = family["size"] | {"steps": 2, "train": 20, "test": 60}
    paper = {
        "title": f"Controls of the judge: {family['kinds']}",
        "authors": ["Recount"],
        "year": 2026,
        "url": "https://example.org/controls",
        "code": None,
        "level": "scaled",
        "fidelity": 1,
        "reported": {"aggregate": "none", "seeds": "none"},
        "limits": "A control with a known truth; it says nothing about any paper.",
        "arms": arms,
        "learned": {"metric": "in_distribution", "at_least": family["learned"]},
        "metrics": {"error": {"range": [0, None if family["size"]["task"] == "curve" else 1]}}
        | {"explained": {"range": [None, 1]}},
        "scales": {
            "smoke": {"seeds": 2, "minutes": 1, "size": smoke},
            SCALE: {"seeds": family["seeds"], "minutes": 1, "size": family["size"]},
        },
        "claims": claims,
    }
    if first:
        paper["learned"] |= {"except": ["memorised"]}
        paper["learned"] |= {"why": "A negative control: it has nothing to learn but its test set."}
    return paper, wrong


@contextlib.contextmanager
def project(root: Path, only: str = "") -> Iterator[dict[str, tuple]]:
    """A passing project of toy papers: slug -> (paper, wrong outcomes), of one family or all."""
    with tempfile.TemporaryDirectory() as name:
        base, found = Path(name), {}
        shutil.copy(root / "requirements.lock", base / "requirements.lock")
        for family, one in families(root).items():
            for trial in range(1, TRIALS + 1) if only in ("", family) else ():
                paper, wrong = declared(one, trial == 1)
                place = base / "papers" / LAB / f"{family}_{trial:02d}"
                text = yaml.safe_dump(json.loads(json.dumps(paper)), sort_keys=False, width=200)
                files.write_text(place / "paper.yaml", text)
                shutil.copy(folder(root) / "experiment.py", place / "experiment.py")
                found[place.name] = registry.load_paper(place, base), wrong
        yield found
