"""Pilot runs: what sizes may be chosen by, and nothing else.

Pilots use seeds that no verdict uses. What is kept of them is blind: how much each metric
scatters over seeds, pooled over arms, and how strongly the arms of one seed scatter together. Never
a level of an arm, never a contrast.
"""

import shutil
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from recount import files, hashes, layout, stages
from recount.run import KEY_COLUMNS


def run(paper, scale: str, results: Path) -> tuple[pd.DataFrame, dict[str, dict[str, Any]]]:
    """Runs every arm on pilot seeds under `results`; returns all rows and each arm's manifest.

    What this registration left there done already is taken as it is, so a killed pilot goes on.
    """
    place, there = layout.of(paper, scale, results), partial(stages.is_there, paper, scale)
    if not there(place.data_manifest):
        stages.generate(paper, scale, place.data, place.data_manifest, "pilot")
    frames, states = [], {}
    for arm in paper.arms:
        trained = place.run(arm) if paper.kind == "train" else None
        if trained and not there(trained):
            stages.train(paper, scale, arm, place.data, trained, "pilot")
        if not there(place.evaluated(arm)):
            stages.evaluate(paper, scale, arm, place.data, trained, place.metrics(arm), "pilot")
        states[arm] = files.read_json(place.evaluated(arm))
        if trained:
            for spent in ("seconds", "cpu_seconds"):
                states[arm][spent] += files.read_json(trained)[spent]
        frames.append(files.read_table(place.metrics(arm)))
    filled = [frame for frame in frames if len(frame)]
    return (pd.concat(filled, ignore_index=True) if filled else frames[0]), states


def keep(paper, scale: str, results: Path, frame: pd.DataFrame, cpu_seconds: float = 0.0) -> Path:
    """Keeps pilot rows for the calibration, which takes only pooled spread from them, and what all
    arms cost together, which a verdict of this design cannot undercut by far; clears away the rest
    of the pilot."""
    path = kept(paper, scale, results)
    files.write_parquet(path, frame)
    told = {"design": hashes.design_hash(paper, scale), "cpu_seconds": round(cpu_seconds, 3)}
    files.write_json(path.with_suffix(".json"), told)
    shutil.rmtree(layout.of(paper, scale, unfinished(results)).folder, ignore_errors=True)
    return path


def unfinished(results: Path) -> Path:
    """Where pilots run, until their rows are kept."""
    return results / "pilots" / "unfinished"


def kept(paper, scale: str, results: Path) -> Path:
    return results / "pilots" / scale / paper.lab / f"{paper.slug}.parquet"


def rows(paper, scale: str, results: Path) -> pd.DataFrame | None:
    """The pilot rows of this very design, or None."""
    path = kept(paper, scale, results)
    if not path.exists():
        return None
    same = files.read_json(path.with_suffix(".json"))["design"] == hashes.design_hash(paper, scale)
    return files.read_table(path) if same else None


def spreads(frame: pd.DataFrame) -> dict[str, dict[str, float | None]]:
    """metric -> {"spread": sd over seeds, "correlation": of arms over seeds}; medians over axes."""
    found = {}
    axes = [name for name in frame.columns if name not in KEY_COLUMNS]
    for metric, rows in frame.groupby("metric"):
        if metric == "fingerprint":
            continue
        deviations, correlations = [], []
        used = [axis for axis in axes if rows[axis].notna().any()]
        for _, cell in rows.groupby(used, dropna=False) if used else [((), rows)]:
            table = cell.pivot_table(index="seed", columns="arm", values="value")
            table = table[np.isfinite(table).all(axis=1)]
            if len(table) < 3:
                continue
            deviations += list(table.std(ddof=1))
            moving = table.loc[:, table.std() > 0]
            if moving.shape[1] > 1:
                matrix = np.corrcoef(moving.to_numpy().T)
                correlations += list(matrix[np.triu_indices_from(matrix, k=1)])
        if deviations:
            correlation = float(np.median(correlations)) if correlations else None
            found[metric] = {"spread": float(np.median(deviations)), "correlation": correlation}
    return found
