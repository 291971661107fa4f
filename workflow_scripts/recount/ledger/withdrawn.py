"""Recordings that their authors took back, in papers/withdrawn.yaml, each with the reason.

Git forgets nothing, so a recording with a fault stays in history for ever. One that is named here,
and that newer evidence has replaced, is told apart from a fault: it stays in sight with its faults,
and no verdict rests on it. What stands in the project today cannot be withdrawn, only replaced.
"""

from pydantic import ValidationError

from recount.declaration import strict_yaml
from recount.declaration.schema import Name, ScaleName, Sentence, Strict, text
from recount.ledger.gitlog import Repository
from recount.ledger.recordings import Recording
from recount.typed import BadValue

FILE = "papers/withdrawn.yaml"


class Withdrawn(Strict):
    """One line: which recording, by the commit that brought it, and why it was taken back."""

    paper: Name
    scale: ScaleName
    commit: text(40, r"^[0-9a-f]{12,40}$")
    why: Sentence


def withdrawn(repository: Repository) -> list[Withdrawn]:
    """What the file says at HEAD; nothing where there is none. Raises BadValue."""
    content = repository.blob(f"{repository.head}:{FILE}")
    if content is None:
        return []
    document = strict_yaml.parse(content.decode("utf-8", "replace"), FILE)
    try:
        return [Withdrawn.model_validate(one) for one in document.value]
    except (ValidationError, TypeError) as error:
        lines = f"{FILE}: write one line `- {{paper: ..., scale: ..., commit: ..., why: ...}}` each"
        raise BadValue(f"{lines}; {str(error):.300}") from None


def reason(one: Recording, states: list[Recording], listed: list[Withdrawn]) -> str | None:
    """Why a recording was withdrawn; None where it was not, or where nothing has replaced it."""
    for line in listed:
        named = (line.paper, line.scale) == (one.slug, one.scale)
        if named and one.commit.startswith(line.commit) and states[-1].blob != one.blob:
            return line.why
    return None


def pointless(every: list[Recording], listed: list[Withdrawn]) -> list[str]:
    """Lines that name no recording of this history, or one that still stands."""
    last = {(one.slug, one.scale): one for one in every}
    found = []
    for line in listed:
        there = [
            one
            for one in every
            if (one.slug, one.scale) == (line.paper, line.scale)
            and one.commit.startswith(line.commit)
        ]
        where = f"{FILE}: {line.paper} at {line.scale}, {line.commit[:8]}"
        if not there:
            found.append(f"{where}: no such recording; delete the line")
        elif any(last[one.slug, one.scale].blob == one.blob for one in there):
            found.append(f"{where}: nothing has replaced it; run and record the paper again")
    return found
