"""The order of things in git: registered, then run, then recorded; amended only as a new version.

A verdict is worth little if its rule was written, or its evidence touched up, after the numbers
were seen. Each state of evidence that any branch ever held is checked against the commits that it
names. In a shallow clone what cannot be checked is said, and is no fault.
"""

import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from recount.ledger import amendments, audited, origins
from recount.ledger import withdrawn as taken_back
from recount.ledger.gitlog import Repository
from recount.ledger.recordings import Recording, recordings
from recount.ledger.registered import Registrations
from recount.typed import BadValue


@dataclass
class Report:
    """Faults, what could not be checked and what was withdrawn, each a sentence; and how many
    recordings were seen."""

    recorded: int = 0
    faults: list[str] = field(default_factory=list)
    unchecked: list[str] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)
    shallow: bool = False


def check(root: Path) -> Report:
    """Checks the whole history of the repository at `root`. Raises BadValue without git."""
    repository = Repository(root)
    every, grouped = recordings(repository)
    report = Report(len(every), shallow=repository.shallow)
    listed = taken_back.withdrawn(repository)
    report.faults += [] if repository.shallow else taken_back.pointless(every, listed)
    with tempfile.TemporaryDirectory() as folder:
        registered = Registrations(repository, Path(folder))
        known = [one for one in every if one.entry]
        pairs = [(commit, one.place) for one in known for commit in one.commits()]
        pairs += [(repository.head, one.place) for one in known]
        registered.prefetch(
            [(c, place) for c, place in dict.fromkeys(pairs) if c in repository.order]
        )
        for one in every:
            faults, unchecked = shaped(one, repository, registered)
            told = [f"{one.where}: {fault}" for fault in faults]
            if told and (why := taken_back.reason(one, grouped[one.place, one.scale], listed)):
                report.withdrawn += [f"{one.where}: {why} ({'; '.join(faults)})"]
            else:
                report.faults += told
            report.unchecked += [f"{one.where}: {gap}" for gap in unchecked]
        for states in grouped.values():
            report.faults += amendments.check(states, repository, registered)
    faults, unchecked = audited.check(repository)
    report.faults += faults
    report.unchecked += unchecked
    report.faults = list(dict.fromkeys(report.faults))
    return report


def shaped(one: Recording, repository: Repository, registered: Registrations):
    """`origins.check`, where bytes of another shape are a fault and no crash."""
    try:
        return origins.check(one, repository, registered)
    except (BadValue, KeyError, TypeError, AttributeError, ValueError) as error:
        one.entry = None
        return [f"is not shaped like evidence: {error!r:.200}"], []
