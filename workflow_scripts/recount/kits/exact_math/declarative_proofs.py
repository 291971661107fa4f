"""Written proofs in which every instance is named, so that each step can be checked by itself.

    lemma zero_le: all n. nat(n) -> 0 <= n
      0 + n = n : zero_add[n]                      a fact, from zero_add said of n
      with n: some k. nat(k) and 0 + k = n         there is one, namely n
      qed : le[0; n]

`block F` proves F by the lines below it, `take k. F` names something that exists, and `label|` in
front names a fact. Names and premises of a goal (h1, h2, ...) are at hand, and so are all earlier
facts, as they stand: a step has to follow from these and from the cited instances alone.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from recount.kits.exact_math import set_formulas as sf
from recount.kits.exact_math.set_formulas import Tree
from recount.typed import BadValue

CITED = re.compile(r"(\w+)(?:\[([^\]]*)\])?")
LINE = re.compile(r"(?:(\w+)\| )?(.*?)(?: : (.*))?")


@dataclass
class Step:
    """`kind`: fact, block, take, with or qed; `word` is what is taken or given."""

    kind: str
    formula: Tree
    cited: list[tuple[str, list[Tree]]] = field(default_factory=list)
    label: str = ""
    word: Tree = ""
    inside: list["Step"] = field(default_factory=list)

    def lines(self) -> int:
        return 1 + sum(one.lines() for one in self.inside)

    def names(self) -> set[str]:
        """Everything cited here and inside."""
        return {name for name, _ in self.cited}.union(*(one.names() for one in self.inside))


@dataclass(frozen=True)
class Lemma:
    """An axiom has no proof."""

    name: str
    formula: Tree
    proof: list[Step] | None


def development(text: str) -> list[Lemma]:
    found: list[Lemma] = []
    lines = [line for line in re.sub(r"->\n +", "-> ", text).splitlines() if line.strip()]
    starts = [k for k, line in enumerate(lines) if not line.startswith(" ")] + [len(lines)]
    for start, end in zip(starts, starts[1:], strict=False):
        kind, name, formula = re.fullmatch(r"(axiom|lemma) (\w+): (.*)", lines[start]).groups()
        proof = None if kind == "axiom" else steps(lines[start + 1 : end], 2)
        found.append(Lemma(name, sf.read(formula), proof))
    return found


def steps(lines: list[str], indent: int) -> list[Step]:
    found: list[Step] = []
    while lines:
        line, deeper = lines[0], 1
        while deeper < len(lines) and lines[deeper].startswith(" " * (indent + 2)):
            deeper += 1
        found.append(step(line.strip(), steps(lines[1:deeper], indent + 2)))
        lines = lines[deeper:]
    return found


def step(line: str, inside: list[Step]) -> Step:
    label, said, cited = LINE.fullmatch(line).groups()
    references = [
        (name, [sf.read(one) for one in values.split(";")] if values else [])
        for name, values in CITED.findall(cited or "")
    ]
    if said == "qed":
        return Step("qed", "", references)
    if said.startswith("block "):
        return Step("block", sf.read(said[6:]), references, label or "", "", inside)
    if said.startswith("take "):
        word, formula = said[5:].split(". ", 1)
        return Step("take", sf.read(formula), references, label or "", word)
    if said.startswith("with "):
        word, formula = said[5:].split(": ", 1)
        return Step("with", sf.read(formula), references, label or "", sf.read(word))
    return Step("fact", sf.read(said), references, label or "")


@dataclass
class Scope:
    """What is at hand at a place of a proof."""

    known: dict[str, Tree]
    facts: list[Tree] = field(default_factory=list)
    labels: dict[str, Tree] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    premises: int = 0

    def copy(self) -> "Scope":
        parts = (list(self.facts), dict(self.labels), set(self.names), self.premises)
        return Scope(self.known, *parts)

    def new(self, name: str) -> None:
        if name in self.names:
            raise BadValue(f"{name}: is in use here; take another name")
        self.names.add(name)

    def add(self, fact: Tree, label: str = "") -> None:
        self.facts.append(fact)
        if label:
            self.labels[label] = fact

    def opened(self, goal: Tree) -> Tree:
        """The goal without its names and premises, which come to hand."""
        while isinstance(goal, tuple) and goal[0] in ("all", "->", "not"):
            if goal[0] == "all":
                self.new(goal[1])
                goal = goal[2]
                continue
            self.premises += 1
            self.add(goal[1], f"h{self.premises}")
            goal = goal[2] if goal[0] == "->" else "false"
        return goal

    def cited(self, one: Step) -> list[Tree]:
        """The instances that a step names. BadValue for an unknown name."""
        found = []
        for name, values in one.cited:
            fact = self.labels.get(name, self.known.get(name))
            if fact is None:
                raise BadValue(f"{name}: is neither an earlier lemma nor a label here")
            found.append(sf.instance(fact, values))
        return found


@dataclass(frozen=True)
class Obligation:
    """What a step must follow from: facts at hand and named instances; and the step itself."""

    step: Step
    facts: list[Tree]
    instances: list[Tree]
    goal: Tree


def obligations(proof: list[Step], goal: Tree, scope: Scope) -> Iterator[Obligation]:
    """One for every line that is no block, in order. BadValue where a proof has no end."""
    goal = scope.opened(goal)
    if not proof or proof[-1].kind != "qed":
        raise BadValue(f"{sf.shown(goal)}: its proof does not end with qed")
    for one in proof:
        wanted = goal if one.kind == "qed" else one.formula
        if one.kind == "block":
            yield from obligations(one.inside, one.formula, scope.copy())
        else:
            if one.kind == "take":
                scope.new(one.word)
                wanted = ("some", one.word, one.formula)
            elif one.kind == "with":
                wanted = sf.substituted(one.formula[2], {one.formula[1]: one.word})
            yield Obligation(one, list(scope.facts), scope.cited(one), wanted)
        if one.kind != "qed":
            scope.add(one.formula, one.label)


@dataclass
class Shorter:
    """A proof after hammering: its lines, and every attempt as (first order, provers that did)."""

    lines: int = 0
    attempts: list[tuple[bool, list[str]]] = field(default_factory=list)


Attempt = Callable[[list[Tree], set[str], Tree], list[str]]


def shortened(proof: list[Step], goal: Tree, scope: Scope, attempt: Attempt) -> Shorter:
    """The proof with its largest provable spans replaced by single calls of `attempt`.

    First the whole is tried, then what is left after one line, after two, ...; a block that stays
    is shortened in the same way. `attempt` gets the facts at hand, the names that the replaced
    lines cite, and the goal; it says which provers did it.
    """
    found, opened = Shorter(), scope.opened(goal)
    for place, one in enumerate(proof):
        rest = set().union(*(later.names() for later in proof[place:]))
        if place == 0 or len(proof) - place > 1:
            solved = attempt(scope.facts, rest, opened)
            if place == 0:
                found.attempts.append((sf.first_order(opened), solved))
            if solved:
                found.lines += 1
                return found
        if one.kind == "block":
            inner = shortened(one.inside, one.formula, scope.copy(), attempt)
            whole = inner.attempts[0][1]
            found.lines += 1 if whole else 1 + inner.lines
            found.attempts += inner.attempts
        else:
            found.lines += 1
            if one.kind == "take":
                scope.new(one.word)
        if one.kind != "qed":
            scope.add(one.formula, one.label)
    return found
