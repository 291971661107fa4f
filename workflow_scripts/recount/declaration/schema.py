"""The shape of paper.yaml and planned.yaml: frozen, strict models. Cross checks: checks.py."""

import keyword
import math
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    StringConstraints,
)

LABS = (
    "arithmetic",
    "coding",
    "exact_math",
    "llm_eval",
    "number_formats",
    "numeric_units",
    "other",
    "sequence_models",
    "tiny_lm",
    "vision_graph",
)
UNIT_INTERVAL = (0.0, 1.0)
ASKERS = ("paper", "recount")
OWN_QUESTION = (
    "Our own question: nothing that we read of the paper states it, and whatever comes out says "
    "nothing against the paper."
)
STANDARD_METRICS = dict.fromkeys(
    ("exact_match", "accuracy", "success", "in_distribution", "holds"), UNIT_INTERVAL
)
NAME_PATTERN = r"^[a-z][a-z0-9_]{0,63}$"
LINE_PATTERN = r"^\S([^\n]*\S)?$"
ADDRESS = r"^https?://[!#-&(-;=?-\[\]-~]+$"  # printable ASCII without quotes, <, > and backslash
CODE = r"^([A-Za-z0-9_][A-Za-z0-9_.-]*/[A-Za-z0-9_][A-Za-z0-9_.-]*|https://[!#-&(-;=?-\[\]-~]+)$"
ONE = ("arm",)
DIFFERENCE = ("arm", "minus")
QUOTIENT = ("arm", "over")
SEVERAL = ("over",)
# take -> (the ways to name arms, other keys it needs, other keys it may have)
TAKES: dict[str, tuple[tuple[tuple[str, ...], ...], tuple[str, ...], tuple[str, ...]]] = {
    "mean": ((ONE, SEVERAL), ("metric",), ("at", "scale")),
    "median": ((ONE, SEVERAL, DIFFERENCE, QUOTIENT), ("metric",), ("at", "scale")),
    "gap": ((DIFFERENCE,), ("metric",), ("at", "scale")),
    "ratio": ((QUOTIENT,), ("metric",), ("at",)),
    "slope": ((ONE, SEVERAL), ("metric", "along"), ("at", "scale", "axis_scale")),
    "spearman": ((ONE, SEVERAL), ("metric", "along"), ("at",)),
    "rate": ((ONE, SEVERAL, DIFFERENCE), ("metric",), ("at", "level")),
    "first": ((ONE, SEVERAL, QUOTIENT), ("metric", "along", "level"), ("at",)),
    "reach": ((ONE, SEVERAL, QUOTIENT), ("metric", "along", "level"), ("at",)),
    "all": ((ONE, SEVERAL), ("metric",), ("at", "along")),
    "count": (((),), ("tests", "above"), ()),
}


def not_reserved(name: str) -> str:
    if keyword.iskeyword(name):
        raise ValueError(f"{name!r} is a word of Python; choose another name")
    return name


def known_package(name: str) -> str:
    not_reserved(name)
    if name in ("torch", "numpy", "pandas", "scipy"):
        raise ValueError(f"{name} is always there; take it out of needs")
    return name


def in_order(bounds: list[float | None]) -> list[float | None]:
    low, high = bounds
    if low is not None and high is not None and low >= high:
        raise ValueError(f"the range [{low:g}, {high:g}] is empty; write the lower bound first")
    return bounds


def text(longest: int, pattern: str = LINE_PATTERN) -> Any:
    """Text on one line, no blanks at its ends."""
    return Annotated[str, StringConstraints(min_length=1, max_length=longest, pattern=pattern)]


Name = Annotated[str, StringConstraints(pattern=NAME_PATTERN), AfterValidator(not_reserved)]
Package = Annotated[str, StringConstraints(pattern=NAME_PATTERN), AfterValidator(known_package)]
Number = int | float
Expression = Annotated[
    str, StringConstraints(min_length=1, max_length=200, pattern=r"^[a-z0-9_.+\-*/<>=() ]+\n?$")
]
Prose = Annotated[str, StringConstraints(min_length=20, max_length=800, pattern=r"^\S")]
Sentence = Annotated[str, StringConstraints(min_length=10, max_length=500, pattern=r"^\S")]
Range = Annotated[list[Number | None], Field(min_length=2, max_length=2), AfterValidator(in_order)]
Level = Literal["exact", "paper", "scaled", "checkpoint", "data", "survey"]
ScaleName = Literal["smoke", "laptop", "gpu", "paper"]


class Strict(BaseModel):
    """Frozen; unknown keys, converted types and non-finite numbers are refused."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)


class Reported(BaseModel):
    """What the paper itself states: its aggregate, its seeds, and any further named numbers."""

    model_config = ConfigDict(strict=True, extra="allow", frozen=True, allow_inf_nan=False)
    __pydantic_extra__: dict[Name, Number]

    aggregate: text(80)
    seeds: Annotated[int, Field(ge=1)] | Literal["unknown", "none"]

    @property
    def numbers(self) -> dict[str, float]:
        """The numbers that expressions may name as `reported.<key>`."""
        return dict(self.__pydantic_extra__ or {})


class Learned(Strict):
    """The level that shows an arm has learned its own training distribution."""

    metric: Name = "in_distribution"
    at_least: Number | None = None
    at_most: Number | None = None
    except_: list[Name] = Field(default=[], alias="except")
    why: Sentence | None = None


class Control(Strict):
    """How well an arm may do that was given answers without meaning, where nothing leaks."""

    metric: Name
    at: dict[Name, Number | bool | text(64)] = {}
    at_most: Number | None = None
    at_least: Number | None = None


class Metric(Strict):
    """The range of a metric, lowest and highest value: null where it has no bound."""

    range: Range
    unit: text(60) | None = None


class Scale(Strict):
    """One of the four sizes at which a paper can be run."""

    seeds: Annotated[int, Field(ge=1, le=32)]
    minutes: Annotated[Number, Field(gt=0, le=2880)]
    device: Literal["cpu", "gpu"] = "cpu"
    shards: Annotated[int, Field(ge=1, le=32)] = 1
    reduced: bool = False  # the scale `paper`, where it is less than what the paper did
    looks: Annotated[list[Annotated[int, Field(ge=5, le=32)]], Field(max_length=3)] = []
    size: dict[Name, Any]
    _part: tuple[int, int] | None = PrivateAttr(default=None)  # first and last seed of a look


class Quantity(Strict):
    """One measured quantity with one interval; which keys it has follows from `take` (TAKES)."""

    take: Literal[tuple(TAKES)]
    metric: Name | None = None
    arm: Name | None = None
    minus: Name | None = None
    over: Name | Annotated[list[Name], Field(min_length=2, max_length=12)] | None = None
    along: Name | None = None
    at: dict[Name, Number | bool | text(64)] = {}
    level: Number | None = None
    scale: Literal["linear", "log", "logit"] = "linear"
    axis_scale: Literal["linear", "log"] = "linear"
    tests: Annotated[list[Name], Field(min_length=2, max_length=32)] = []
    above: Number | None = None

    @property
    def arms(self) -> list[str]:
        """Every arm it looks at, in order; none for `count`."""
        over = self.over if isinstance(self.over, list) else [self.over]
        return [name for name in (self.arm, self.minus, *over) if name is not None]


class Claim(Strict):
    """One claim with its rule. `name` is its key in paper.yaml."""

    statement: Prose
    quantities: Annotated[dict[Name, Quantity], Field(min_length=1, max_length=32)]
    valid: Expression = "automatic"
    reproduced: Expression
    contradicted: Expression
    effect: dict[Name, Number] = {}
    margin: Literal["half", "own", "direction"] | None = None
    why: Sentence | None = None
    judge: Literal["rule", "custom"] = "rule"  # custom: judge(metrics, size) of experiment.py
    stand_in: bool = True  # false: about the real object, in a paper with a stand-in
    asked_by: Literal[ASKERS] = "paper"  # recount: a question of our own; in no hash
    _name: str = PrivateAttr(default="")

    @property
    def name(self) -> str:
        return self._name


class Figure(Strict):
    """A picture of recorded rows on the paper's page. It decides nothing and is in no hash.

    lines: the metric along an axis, a line an arm, or one for each value of the axis `by`.
    tiles: the metric as shade over two axes; without `by`, over an axis and the arms.
    counts: how many cases have which value of the metric and of the metric `along`.
    """

    title: text(120)
    draw: Literal["lines", "tiles", "counts"] = "lines"
    metric: Name
    along: Name
    by: Name | None = None
    arms: list[Name] = []
    at: dict[Name, Number | bool | text(64)] = {}
    log: list[Literal["along", "metric"]] = []


class Paper(Strict):
    """One paper.yaml. `slug`, `lab` and `folder` come from its place and stand in no file."""

    title: text(300)
    authors: Annotated[list[text(80)], Field(min_length=1, max_length=400)]
    year: Annotated[int, Field(ge=1900, le=2100)]
    arxiv: text(40, r"^([0-9]{4}\.[0-9]{4,5}|[a-z-]+(\.[A-Z]{2})?/[0-9]{7})$") | None = None
    doi: text(200, r"^10\.[0-9]{4,9}/[!-~]+$") | None = None
    url: text(300, ADDRESS) | None = None
    code: text(300, CODE) | None
    whose_code: Literal["own_code", "authors_code"] = "own_code"
    level: Level
    fidelity: Annotated[int, Field(ge=1, le=3)]
    kind: Literal["train", "measure"] = "train"
    unit: Literal["seed", "item", "instance", "time", "none"] = "seed"
    tour: bool = False
    reported: Reported
    limits: Sentence
    needs: Annotated[list[Package], Field(max_length=12)] = []
    stand_in: Sentence | None = None
    version: Annotated[int, Field(ge=1, le=99)] = 1
    arms: Annotated[dict[Name, dict[Name, Any]], Field(min_length=1, max_length=12)]
    learned: Learned | None = None
    controls: Annotated[dict[Name, Control], Field(max_length=4)] = {}
    tuning: dict[Name, Annotated[int, Field(ge=1, le=10000)]] = {}
    metrics: Annotated[dict[Name, Metric], Field(max_length=64)] = {}
    scales: dict[ScaleName, Scale]
    claims: Annotated[dict[Name, Claim], Field(min_length=1, max_length=24)]
    figures: Annotated[dict[Name, Figure], Field(max_length=6)] = {}
    _folder: Path = PrivateAttr(default=Path())

    def model_post_init(self, context: Any) -> None:
        """Fill in what the file may leave out: names of claims, `learned`, a tuning of 1."""
        super().model_post_init(context)
        for name, claim in self.claims.items():
            claim._name = name
        if self.learned is None and self.kind == "train":
            self.__dict__["learned"] = Learned(at_least=0.9)
        self.__dict__["tuning"] = dict.fromkeys(self.arms, 1) | self.tuning

    @property
    def folder(self) -> Path:
        return self._folder

    @property
    def slug(self) -> str:
        return self._folder.name

    @property
    def lab(self) -> str:
        return self._folder.parent.name

    def metric_range(self, name: str) -> tuple[float, float]:
        """(lowest, highest) value of a metric, infinite where it has no bound."""
        if name not in self.metrics:
            return STANDARD_METRICS[name]
        low, high = self.metrics[name].range
        return (-math.inf if low is None else low, math.inf if high is None else high)


class Planned(Strict):
    """A paper of the catalogue that is not built yet."""

    slug: Name
    lab: Literal[LABS]
    level: Level
    title: text(300)
    claim: text(160)
