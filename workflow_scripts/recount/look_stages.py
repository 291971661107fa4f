"""The stages of a paper that is run in looks: which claims a look left open, and all looks as one.

`generate`, `train` and `evaluate` of stages.py run a look like any run, in a folder of its own.
"""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from recount import files, hashes, layout, looks
from recount.typed import BadValue

SPENT = ("seconds", "cpu_seconds")
PART = ("state", "reason", "seeds", "device", "seconds", "cpu_seconds", "commit", "dirty")
PART += ("design", "rules", "attempt")


def decide(paper, scale: str, look: int, results: Path) -> list[str]:
    """Judges the seeds up to a look and writes down which claims are open; returns these."""
    from recount import judge

    design, frames, states = hashes.design_hash(paper, scale), [], {}
    for place in (layout.of(paper, scale, results, end) for end in looks.of(paper, scale)):
        if place.look > look:
            break
        for arm in paper.arms:
            state = whole(place.evaluated(arm), design)
            frames.append(files.read_table(place.metrics(arm)))
            if states.get(arm, state)["state"] == "done":
                states[arm] = {key: state.get(key) for key in ("state", "reason", "seconds")}
    frame = pd.concat([one for one in frames if len(one)] or frames[:1], ignore_index=True)
    last = look == looks.of(paper, scale)[-1]
    still = [] if last else judge.undecided(paper, scale, frame, states)
    path = layout.of(paper, scale, results, look).decision
    files.write_sealed(path, {"look": look, "open": still, "design": design, "files": {}})
    return still


def gather(paper, scale: str, arm: str, decisions: list[Path], results: Path) -> None:
    """One run of the looks whose decisions are given: rows, curve and trained arrays in the order
    of seeds."""
    ran = [files.read_json(path)["look"] for path in decisions]
    places = [layout.of(paper, scale, results, look) for look in ran]
    whole_run = layout.of(paper, scale, results)
    if paper.kind == "train":
        gathered(paper, scale, [place.run(arm) for place in places], whole_run.run(arm))
    gathered(paper, scale, [one.evaluated(arm) for one in places], whole_run.evaluated(arm))


def gathered(paper, scale: str, manifests: list[Path], out: Path) -> None:
    """Joins the files of several manifests and writes their own manifest, which holds theirs."""
    design = hashes.design_hash(paper, scale)
    parts = [whole(path, design) for path in manifests]
    names = dict.fromkeys(name for part in parts for name in part["files"])
    bad = next((part for part in parts if part["state"] != "done"), None)
    for name in names if bad is None else ["metrics.parquet"] * (out.name == "evaluate.json"):
        joined([path.with_name(name) for path in manifests], out.with_name(name))
    kept = [out.with_name(name) for name in names if out.with_name(name).exists()]
    state = (bad or parts[-1]) | {
        "seeds": [seed for part in parts for seed in part["seeds"]],
        "files": {path.name: files.sha256(path) for path in kept},
        "dirty": any(part["dirty"] for part in parts),
        "looks": [{key: part.get(key) for key in PART} for part in parts],
    }
    state |= {key: round(sum(part[key] for part in parts), 3) for key in SPENT}
    files.write_sealed(out, state)


def joined(sources: list[Path], out: Path) -> None:
    """Tables one below the other; trained arrays along their first axis, which is the seeds."""
    if out.suffix == ".safetensors":
        from safetensors.numpy import save

        arrays = [files.read_tensors(path) for path in sources]
        try:
            stacked = {name: np.concatenate([one[name] for one in arrays]) for name in arrays[0]}
        except (KeyError, ValueError) as error:
            raise BadValue(f"{sources[-1]}: not stacked over seeds as before: {error}") from None
        files.write_bytes(out, save(stacked))
        return
    tables = [files.read_table(path) for path in sources]
    filled = [table for table in tables if len(table)] or tables[:1]
    files.write_parquet(out, pd.concat(filled, ignore_index=True))


def whole(manifest: Path, design: str) -> dict[str, Any]:
    """A part's manifest. Raises BadValue where it is of another registration or its files are not
    as they were written."""
    state = files.read_json(manifest)
    again = f"`recount run {manifest.parents[3].name} --again`"
    if state["design"] != design:
        raise BadValue(f"{manifest}: made under another registration; {again}")
    for name, digest in state["files"].items():
        path = manifest.with_name(name)
        if not path.exists() or files.sha256(path) != digest:
            raise BadValue(f"{path}: differs from what {manifest.name} recorded; {again}")
    return state


def clear(paper, scale: str, results: Path, again: bool = False) -> None:
    """Removes looks that belong to another registration, have failed or are damaged, and all that
    came after; with `again` all of them. What is left is used as it is."""
    design, bad = hashes.design_hash(paper, scale), again
    for look in looks.of(paper, scale):
        place = layout.of(paper, scale, results, look)
        bad = bad or not sound(paper, place, design)
        if bad and place.folder.exists():
            shutil.rmtree(place.folder)


def sound(paper, place: layout.Layout, design: str) -> bool:
    """Whether whatever a look has left so far can be used."""
    stages = [place.data_manifest, *map(place.evaluated, paper.arms), *map(place.run, paper.arms)]
    for path in [*stages, place.decision]:
        try:
            if path.exists() and whole(path, design).get("state") == "failed":
                return False
        except (BadValue, KeyError, TypeError):
            return False
    return True
