"""Files that define letters, and theorems of the rewriting system that need theirs.

A file gives each of the letters p q r one of four words as its meaning. A tactic names letter and
meaning, and fits only where the file agrees. To a network a definition is one token, so that a file
takes three places of a line.
"""

from recount.kits.exact_math import rewriting as rw
from recount.kits.exact_math.tactic_model import VOCABULARY, Layout

MEANINGS = ("ab", "bd", "ca", "dc")  # alike in length and parity: a theorem does not tell them
PAIRS = [(letter, word) for letter in rw.LOCAL for word in MEANINGS]
ENTRIES = [f"{letter}={word}" for letter, word in PAIRS]
THEORY = len(rw.rules_of())
RULES = THEORY + 2 * len(PAIRS)


class Lines(Layout):
    """A file's definitions, a token each, stand where other papers have its letters."""

    def line(self, word, target, context=""):
        told = bytes(VOCABULARY + ENTRIES.index(one) for one in context.split())
        return told.ljust(self.context, b"\0") + super().line(word, target)[self.context :]


def layout(run):
    return Lines(len(rw.LOCAL), run.size.longest, RULES)


def definitions(draw):
    """The file as equations, each where its own tactics stand, and as text, in any order."""
    meant = {letter: draw.choice(MEANINGS) for letter in rw.LOCAL}
    entries = [f"{letter}={word}" for letter, word in meant.items()]
    draw.shuffle(entries)
    local = tuple(one if meant[one[0]] == one[1] else rw.ABSENT for one in PAIRS)
    return local, " ".join(entries)


def theorem(run, draw, local, dependent, fewest):
    """From common letters to local ones, if `dependent`; no proof has less than `fewest` steps."""
    size, rules = run.size, rw.rules_of(local)
    weights = rw.usual_weights(rules)
    weights[THEORY + 1 :: 2] = [0.0] * (len(weights[THEORY:]) // 2)  # a walk never folds
    while True:
        target = list(rw.random_word(draw, draw.randint(4, 6)))
        for place in draw.sample(range(len(target)), draw.randint(1, 3) if dependent else 0):
            target[place] = draw.choice(rw.LOCAL)
        target, steps = "".join(target), draw.randint(fewest, size.most_steps)
        fitting = rules if dependent else rw.rules_of()
        start, path = rw.walk(draw, target, fitting, steps, size.longest, weights)
        if not set(start) & set(rw.LOCAL) and len(path) >= fewest:
            proof = rw.shortest(start, target, fitting, size.longest, len(path))
            if len(proof) >= fewest:
                return rw.Theorem(start, target, proof, local)


def drawn(run, seed, stream, count, fewest=1, files="many"):
    """Theorems with the texts of their files; every second one needs its file.

    Where all share `one` file, it is the seed's own in every stream.
    """
    draw, shared = rw.chance(run, stream, seed), definitions(rw.chance(run, "file", seed))
    given = [definitions(draw) if files == "many" else shared for _ in range(count)]
    found = [theorem(run, draw, one, at % 2 == 0, fewest) for at, (one, _) in enumerate(given)]
    return found, [text for _, text in given]


def shifted(texts):
    """To every theorem the file of the next."""
    return texts[1:] + texts[:1]


def unfolding(tactics):
    """Where a tactic replaces a letter of the file by its meaning, which only the file tells."""
    rules = tactics % RULES
    return (rules >= THEORY) & (rules % 2 == 0)
