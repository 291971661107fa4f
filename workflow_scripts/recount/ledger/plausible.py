"""Results that no honest run leaves: repeated chance, no spread, impossible speed, absent runs.

Each check has a reason to be sure: it refuses only what chance or a computer cannot do.
"""

import json
import math
from pathlib import Path
from typing import Any

import pandas as pd

from recount import files, layout, looks
from recount.run import KEY_COLUMNS

FEWEST = 4  # seeds, below which equal values may be chance
STEP = 5e-6  # seconds: no loop in Python makes a step of training in less
THREAD = 4e11  # floating point operations a second of one thread: 32 lanes, two at once, 6 GHz
DEVICE = 5e15  # the same of any one accelerator of today, at its lowest precision
TOUCH = 2  # operations a step spends on each trained number, at least: multiply and add
FASTER = 0.1  # a verdict takes at least this part of its own pilot


def faults(paper, scale: str, frame: pd.DataFrame, manifests: dict[str, Any]) -> list[str]:
    """What rows and manifests show by themselves; sentences, empty where all is plausible."""
    done = [arm for arm, stages in manifests.items() if stages["evaluate"]["state"] == "done"]
    found = absent(paper, frame, done, looked(paper, scale, frame))
    groups = [[arm] for arm in done] if paper.kind == "train" else [done]
    for arms in groups:
        found += repeated(paper, frame[frame["arm"].isin(arms)], arms)
    if paper.kind == "train":
        for arm in done:
            found += motionless(paper, frame[frame["arm"] == arm], arm)
    return found


def looked(paper, scale: str, frame: pd.DataFrame) -> set[int]:
    """The registered seeds up to the look at which the rows end; all where none were declared."""
    there = set(frame["seed"])
    ends = [set(one) for one in looks.registered(paper, scale)]
    return next((one for one in ends if one == there), ends[-1])


def absent(paper, frame: pd.DataFrame, done: list[str], seeds: set[int]) -> list[str]:
    """Every arm that ran has rows of every registered seed, and of no other one."""
    found = []
    for arm in done:
        there = set(frame.loc[frame["arm"] == arm, "seed"])
        if seeds - there:
            found.append(f"{arm}: {len(seeds - there)} of {len(seeds)} seeds have no rows")
        if there - seeds:
            found.append(f"{arm}: {len(there - seeds)} seeds are not of the registered stream")
    if strange := sorted(set(frame["arm"]) - set(paper.arms)):
        found.append(f"rows of {', '.join(map(str, strange))}, which is no arm of the paper")
    return found


def repeated(paper, frame: pd.DataFrame, arms: list[str]) -> list[str]:
    """One stream under several seeds: two with the same predictions and values, or, where there are
    no fingerprints, all with the same values. Some value must lie inside its range: runs that are
    all perfect, or all lost, may well be equal."""
    axes = sorted(set(frame.columns) - set(KEY_COLUMNS))
    printed = frame.loc[frame["metric"] == "fingerprint", "arm"].nunique() == len(arms)
    seen: dict[str, list[int]] = {}
    for seed, rows in frame.groupby("seed"):
        pairs = zip(rows["metric"], rows["value"], strict=True)
        if any(inside(paper, metric, value) for metric, value in pairs):
            rows = rows.drop(columns="seed").sort_values(["arm", "metric", *axes])
            text = rows.to_json(orient="values", double_precision=15)
            seen.setdefault(text, []).append(int(seed))
    alike = max(seen.values(), key=len, default=[])
    if len(alike) < (2 if printed else max(FEWEST, frame["seed"].nunique())):
        return []
    what = f"{', '.join(arms)}: seeds {alike[0]} and {alike[1]}"
    return [f"{what} gave the same predictions and values; are their streams the same?"]


def motionless(paper, frame: pd.DataFrame, arm: str) -> list[str]:
    """A continuous metric of a trained arm differs between seeds, unless it is at its limit. A
    share of items is not continuous: who cannot tell two cases apart is right in half of them."""
    axes = sorted(set(frame.columns) - set(KEY_COLUMNS))
    cells = frame[frame["count"] == 0].groupby(["metric", *axes], dropna=False)["value"]
    found = cells.agg(["size", "count", "min", "max"]).reset_index()
    whole = (found["size"] >= FEWEST) & (found["count"] == found["size"])
    for _, row in found[whole & (found["min"] == found["max"])].iterrows():
        metric, value = row["metric"], row["min"]
        if inside(paper, metric, value):
            return [f"{arm}: {metric} is {value:.12g} in all of {row['size']} trained runs"]
    return []


def inside(paper, metric: str, value: float) -> bool:
    """Whether a value can hardly be hit twice: no whole number, not at an end of its range."""
    if metric == "fingerprint" or not math.isfinite(value) or value == round(value):
        return False
    try:
        return value not in paper.metric_range(metric)
    except KeyError:
        return True


def work(paper, scale: str, arm: str, results: Path) -> dict[str, int] | None:
    """{"steps": of each seed, "parameters": of each seed} that a trained arm left, or None."""
    run = layout.of(paper, scale, results).run(arm)
    curve, model = run.with_name("curve.parquet"), run.with_name("model.safetensors")
    if not curve.exists() or not model.exists():
        return None
    steps = files.read_table(curve)["step"].max()
    with model.open("rb") as stream:
        header = json.loads(stream.read(int.from_bytes(stream.read(8), "little")))
    held = [one["shape"] for name, one in header.items() if name != "__metadata__"]
    parameters = sum(math.prod(shape[1:]) for shape in held if len(shape) > 2)
    return {"steps": 0 if pd.isna(steps) else int(steps), "parameters": parameters}


def hurried(paper, scale: str, arm: str, manifest: dict[str, Any], done: dict | None) -> list[str]:
    """A run that claims more steps than its time allows: of the loop, and of arithmetic.

    Every trained matrix is used at least once for each item of a batch; embeddings, of which a
    step uses a part, are why an item is counted once only where the batch is not known.
    """
    if not done or manifest["state"] != "done" or not done["steps"]:
        return []
    batch = paper.scales[scale].size.get("batch", 1)
    items = batch if isinstance(batch, int) and batch > 0 else 1
    operations = TOUCH * done["parameters"] * done["steps"] * len(manifest["seeds"]) * items
    spent, speed = manifest["cpu_seconds"], THREAD
    if manifest["device"] != "cpu":
        spent, speed = manifest["seconds"], DEVICE
    least = max(done["steps"] * STEP, operations / speed)
    if spent >= least:
        return []
    return [
        f"{arm}: {done['steps']:,} steps of {done['parameters']:,} numbers took {spent:.3g} s; "
        f"no computer does that in less than {least:.3g} s"
    ]


def outran(manifests: dict[str, Any], pilot: Path) -> list[str]:
    """A verdict that took a small part of the processor time of its own pilot."""
    told = files.read_json(pilot.with_suffix(".json")) if pilot.exists() else {}
    runs = [one for stages in manifests.values() for one in stages.values()]
    designs = {one["design"] for one in runs}
    if not told.get("cpu_seconds") or designs != {told["design"]}:
        return []
    spent = sum(one["cpu_seconds"] for one in runs)
    if spent >= FASTER * told["cpu_seconds"]:
        return []
    return [f"all runs took {spent:.3g} s, where the pilot took {told['cpu_seconds']:.3g} s"]
