"""MLflow as a view of the files: imported after the runs, by one writer, as often as you like.

One experiment per lab; one parent run per paper and scale, with the verdicts of its claims as tags;
one child per arm and seed. Each parent carries a key and a hash of its content: what is there and
unchanged is left alone, what changed is replaced, and an import that was cut short is redone.
"""

import contextlib
import fcntl
import hashlib
import logging
import os
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("MLFLOW_ENABLE_ASYNC_LOGGING", "false")
os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "2")  # a server that is away: seconds
os.environ.setdefault("MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR", "1")
os.environ.setdefault("MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT", "true")

import pandas as pd  # noqa: E402
from mlflow import MlflowClient  # noqa: E402
from mlflow.entities import Metric, Param  # noqa: E402
from mlflow.exceptions import MlflowException  # noqa: E402
from sqlalchemy import event  # noqa: E402
from sqlalchemy.engine import Engine  # noqa: E402

from recount import files, layout
from recount.results import Found, find  # noqa: E402
from recount.run import KEY_COLUMNS  # noqa: E402
from recount.typed import BadValue  # noqa: E402
from recount.views import series

TRACKING_VERSION = 1
BATCH, PARAMS = 1000, 100  # metrics and parameters a call, MLflow's own limits
LONGEST = 5000
RUN_KEY, CONTENT = "recount.key", "recount.content"
OPENED: dict[str, int] = {}  # path -> inode; MLflow keeps what it opened, also when it is gone


def sync(
    registry, results: Path, uri: str | None = None, scale: str | None = None
) -> dict[str, int]:
    """Imports what is new or changed into MLflow; returns how many papers were imported.

    `uri`: the given one, else MLFLOW_TRACKING_URI, else the SQLite file results/mlflow.db.
    `scale`: only what belongs to that scale is looked at; None for all.
    """
    local = f"sqlite:///{(results / 'mlflow.db').resolve()}"
    uri = uri or os.environ.get("MLFLOW_TRACKING_URI") or local
    for name in ("mlflow", "alembic"):
        logging.getLogger(name).setLevel(logging.ERROR)
    results.mkdir(parents=True, exist_ok=True)
    with alone(results / ".mlflow.lock"), quick_sqlite():
        client = opened(uri)
        experiments = experiments_of(client, registry, results, uri)
        present = imported(client, list(experiments.values()))
        wanted = {key_of(found): found for found in chosen(registry, results)}
        if scale:
            wanted = {key: found for key, found in wanted.items() if found.scale == scale}
            present = {key: runs for key, runs in present.items() if key.endswith(f"/{scale}")}
        counts = {"imported": 0, "unchanged": 0, "removed": 0}
        for key, found in wanted.items():
            content = content_of(found, results)
            if [one for _, one in present.get(key, [])] == [content]:
                counts["unchanged"] += 1
                continue
            remove(client, experiments[found.paper.lab], key, present.get(key, []))
            put(client, experiments[found.paper.lab], found, content, results)
            counts["imported"] += 1
        for key in present.keys() - wanted.keys() if uri == local else ():
            remove(client, experiments[key.split("/")[0]], key, present[key])
            counts["removed"] += 1
    return counts


@contextlib.contextmanager
def alone(lock: Path) -> Iterator[None]:
    """One import at a time: a second one waits."""
    with lock.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def quick_sqlite() -> Iterator[None]:
    """SQLite need not wait for the disk: the file is a view and can be made again."""

    def connected(connection, _):
        if type(connection).__module__.startswith("sqlite3"):
            connection.execute("PRAGMA synchronous = OFF")

    event.listen(Engine, "connect", connected)
    try:
        yield
    finally:
        event.remove(Engine, "connect", connected)


def opened(uri: str) -> MlflowClient:
    """A client; a local database is made whole before its name appears, and checked."""
    if uri.startswith("sqlite:///"):
        path = Path(uri.removeprefix("sqlite:///"))
        if not path.exists():
            with files.whole(path) as temporary:
                MlflowClient(f"sqlite:///{temporary}").search_experiments()
        check(path)
    client = MlflowClient(uri)
    try:
        client.search_experiments(max_results=1)
    except MlflowException as error:
        raise BadValue(f"{uri}: no answer ({error.message:.200}); start the server") from None
    return client


def check(path: Path) -> None:
    """Raises BadValue unless the file is a whole database; MLflow itself would try for minutes."""
    try:
        with contextlib.closing(sqlite3.connect(path)) as database:
            database.execute("SELECT version_num FROM alembic_version").fetchone()[0]
            database.execute("SELECT count(*) FROM runs").fetchone()
    except (sqlite3.Error, TypeError) as error:
        raise BadValue(f"{path}: damaged ({error}); delete it and track again") from None
    if OPENED.setdefault(str(path), path.stat().st_ino) != path.stat().st_ino:
        raise BadValue(f"{path}: replaced while it was open here; track again in a new process")


def experiments_of(client, registry, results: Path, uri: str) -> dict[str, str]:
    """lab -> experiment id; artifacts of a local database lie beside it."""
    found = {}
    for lab in sorted({paper.lab for paper in registry.papers.values()}):
        name = f"recount/{lab}"
        known = client.get_experiment_by_name(name)
        if known is not None and known.lifecycle_stage == "deleted":
            client.restore_experiment(known.experiment_id)
        place = (results.resolve() / "mlflow-artifacts" / lab).as_uri()
        location = place if uri.startswith("sqlite:///") else None
        found[lab] = known.experiment_id if known else client.create_experiment(name, location)
    return found


def imported(client, experiments: list[str]) -> dict[str, list[tuple[str, str | None]]]:
    """key -> (parent run, hash of its content), the hash missing where an import was cut short."""
    found: dict[str, list] = {}
    for run in pages(client, experiments, "tags.role = 'paper'"):
        found.setdefault(run.data.tags[RUN_KEY], []).append(
            (run.info.run_id, run.data.tags.get(CONTENT))
        )
    return found


def pages(client, experiments: list[str], where: str) -> Iterator[Any]:
    token = None
    while experiments:
        page = client.search_runs(experiments, where, max_results=5000, page_token=token)
        yield from page
        token = page.token
        if not token:
            return


def remove(client, experiment: str, key: str, parents: list) -> None:
    """Deletes every run of a key, the parents last, so that a cut leaves a trace to follow."""
    if not parents:
        return
    where = f"tags.`{RUN_KEY}` = '{key}' and tags.role = 'seed'"
    for run_id in [run.info.run_id for run in pages(client, [experiment], where)]:
        client.delete_run(run_id)
    for run_id, _ in parents:
        client.delete_run(run_id)


def chosen(registry, results: Path) -> Iterator[Found]:
    """Per paper and scale what ran here, or the recorded evidence where nothing did."""
    for paper in registry.papers.values():
        scales: dict[str, Found] = {}
        for found in find(paper, results):
            scales.setdefault(found.scale, found)
        yield from scales.values()


def key_of(found: Found) -> str:
    return f"{found.paper.lab}/{found.paper.slug}/{found.scale}"


def content_of(found: Found, results: Path) -> str:
    """The hash of everything that is imported of a paper at a scale."""
    report = layout.of(found.paper, found.scale, results).report
    paths = [*found.metrics.values(), *found.curves.values(), report]
    hashes = [files.sha256(path) for path in paths if path.exists()]
    paper = found.paper.model_dump(mode="json", include={"arms", "scales", "level"})
    parts = [TRACKING_VERSION, found.source, found.judgements, found.runs, hashes, paper]
    return hashlib.sha256(files.json_bytes(parts)).hexdigest()


def put(client, experiment: str, found: Found, content: str, results: Path) -> None:
    """The parent, its children, and last of all the hash that says the import is whole."""
    paper, tags = found.paper, tags_of(found)
    start = min((path.stat().st_mtime for path in found.metrics.values()), default=0.0)
    start = int(1000 * start)
    name = f"{paper.slug} {found.scale}"
    parent = client.create_run(experiment, start, tags | {"role": "paper"}, name).info.run_id
    total = sum(seconds(stages) for stages in found.runs.values())
    points = [*series.quantities(found.judgements), ("seconds", total, 0)]
    send(client, parent, points, size_of(found), start)
    report = layout.of(paper, found.scale, results).report
    if report.exists():
        client.log_artifact(parent, str(report))
    frames = [files.read_table(path) for path in found.metrics.values()]
    rows = pd.concat(frames) if frames else pd.DataFrame(columns=KEY_COLUMNS)
    tags |= {"role": "seed", "mlflow.parentRunId": parent}
    for arm in found.runs:
        put_arm(client, experiment, found, arm, rows[rows.arm == arm], tags, start)
    client.set_terminated(parent, "FINISHED", start + int(1000 * total))
    client.set_tag(parent, CONTENT, content)


def put_arm(client, experiment: str, found: Found, arm: str, rows, tags: dict, start: int) -> None:
    """One run per seed of an arm; a failed arm gives failed runs with the reason."""
    stages = found.runs[arm]
    whole = all(one["state"] == "done" for one in stages.values())
    reason = next((one["reason"] for one in stages.values() if one.get("reason")), "")
    curve = files.read_table(found.curves[arm]) if arm in found.curves else None
    settings = size_of(found) | series.flat("arm", found.paper.arms[arm])
    for seed in seeds_of(stages, rows):
        own = clipped(tags | {"arm": arm, "seed": seed, "reason": reason})
        run = client.create_run(experiment, start, own, f"{arm} {seed}").info.run_id
        points = [*series.finals(rows[rows.seed == seed]), *series.curve_of(curve, seed)]
        send(client, run, points, settings, start)
        end = start + int(1000 * seconds(stages))
        client.set_terminated(run, "FINISHED" if whole else "FAILED", end)


def seconds(stages: dict[str, Any]) -> float:
    return sum(one.get("seconds") or 0.0 for one in stages.values())


def tags_of(found: Found) -> dict[str, str]:
    """The tags that every run of a paper carries, so that filters never hide a child."""
    paper, main = found.paper, found.judgements["main"]
    manifests = [one for stages in found.runs.values() for one in stages.values()]
    commit = next((one["commit"] for one in manifests if one.get("commit")), "")
    tags = {"paper": paper.slug, "lab": paper.lab, "level": paper.level, "scale": found.scale}
    tags |= {"arm": "", "seed": "", "source": found.source, RUN_KEY: key_of(found)}
    tags |= {"verdict": main["outcome"], "words": main["words"], "commit": commit}
    tags |= {"grades": ", ".join(main.get("grades") or []), "design": main.get("design") or ""}
    for claim, one in found.judgements.items():
        tags[f"verdict.{claim}"] = one["outcome"]
    return clipped(tags)


def clipped(tags: dict[str, Any]) -> dict[str, str]:
    return {name: str(value)[:LONGEST] for name, value in tags.items()}


def size_of(found: Found) -> dict[str, str]:
    scale = found.paper.scales.get(found.scale)
    return series.flat("size", scale.size) if scale else {}


def seeds_of(stages: dict[str, Any], rows: pd.DataFrame) -> list[int]:
    """The seeds of an arm's run, also where it failed and left no row."""
    known = next((one["seeds"] for one in stages.values() if one.get("seeds")), [])
    return list(known) or sorted(rows.seed.unique())


def send(
    client, run: str, points: Iterable[series.Point], params: dict[str, str], time: int
) -> None:
    """Metrics and parameters in as few calls as MLflow allows."""
    metrics = [Metric(name, value, time, step) for name, value, step in points]
    items = [Param(series.allowed(name), text[:LONGEST]) for name, text in params.items()]
    first = BATCH - PARAMS
    client.log_batch(run, metrics[:first], items[:PARAMS], [])
    for place in range(first, len(metrics), BATCH):
        client.log_batch(run, metrics[place : place + BATCH], [], [])
    for place in range(PARAMS, len(items), PARAMS):
        client.log_batch(run, [], items[place : place + PARAMS], [])
