"""The training step against other loops at equal sizes, and its share of the matmul peak."""

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F

from benchmarks import nanogpt_style, trainer_style
from benchmarks.table import Row
from benchmarks.timing import interleaved, stepping
from recount.nn.decoder import Decoder
from recount.nn.loop import fit
from recount.run import Run

LINES = 4096


@dataclass(frozen=True)
class Case:
    """The sizes of a model and of its batches."""

    layers: int
    width: int
    length: int
    batch: int
    rounds: int
    vocab: int = 16

    @property
    def heads(self) -> int:
        return max(2, self.width // 64)

    @property
    def name(self) -> str:
        return f"L{self.layers} d{self.width} T{self.length} B{self.batch}"

    @property
    def tokens(self) -> int:
        return self.batch * self.length

    @property
    def operations(self) -> float:
        """Of a step's matrix products, causal attention counted by its lower half."""
        layer = 12 * self.width**2 + self.length * self.width
        return 3 * 2 * self.tokens * (self.layers * layer + self.vocab * self.width)


CASES = (Case(1, 128, 12, 256, rounds=15), Case(6, 384, 63, 32, rounds=3))
QUICK = (Case(1, 16, 6, 4, rounds=1), Case(2, 32, 8, 4, rounds=1))
OTHERS = {
    "nanogpt 0.2": "nanoGPT style, dropout 0.2 as in teaching_arithmetic",
    "nanogpt 0": "nanoGPT style, no dropout",
    "trainer 0.1": "Hugging Face Trainer, GPT-2 with its dropout 0.1",
    "trainer 0": "Hugging Face Trainer, GPT-2, no dropout",
}


def loop(case: Case, lines: np.ndarray, seeds: int = 1, half: bool = False, device: str = "cpu"):
    """Recount's own loop for `timing.Steps`, batches drawn as the kits draw them."""
    run = Run(slug="bench", scale="smoke", size=None, seeds=tuple(range(seeds)), device=device)

    def loss(model, ids):
        logits = model(ids[:, :, :-1])
        each = F.cross_entropy(logits.flatten(0, 2), ids[:, :, 1:].flatten(), reduction="none")
        return each.view(seeds, -1).mean(1)

    def train(pause):
        model = Decoder(
            case.vocab, case.width, case.layers, case.heads, seeds=seeds, context=case.length
        )

        def batch(step):
            if step:
                pause()
            drawn = [
                run.rng("order", s, step).integers(len(lines), size=case.batch) for s in run.seeds
            ]
            return lines[np.stack(drawn)]

        fit(run, model, batch, loss, 1_000_000, lr=0.001, weight_decay=0.1, half=half)

    return train


def lines_of(case: Case) -> np.ndarray:
    """(LINES, T + 1) random tokens."""
    return np.random.default_rng(1).integers(case.vocab, size=(LINES, case.length + 1))


def measured(case: Case, peak: int) -> dict[str, float]:
    """Seconds a step of each loop, and of one square matrix product of size `peak`."""
    lines = lines_of(case)
    stream, rows = lines.astype(np.uint16).ravel(), torch.from_numpy(lines[:, :-1])
    loops = {
        "ours": loop(case, lines),
        "half": loop(case, lines, half=True),
        "nanogpt 0.2": nanogpt_style.loop(case, stream, 0.2),
        "nanogpt 0": nanogpt_style.loop(case, stream, 0.0),
        "trainer 0.1": trainer_style.loop(case, rows, 0.1),
        "trainer 0": trainer_style.loop(case, rows, 0.0),
    }
    square = torch.randn(peak, peak)
    with stepping(loops) as contestants:
        for one in contestants.values():
            one()  # the first turn builds the model
        return interleaved({**contestants, "mm": lambda: torch.mm(square, square)}, case.rounds)


def rows(quick: bool) -> list[Row]:
    found = []
    for case in QUICK if quick else CASES:
        size = 64 if quick else 2048
        seconds = measured(case, size)
        rate = {name: case.tokens / seconds[name] for name in seconds}
        for kind, title in (("ours", "fp32"), ("half", "bf16 against fp32")):
            if kind == "half" and case.layers == 1:
                continue
            found += [
                Row(
                    f"training step, {case.name}, {title}",
                    f"{rate[kind]:,.0f} tokens/s",
                    f"{name}: {rate[other]:,.0f} tokens/s",
                    seconds[other] / seconds[kind],
                    2,
                )
                for other, name in OTHERS.items()
            ]
        speed = case.operations / seconds["ours"]
        best = 2 * size**3 / seconds["mm"]
        what = f"share of the fp32 matmul peak, {case.name}"
        target = 0.8 if case.layers > 1 else None
        other = f"torch.mm of {size} x {size}: {best / 1e9:.3g} GFLOP/s"
        found.append(Row(what, f"{speed / 1e9:.3g} GFLOP/s", other, speed / best, target))
    return found
