"""A new calibration of a rule that has verdicts already: the same outcomes, graded anew.

Calibration speaks of a rule, not of data, so it may be made again at any time, as when a lab has
recorded papers enough to know its own noise. Rows, runs and registration stay as recorded.
"""

from recount import files, layout, ledger
from recount.ledger.verifying import judgements, seal
from recount.typed import BadValue


def keep(paper, scale: str, calibrations: dict) -> bool:
    """Writes the calibrations of a paper, claim by claim; whether its evidence was graded anew.

    Evidence that does not verify now is left alone: it is stale or damaged for other reasons.
    Raises BadValue where a recomputed outcome is not the recorded one.
    """
    rows_path, json_path, path = layout.evidence(paper, scale)
    if not json_path.exists() or ledger.verify(paper, scale).state != "ok":
        files.write_json(path, calibrations)
        return False
    entry = files.read_json(json_path)
    frame = files.read_table(rows_path)
    judged = judgements(paper, scale, frame, entry["states"], calibrations)
    for claim, one in judged.items():
        if one["outcome"] != entry["judgements"][claim]["outcome"]:
            raise BadValue(f"{json_path}: {claim}: its outcome differs; run `recount verify`")
    files.write_json(path, calibrations)
    entry |= {"judgements": judged, "calibration": files.sha256(path)}
    entry.pop("seal")
    files.write_json(json_path, entry | {"seal": seal(entry)})
    return True
