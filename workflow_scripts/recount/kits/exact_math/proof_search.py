"""Best-first and beam search for rewriting proofs, many goals at once, at a fixed number of calls.

Each goal has a tree of its own. An expansion asks the policy once for one node and tries its
`width` most probable tactics; those that the rules refuse are lost. The nodes that all goals of all
seeds want to have expanded are asked for together. A found proof is a list of words, for a checker
to judge.
"""

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import log
from random import Random

import numpy as np

from recount.kits.exact_math import proof_checker
from recount.kits.exact_math.rewriting import (
    ABSENT,
    EQUATIONS,
    Rules,
    Theorem,
    moves,
    rules_of,
    taken,
)
from recount.kits.exact_math.tactic_model import Layout

Ask = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Node:
    """A word, the summed log probability of the tactics that led to it, and how many they were."""

    word: str
    total: float = 0.0
    depth: int = 0
    before: "Node | None" = None

    @property
    def words(self) -> list[str]:
        return [*(self.before.words if self.before else []), self.word]


@dataclass
class Tree:
    """The search for one goal: what is still to be expanded, and what was found.

    `used` counts expansions, `deepest` is the depth of the deepest node expanded.
    """

    goal: Theorem
    context: str
    rules: Rules
    seen: set[str]
    open: list = field(default_factory=list)
    used: int = 0
    deepest: int = 0
    made: int = 0
    proof: list[str] | None = None

    @property
    def done(self) -> bool:
        return self.proof is not None or not self.open

    def grown(self, node: Node, proposed: Sequence[tuple[tuple[int, int], float]], longest: int):
        """The new children of a node; stops at the target."""
        self.used += 1
        self.deepest = max(self.deepest, node.depth)
        for step, chance in proposed:
            word = taken(node.word, self.rules, step, longest)
            if word is None or word in self.seen:
                continue
            self.seen.add(word)
            child = Node(word, node.total + chance, node.depth + 1, node)
            if word == self.goal.target:
                self.proof = child.words
                return
            yield child


def planted(goals: Sequence[Theorem], contexts: Sequence[str] | None = None) -> list[Tree]:
    """A tree for every goal, its root open."""
    contexts = contexts or [""] * len(goals)
    return [
        Tree(goal, context, rules_of(goal.local), {goal.start}, [(0.0, 0, Node(goal.start))])
        for goal, context in zip(goals, contexts, strict=True)
    ]


def accepted(tree: Tree) -> bool:
    """Whether the checker accepts what was found; finding nothing is no fault."""
    goal, words = tree.goal, tree.proof
    local = [pair for pair in goal.local if pair != ABSENT]
    return words is None or proof_checker.certified(
        words, goal.start, goal.target, EQUATIONS, local
    )


def proposals(
    ask: Ask | None, layout: Layout, wanted: Sequence[Sequence[tuple[Tree, Node]]], width: int
) -> list[list[list]]:
    """Per seed and wanted node, its (step, log probability), the most probable first.

    Without `ask` the policy knows nothing but the rules: all steps that fit are equally probable,
    and are tried in an order that the words themselves shuffle.
    """
    if ask is None:
        return [[uniform(tree, node, layout, width) for tree, node in part] for part in wanted]
    lines = np.zeros((len(wanted), max(map(len, wanted)), layout.length), np.uint8)
    for row, part in enumerate(wanted):
        if part:
            states = [layout.line(n.word, tree.goal.target, tree.context) for tree, n in part]
            lines[row, : len(part)] = layout.lines(states)
    scores = ask(lines)
    best = np.argpartition(-scores, width - 1, -1)[..., :width]
    chances = np.take_along_axis(scores, best, -1)
    order = np.argsort(-chances, -1, kind="stable")
    best = np.take_along_axis(best, order, -1).tolist()
    chances = np.take_along_axis(chances, order, -1).tolist()
    return [
        [
            list(zip(map(layout.step, best[row][at]), chances[row][at], strict=True))
            for at in range(len(part))
        ]
        for row, part in enumerate(wanted)
    ]


def uniform(tree: Tree, node: Node, layout: Layout, width: int) -> list:
    fitting = moves(node.word, tree.rules, layout.longest)
    text = f"{node.word}={tree.goal.target}"
    drawn = Random(text).sample(fitting, min(width, len(fitting)))
    return [(step, -log(len(fitting))) for step in drawn]


def best_first(
    ask: Ask | None,
    layout: Layout,
    forest: Sequence[Sequence[Tree]],
    *,
    expansions: int,
    width: int,
    exponent: float,
) -> None:
    """Grow every tree (per seed) by its best node: log probability over depth ** exponent."""
    for _ in range(expansions):
        wanted = [
            [(tree, heapq.heappop(tree.open)[2]) for tree in part if not tree.done]
            for part in forest
        ]
        if not any(wanted):
            return
        found = proposals(ask, layout, wanted, width)
        for part, proposed in zip(wanted, found, strict=True):
            for (tree, node), steps in zip(part, proposed, strict=True):
                for child in tree.grown(node, steps, layout.longest):
                    tree.made += 1
                    score = child.total / child.depth**exponent
                    heapq.heappush(tree.open, (-score, tree.made, child))


def beam(
    ask: Ask | None,
    layout: Layout,
    forest: Sequence[Sequence[Tree]],
    *,
    expansions: int,
    width: int,
    kept: int,
) -> None:
    """Level by level: of all children of a level the `kept` most probable are expanded next."""
    levels = {id(tree): [] for part in forest for tree in part}
    for _ in range(expansions):
        wanted = [
            [(tree, tree.open.pop(0)[2]) for tree in part if not tree.done] for part in forest
        ]
        if not any(wanted):
            return
        found = proposals(ask, layout, wanted, width)
        for part, proposed in zip(wanted, found, strict=True):
            for (tree, node), steps in zip(part, proposed, strict=True):
                level = levels[id(tree)]
                level += tree.grown(node, steps, layout.longest)
                if not tree.open and tree.proof is None:
                    level.sort(key=lambda child: -child.total)
                    tree.open = [(0.0, 0, child) for child in level[:kept]]
                    level.clear()
