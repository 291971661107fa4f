"""Files that define letters, and theorems of the rewriting system that need theirs.

A file gives each of the letters p q r one of twelve words as its meaning. A tactic names letter and
meaning, and fits only where the file agrees. To a network a definition is one token, so that a file
takes three places of a line. A theorem starts from letters of its file; the word that it ends at
shows none of their meanings, so that the two words beside each other do not tell what a letter is.
"""

from recount.kits.exact_math import rewriting as rw
from recount.kits.exact_math.tactic_model import VOCABULARY, Layout

# Permutations that take three swaps and no less: all odd, no two of them equal.
MEANINGS = ("abc", "acb", "bac", "cba", "abd", "adc", "bad", "cda", "bcd", "cbd", "bdc", "dcb")
PAIRS = [(letter, word) for letter in rw.LOCAL for word in MEANINGS]
ENTRIES = [f"{letter}={word}" for letter, word in PAIRS]
THEORY = len(rw.rules_of())
RULES = THEORY + 2 * len(PAIRS)
KEPT = 4  # of so many files one is kept for the test


class Lines(Layout):
    """A file's definitions, a token each, stand where other papers have its letters."""

    def line(self, word, target, context=""):
        told = bytes(VOCABULARY + ENTRIES.index(one) for one in context.split())
        return told.ljust(self.context, b"\0") + super().line(word, target)[self.context :]


def layout(run):
    return Lines(len(rw.LOCAL), run.size.longest, RULES)


def definitions(draw, new):
    """The file as equations, each where its own tactics stand, and as text, in any order.

    Files whose meanings' numbers add up to a multiple of KEPT are `new`: no library has one.
    """
    while True:
        numbers = [draw.randrange(len(MEANINGS)) for _ in rw.LOCAL]
        if (sum(numbers) % KEPT == 0) == new:
            break
    meant = {letter: MEANINGS[k] for letter, k in zip(rw.LOCAL, numbers, strict=True)}
    entries = [f"{letter}={word}" for letter, word in meant.items()]
    draw.shuffle(entries)
    local = tuple(one if meant[one[0]] == one[1] else rw.ABSENT for one in PAIRS)
    return local, " ".join(entries)


def theorem(run, draw, local, dependent, fewest):
    """From local letters, if `dependent`, to common ones; no proof has less than `fewest` steps."""
    size, rules = run.size, rw.rules_of(local)
    weights = rw.usual_weights(rules)
    weights[THEORY + 1 :: 2] = [0.0] * (len(weights[THEORY:]) // 2)  # a walk never folds
    while True:
        start = list(rw.random_word(draw, draw.randint(3, 4) if dependent else draw.randint(5, 7)))
        for place in draw.sample(range(len(start)), draw.randint(1, 2) if dependent else 0):
            start[place] = draw.choice(rw.LOCAL)
        start, steps = "".join(start), draw.randint(fewest, size.most_steps)
        fitting = rules if dependent else rw.rules_of()
        target, path = rw.walk(draw, start, fitting, steps, size.longest, weights)
        shown = any(letter in start and word in target for letter, word in local)
        if not shown and not set(target) & set(rw.LOCAL) and len(path) >= fewest:
            proof = rw.shortest(start, target, fitting, size.longest, len(path))
            if len(proof) >= fewest:
                return rw.Theorem(start, target, proof, local)


def drawn(run, seed, stream, count, fewest=1, files="many"):
    """Theorems with the texts of their files; every second one needs its file.

    Where all share `one` file, it is the seed's own in every stream; else only libraries have files
    that are not new.
    """
    draw, new = rw.chance(run, stream, seed), stream != "library"
    shared = definitions(rw.chance(run, "file", seed), True)
    given = [definitions(draw, new) if files == "many" else shared for _ in range(count)]
    found = [theorem(run, draw, one, at % 2 == 0, fewest) for at, (one, _) in enumerate(given)]
    return found, [text for _, text in given]


def shifted(texts):
    """To every theorem the file of the next."""
    return texts[1:] + texts[:1]


def unfolding(tactics):
    """Where a tactic replaces a letter of the file by its meaning, which only the file tells."""
    rules = tactics % RULES
    return (rules >= THEORY) & (rules % 2 == 0)
