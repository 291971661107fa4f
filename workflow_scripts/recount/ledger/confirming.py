"""The confirmation batch: as many fresh seeds again, from a stream of their own.

A contradiction stands on one batch of seeds until a second one lies on its side of the lines too.
It is asked for estimates only; for significance it would need more seeds than the verdict had. The
stream is fixed by slug, scale and version, so there is one confirmation of a verdict and no other.
It lies beside the evidence, as <scale>.confirmation.json and .parquet, and changes no verdict.
"""

import io
import math
import tempfile
import time
from pathlib import Path
from typing import Any

import pandas as pd

from recount import attempts, files, layout, provenance
from recount.confirmation import DECIDED
from recount.judge.guards import guards, watched
from recount.judge.rule import Rule
from recount.judge.table import from_frame
from recount.judge.units import Options
from recount.ledger import retrain, verifying
from recount.ledger.drawing import WHY_NOT
from recount.ledger.recording import arranged
from recount.ledger.verifying import Check, Damaged, expected, seal
from recount.run import verdict_seeds
from recount.typed import BadValue

STREAM = "confirmation"
OWN_SEEDS = "registered seeds"  # the guard that asks for the seeds of the verdict


def confirm(paper, scale: str, root: Path) -> Path:
    """Runs the batch and writes whether each decided verdict holds; returns its JSON file. Raises
    BadValue where there is nothing to confirm, or it has been done."""
    entry, claims = due(paper, scale, root)
    attempts.start(root / "results", paper, scale, "", "confirm", STREAM)
    begun, arms = time.monotonic(), retrain.arms_for(paper, claims)
    with tempfile.TemporaryDirectory() as folder:
        frame = arranged(retrain.frame_of(paper, scale, arms, Path(folder), STREAM))
    rows_path, json_path = layout.confirmation(paper, scale)
    files.write_parquet(rows_path, frame)
    told = {
        "slug": paper.slug,
        "scale": scale,
        "version": paper.version,
        "stream": STREAM,
        "commit": provenance.git(root, "rev-parse", "HEAD"),
        "design": entry["registration"]["design"],
        "verdict_rows": entry["rows"],
        "rows": files.sha256(rows_path),
        "seconds": round(time.monotonic() - begun, 1),
        "fingerprint": provenance.fingerprint(),
        "claims": compared(paper, scale, entry, files.read_table(rows_path)),
    }
    files.write_json(json_path, told | {"seal": seal(told)})
    return json_path


def due(paper, scale: str, root: Path) -> tuple[dict[str, Any], list[str]]:
    """The recorded evidence and its decided claims. Raises BadValue where no batch is to run."""
    path = layout.evidence(paper, scale)[1]
    where = f"{paper.slug} at {scale}"
    if not path.exists():
        raise BadValue(f"{where}: nothing is recorded; `recount record {paper.slug}` first")
    entry = files.read_json(path)
    why = "full enumerations have no chance in them" if paper.unit == "none" else ""
    why = why or WHY_NOT.get(paper.unit, "")
    claims = [n for n, one in entry["judgements"].items() if one["outcome"] in DECIDED]
    if why or not claims:
        raise BadValue(f"{where}: nothing to confirm: {why or 'no claim has been decided'}")
    if stale := verifying.staleness(paper, scale, entry["registration"]):
        raise BadValue(f"{where}: {stale}")
    if provenance.differs(root, "papers"):
        raise BadValue(f"{where}: code or papers differ from the last commit; commit first")
    done = layout.confirmation(paper, scale)[1]
    if done.exists() and files.read_json(done)["verdict_rows"] == entry["rows"]:
        raise BadValue(f"{done}: this verdict has its confirmation batch already")
    return entry, claims


def compared(paper, scale: str, entry: dict[str, Any], frame: pd.DataFrame) -> dict[str, Any]:
    """claim -> whether the fresh estimates lie on the side of its recorded outcome, and which."""
    judged = entry["judgements"]
    return {
        name: one_claim(paper, scale, name, judged[name], frame)
        for name in paper.claims
        if judged.get(name, {}).get("outcome") in DECIDED
    }


def one_claim(paper, scale: str, name: str, judged: dict[str, Any], frame) -> dict[str, Any]:
    rule = Rule(paper, paper.claims[name], scale)
    mine = frame[frame["arm"].isin(watched(paper, rule.claim))]
    told = {"outcome": judged["outcome"], "rule": judged["rule"], "holds": False}
    try:
        table = from_frame(mine, paper.unit)
        made = rule.fixed(table, Options(interval="point"), True, None)
        failed = [
            f"{one['name']} ({one['detail']})"
            for one in guards(rule, table)
            if not one["passed"] and one["name"] != OWN_SEEDS
        ]
    except BadValue as error:
        return told | {"reason": str(error), "quantities": {}}
    if not failed and not made.valid.all():
        failed = [f"not {rule.claim.valid}"]
    points = {
        label: {"recorded": one["point"], "fresh": fresh(made.found, label)}
        for label, one in judged["quantities"].items()
    }
    reason = f"the fresh batch could not tell: {'; '.join(failed)}" if failed else None
    holds = not failed and made.outcome() == judged["outcome"]
    return told | {"holds": holds, "reason": reason, "quantities": points}


def fresh(found: dict, label: str) -> float | None:
    """The estimate of one quantity, which may be one of several baselines; None if not finite."""
    name, _, other = label.partition(".")
    for one in found[name]:
        if not other or other in (one.against, one.arm):
            value = float(one.point[0])
            return float(f"{value:.12g}") if math.isfinite(value) else None
    return None


def verify(paper, scale: str) -> list[Check]:
    """Whether a recorded confirmation is sealed, on its own seeds, and follows from its rows."""
    rows_path, json_path = layout.confirmation(paper, scale)
    if not json_path.exists() and not rows_path.exists():
        return []
    try:
        state, detail = checked(paper, scale, rows_path, json_path)
    except Damaged as error:
        state, detail = "damaged", str(error)
    except (BadValue, KeyError, TypeError, AttributeError, ValueError, OSError) as error:
        state, detail = "damaged", f"{json_path.name}: cannot be read: {error!r:.200}"
    return [Check(paper.slug, f"{scale}, confirmation", state, detail)]


def checked(paper, scale: str, rows_path: Path, json_path: Path) -> tuple[str, str]:
    told = files.read_json(json_path)
    plain = {key: value for key, value in told.items() if key != "seal"}
    if files.json_bytes(told) != json_path.read_bytes() or seal(plain) != told["seal"]:
        raise Damaged(f"{json_path.name}: bytes differ from its seal")
    if (told["slug"], told["scale"], told["stream"]) != (paper.slug, scale, STREAM):
        raise Damaged(f"{json_path.name}: is the confirmation of {told['slug']}; put back its own")
    frame = files.read_table(io.BytesIO(expected(rows_path, told["rows"])))
    count = paper.scales[scale].seeds
    wanted = verdict_seeds(paper.slug, scale, told["version"], count, STREAM)
    path = layout.evidence(paper, scale)[1]
    entry = files.read_json(path) if path.exists() else {}
    if entry.get("rows") != told["verdict_rows"]:
        return "stale", "it belongs to an earlier verdict; `recount confirm` again"
    if stale := verifying.staleness(paper, scale, entry["registration"]):
        return "stale", stale
    if set(frame["seed"]) != set(wanted):
        raise Damaged(f"{rows_path.name}: not the seeds of the stream {STREAM}")
    if compared(paper, scale, entry, frame) != told["claims"]:
        raise Damaged(f"{json_path.name}: does not follow from its rows")
    held = sum(one["holds"] for one in told["claims"].values())
    return "ok", f"{held} of {len(told['claims'])} verdicts hold on fresh seeds"
