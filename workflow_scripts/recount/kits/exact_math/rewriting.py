"""Words rewritten by equations: a small proof system, and theorems whose proofs are known.

The letters a b c d swap neighbours among five things (squares vanish, far swaps commute, near ones
braid: Coxeter's presentation of S5). A file or a hypothesis may bring equations with letters p q r
of its own. A theorem says that `target` follows from `start`; its proof is a list of steps (rule,
place), each of which replaces the rule's left side at that place by its right side. Rule 2k reads
equation k from left to right, rule 2k + 1 from right to left, so `rule ^ 1` undoes a step at the
same place. Words longer than `longest` are refused, which keeps every search finite.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from recount.run import Run

Step = tuple[int, int]
Equation = tuple[str, str]
Rules = tuple[Equation, ...]

LETTERS, LOCAL = "abcd", "pqr"
SQUARES = tuple((letter * 2, "") for letter in LETTERS)
SWAPS = (("ac", "ca"), ("ad", "da"), ("bd", "db"))
BRAIDS = (("aba", "bab"), ("bcb", "cbc"), ("cdc", "dcd"))
EQUATIONS = SQUARES + SWAPS + BRAIDS
ABSENT = ("?", "?")  # an equation that fits nowhere: it keeps the numbers of rules in place
INSERTIONS = tuple(2 * k + 1 for k in range(len(SQUARES)))


@dataclass(frozen=True)
class Theorem:
    """`start` = `target` under the theory and the equations in `local`, with one known proof.

    `local` may hold ABSENT, where a name is reserved for an equation that is not there.
    """

    start: str
    target: str
    proof: tuple[Step, ...]
    local: tuple[Equation, ...] = ()


def directed(equations: Sequence[Equation]) -> Rules:
    """Every equation from left to right, then from right to left."""
    return tuple(rule for left, right in equations for rule in ((left, right), (right, left)))


def rules_of(local: Sequence[Equation] = ()) -> Rules:
    """The theory's rules, then those of the local equations."""
    return directed(EQUATIONS + tuple(local))


def taken(word: str, rules: Rules, step: Step, longest: int) -> str | None:
    """The word after a step, or None where the rule does not fit or the word grows too long."""
    (left, right), place = rules[step[0]], step[1]
    if not word.startswith(left, place):
        return None
    found = word[:place] + right + word[place + len(left) :]
    return found if len(found) <= longest else None


def places(word: str, left: str) -> list[int]:
    """Where `left` occurs, overlaps included; an empty one occurs everywhere."""
    found, at = [], word.find(left)
    while at >= 0:
        found.append(at)
        at = word.find(left, at + 1)
    return found


def moves(word: str, rules: Rules, longest: int) -> list[Step]:
    """Every step that the word allows."""
    room = longest - len(word)
    return [
        (rule, place)
        for rule, (left, right) in enumerate(rules)
        if len(right) - len(left) <= room
        for place in places(word, left)
    ]


def words_of(start: str, proof: Sequence[Step], rules: Rules, longest: int) -> list[str] | None:
    """All words of a proof, `start` first; None where a step is refused."""
    words = [start]
    for step in proof:
        found = taken(words[-1], rules, step, longest)
        if found is None:
            return None
        words.append(found)
    return words


def backwards(proof: Sequence[Step]) -> tuple[Step, ...]:
    """The proof of target = start."""
    return tuple((rule ^ 1, place) for rule, place in reversed(proof))


def chance(run: Run, stream: str, seed: int) -> Random:
    """A generator of single draws from one of the run's named streams."""
    return Random(int(run.rng(stream, seed).integers(2**62)))


def random_word(draw: Random, length: int, letters: str = LETTERS) -> str:
    return "".join(draw.choice(letters) for _ in range(length))


def walk(
    draw: Random, start: str, rules: Rules, steps: int, longest: int, weights: Sequence[float]
) -> tuple[str, tuple[Step, ...]]:
    """Where a random walk of `steps` steps without loops ends, and the steps.

    A rule that fits is drawn by its weight, then one of its places. A step back to a word seen
    before cuts the loop out. After 20 tries a step the walk ends where it is.
    """
    words, path, seen = [start], [], {start: 0}
    for _ in range(20 * steps):
        if len(path) == steps:
            break
        fitting: dict[int, list[int]] = {}
        for rule, place in moves(words[-1], rules, longest):
            fitting.setdefault(rule, []).append(place)
        if not fitting:
            break
        rule = draw.choices(list(fitting), [weights[one] for one in fitting])[0]
        step = (rule, draw.choice(fitting[rule]))
        word = taken(words[-1], rules, step, longest)
        if word in seen:
            kept = seen[word]
            for gone in words[kept + 1 :]:
                del seen[gone]
            del words[kept + 1 :], path[kept:]
        else:
            seen[word] = len(words)
            words.append(word)
            path.append(step)
    return words[-1], tuple(path)


def usual_weights(rules: Rules, insertion: float = 0.25) -> list[float]:
    """1 for every rule but those that insert a square, which fit everywhere."""
    return [insertion if rule in INSERTIONS else 1.0 for rule in range(len(rules))]


def shortest(start: str, target: str, rules: Rules, longest: int, most: int) -> tuple | None:
    """A shortest proof, always the same one; None where it would have more than `most` steps.

    Breadth first from both ends at once; the smaller edge is widened. Every step can be undone, so
    the first meeting is exact.
    """
    if start == target:
        return ()
    seen = ({start: None}, {target: None})
    edges = [[start], [target]]
    for _ in range(most):
        side = 0 if len(edges[0]) <= len(edges[1]) else 1
        grown = []
        for word in edges[side]:
            for step in moves(word, rules, longest):
                found = taken(word, rules, step, longest)
                if found in seen[side]:
                    continue
                seen[side][found] = (word, step)
                if found in seen[1 - side]:
                    return traced(seen[0], found) + backwards(traced(seen[1], found))
                grown.append(found)
        edges[side] = grown
    return None


def traced(seen: dict, word: str) -> tuple[Step, ...]:
    """The steps that led a search to a word."""
    steps = []
    while seen[word] is not None:
        word, step = seen[word]
        steps.append(step)
    return tuple(reversed(steps))


def theorem(draw: Random, longest: int, most: int, letters: tuple[int, int] = (5, 8)) -> Theorem:
    """A theorem of the bare theory with a shortest proof: ends of a walk of 1 to `most` steps."""
    rules = rules_of()
    while True:
        start = random_word(draw, draw.randint(*letters))
        steps = draw.randint(1, most)
        end, path = walk(draw, start, rules, steps, longest, usual_weights(rules))
        if len(path) == steps:
            return Theorem(start, end, shortest(start, end, rules, longest, steps))


def by_depth(
    draw: Random,
    longest: int,
    depths: Sequence[int],
    each: int,
    letters: tuple[int, int] = (5, 8),
) -> list[Theorem]:
    """`each` theorems of the bare theory for every length of shortest proof, in that order."""
    rules, found = rules_of(), {depth: [] for depth in depths}
    while lacking := [depth for depth in depths if len(found[depth]) < each]:
        steps = lacking[-1] + 2 * draw.randint(0, 2)
        start = random_word(draw, draw.randint(*letters))
        end, _ = walk(draw, start, rules, steps, longest, usual_weights(rules))
        proof = shortest(start, end, rules, longest, steps)
        if len(proof) in lacking:
            found[len(proof)].append(Theorem(start, end, proof))
    return [one for depth in depths for one in found[depth]]
