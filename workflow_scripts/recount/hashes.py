"""What a result was made from, and by which rule it is judged, as two hashes without any prose.

`design_hash` stands in the manifest of every run: whatever could move a number is in it.
`rule_hash` is checked by the judge alone. Rewording a statement changes neither; editing a rule
trains nothing.
"""

import ast
import hashlib
import json
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from recount.declaration.schema import Claim, Control, Paper, Quantity
from recount.typed import BadValue

SOURCE = Path(__file__).resolve().parent
PINNED = ("numpy", "scipy", "torch")
PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;#\\]+)", re.MULTILINE)


def design_hash(paper: Paper, scale: str, source: Path | None = None) -> str:
    """SHA-256 of everything that a paper's metrics at a scale are a function of.

    `source` is the folder of the package, where it is not this one but an older commit's.
    Arms, seeds, size, device, version, the experiment's code, the versions of stage, kit, nn and
    data, the pinned versions of the numerical packages, and which metrics the claims need.
    """
    declared = paper.scales[scale]
    return digest(
        {
            "slug": paper.slug,
            "scale": scale,
            "arms": paper.arms,
            "seeds": declared.seeds,
            "size": declared.size,
            "device": declared.device,
            "version": paper.version,
            "kind": paper.kind,
            "unit": paper.unit,
            "experiment": code_digest(paper.folder / "experiment.py"),
            "versions": versions(paper.lab, source or SOURCE),
            "packages": pins(paper),
            "metrics": metric_needs(paper),
        }
        | ({"looks": declared.looks} if declared.looks else {})
    )


def rule_hash(paper: Paper, claim: Claim | str, scale: str, judge: int | None = None) -> str:
    """SHA-256 of how a claim is judged at a scale: all that makes a verdict of metrics.

    With `judge`, what it is by the judge of that version.
    """
    claim = paper.claims[claim] if isinstance(claim, str) else claim
    declared = paper.scales[scale]
    learned = paper.learned.model_dump(exclude={"why"}) if paper.learned else None
    expressions = {part: getattr(claim, part) for part in ("valid", "reproduced", "contradicted")}
    words = set(re.findall(r"[a-z_][a-z0-9_]*", " ".join(expressions.values())))
    return digest(
        {
            "slug": paper.slug,
            "scale": scale,
            "claim": claim.name,
            "quantities": {name: plain(one) for name, one in claim.quantities.items()},
            "expressions": {part: " ".join(text.split()) for part, text in expressions.items()},
            "effect": claim.effect,
            "margin": claim.margin,
            "learned": learned,
            "tuning": paper.tuning,
            "ranges": {name: one.range for name, one in paper.metrics.items()},
            "unit": paper.unit,
            "version": paper.version,
            "seeds": declared.seeds,
            "size": {name: value for name, value in declared.size.items() if name in words},
            "reported": {k: v for k, v in paper.reported.numbers.items() if k in words},
            "judge": judge_version() if judge is None else judge,
        }
        | own_judge(paper, claim)
        | controls(paper)
        | ({"looks": declared.looks} if declared.looks else {})
    )


def controls(paper: Paper) -> dict[str, Any]:
    """What control arms may reach, where a paper has some."""
    found = {arm: plain(one) for arm, one in paper.controls.items()}
    return {"controls": found} if found else {}


def own_judge(paper: Paper, claim: Claim) -> dict[str, str]:
    """The code of a paper's own judge, where a claim is judged by it."""
    if claim.judge == "rule":
        return {}
    return {"own_judge": code_digest(paper.folder / "experiment.py")}


def digest(value: Any) -> str:
    """SHA-256 of canonical JSON: keys sorted, no blanks, no infinities."""
    arranged = json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(arranged.encode()).hexdigest()


def plain(quantity: Quantity | Control) -> dict[str, Any]:
    return quantity.model_dump(exclude_defaults=True)


def metric_needs(paper: Paper) -> list[list[str]]:
    """Every (metric, axes) that some claim measures, plus the metric that shows learning."""
    needs = {(paper.learned.metric,)} if paper.learned else set()
    needs |= {(one.metric, *sorted(one.at)) for one in paper.controls.values()}
    for claim in paper.claims.values():
        for one in claim.quantities.values():
            if one.metric:
                needs.add((one.metric, *sorted({*one.at, *filter(None, [one.along])})))
    return sorted(list(need) for need in needs)


def versions(lab: str, source: Path) -> dict[str, int]:
    """The version numbers that are raised on purpose when shared code changes a result."""
    return {
        "kit": version_in(source / "kits" / lab / "__init__.py", "VERSION"),
        "nn": version_in(source / "nn" / "__init__.py", "NN_VERSION"),
        "data": version_in(source / "data" / "__init__.py", "DATA_VERSION"),
        "stage": version_in(source / "stages.py", "STAGE_VERSION"),
    }


def judge_version() -> int:
    return version_in(SOURCE / "judge" / "__init__.py", "JUDGE_VERSION")


def version_in(path: Path, name: str) -> int:
    """`NAME = 3` at the top level of a module, read without importing it."""
    stamp = path.stat() if path.is_file() else None
    return _version_in(path, name, (stamp.st_mtime_ns, stamp.st_size) if stamp else None)


@lru_cache(maxsize=256)
def _version_in(path: Path, name: str, stamp: tuple[int, int] | None) -> int:
    shown = f"{path.parent.name}/{path.name}"
    if stamp is None:
        raise BadValue(f"{shown}: is missing; write it, with {name} = 1")
    for node in ast.parse(path.read_bytes()).body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            named = any(isinstance(one, ast.Name) and one.id == name for one in node.targets)
            if named and type(node.value.value) is int:
                return node.value.value
    raise BadValue(f"{shown}: {name} is missing; add the line {name} = 1")


def pins(paper: Paper) -> dict[str, str]:
    """Pinned versions of numpy, scipy, torch and the paper's `needs`, from requirements.lock."""
    path = paper.folder.parents[2] / "requirements.lock"
    if not path.is_file():
        raise BadValue(f"{path.name}: is missing; write one `name==version` a line")
    locked = locked_versions(path)
    wanted = {*PINNED, *(name.replace("_", "-") for name in paper.needs)}
    if absent := sorted(wanted - set(locked)):
        raise BadValue(f"{path.name}: no pin of {', '.join(absent)}; add `name==version`")
    return {name: locked[name] for name in sorted(wanted)}


def locked_versions(path: Path) -> dict[str, str]:
    """name -> version of a lock file; names in lower case with dashes."""
    stamp = path.stat()
    return _locked_versions(path, (stamp.st_mtime_ns, stamp.st_size))


@lru_cache(maxsize=16)
def _locked_versions(path: Path, stamp: tuple[int, int]) -> dict[str, str]:
    found = PIN.findall(path.read_text(encoding="utf-8"))
    return {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in found}


def code_digest(path: Path) -> str:
    """SHA-256 of a module's syntax tree without docstrings, comments and layout."""
    stamp = path.stat()
    return _code_digest(path, (stamp.st_mtime_ns, stamp.st_size))


@lru_cache(maxsize=2048)
def _code_digest(path: Path, stamp: tuple[int, int]) -> str:
    try:
        tree = ast.parse(path.read_bytes())
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", 1)
        raise BadValue(f"{path}:{line}: is not valid Python: {error}; correct it") from None
    return digest(shape(tree))


def shape(node: Any) -> Any:
    """A syntax tree as JSON. Empty fields are left out, so that Python versions agree."""
    if isinstance(node, ast.Constant):
        return ["Constant", type(node.value).__name__, repr(node.value)]
    if isinstance(node, list):
        return [shape(one) for one in node]
    if not isinstance(node, ast.AST):
        return node
    fields = {name: value for name, value in ast.iter_fields(node) if value not in (None, [])}
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    if isinstance(node, documented) and ast.get_docstring(node, clean=False) is not None:
        fields["body"] = node.body[1:]
    return [type(node).__name__, {name: shape(value) for name, value in fields.items()}]
