"""A small project with one good paper, to be spoilt in one place and loaded."""

import json
import re
import shutil
from pathlib import Path

import synthetic

from recount import registry
from recount.typed import BadValue

HERE = "@@HERE@@"
METRICS = {"loss": {"range": [0, None], "unit": "nats"}}
SOLVED = {"take": "rate", "metric": "success", "arm": "coupled", "level": 1, "at": {"digits": 8}}
# Every way by which a name can stand in a file: as a key of these maps, as one of these values.
KEYS = [
    (),
    ("arms",),
    ("arms", "coupled"),
    ("scales",),
    ("scales", "smoke", "size"),
    ("metrics",),
    ("reported",),
    ("tuning",),
    ("claims",),
    ("claims", "main", "quantities"),
    ("claims", "main", "quantities", "solved", "at"),
    ("claims", "main", "effect"),
    ("figures",),
    ("figures", "view"),
]
NAMES = [
    ("level",),
    ("kind",),
    ("unit",),
    ("whose_code",),
    ("arxiv",),
    ("code",),
    ("needs", 0),
    ("learned", "metric"),
    ("learned", "except", 0),
    ("scales", "smoke", "device"),
    ("claims", "main", "margin"),
    ("claims", "main", "quantities", "coupled", "take"),
    ("claims", "main", "quantities", "coupled", "metric"),
    ("claims", "main", "quantities", "coupled", "arm"),
    ("claims", "main", "quantities", "coupled", "along"),
    ("claims", "main", "quantities", "coupled", "scale"),
    ("claims", "main", "quantities", "solved", "minus"),
    ("figures", "view", "metric"),
    ("figures", "view", "along"),
]
EXPRESSIONS = [("claims", "main", part) for part in ("valid", "reproduced", "contradicted")]
# Values of other kinds than names: numbers, lists, maps and prose.
VALUES = [
    ("title",),
    ("authors",),
    ("year",),
    ("fidelity",),
    ("tour",),
    ("limits",),
    ("version",),
    ("arms",),
    ("arms", "coupled"),
    ("scales", "smoke", "seeds"),
    ("scales", "laptop", "minutes"),
    ("claims", "main", "statement"),
    ("metrics", "loss", "range"),
    ("reported", "seeds"),
]


def good() -> dict:
    """A paper in which every optional key stands."""
    paper = synthetic.declaration("A good paper")
    main = paper["claims"]["main"]
    main["quantities"] |= {"solved": SOLVED}
    return paper | {
        "kind": "train",
        "unit": "seed",
        "whose_code": "own_code",
        "tour": False,
        "version": 1,
        "needs": ["sympy"],
        "stand_in": "Local text stands in for the text of the paper.",
        "metrics": METRICS,
        "learned": {"at_least": 0.9, "metric": "in_distribution", "except": ["absolute"]}
        | {"why": "It is the control and need not learn."},
        "tuning": {"coupled": 1, "absolute": 1},
        "figures": {"view": {"title": "A view", "metric": "loss", "along": "digits"}},
    }


def copied(value):
    return json.loads(json.dumps(value))


def quoted(value) -> str:
    """A value as YAML in quotes, every odd character as an escape (JSON's pairs are none)."""
    pair = re.compile(r"\\u(d[89ab][0-9a-f]{2})\\u(d[c-f][0-9a-f]{2})")
    return pair.sub(lambda one: "\\U" + f"{joined(one[1], one[2]):08x}", json.dumps(value))


def joined(high: str, low: str) -> int:
    return 0x10000 + ((int(high, 16) - 0xD800) << 10) + int(low, 16) - 0xDC00


def at(paper: dict, path: tuple):
    for part in path:
        paper = paper[part]
    return paper


def with_value(path: tuple, raw: str) -> str:
    """The good paper with `raw` YAML at a place."""
    paper = copied(good())
    if path[-1] in ("minus", "scale", "device"):
        at(paper, path[:-1])[path[-1]] = None
    at(paper, path[:-1])[path[-1]] = HERE
    return json.dumps(paper).replace(json.dumps(HERE), raw)


def with_key(path: tuple, name: str) -> str:
    """The good paper with one more key, whose value is that of a neighbour."""
    paper = copied(good())
    spoilt = at(paper, path)
    spoilt[HERE] = next(iter(copied(spoilt).values()), 1)
    return json.dumps(paper).replace(json.dumps(HERE), quoted(name))


class Tree:
    """A project folder with papers/arithmetic/spoilt."""

    def __init__(self, root: Path):
        self.root = root
        shutil.copy(synthetic.PROJECT / "requirements.lock", root)
        self.folder = self.add("arithmetic", "spoilt")

    def add(self, lab: str, slug: str, text: str | None = None) -> Path:
        folder = self.root / "papers" / lab / slug
        folder.mkdir(parents=True)
        (folder / "paper.yaml").write_text(json.dumps(good()) if text is None else text)
        (folder / "experiment.py").write_text(synthetic.EXPERIMENT)
        return folder

    def write(self, content: str | bytes) -> None:
        content = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
        (self.folder / "paper.yaml").write_bytes(content)

    def load(self) -> str | None:
        """The refusal, or None."""
        try:
            registry.load(self.root, lint=True)
        except BadValue as error:
            return str(error)
        return None

    def untouched(self) -> bool:
        return not any("PWNED" in path.name for path in self.root.rglob("*"))
