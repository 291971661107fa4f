"""What a confirmation batch said of a verdict; `ledger/confirming.py` makes and verifies it."""

from typing import Any

from recount import files, layout
from recount.typed import BadValue

DECIDED = ("reproduced", "contradicted")


def of_claim(paper, claim: str, judgement: dict[str, Any]) -> dict[str, Any] | None:
    """What a fresh batch said of this very verdict; None where there is none. A file that cannot be
    read confirms nothing: `verify` names it."""
    scale = judgement.get("scale")
    path = layout.confirmation(paper, scale)[1] if scale else None
    if path is None or not path.exists():
        return None
    try:
        told = files.read_json(path)
        plain = {key: value for key, value in told.items() if key != "seal"}
        whole = files.digest_of(files.json_bytes(plain)) == told["seal"]
        one = told["claims"].get(claim) if whole else None
    except (BadValue, KeyError, TypeError, AttributeError):
        return None
    same = one and (one["outcome"], one["rule"]) == (judgement["outcome"], judgement.get("rule"))
    return one if same and told["design"] == judgement.get("design") else None
