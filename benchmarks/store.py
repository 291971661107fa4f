"""The DuckDB rebuild from the files of the whole catalogue."""

import tempfile
from pathlib import Path

import pandas as pd

from benchmarks import CATALOGUE, catalogue
from benchmarks.table import Row, faster, within
from benchmarks.timing import interleaved
from recount.views import store


def concatenated(results: Path) -> int:
    """The same rows in pandas: every file read and joined."""
    names = ("metrics.parquet", "curve.parquet")
    frames = [
        pd.concat([pd.read_parquet(path) for path in sorted(results.rglob(name))]) for name in names
    ]
    return sum(map(len, frames))


def rows(quick: bool) -> list[Row]:
    papers, rounds = (3, 1) if quick else (CATALOGUE, 3)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        registry = catalogue.with_results(root, papers)
        results, counts = root / "results", {}
        contestants = {
            "ours": lambda: counts.update(store.rebuild(registry, results, root / "all.duckdb")),
            "pandas": lambda: counts.update(pandas=concatenated(results)),
        }
        seconds = interleaved(contestants, rounds)
    if counts["metrics"] + counts["curves"] != counts["pandas"]:
        raise RuntimeError(f"the database holds other rows than the files: {counts}")
    what = f"DuckDB rebuild, {papers} papers, {counts['pandas']:,} rows"
    return [
        within(what, seconds["ours"], 1),
        faster(what, seconds["ours"], seconds["pandas"], "the same files joined in pandas"),
    ]
