"""`recount new-paper LAB PAPER`: begins a planned paper, as two files that a person completes.

Nothing passes by itself: every place that a person has to write holds "FILL IN: what", and the
registry refuses a paper until the last of these words is gone.
"""

import json

from recount import files, registry
from recount.declaration import strict_yaml
from recount.declaration.checks import suggestion
from recount.declaration.schema import LABS, Planned
from recount.typed import BadValue

PAPER = """\
# yaml-language-server: $schema=../../../docs/paper.schema.json
title: {title}
authors: ["FILL IN: every author, full names"]
year: "FILL IN: year of the first version"
arxiv: "FILL IN: the id, in quotes; or use doi or url instead"
code: "FILL IN: owner/name or address of the authors' code; null if none is public"
level: {level}
fidelity: "FILL IN: 1 to 3, how near this comes to what the paper did"
reported: {{aggregate: "FILL IN: mean, median, max, best or unknown", seeds: unknown}}
limits: "FILL IN: one honest sentence, printed beneath the verdict"

arms:                       # the treatment first; a name says what differs
  treatment: {{setting: "FILL IN: the paper's own way"}}
  baseline: {{setting: "FILL IN: an honest, strong baseline"}}

scales:
  smoke:  {{seeds: 2, minutes: 1, size: {{items: "FILL IN: seconds; proves the plumbing"}}}}
  laptop: {{seeds: 8, minutes: 3, size: {{items: "FILL IN: minutes on two cores"}}}}

claims:
  main:
    statement: {claim}
    quantities:
      gain: {{take: gap, metric: accuracy, arm: treatment, minus: baseline}}
    valid: automatic
    reproduced: "FILL IN: for instance gain.low > 0.05"
    contradicted: "FILL IN: for instance gain.high < 0.05"
    effect: {{gain: "FILL IN: what the paper reports"}}
    margin: half
"""
EXPERIMENT = '''\
"""FILL IN: the mechanism, in two to eight plain lines."""

from recount.experiment import Measure
from recount.run import Rows
from recount.typed import typed


@typed()
class Arm:
    """FILL IN: a field per setting in which the arms differ."""

    setting: str


@typed()
class Size:
    """FILL IN: a field per setting that grows with the scale."""

    items: int


def measure(run, data):
    """FILL IN: the metrics of one arm, a value per seed; or Train, or a kit's Study, below."""
    return Rows(run)


experiment = Measure(arm=Arm, size=Size, measure=measure)
'''


def add(parser) -> None:
    parser.add_argument("lab", help=", ".join(LABS))
    parser.add_argument("paper", help="a planned paper's short name (`recount list --planned`)")


def run(args) -> int:
    base = registry.root()
    path = base / "papers" / "planned.yaml"
    document = strict_yaml.load(path, "papers/planned.yaml", registry.PLANNED_BYTES)
    plan = find(document, args.lab, args.paper)
    folder = base / "papers" / plan.lab / plan.slug
    if folder.exists() and not registry.is_left_over(folder):
        raise BadValue(f"papers/{plan.lab}/{plan.slug}: is there already; delete it or go on in it")
    quoted = {key: json.dumps(getattr(plan, key), ensure_ascii=False) for key in ("title", "claim")}
    files.write_text(folder / "paper.yaml", PAPER.format(level=plan.level, **quoted))
    files.write_text(folder / "experiment.py", EXPERIMENT)
    files.write_text(path, without(document, path.read_text(encoding="utf-8"), plan.slug))
    try:
        registry.load_paper(folder, base)
    except BadValue as fault:
        print(f"Began papers/{plan.lab}/{plan.slug}. To fill in:\n{fault}")
    print("Then: recount show, recount pilot, recount run --scale smoke; see CONTRIBUTING.md")
    return 0


def find(document: strict_yaml.Document, lab: str, slug: str) -> Planned:
    """The planned paper. Raises BadValue with the nearest name."""
    if lab not in LABS:
        raise BadValue(f"there is no lab {lab!r}; {suggestion(lab, LABS)}")
    plans = {one["slug"]: Planned.model_validate(one) for one in document.value}
    if slug not in plans:
        near = suggestion(slug, plans)
        hint = near if near.startswith("did") else "add its line to papers/planned.yaml first"
        raise BadValue(f"no planned paper is called {slug!r}; {hint}")
    if plans[slug].lab != lab:
        raise BadValue(f"{slug} is planned for the lab {plans[slug].lab}; name that one")
    return plans[slug]


def without(document: strict_yaml.Document, text: str, slug: str) -> str:
    """The text of planned.yaml without one paper's lines; all other bytes stay."""
    lines = text.splitlines(keepends=True)
    starts = [document.lines[place,] - 1 for place in range(len(document.value))]
    starts.append(len(lines))
    place = next(n for n, one in enumerate(document.value) if one["slug"] == slug)
    return "".join(lines[: starts[place]] + lines[starts[place + 1] :])
