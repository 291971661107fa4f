"""Seeds together in one model against one model after the other."""

import time

import torch

from benchmarks.table import Row, faster
from benchmarks.timing import interleaved, stepping
from benchmarks.training import Case, lines_of, loop
from recount.nn.device import found


def rows(quick: bool) -> list[Row]:
    widths = (8,) if quick else (32, 128)
    count, rounds = (2, 1) if quick else (8, 15)
    table = []
    for width in widths:
        case = Case(1, width, 12, 4 if quick else 32, rounds)
        seconds = times(case, count, "cpu", rounds)
        what = f"{count} seeds together, a step, {case.name}"
        table.append(faster(what, seconds["together"], count * seconds["one"], "one by one"))
    return table + on_gpu(rounds) if found() == "cuda" else table


def on_gpu(rounds: int) -> list[Row]:
    """Sixteen seeds of a small model may take twice the time of one."""
    case = Case(1, 64, 12, 256, rounds)
    seconds = times(case, 16, "cuda", rounds)
    what = f"16 seeds together on a GPU, a step, {case.name}"
    gain = 16 * seconds["one"]
    return [faster(what, seconds["together"], gain, "one by one", target=8)]


def times(case: Case, count: int, device: str, rounds: int) -> dict[str, float]:
    """Seconds a step of `count` seeds together and of one alone."""
    lines = lines_of(case)
    loops = {
        "together": loop(case, lines, seeds=count, device=device),
        "one": loop(case, lines, device=device),
    }
    with stepping(loops) as contestants:
        for one in contestants.values():
            one()
        if device == "cpu":
            return interleaved(contestants, rounds)
        return interleaved(contestants, rounds, clock=finished)


def finished() -> float:
    """Wall seconds once the GPU has done all that it was given."""
    torch.cuda.synchronize()
    return time.perf_counter()
