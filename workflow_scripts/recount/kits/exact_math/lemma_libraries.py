"""Libraries of lemmas and theorems in simple English, with proofs that name what they use.

A library is about one kind of thing and about properties. A lemma says that things with one or two
properties have another; a theorem follows from several lemmas, its references, one after another.
Each property has several words of equal meaning, and each mention takes one of them, so texts about
the same need not share a word. `follows` checks a proof without looking at how it was found.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product

import numpy as np

Clause = tuple[frozenset[int], int]
PAD, MASK = 0, 1
SYLLABLES = ("ba", "dor", "fe", "gul", "ki", "lam", "mo", "nar", "pel", "ri", "sut", "ve")
FRAME = (
    "",
    "?",
    "if",
    "a",
    "is",
    "and",
    "then",
    "it",
    "every",
    "which",
    "must",
    "be",
    "are",
    "all",
)
FRAME += ("suppose", "show", "that", "has", "the", "ring", "graph")
KIND = {"ring": FRAME.index("ring"), "graph": FRAME.index("graph")}
STATEMENTS = (
    "if a KIND is GIVEN then it is FOUND",
    "every GIVEN KIND is FOUND",
    "a KIND which is GIVEN must be FOUND",
    "all GIVEN KIND are FOUND",
    "suppose the KIND is GIVEN then it is FOUND",
    "show that a GIVEN KIND is FOUND",
)


def word(number: int) -> str:
    """The words of properties, in their order: made up, so that none has a meaning of its own."""
    first, rest = divmod(number, len(SYLLABLES) ** 2)
    parts = (first % len(SYLLABLES), *divmod(rest, len(SYLLABLES)))
    return "".join(SYLLABLES[part] for part in parts)


def words(ids: Iterable[int]) -> str:
    """The text of token ids, to be read by people."""
    found = (FRAME[k] if k < len(FRAME) else word(k - len(FRAME)) for k in ids)
    return " ".join(one for one in found if one)


@dataclass(frozen=True)
class Theorem:
    given: frozenset[int]
    found: int
    references: tuple[int, ...]


@dataclass(frozen=True)
class Library:
    """Lemmas over `properties` (numbers common to all libraries) about one kind of thing."""

    kind: str
    properties: list[int]
    lemmas: list[Clause]


def drawn_library(kind: str, properties: list[int], lemmas: int, rng) -> Library:
    """Different lemmas; half of them ask for two properties."""
    found: dict[Clause, None] = {}
    while len(found) < lemmas:
        chosen = rng.choice(properties, 2 + len(found) % 2, replace=False).tolist()
        found[frozenset(chosen[1:]), chosen[0]] = None
    return Library(kind, properties, list(found))


def drawn_theorem(library: Library, steps: int, given: int, rng) -> Theorem:
    """What follows from a few properties after several lemmas, each needing one before it."""
    while True:
        start = frozenset(rng.choice(library.properties, given, replace=False).tolist())
        known, used = set(start), []
        for _ in range(2 * steps):
            open_ones = [
                k
                for k, (needed, gives) in enumerate(library.lemmas)
                if needed <= known and gives not in known and (not used or needed - start)
            ]
            if not open_ones:
                break
            used.append(int(rng.choice(open_ones)))
            known.add(library.lemmas[used[-1]][1])
            theorem = traced(library, start, used)
            if len(theorem.references) == steps:
                return theorem


def traced(library: Library, start: frozenset[int], used: list[int]) -> Theorem:
    """The last thing shown, with only what it needs: backwards from it."""
    wanted, needed, kept = {library.lemmas[used[-1]][1]}, set(), []
    for k in reversed(used):
        premises, gives = library.lemmas[k]
        if gives in wanted:
            kept.append(k)
            wanted |= premises - start
            needed |= premises & start
    return Theorem(frozenset(needed), library.lemmas[used[-1]][1], tuple(sorted(kept)))


def follows(given: Iterable[int], found: int, clauses: Iterable[Clause]) -> bool:
    """Whether it follows: the clauses are applied over and over until nothing new comes."""
    known, clauses = set(given), list(clauses)
    while True:
        new = {gives for needed, gives in clauses if needed <= known} - known
        if not new:
            return found in known
        known |= new


def right(library: Library, theorem: Theorem) -> bool:
    """Whether the references prove the theorem, and none of them can be spared."""
    clauses = [library.lemmas[k] for k in theorem.references]
    rest = [[*clauses[:k], *clauses[k + 1 :]] for k in range(len(clauses))]
    goal = (theorem.given, theorem.found)
    return follows(*goal, clauses) and not any(follows(*goal, fewer) for fewer in rest)


def sentence(kind: str, given: Iterable[int], found: int, synonyms: int, longest: int, rng):
    """Token ids (longest,) of a statement, in random wording."""

    def mention(one: int) -> int:
        return len(FRAME) + one * synonyms + int(rng.integers(synonyms))

    ids: list[int] = []
    for part in STATEMENTS[int(rng.integers(len(STATEMENTS)))].split():
        if part == "GIVEN":
            mentions = [mention(one) for one in rng.permutation(sorted(given)).tolist()]
            joined = product(mentions, [FRAME.index("and")])
            ids += [token for pair in joined for token in pair][:-1]
        else:
            names = {"KIND": KIND[kind]}
            ids.append(mention(found) if part == "FOUND" else names.get(part) or FRAME.index(part))
    return np.array(ids + [PAD] * (longest - len(ids)))


def counted(texts: np.ndarray, vocabulary: int) -> np.ndarray:
    """How often each word stands in each text: (..., N, T) -> (..., N, vocabulary)."""
    found = np.zeros((*texts.shape[:-1], vocabulary))
    for place in range(texts.shape[-1]):
        np.add.at(found.reshape(-1, vocabulary), flat_places(texts[..., place]), 1)
    found[..., PAD] = 0
    return found


def flat_places(ids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return np.arange(ids.size), ids.ravel()


def rarity(counts: np.ndarray) -> np.ndarray:
    """How much a word tells: ln((1 + N) / (1 + texts with it)), (..., N, V) -> (..., V)."""
    return np.log((1 + counts.shape[-2]) / (1 + (counts > 0).sum(-2)))


def tfidf(asked: np.ndarray, texts: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Cosines of weighted counts, (..., Q, V) and (..., N, V) -> (..., Q, N)."""
    one, other = (counts * weight[..., None, :] for counts in (asked, texts))
    one, other = (
        v / np.maximum(np.linalg.norm(v, axis=-1, keepdims=True), 1e-9) for v in (one, other)
    )
    return one @ other.swapaxes(-1, -2)


def bm25(asked: np.ndarray, texts: np.ndarray, weight: np.ndarray, k=1.5, b=0.75) -> np.ndarray:
    """The same shapes: words that come again count less, and so do those of long texts."""
    length = texts.sum(-1, keepdims=True)
    damped = texts * (k + 1) / (texts + k * (1 - b + b * length / length.mean(-2, keepdims=True)))
    return (asked > 0) * weight[..., None, :] @ damped.swapaxes(-1, -2)
