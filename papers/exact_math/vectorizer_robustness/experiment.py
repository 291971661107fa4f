"""How far a document's vector moves when d of its T words are replaced, over all small documents.

Words 0 ... 3 have fixed embeddings and weights. Concatenation moves by at most diam sqrt(d): a
replaced word moves its own part only. Counts with weights v, divided by their length, move by at
most 2 |change| / (sum of both lengths), and the change is at most v_max sqrt(2) d while a length is
at least v_min T / 2: so by a constant times d / T. The paragraph vector minimises the mean of
-log softmax(R q) over the words plus l/2 |q|^2, which bends by l at least everywhere: one word
turns the gradient by diam(R) / T, so the vector moves by at most diam(R) d / (l T). `loose` arms
drop what the bound needs and must break it. The check tries all pairs of documents.
"""

from itertools import product
from math import hypot, sqrt
from typing import Literal

import numpy as np

from recount.kits.exact_math import Exact, fact
from recount.kits.exact_math import vectorizers as words
from recount.typed import typed

EMBEDDED = np.array([[0.9, -0.2], [-0.4, 0.7], [0.1, 0.3], [-0.8, -0.6]])
WEIGHTS = np.array([1.0, 1.3, 1.7, 2.0])
BEND = 1.0
DIAMETER = max(float(np.hypot(*(a - b))) for a in EMBEDDED for b in EMBEDDED)


@typed()
class Arm:
    scheme: Literal["concatenation", "tfidf", "paragraph"]
    needed: Literal["kept", "dropped"]


@typed()
class Size:
    longest: int
    checked: int
    steepest: float


def cases(run):
    return [{"length": length} for length in range(1, run.size.longest + 1)]


def find(run, case):
    """Largest move by the number of replaced words, 1 ... T."""
    length, arm = case["length"], run.arm
    if arm.scheme == "concatenation":
        return {"moves": np.sqrt(np.arange(1, length + 1) * farthest_parts())}
    counts = words.multisets(length, len(WEIGHTS))
    vectors = np.array([vector(arm, row) for row in counts])
    replaced = np.abs(counts[:, None] - counts[None]).sum(2) // 2
    moved = np.sqrt(((vectors[:, None] - vectors[None]) ** 2).sum(2))
    return {"moves": np.array([moved[replaced == d].max() for d in range(1, length + 1)])}


def bend(arm):
    return BEND if arm.needed == "kept" else BEND / 100


def vector(arm, counts):
    if arm.scheme == "tfidf":
        return words.tfidf(counts, WEIGHTS, arm.needed == "kept")
    return words.paragraph(counts, EMBEDDED, bend(arm))


def farthest_parts():
    apart = EMBEDDED[:, None] - EMBEDDED[None]
    return float((apart**2).sum(2).max())


def check(run, case):
    """All pairs of documents, word by word; the vectors by a library's minimiser."""
    length, arm = case["length"], run.arm
    if length > run.size.checked:
        return None
    documents = list(product(range(len(WEIGHTS)), repeat=length))
    vectors = {one: slowly(arm, one) for one in documents}
    moves = [0.0] * length
    for one, other in product(documents, repeat=2):
        replaced = sum(a != b for a, b in zip(one, other, strict=True))
        if replaced:
            apart = hypot(*(a - b for a, b in zip(vectors[one], vectors[other], strict=True)))
            moves[replaced - 1] = max(moves[replaced - 1], apart)
    return {"moves": np.array(moves)}


def slowly(arm, document):
    if arm.scheme == "concatenation":
        return [float(part) for word in document for part in EMBEDDED[word]]
    if arm.scheme == "tfidf":
        return words.tfidf_of_words(document, WEIGHTS, arm.needed == "kept")
    return words.paragraph_by_minimiser(tuple(sorted(document)), EMBEDDED, bend(arm))


def bound(scheme, replaced, length):
    if scheme == "concatenation":
        return DIAMETER * sqrt(replaced)
    if scheme == "tfidf":
        longest = WEIGHTS.max() * sqrt(2) * replaced
        return longest / (WEIGHTS.min() * length / sqrt(len(WEIGHTS)))
    return DIAMETER * replaced / (BEND * length)


def facts(run, case, found):
    length, scheme = case["length"], run.arm.scheme
    for replaced, moved in enumerate(found["moves"], 1):
        most = bound(scheme, replaced, length)
        yield fact("farthest_move", moved, replaced=replaced)
        yield fact("share_of_bound", moved / most, replaced=replaced)
        yield fact("within_bound", moved <= most * (1 + 1e-9), replaced=replaced)


def growth(run, rows):
    """Exponents: of the move with the replaced words, and of one word's move with the length."""
    seen = {
        (row["length"], row["replaced"]): row["value"]
        for row in rows.rows
        if row["metric"] == "farthest_move"
    }
    last = run.size.longest
    steep = exponent({d: seen[last, d] for d in range(1, last + 1)})
    fall = exponent({n: seen[n, 1] for n in range(max(2, last // 3), last + 1)})
    rows.add("exponent", steep, last, of="replaced")
    rows.add("exponent", fall, last, of="length")
    allowed = 0.5 if run.arm.scheme == "concatenation" else 1.0
    rows.add("no_steeper", float(steep <= allowed + run.size.steepest))
    rows.add("falls_like_length", float(fall <= -1 + 4 * run.size.steepest))


def exponent(values):
    return np.polyfit(np.log(list(values)), np.log(list(values.values())), 1)[0]


experiment = Exact(
    arm=Arm,
    size=Size,
    cases=cases,
    find=find,
    check=check,
    facts=facts,
    tolerance=1e-6,
    whole=growth,
)
