"""A network that proposes the next step of a rewriting proof: one model per seed, all stacked.

It sees the context (a file or a hypothesis, or nothing), the current word and the target, and gives
every pair (place of the current word, rule) a probability. Pairs that do not fit are not hidden
from it: proposing them is its own fault. Current word and target share their place numbers, so that
a letter finds its counterpart by rotary attention.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from recount.kits.exact_math.rewriting import Theorem, backwards, rules_of, words_of
from recount.nn.decoder import Decoder
from recount.nn.loop import fit, restore, stacked
from recount.run import Run
from recount.typed import typed

SIGNS = "abcdpqr="
CONTEXT, WORD, TARGET = (
    bytes.maketrans(
        (SIGNS + " ").encode(), bytes([*(1 + len(SIGNS) * part + k for k in range(len(SIGNS))), 0])
    )
    for part in range(3)
)
VOCABULARY = 1 + 3 * len(SIGNS)


@typed()
class PolicySize:
    """A network, its training, and the longest word that the theory allows."""

    longest: int
    width: int
    layers: int
    heads: int
    steps: int
    batch: int
    lr: float


@dataclass(frozen=True)
class Layout:
    """Where things stand in a line: context, current word with one place to spare, target."""

    context: int
    longest: int
    rules: int

    @property
    def length(self) -> int:
        return self.context + 2 * self.longest + 1

    def line(self, word: str, target: str, context: str = "") -> bytes:
        """One state as `length` token numbers."""
        return (
            context.ljust(self.context).encode().translate(CONTEXT)
            + word.ljust(self.longest + 1).encode().translate(WORD)
            + target.ljust(self.longest).encode().translate(TARGET)
        )

    def lines(self, states: Sequence[bytes]) -> np.ndarray:
        """(N, length) uint8."""
        flat = np.frombuffer(bytearray(b"".join(states)), np.uint8)
        return flat.reshape(len(states), self.length)

    def tactic(self, rule: int, place: int) -> int:
        return place * self.rules + rule

    def step(self, tactic: int) -> tuple[int, int]:
        place, rule = divmod(tactic, self.rules)
        return rule, place

    @property
    def places(self) -> torch.Tensor:
        word, target = torch.arange(self.longest + 1), torch.arange(self.longest)
        return torch.cat([torch.arange(self.context) + 2 * self.longest, word, target])


def examples(
    layout: Layout, theorems: Sequence[Theorem], contexts: Sequence[str] | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Every step of every proof, read forwards and backwards: lines (N, length), tactics (N,)."""
    states, tactics = [], []
    for at, one in enumerate(theorems):
        context = contexts[at] if contexts else ""
        words = words_of(one.start, one.proof, rules_of(one.local), layout.longest)
        for seen, proof in ((words, one.proof), (words[::-1], backwards(one.proof))):
            for word, step in zip(seen, proof, strict=False):
                states.append(layout.line(word, seen[-1], context))
                tactics.append(layout.tactic(*step))
    return layout.lines(states), np.array(tactics, np.int64)


class Policy:
    """The stacked network of a run and what is asked of it."""

    def __init__(self, run: Run, layout: Layout):
        self.run, self.layout, size = run, layout, run.size
        self.read = slice(layout.context, layout.context + layout.longest + 1)
        self.places = layout.places.to(run.device)
        self.model = Decoder(
            max(VOCABULARY, layout.rules),
            size.width,
            size.layers,
            size.heads,
            seeds=[run.number("init", seed) for seed in run.seeds],
            positions="rope",
            causal=False,
        ).to(run.device)

    def scores(self, lines: torch.Tensor) -> torch.Tensor:
        """Lines (S, B, length) -> log probabilities of all tactics, (S, B, places * rules)."""
        found = self.model(lines.long(), self.places, read=self.read)[..., : self.layout.rules]
        return found.flatten(2).log_softmax(-1)

    @torch.no_grad()
    def asked(self, lines: np.ndarray, rows: int = 256) -> np.ndarray:
        """The same for arrays, in pieces of `rows` lines per seed."""
        whole = torch.from_numpy(lines)
        parts = [self.scores(part.to(self.run.device)).cpu() for part in whole.split(rows, 1)]
        return torch.cat(parts, 1).numpy()

    def fit(self, lines: Sequence[np.ndarray], tactics: Sequence[np.ndarray], name: str = "fit"):
        """Learn the known steps, drawn anew at every training step from each seed's own library.

        Returns the curve. Lines (N, length) and tactics (N,) per seed; libraries may differ in N.
        """
        run, size = self.run, self.run.size
        known = [*map(torch.from_numpy, lines)], [*map(torch.from_numpy, tactics)]

        def batch(step):
            drawn = [
                torch.from_numpy(run.rng("batch", seed, step).integers(len(one), size=size.batch))
                for seed, one in zip(run.seeds, tactics, strict=True)
            ]
            return tuple(
                torch.stack([one[rows] for one, rows in zip(part, drawn, strict=True)])
                for part in known
            )

        def loss(model, drawn):
            return -self.scores(drawn[0]).gather(2, drawn[1].unsqueeze(2)).mean((1, 2))

        return fit(
            run, self.model, batch, loss, size.steps, lr=size.lr, warmup=size.steps // 20, name=name
        )

    def arrays(self) -> dict[str, np.ndarray]:
        return stacked(self.model)

    def restored(self, arrays: dict[str, np.ndarray]) -> "Policy":
        """With stored weights."""
        restore(self.model, arrays)
        return self


def among_first(scores: np.ndarray, tactics: np.ndarray, width: int) -> np.ndarray:
    """Share of lines (S,) whose known tactic is among the `width` most probable."""
    known = np.take_along_axis(scores, tactics[..., None], -1)
    return ((scores > known).sum(-1) < width).mean(1)
