"""The DuckDB file: one table per kind of fact, and views that answer the obvious questions.

It is a view of files and can be deleted at any time. `rebuild` makes it anew beside the old one,
checks it, and renames it, so a reader finds the old file or the new one, never a mix. Nothing else
writes to it; open it with `connect`, which is read-only.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from recount import files
from recount.results import STAGES, Found, find_all
from recount.typed import BadValue
from recount.views.tables import EXAMPLES, TABLES, VIEWS

__all__ = ["EXAMPLES", "connect", "rebuild"]

KEYS = ("source", "scale", "lab", "slug")
ROW_COLUMNS = {
    "metrics": {"arm": "VARCHAR", "seed": "BIGINT", "metric": "VARCHAR"}
    | {"value": "DOUBLE", "count": "BIGINT"},
    "curves": {"seed": "BIGINT", "step": "BIGINT", "metric": "VARCHAR", "value": "DOUBLE"},
}


def rebuild(registry, results: Path, out: Path) -> dict[str, int]:
    """Builds `out` from registry, results and recorded evidence; returns rows per table."""
    found = find_all(registry, results)
    with files.whole(out) as temporary:
        try:
            counts = build(temporary, registry, found)
            with duckdb.connect(temporary, read_only=True) as database:
                again = {name: count(database, name) for name in counts}
        finally:
            temporary.with_name(temporary.name + ".wal").unlink(missing_ok=True)
        if again != counts:
            raise OSError(f"{out}: wrote {counts}, read back {again}; check the disk and run again")
    return counts


def connect(path: Path) -> duckdb.DuckDBPyConnection:
    """The finished file, read-only. Raises BadValue when there is none."""
    if not path.exists():
        raise BadValue(f"{path}: missing; `recount collect` makes it")
    return duckdb.connect(path, read_only=True)


def build(path: Path, registry, found: list[Found]) -> dict[str, int]:
    with duckdb.connect(path) as database:
        database.execute("SET preserve_insertion_order = true")
        for name in TABLES.keys() - ROW_COLUMNS.keys():
            database.execute(f"CREATE TABLE {name} ({TABLES[name]})")
        for name, rows in facts(registry, found).items():
            insert(database, name, rows)
        for name in ROW_COLUMNS:
            read_rows(database, name, [(one, getattr(one, name)) for one in found])
        problems = [(str(path), reason) for one in found for path, reason in one.problems]
        columns = ("file", "reason")
        insert(database, "problems", [dict(zip(columns, row)) for row in problems])
        for name, query in VIEWS.items():
            database.execute(f"CREATE VIEW {name} AS {query}")
        database.execute("CHECKPOINT")
        return {name: count(database, name) for name in TABLES}


def count(database: duckdb.DuckDBPyConnection, table: str) -> int:
    return database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]


def insert(database: duckdb.DuckDBPyConnection, table: str, rows: list[dict[str, Any]]) -> None:
    """Adds rows by column name; a missing key becomes NULL, an unknown one is an error."""
    if not rows:
        return
    names = list(dict.fromkeys(name for row in rows for name in row))
    columns = {name: [row.get(name) for row in rows] for name in names}
    incoming = pa.table(columns)
    database.register("incoming", incoming)
    database.execute(f"INSERT INTO {table} BY NAME SELECT * FROM incoming")
    database.unregister("incoming")


def facts(registry, found: list[Found]) -> dict[str, list[dict[str, Any]]]:
    """The rows of every table that comes from declarations, judgements and manifests."""
    papers = list(registry.papers.values())
    return {
        "papers": [paper_row(paper) for paper in papers]
        + [planned_row(one) for one in registry.planned],
        "claims": [claim_row(paper, name) for paper in papers for name in paper.claims],
        "verdicts": [
            verdict_row(one, claim, judgement)
            for one in found
            for claim, judgement in one.judgements.items()
        ]
        + list(untouched(registry, {one.paper.slug for one in found})),
        "quantities": [
            quantity_row(one, claim, name, quantity)
            for one in found
            for claim, judgement in one.judgements.items()
            for name, quantity in judgement.get("quantities", {}).items()
        ],
        "runs": [run_row(one, arm, stages) for one in found for arm, stages in one.runs.items()],
        "costs": [
            keys(one) | {"arm": arm, "stage": stage} | picked(manifest, COST)
            for one in found
            for arm, stages in one.runs.items()
            for stage, manifest in stages.items()
            if manifest.get("seconds") is not None
        ],
    }


PAPER = ("slug", "lab", "level", "title", "year", "arxiv", "doi", "url", "code", "whose_code")
PAPER += ("fidelity", "kind", "unit", "tour", "limits", "stand_in", "version")
CLAIM = ("statement", "asked_by", "valid", "reproduced", "contradicted", "margin")
COST = ("device", "seconds", "cpu_seconds")
VERDICT = ("outcome", "words", "scope", "reason", "asked_share", "alpha", "version", "rule")
VERDICT += ("design", "judge_version", "whose_code")
RATES = ("false_reproduced", "false_reproduced_upper", "false_contradicted")
RATES += ("false_contradicted_upper", "power", "reversed", "worlds", "replays")
QUANTITY = ("take", "metric", "arm", "against", "point", "low", "high", "n", "interval")


def picked(source: Any, names: Iterable[str]) -> dict[str, Any]:
    get = source.get if isinstance(source, dict) else lambda name: getattr(source, name, None)
    return {name: get(name) for name in names}


def keys(found: Found) -> dict[str, Any]:
    paper = found.paper
    return {"source": found.source, "scale": found.scale, "lab": paper.lab, "slug": paper.slug}


def paper_row(paper) -> dict[str, Any]:
    return picked(paper, PAPER) | {
        "state": "built",
        "authors": list(paper.authors),
        "line": paper.claims["main"].statement,
        "reported": text(paper.reported.model_dump()),
    }


def planned_row(planned) -> dict[str, Any]:
    row = picked(planned, ("slug", "lab", "level", "title"))
    return row | {"state": "planned", "line": planned.claim}


def claim_row(paper, name: str) -> dict[str, Any]:
    claim = paper.claims[name]
    row = {"lab": paper.lab, "slug": paper.slug, "claim": name, "main": name == "main"}
    return row | picked(claim, CLAIM) | {"effect": text(claim.effect)}


def verdict_row(found: Found, claim: str, judgement: dict[str, Any]) -> dict[str, Any]:
    fragility = judgement.get("fragility") or []
    row = keys(found) | {"claim": claim, "main": claim == "main"} | picked(judgement, VERDICT)
    return (
        row
        | picked(judgement.get("calibration") or {}, RATES)
        | {
            "grades": list(judgement.get("grades") or []),
            "counter_example": text(judgement.get("counter_example")),
            "flips": [one["alternative"] for one in fragility if one.get("flips")],
            "failed_guards": [
                guard["name"] for guard in judgement.get("guards") or [] if not guard["passed"]
            ],
        }
    )


def untouched(registry, seen: set[str]) -> Iterable[dict[str, Any]]:
    """A `not_run` row for what has neither run nor record, so the whole denominator is counted."""
    common = {"source": "none", "outcome": "not_run", "words": "not run", "grades": []}
    common |= {"flips": [], "failed_guards": []}
    for paper in registry.papers.values():
        if paper.slug not in seen:
            for claim in paper.claims:
                row = {"lab": paper.lab, "slug": paper.slug, "claim": claim}
                yield common | row | {"main": claim == "main", "reason": "no run yet"}
    for planned in registry.planned:
        row = picked(planned, ("lab", "slug")) | {"claim": "main", "main": True}
        yield common | row | {"words": "planned", "reason": "planned"}


def quantity_row(found: Found, claim: str, name: str, quantity: dict[str, Any]) -> dict[str, Any]:
    declared = found.paper.claims[claim].effect or {}
    unbounded = quantity.get("unbounded") or []
    row = keys(found) | {"claim": claim, "quantity": name} | picked(quantity, QUANTITY)
    return row | {
        "effect": number(declared.get(name, declared.get(name.split(".")[0]))),
        "unbounded": list(unbounded),
        "per_seed": [number(value) for value in quantity.get("per_seed") or []],
    }


def run_row(found: Found, arm: str, stages: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """One row per declared arm; its state is that of the first stage which is not done."""
    last = next((m for m in stages.values() if m["state"] != "done"), None)
    known = last or stages[[stage for stage in STAGES if stage in stages][-1]]
    return (
        keys(found)
        | picked(known, ("state", "reason", "device", "design", "commit"))
        | {
            "arm": arm,
            "seeds": len(known.get("seeds") or []),
            "seconds": sum(stage.get("seconds") or 0.0 for stage in stages.values()),
        }
    )


def number(value: Any) -> float | None:
    return float(value) if isinstance(value, (int, float)) else None


def text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def read_rows(database, table: str, sources: list[tuple[Found, dict[str, Path]]]) -> None:
    """Makes `metrics` or `curves` from all their files at once; every axis becomes a column."""
    index = [
        (found, keys(found) | {"from_arm": arm, "filename": str(path)})
        for found, paths in sources
        for arm, path in paths.items()
    ]
    try:
        fill_rows(database, table, [row for _, row in index])
    except duckdb.Error:
        database.execute(f"DROP TABLE IF EXISTS {table}")
        fill_rows(database, table, [row for found, row in index if readable(row, found)])


def fill_rows(database, table: str, index: list[dict[str, Any]]) -> None:
    if not index:
        database.execute(f"CREATE TABLE {table} ({TABLES[table]})")
        return
    database.register("sources", pa.Table.from_pylist(index))
    names = [row["filename"] for row in index]
    rows = database.read_parquet(names, union_by_name=True, filename=True)
    fixed = ROW_COLUMNS[table]
    kinds = dict(zip(rows.columns, rows.types))
    axes = {axis_name(name): name for name in kinds if name not in {*fixed, "filename", "arm"}}
    extra = [f"{quoted(shown)} {kinds[name]}" for shown, name in axes.items()]
    database.execute(f"CREATE TABLE {table} ({', '.join([TABLES[table], *extra])})")
    columns = [f"sources.{key}" for key in KEYS]
    columns += [] if "arm" in fixed else ["sources.from_arm AS arm"]
    columns += [f"rows.{quoted(name)}::{kind} AS {quoted(name)}" for name, kind in fixed.items()]
    columns += [f"rows.{quoted(name)} AS {quoted(shown)}" for shown, name in axes.items()]
    database.execute(
        f"INSERT INTO {table} BY NAME SELECT {', '.join(columns)} "
        "FROM rows JOIN sources USING (filename)"
    )
    database.unregister("sources")


def readable(row: dict[str, Any], found: Found) -> bool:
    """Whether a file can be read to its end; where not, the reason goes to the problems."""
    path = row["filename"]
    try:
        pq.read_table(path)
        return True
    except (pa.ArrowException, OSError) as error:
        reason = f"{path}: not readable ({error}); delete it and run again"
        found.problems.append((Path(path), reason))
        return False


def axis_name(name: str) -> str:
    return f"axis_{name}" if name.lower() in KEYS else name


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
