"""A small categorial grammar with two meanings of every word: a diagram, and a formula.

Types are n (noun), p (noun phrase), s (sentence) and the two exponentials. The diagram meanings
form a closed functor to Python functions of diagrams, as Toumi and de Felice define it; the formula
meanings are Montague's, written without any diagram. Subjects take scope over objects.
"""

from collections.abc import Callable
from functools import cache
from itertools import count

from discopy import closed
from discopy.cat import Category
from discopy.grammar.categorial import Eval, Ty, Word
from discopy.python import Function

from recount.kits.exact_math.peirce import Formula, Graph, Spot, line

N, P, S = Ty("n"), Ty("p"), Ty("s")
VP = P >> S
TYPES = {
    "Alice": P,
    "man": N,
    "island": N,
    "big": N << N,
    "some": P << N,
    "every": P << N,
    "no": P << N,
    "sleeps": VP,
    "kills": VP << P,
    "is": VP << P,
    "himself": (VP << P) >> VP,
    "not": VP << VP,
    "happily": VP >> VP,
    "and": (VP >> VP) << VP,
    "who": (N >> N) << VP,
    "in": (N >> N) << P,
}
PLACES = {"Alice": 1, "man": 1, "island": 1, "big": 1, "sleeps": 1, "happily": 1}
PLACES |= {"kills": 2, "in": 2}  # (object, subject) and (where, what)
SPOTS = {name: Spot(name, places - 1, 1) for name, places in PLACES.items()}
ONE, SPLIT, MERGE, END = Graph.id(1), line(1, 2), line(2, 1), line(1, 0)


def itself(graph: Graph) -> Graph:
    """The noun phrase that leaves the line of what is said of it open."""
    return graph


def both(*effects: Graph) -> Graph:
    """Two things said of one line."""
    return SPLIT >> effects[0] @ effects[1]


def reflexive(verb) -> Graph:
    return SPLIT >> verb(itself)(itself) @ ONE >> line(2, 0)


def said_of(place: Graph) -> Callable:
    """A word that adds a predicate to a noun."""
    return lambda noun: noun @ place >> MERGE


# what a word means: a diagram, or a function of such meanings
DIAGRAMS = {
    "Alice": lambda effect: SPOTS["Alice"] >> effect,
    "man": SPOTS["man"],
    "island": SPOTS["island"],
    "big": said_of(SPOTS["big"]),
    "some": lambda noun: lambda effect: noun >> effect,
    "every": lambda noun: lambda effect: (noun >> effect.bubble()).bubble(),
    "no": lambda noun: lambda effect: (noun >> effect).bubble(),
    "sleeps": lambda who: who(SPOTS["sleeps"].dagger()),
    "kills": lambda whom: lambda who: who(whom(SPOTS["kills"]).dagger()),
    "is": lambda what: lambda who: who(what(ONE).dagger()),
    "himself": lambda verb: lambda who: who(reflexive(verb)),
    "not": lambda does: lambda who: who(does(itself).bubble()),
    "happily": lambda does: lambda who: who(both(does(itself), SPOTS["happily"].dagger())),
    "and": lambda second: lambda first: lambda who: who(both(first(itself), second(itself))),
    "who": lambda does: lambda noun: noun >> SPLIT >> ONE @ does(itself),
    "in": lambda where: said_of(where(SPOTS["in"])),
}
# one plausible mistake for each word: a cut or a line in another place
MISTAKES = {
    "big": lambda noun: noun @ SPOTS["big"] >> END @ ONE,
    "some": lambda noun: lambda effect: (noun.bubble() >> effect).bubble(),
    "every": lambda noun: lambda effect: noun >> effect.bubble().bubble(),
    "no": lambda noun: lambda effect: noun >> effect.bubble(),
    "kills": lambda whom: lambda who: who(whom(SPOTS["kills"].dagger()).dagger()),
    "is": lambda what: lambda who: who(what(END >> line(0, 1)).dagger()),
    "himself": lambda verb: lambda who: who(verb(itself)(itself) >> END),
    "not": lambda does: lambda who: who(does(itself)).bubble(),
    "happily": lambda does: lambda who: who(both(does(itself), END)),
    "and": lambda second: (
        lambda first: lambda who: who(first(itself)) @ (line(0, 1) >> second(itself))
    ),
    "who": lambda does: lambda noun: noun @ (line(0, 1) >> does(itself)),
    "in": lambda where: said_of(where(SPOTS["in"].dagger())),
}


def sentences(longest: int) -> list:
    """Every derivation of a sentence of at most so many words, shorter ones first."""
    return [tree for length in range(2, longest + 1) for tree in trees(S, length)]


@cache
def trees(kind: Ty, length: int) -> list:
    """Derivations of a type: a word, or (left, right, whether the left one is the function)."""
    if length == 1:
        return [word for word, own in TYPES.items() if own == kind]
    found = []
    for first in range(1, length):
        for function in functions():
            if isinstance(function, closed.Over) and function.base == kind:
                sides, forward = (function, function.exponent), True
            elif isinstance(function, closed.Under) and function.base == kind:
                sides, forward = (function.exponent, function), False
            else:
                continue
            lefts, rights = trees(sides[0], first), trees(sides[1], length - first)
            found += [(left, right, forward) for left in lefts for right in rights]
    return found


@cache
def functions() -> tuple:
    """Every type of a function that a word or a phrase of this lexicon has."""
    found, open_ = [], list(TYPES.values())
    while open_:
        kind = open_.pop()
        if isinstance(kind, closed.Over | closed.Under) and kind not in found:
            found.append(kind)
            open_ += [kind.base, kind.exponent]
    return tuple(sorted(found, key=str))


def words(tree) -> list[str]:
    return [tree] if isinstance(tree, str) else words(tree[0]) + words(tree[1])


def derivation(tree):
    """The derivation as a DisCoPy diagram from nothing to its type."""
    if isinstance(tree, str):
        return Word(tree, TYPES[tree])
    left, right = derivation(tree[0]), derivation(tree[1])
    return left @ right >> Eval(left.cod if tree[2] else right.cod)


def graph_of(tree, changed: str | None = None) -> Graph:
    """A sentence's diagram; with `changed`, that word has the meaning of its mistake."""
    meanings = DIAGRAMS | ({changed: MISTAKES[changed]} if changed else {})
    functor = closed.Functor(
        ob={S: Graph, N: Graph, P: Callable[[Graph], Graph]},
        ar=lambda word: lambda: meanings[word.name],
        cod=Category(tuple[type, ...], Function),
    )
    return functor(derivation(tree))()


def formula_of(tree) -> Formula:
    """A sentence's formula after Montague, by applying functions of variables and formulas."""
    fresh = (f"y{number}" for number in count())

    def some(say):
        name = next(fresh)
        return ("some", name, say(name))

    def every(noun, say):
        name = next(fresh)
        return ("every", name, ("if", noun(name), say(name)))

    def spot(name, *places):
        return ("spot", name, places)

    def joined(*parts):
        return ("and", parts)

    meanings = {
        "Alice": lambda say: some(lambda x: joined(spot("Alice", x), say(x))),
        "man": lambda x: spot("man", x),
        "island": lambda x: spot("island", x),
        "big": lambda noun: lambda x: joined(spot("big", x), noun(x)),
        "some": lambda noun: lambda say: some(lambda x: joined(noun(x), say(x))),
        "every": lambda noun: lambda say: every(noun, say),
        "no": lambda noun: lambda say: every(noun, lambda x: ("not", say(x))),
        "sleeps": lambda who: who(lambda x: spot("sleeps", x)),
        "kills": lambda whom: lambda who: who(lambda x: whom(lambda y: spot("kills", y, x))),
        "is": lambda what: lambda who: who(lambda x: what(lambda y: ("same", y, x))),
        "himself": lambda verb: lambda who: who(lambda x: verb(of(x))(of(x))),
        "not": lambda does: lambda who: who(lambda x: ("not", does(of(x)))),
        "happily": lambda does: lambda who: who(lambda x: joined(does(of(x)), spot("happily", x))),
        "and": lambda second: (
            lambda first: lambda who: who(lambda x: joined(first(of(x)), second(of(x))))
        ),
        "who": lambda does: lambda noun: lambda x: joined(noun(x), does(of(x))),
        "in": lambda where: (
            lambda noun: lambda x: joined(noun(x), where(lambda y: spot("in", y, x)))
        ),
    }

    def of(name):
        return lambda say: say(name)

    def value(one):
        if isinstance(one, str):
            return meanings[one]
        left, right = value(one[0]), value(one[1])
        return left(right) if one[2] else right(left)

    return value(tree)
