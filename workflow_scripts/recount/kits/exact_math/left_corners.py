"""Weighted context-free grammars, and two transformations that move their left corners.

A rule is (weight, head, body); a terminal is a lower-case text. New symbols are ("frozen", X), a
constituent whose left corner is of a moved kind, and ("slash", Y, X), what is left of a Y after its
left corner X. Source: Opedal, Tsipidi, Pimentel, Cotterell, Vieira, arXiv 2311.16258. Weights are
numbers modulo a prime, or natural numbers: what is equal there for random weights is equal as a
polynomial in them, and so in every commutative semiring.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import product

import networkx

PRIME = 2**61 - 1
LEFT, RIGHT = "slash first", "slash last"


def is_terminal(symbol) -> bool:
    return isinstance(symbol, str) and symbol.islower()


@dataclass(frozen=True)
class Grammar:
    """`start`, and rules (weight, head, body), which may repeat."""

    start: object
    rules: tuple

    @cached_property
    def symbols(self) -> list:
        seen = [self.start, *(x for _, head, body in self.rules for x in (head, *body))]
        return list(dict.fromkeys(seen))

    @cached_property
    def nonterminals(self) -> list:
        return [symbol for symbol in self.symbols if not is_terminal(symbol)]

    @property
    def size(self) -> int:
        return sum(1 + len(body) for _, _, body in self.rules)

    def trimmed(self) -> "Grammar":
        """Without symbols that derive nothing or are never reached."""
        useful, before = {symbol for symbol in self.symbols if is_terminal(symbol)}, -1
        while len(useful) > before:
            before = len(useful)
            useful |= {head for _, head, body in self.rules if useful.issuperset(body)}
        rules = [rule for rule in self.rules if useful.issuperset(rule[2])]
        reached, before = {self.start}, -1
        while len(reached) > before:
            before = len(reached)
            reached |= {x for _, head, body in rules if head in reached for x in body}
        return Grammar(self.start, tuple(rule for rule in rules if rule[1] in reached))

    def left_recursive(self) -> set[int]:
        """Places of the rules whose left corner can begin with their head again."""
        graph = networkx.DiGraph()
        graph.add_nodes_from(self.symbols)
        graph.add_edges_from((head, body[0]) for _, head, body in self.rules if body)
        place = networkx.condensation(graph).graph["mapping"]
        enumerated = enumerate(self.rules)
        return {i for i, (_, head, body) in enumerated if body and place[head] == place[body[0]]}


def sufficient(grammar: Grammar, moved: set[int]) -> set:
    """The left corners that have to be moved for the moved rules to lose all left recursion."""
    others = {head for i, (_, head, _) in enumerate(grammar.rules) if i not in moved}
    first = {grammar.rules[i][2][0] for i in moved}
    return {symbol for symbol in first if is_terminal(symbol) or symbol in others}


def transformed(grammar: Grammar, corners: Iterable, moved: set[int], order: str) -> Grammar:
    """The generalised left-corner transformation (RIGHT) or speculation (LEFT).

    `corners`: symbols that may be moved; `moved`: places of the rules that may be moved past.
    """
    corners, rules = set(corners), []

    def frozen(symbol):
        return symbol if is_terminal(symbol) else ("frozen", symbol)

    for symbol in grammar.symbols:
        rules.append((1, ("slash", symbol, symbol), ()))
    for place, (weight, head, body) in enumerate(grammar.rules):
        if place not in moved:
            rules.append((weight, frozen(head), body))
            continue
        first, rest = body[0], body[1:]
        if order == RIGHT:
            for whole in grammar.nonterminals:
                tail = (*rest, ("slash", whole, head))
                rules.append((weight, ("slash", whole, first), tail))
        else:
            for part in grammar.symbols:
                tail = (("slash", first, part), *rest)
                rules.append((weight, ("slash", head, part), tail))
        if first not in corners:
            rules.append((weight, frozen(head), (frozen(first), *rest)))
    for whole in grammar.nonterminals:
        if whole not in corners:
            rules.append((1, whole, (frozen(whole),)))
        for part in corners:
            rules.append((1, whole, (frozen(part), ("slash", whole, part))))
    return Grammar(grammar.start, tuple(rules)).trimmed()


def language(grammar: Grammar, longest: int, prime: int = 0, which=None) -> dict:
    """Symbol -> {word: weight} for words up to a length, by iteration to the fixed point.

    Works for empty and unary rules as long as no word has infinitely many derivations.
    """
    values = {x: {x: 1} if is_terminal(x) else {} for x in grammar.symbols}
    users, by_head = defaultdict(set), defaultdict(list)
    for weight, head, body in grammar.rules:
        by_head[head].append((weight, body))
        for symbol in body:
            users[symbol].add(head)
    waiting = dict.fromkeys(by_head)
    while waiting:
        head = next(iter(waiting))
        del waiting[head]
        total = defaultdict(int)
        for weight, body in by_head[head]:
            words = {"": weight}
            for symbol in body:
                words = times(words, values[symbol], longest, prime)
            for word, one in words.items():
                total[word] = (total[word] + one) % prime if prime else total[word] + one
        if total != values[head]:
            values[head] = dict(total)
            waiting |= dict.fromkeys(users[head])
    return values[grammar.start] if which is None else values


def times(left: dict, right: dict, longest: int, prime: int) -> dict:
    found = defaultdict(int)
    for one, weight in left.items():
        for other, its in right.items():
            if len(one) + len(other) <= longest:
                both = found[one + other] + weight * its
                found[one + other] = both % prime if prime else both
    return found


def weight_of(grammar: Grammar, word: str, prime: int = 0) -> int:
    """The weight of one word by recursion on spans; for grammars without empty rules or loops."""
    by_head = defaultdict(list)
    for weight, head, body in grammar.rules:
        by_head[head].append((weight, body))

    @cache
    def inside(symbol, i, j):
        if is_terminal(symbol):
            return int(word[i:j] == symbol)
        return sum(weight * sequence(body, i, j) for weight, body in by_head[symbol])

    @cache
    def sequence(body, i, j):
        if len(body) == 1:
            return inside(body[0], i, j)
        cuts = range(i + 1, j - len(body) + 2)
        found = ((inside(body[0], i, k), k) for k in cuts)
        return sum(first * sequence(body[1:], k, j) for first, k in found if first)

    total = inside(grammar.start, 0, len(word))
    return total % prime if prime else total


def without_empty(grammar: Grammar) -> Grammar:
    """The same language less the empty word, without empty rules."""
    values = language(grammar, 0, PRIME, which="all")
    empty = {symbol: words.get("", 0) for symbol, words in values.items()}
    rules = []
    for weight, head, body in grammar.rules:
        choices = [((0, 1) if empty[symbol] else (1,)) for symbol in body]
        for kept in product(*choices):
            its, rest = weight, tuple(x for x, keep in zip(body, kept, strict=True) if keep)
            for symbol, keep in zip(body, kept, strict=True):
                its = its if keep else its * empty[symbol] % PRIME
            if rest:
                rules.append((its, head, rest))
    return Grammar(grammar.start, tuple(rules)).trimmed()


def random_grammar(rng, size: int, left: float, prime: int = PRIME) -> Grammar:
    """`size` nonterminals, letters a and b; `left` is the chance that a long rule starts with a
    nonterminal. No empty rules; unary rules go to later nonterminals only."""
    names = [f"N{i}" for i in range(size)]
    rules = []

    def add(head, *body):
        rules.append((int(rng.integers(1, prime)) if prime else 1, head, body))

    def any_symbol(chance):
        return names[rng.integers(size)] if rng.random() < chance else "ab"[rng.integers(2)]

    for place, head in enumerate(names):
        add(head, "ab"[rng.integers(2)])
        for _ in range(rng.integers(1, 4)):
            add(head, any_symbol(left), *(any_symbol(0.5) for _ in range(rng.integers(1, 3))))
        if place + 1 < size and rng.random() < 0.5:
            add(head, names[rng.integers(place + 1, size)])
    return Grammar(names[0], tuple(rules)).trimmed()
