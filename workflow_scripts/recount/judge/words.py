"""One table from outcome and scope to printed words. A small run never refutes a paper."""

PLAIN = {
    "reproduced": "reproduced",
    "contradicted": "contradicted",
    "inconclusive": "undecided",
    "not_run": "not run",
}
SMALL = PLAIN | {"reproduced": "seen at small scale", "contradicted": "not seen at small scale"}
NOT_TESTED = "the paper's own scale was not tested"
NAMES = ("checkpoint", "model", "data", "dataset", "name")


def stands_in(paper, claim) -> bool:
    """Whether a claim is judged on a stand-in, not on the object that the paper speaks of."""
    return bool(paper.stand_in) and getattr(claim, "stand_in", True)


def scope(paper, claim, scale: str, cases: str) -> str:
    """What a judgement is about: `paper settings`, `small scale`, `checkpoint NAME`, `up to N`."""
    if stands_in(paper, claim):
        return "stand-in"
    if paper.unit == "none":
        return cases
    if paper.level in ("checkpoint", "data", "survey"):
        size = paper.scales[scale].size
        named = [str(size[key]) for key in NAMES if isinstance(size.get(key), str)]
        return " ".join([paper.level, *named[:1]])
    if paper.level == "exact":
        return "sampled instances" if paper.unit == "instance" else "exact"
    return "paper settings" if at_paper_settings(paper, scale) else "small scale"


def at_paper_settings(paper, scale: str) -> bool:
    """Whether a scale is the paper's own."""
    return scale == "paper" and not paper.scales[scale].reduced


def words(paper, claim, scale: str, outcome: str, cases: str) -> str:
    """The printed form of an outcome."""
    about = scope(paper, claim, scale, cases)
    if paper.unit == "none" and not stands_in(paper, claim):
        exact = {
            "reproduced": f"no counter-example {about}",
            "contradicted": "counter-example found",
        }
        return (PLAIN | exact)[outcome]
    return (SMALL if about in ("stand-in", "small scale") else PLAIN)[outcome]


def note(paper, scale: str) -> str | None:
    """What has to stand beside the words of a scaled run."""
    scaled = paper.level == "scaled" and not at_paper_settings(paper, scale)
    return NOT_TESTED if scaled else None


def grades(calibrated: str, power: bool, fragile: bool, version: int) -> list[str]:
    """How far to trust a verdict; `calibrated` is the first grade, `power` False: underpowered."""
    found = [calibrated]
    if not power:
        found.append("underpowered")
    if fragile:
        found.append("fragile")
    if version > 1:
        found += [f"version {version}", "post hoc"]
    return found
