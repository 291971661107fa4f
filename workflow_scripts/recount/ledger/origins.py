"""One state of evidence against the commits that its runs name."""

from typing import Any

from recount import attempts
from recount.ledger import chain
from recount.ledger.gitlog import Repository
from recount.ledger.recordings import Recording, digest
from recount.ledger.registered import Registrations
from recount.ledger.verifying import seal
from recount.run import verdict_seeds


def check(one: Recording, repository: Repository, registered: Registrations):
    """(faults, what could not be checked) of one recording."""
    if one.entry is None:
        return ["its bytes are no evidence"], []
    faults, unchecked = [*bytes_of(one), *logged(one, repository)], []
    for commit in sorted(one.commits()):
        if commit not in repository.order:
            text = f"its runs name commit {commit[:8]}, which is in no branch"
            hint = "fetch the whole history (git fetch --unshallow)"
            if repository.shallow:
                unchecked.append(f"{text} of this shallow clone; {hint}")
            else:
                faults.append(f"{text}: forged, or rewritten after the run")
        elif not repository.precedes(commit, one.commit):
            faults.append(f"its runs name commit {commit[:8]}, which does not precede the evidence")
        else:
            faults += registration(one, commit, registered)
    return faults, unchecked


def bytes_of(one: Recording) -> list[str]:
    """Sealed, of this paper, with the rows that were sealed."""
    faults = []
    if seal({key: value for key, value in one.entry.items() if key != "seal"}) != one.entry["seal"]:
        faults.append("the bytes differ from their seal")
    for name, judged in one.entry["judgements"].items():
        if (judged["slug"], judged["scale"], judged["claim"]) != (one.slug, one.scale, name):
            faults.append(f"holds the verdict of {judged['slug']} at {judged['scale']}")
    if digest(one.beside["parquet"]) != one.entry["rows"]:
        return [*faults, "the rows are not those that were sealed"]
    if digest(one.beside["calibration.json"]) != one.entry["calibration"]:
        faults.append("the calibration is not the one that was sealed")
    return [*faults, *seeds(one)]


def seeds(one: Recording) -> list[str]:
    """Rows and manifests hold the registered seeds, as many as a manifest says, and no others."""
    frame, faults = one.rows(), []
    for arm, stage, run in one.runs():
        wanted = list(verdict_seeds(one.slug, one.scale, one.version, len(run["seeds"])))
        if run["state"] == "done" and run["seeds"] != wanted:
            faults.append(f"{stage} of {arm} ran on seeds that are not the registered ones")
        elif stage == "evaluate" and run["state"] == "done":
            there = set(frame.loc[frame["arm"] == arm, "seed"])
            if there != set(wanted):
                faults.append(f"the rows of {arm} are of other seeds than its run")
    if strange := set(frame["arm"]) - set(one.entry["manifests"]):
        faults.append(f"holds rows of {', '.join(sorted(map(str, strange)))}, which never ran")
    return faults


def logged(one: Recording, repository: Repository) -> list[str]:
    """Evidence of code that knew the attempts log holds its attempts, whole."""
    knew = [
        commit
        for commit in sorted(one.commits())
        if commit in repository.order and repository.blob(f"{commit}:{chain.SOURCE}") is not None
    ]
    content = one.beside["attempts.jsonl"]
    if not one.entry.get("attempts"):
        return [f"lacks the attempts, which commit {knew[0][:8]} logged"] if knew else []
    if content is None or digest(content) != one.entry["attempts"]["file"]:
        return ["the attempts are not those that were sealed"]
    try:
        chain.check(one.entry, content, one.rows(), f"{one.scale}.attempts.jsonl")
        bare = [arm for arm, _, run in chain.runs_of(one.entry["manifests"])
                if not run.get("attempt") and run["commit"] in knew]  # fmt: skip
        return [f"a run of {bare[0]} is not among the attempts"] if bare else []
    except (attempts.Broken, KeyError, ValueError) as error:
        return [f"the attempts do not hold: {error}"]


def registration(one: Recording, commit: str, registered: Registrations) -> list[str]:
    """What the commit declares must be what the evidence says was registered."""
    there = f"in commit {commit[:8]}, from which it ran"
    if registered.paper(commit, one.place) is None:
        return [f"the paper was not registered {there}"]
    told = registered.hashes_at(commit, one.place, one.scale, one.judge)
    faults = differing(one, told) if told else ["cannot be read by the code of today"]
    if not faults:
        return []
    asked = registered.asked(commit, one.place, one.scale)
    if asked and told and not differing(one, told | asked):
        return []
    return [f"{fault} {there}" for fault in faults]


def differing(one: Recording, told: dict[str, Any]) -> list[str]:
    recorded, faults = one.entry["registration"], []
    if told["version"] != one.version:
        faults.append(f"is version {one.version}, but version {told['version']} was registered")
    designs = {run["design"] for _, _, run in one.runs()} | {recorded["design"]}
    if designs != {told["design"]}:
        faults.append("the recorded design is not the one registered")
    other = [name for name, rule in recorded["rules"].items() if told["rules"].get(name) != rule]
    if other or set(one.entry["judgements"]) != set(told["rules"]):
        name = (other or sorted(set(one.entry["judgements"]) ^ set(told["rules"])))[0]
        faults.append(f"the rule of claim {name} is not the one registered")
    runs = [run["seeds"] for _, _, run in one.runs() if run["state"] == "done"]
    if any(len(seeds) not in told["seeds"] for seeds in runs):
        registered = " or ".join(map(str, told["seeds"]))
        faults.append(f"has other numbers of seeds than the {registered} registered")
    return faults
