"""The states of one paper's evidence against each other: nothing amended without a new version."""

from collections.abc import Iterator

from recount import attempts, hashes
from recount.ledger.gitlog import Repository
from recount.ledger.recordings import Recording
from recount.ledger.registered import Registrations


def check(
    states: list[Recording], repository: Repository, registered: Registrations
) -> Iterator[str]:
    """Faults between the states of evidence of one paper at one scale, oldest first."""
    known = [one for one in states if one.entry]
    for number, later in enumerate(known):
        for earlier in known[:number]:
            follows = repository.precedes(earlier.commit, later.commit)
            for fault in between(earlier, later, follows, registered):
                yield f"{later.where}: {fault} since {earlier.commit[:8]}"
    yield from at_head(known, repository, registered)


def between(earlier: Recording, later: Recording, follows: bool, registered: Registrations):
    """`follows`: both are in one line of history, not on two branches."""
    if earlier.version == later.version:
        if name := changed_rule(earlier, later, registered):
            yield f"the rule of claim {name} was changed without a higher version"
        if same_runs(earlier, later) and earlier.entry["rows"] != later.entry["rows"]:
            yield "the rows were changed although no run was made"
    if follows and later.version < earlier.version:
        yield f"the version went back from {earlier.version} to {later.version}"
    if follows and (lost := lost_attempts(earlier, later)):
        yield f"{lost} attempts were dropped"


def changed_rule(earlier: Recording, later: Recording, registered: Registrations) -> str | None:
    """The first claim whose own rule differs; a judge that was raised for all is no such change."""
    old, new = (one.entry["registration"]["rules"] for one in (earlier, later))
    suspects = [name for name in old if name in new and new[name] != old[name]]
    for name in suspects:
        texts = [rules_today(one, name, registered) for one in (earlier, later)]
        if None in texts or texts[0] != texts[1]:
            return name
    return None


def rules_today(one: Recording, claim: str, registered: Registrations) -> str | None:
    """A registered rule as the code of today hashes it, whatever the judge was then."""
    paper = registered.paper(one.entry["registration"]["commit"], one.place)
    if paper is None or isinstance(paper, str) or claim not in paper.claims:
        return None
    return hashes.rule_hash(paper, claim, one.scale, 0)


def same_runs(earlier: Recording, later: Recording) -> bool:
    """Whether both come from the same runs: equal commits, times and attempts."""
    marks = [
        [
            (arm, stage, run["commit"], run["seconds"], run.get("attempt"))
            for arm, stage, run in runs
        ]
        for runs in (earlier.runs(), later.runs())
    ]
    return marks[0] == marks[1]


def lost_attempts(earlier: Recording, later: Recording) -> int:
    """How many logged attempts an earlier state has that the later one lacks."""
    digests = []
    for one in (earlier, later):
        try:
            lines = attempts.parsed(one.beside["attempts.jsonl"] or b"", "")
        except attempts.Broken:
            lines = []
        digests.append([line["digest"] for line in lines])
    return len(set(digests[0]) - set(digests[1]))


def at_head(known: list[Recording], repository: Repository, registered: Registrations):
    """What stands at HEAD: nothing deleted, no version taken back, no rule edited since."""
    here = [one for one in known if repository.in_head(one.commit)]
    if not here:
        return
    last, head = here[-1], repository.head
    name = f"{last.place}/evidence/{last.scale}"
    now = repository.blob(f"{head}:{name}.json")
    if now is None:
        yield f"{last.where}: was deleted since"
        return
    yield from kept(here, repository, head)
    paper = registered.paper(head, last.place)
    if paper is None or isinstance(paper, str):
        yield f"{last.where}: its paper.yaml is gone or cannot be read"
        return
    highest = max(one.version for one in here)
    if paper.version < highest:
        yield f"{last.where}: paper.yaml took its version back from {highest} to {paper.version}"
    elif paper.version == last.version:
        for claim in last.entry["registration"]["rules"]:
            then = rules_today(last, claim, registered)
            edited = claim not in paper.claims or (
                then is not None and hashes.rule_hash(paper, claim, last.scale, 0) != then
            )
            if edited:
                yield f"{last.where}: the rule of claim {claim} was edited since; raise `version`"


def kept(here: list[Recording], repository: Repository, head: str):
    """The last evidence of each version below the recorded one lies beside it, unchanged."""
    newest = max(one.version for one in here)
    last = {one.version: one for one in here if one.version < newest}
    for version, one in last.items():
        name = f"{one.place}/evidence/{one.scale}.v{version}"
        was = f"{one.commit}:{one.place}/evidence/{one.scale}"
        for ending in ("json", "parquet"):
            now = repository.blob(f"{head}:{name}.{ending}")
            if now is None:
                file = f"{one.scale}.v{version}.{ending}"
                yield f"{one.where}: version {version} was not kept as {file}"
            elif now != repository.blob(f"{was}.{ending}"):
                yield f"{one.where}: what was kept of version {version} was changed ({ending})"
