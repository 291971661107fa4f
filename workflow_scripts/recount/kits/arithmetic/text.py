"""Sums as running text, in the formats people write them, and training on windows of that text.

A format is a function of two numbers to (question, answer); `FORMATS` holds the known ones and a
paper may add its own. Windows start anywhere in the text, as in ordinary language-model training.
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
    """Windows of `window` characters of a text of so many different sums of up to `digits` digits.

    Each number of `examples` is a training run of its own, on its own text.
    """

    examples: tuple[int, ...]
    window: int
    digits: int = 3
    test_sums: int = 500


@dataclass(frozen=True, kw_only=True)
class Text:
    """A source of running text. `form(run)` is the format of the arm, one of FORMATS or alike.

    A prompt is tested as it is (`start` = bare) and after the newline that precedes it in the text
    (`start` = newline): a window may open within a number, so a bare 2+3= could end 12+3=.
    """

    form: Callable[[Run], Callable[[int, int], tuple[str, str]]]
    characters: Characters = field(default_factory=lambda: Characters(ALPHABET))

    def examples(self, run: Run) -> tuple[int, ...]:
        return run.size.examples

    def network(self, run: Run) -> nn.Module:
        longest = len("".join(self.form(run)(999, 999))) + 1
        return network(run, self.characters.size, context=max(run.size.window, longest))

    def pairs(self, run: Run, seed: int, examples: int) -> np.ndarray:
        """The sums trained on, (examples, 2); equal in all arms."""
        return balanced(run.rng("pairs", seed, examples), examples, run.size.digits)

    def batch(self, run: Run, examples: int) -> Callable[[int], Lines]:
        size, form = run.size, self.form(run)
        lines = [
            "".join("".join(form(int(a), int(b))) for a, b in self.pairs(run, seed, examples))
            for seed in run.seeds
        ]
        texts = self.characters.encode(lines)
        high = min(map(len, lines)) - size.window
        draws = Draws(run, f"windows {examples}", high, size.batch)
        reach, rows = np.arange(size.window), np.arange(len(lines))[:, None, None]
        answer = reach > 0
        return lambda step: Lines(texts[rows, draws(step)[..., None] + reach], answer)

    def held_out(self, run: Run, examples: int) -> Lines:
        """Balanced sums that were not trained on, after a newline."""
        return self.lines(run, self.unseen(run, examples, True), "\n")

    def tests(self, run: Run, examples: int) -> Iterator[tuple[dict[str, Any], Lines]]:
        """Uniform sums below 10^digits that were not trained on."""
        pairs = self.unseen(run, examples, False)
        for start, text in (("bare", ""), ("newline", "\n")):
            yield {"examples": examples, "start": start}, self.lines(run, pairs, text)

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
        """One sum a line, padded on the right; the answer is all after the question."""
        form = self.form(run)
        parts = [[form(int(a), int(b)) for a, b in one] for one in pairs]
        length = len(start) + max(len(q) + len(a) for one in parts for q, a in one)
        ids = [self.characters.encode([start + q + a for q, a in one], length) for one in parts]
        begins = np.array([[len(start) + len(q) for q, _ in one] for one in parts])
        ends = begins + np.array([[len(a) for _, a in one] for one in parts])
        at = np.arange(length)
        return Lines(stacked(ids), (at >= begins[..., None]) & (at < ends[..., None]))
