"""Sums as text, in the formats people write them, and training on a fixed number of them.

A format is a function of two numbers to (question, answer); `FORMATS` holds the known ones and a
paper may add its own.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from torch import nn

from recount.data import Characters, Draws
from recount.kits.arithmetic.addition import draw_digits, stacked
from recount.kits.arithmetic.study import Lines, Size, network
from recount.run import Run
from recount.typed import typed

ALPHABET = "0123456789+=$\n,;:>AC"


def columns(a: int, b: int) -> Iterator[tuple[int, int, int, int, int]]:
    """Units first: both digits, the carry that came, the digit written, the carry that leaves."""
    carry = 0
    for _ in range(max(len(str(a)), len(str(b)))):
        x, y = a % 10, b % 10
        total = x + y + carry
        yield x, y, carry, total % 10, total // 10
        a, b, carry = a // 10, b // 10, total // 10


def plain(a: int, b: int) -> tuple[str, str]:
    return f"{a}+{b}=", f"{a + b}\n"


def padded(a: int, b: int) -> tuple[str, str]:
    """Operands of three digits, sum of four, zeros in front."""
    return f"{a:03d}+{b:03d}=", f"{a + b:04d}\n"


def reverse(a: int, b: int) -> tuple[str, str]:
    """Between dollar signs, the sum units first."""
    return f"${a}+{b}=", f"{str(a + b)[::-1]}$\n"


def scratchpad(a: int, b: int) -> tuple[str, str]:
    """Each column's digit and carry, then the sum."""
    steps = ",".join(f"A{digit}C{carry}" for *_, digit, carry in columns(a, b))
    return f"{a}+{b}:", f"{steps}={a + b}\n"


def detailed(a: int, b: int) -> tuple[str, str]:
    """Each column's own sum spelled out, what is written so far, the carry; then the sum."""
    steps, written = [], ""
    for x, y, carry, digit, on in columns(a, b):
        written = f"{digit}{written}"
        steps.append(f"{x}+{y}+{carry}={10 * on + digit},A{written}C{on}")
    return f"{a}+{b}:", ";".join(steps) + f">{a + b}\n"


FORMATS = {
    "plain": plain,
    "padded": padded,
    "reverse": reverse,
    "scratchpad": scratchpad,
    "detailed": detailed,
}


def carries(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """How many columns of each sum carry; operands (N, n) digits."""
    out = np.zeros(len(a), np.int64)
    carry = np.zeros(len(a), np.int64)
    for at in range(a.shape[1] - 1, -1, -1):
        carry = (a[:, at] + b[:, at] + carry) // 10
        out += carry
    return out


def numbers(digits: np.ndarray) -> np.ndarray:
    return digits @ 10 ** np.arange(digits.shape[-1])[::-1]


def balanced(rng: np.random.Generator, count: int, digits: int = 3) -> np.ndarray:
    """`count` different pairs (count, 2) of up to `digits` digits, in random order.

    Uniform draws would hold few short sums and few with no carry. So: all 100 pairs of one digit, a
    tenth of `count` for each length between, the rest of full length with 0 .. digits carries
    equally often.
    """
    seen = {(x, y): None for x in range(10) for y in range(10)}
    for length in range(2, digits):
        fill(rng, seen, length, {k: count // 10 // (length + 1) for k in range(length + 1)})
    left = count - len(seen)
    share = {k: left // (digits + 1) + (k < left % (digits + 1)) for k in range(digits + 1)}
    fill(rng, seen, digits, share)
    return rng.permutation(np.array(list(seen)))[:count]


def fill(
    rng: np.random.Generator, seen: dict[tuple[int, int], None], length: int, share: dict[int, int]
) -> None:
    """Add pairs whose longer number has `length` digits, as many of each carry count as wanted."""
    share = dict(share)
    while any(share.values()):
        pair = rng.integers(2 * length - 1, size=4096)
        one = np.where(pair < length, pair + 1, length)
        other = np.where(pair < length, length, pair - length + 1)
        a, b = (draw_digits(rng, lengths, length) for lengths in (one, other))
        for x, y, k in zip(numbers(a), numbers(b), carries(a, b), strict=True):
            if share[k] and (int(x), int(y)) not in seen:
                seen[int(x), int(y)] = None
                share[k] -= 1


@typed()
class TextSize(Size):
    """Trained on so many different sums of up to `digits` digits, in epochs of random batches.

    Each number of `examples` is a training run of its own. `cut` is the share of lines that are
    seen from some place in their question on, as at the start of a window on running text.
    """

    examples: tuple[int, ...]
    digits: int = 3
    cut: float = 0.0
    test_sums: int = 500


@dataclass(frozen=True, kw_only=True)
class Text:
    """A source of written sums. `form(run)` is the format of the arm, one of FORMATS or alike.

    A whole line begins with the newline that ends the one before. All questions end at one column.
    A prompt is tested after that newline (`start` = newline) and bare, as a cut line would begin: a
    bare 2+3= could be the end of 12+3=.
    """

    form: Callable[[Run], Callable[[int, int], tuple[str, str]]]
    characters: Characters = field(default_factory=lambda: Characters(ALPHABET))

    def examples(self, run: Run) -> tuple[int, ...]:
        return run.size.examples

    def widths(self, run: Run) -> tuple[int, int]:
        """Columns of the longest question, its newline included, and of the longest answer."""
        most = 10**run.size.digits - 1
        question, answer = self.form(run)(most, most)
        return len(question) + 1, len(answer)

    def network(self, run: Run) -> nn.Module:
        return network(run, self.characters.size, context=sum(self.widths(run)))

    def pairs(self, run: Run, seed: int, examples: int) -> np.ndarray:
        """The sums trained on, (examples, 2); equal in all arms."""
        return balanced(run.rng("pairs", seed, examples), examples, run.size.digits)

    def batch(self, run: Run, examples: int) -> Callable[[int], Lines]:
        size = run.size
        whole = self.lines(run, [self.pairs(run, seed, examples) for seed in run.seeds], "\n")
        begins = (whole.ids > 0).argmax(-1)
        column, row = np.arange(whole.ids.shape[-1]), np.arange(len(run.seeds))[:, None]
        which = Draws(run, f"which {examples}", examples, size.batch)
        cuts = Draws(run, f"cuts {examples}", 1 << 30, size.batch)

        def drawn(step: int) -> Lines:
            chosen, chance = which(step), cuts(step) / (1 << 30)
            ids, first = whole.ids[row, chosen], begins[row, chosen]
            inside = (whole.first - first) * np.minimum(chance / max(size.cut, 1e-9), 1)
            opened = first + np.where(chance < size.cut, np.ceil(inside), 0)
            return Lines(ids * (column >= opened[..., None]), whole.answer[row, chosen])

        return drawn

    def held_out(self, run: Run, examples: int) -> Lines:
        """Balanced sums that were not trained on, after a newline."""
        return self.lines(run, self.unseen(run, examples, True), "\n")

    def tests(self, run: Run, examples: int) -> Iterator[tuple[str, dict[str, Any], Lines]]:
        """Uniform sums below 10^digits that were not trained on, and `fitted`: sums that were."""
        pairs = self.unseen(run, examples, False)
        for start, text in (("bare", ""), ("newline", "\n")):
            axes = {"examples": examples, "start": start}
            yield "exact_match", axes, self.lines(run, pairs, text)
        trained = [self.pairs(run, seed, examples)[: run.size.held_out] for seed in run.seeds]
        yield "fitted", {"examples": examples}, self.lines(run, trained, "\n")

    def unseen(self, run: Run, examples: int, even: bool) -> list[np.ndarray]:
        size = run.size
        count = size.held_out if even else size.test_sums
        found = []
        for seed in run.seeds:
            taken = set(map(tuple, self.pairs(run, seed, examples).tolist()))
            rng = run.rng("held out" if even else "test", seed)
            drawn = (
                balanced(rng, 200 + 2 * count, size.digits)
                if even
                else rng.integers(10**size.digits, size=(2 * count, 2))
            )
            found.append([pair for pair in drawn.tolist() if tuple(pair) not in taken][:count])
        return [np.array(pairs) for pairs in found]

    def lines(self, run: Run, pairs: list[np.ndarray], start: str) -> Lines:
        """One sum a line: the question padded on the left, the answer on the right."""
        form, (before, after) = self.form(run), self.widths(run)
        parts = [[form(int(a), int(b)) for a, b in one] for one in pairs]
        rows = [[(start + q).rjust(before, "\0") + a for q, a in one] for one in parts]
        ids = stacked([self.characters.encode(one, before + after) for one in rows])
        return Lines(ids, (ids > 0) & (np.arange(before + after) >= before))
