"""Exact match by one teacher-forced forward against greedy decoding."""

import torch

from benchmarks.table import Row, faster
from benchmarks.timing import interleaved
from recount.nn.decode import greedy, wrong
from recount.nn.decoder import Decoder

PROMPT, ANSWER, VOCAB = 14, 8, 14  # 123456+654321= and seven digits with an end


@torch.no_grad()
def one_at_a_time(model, ids: torch.Tensor) -> torch.Tensor:
    """Lines (N, T) completed one after the other, one token a forward, as a sampler does it."""
    done = []
    for line in ids:
        known = line[None, None, :PROMPT]
        for _ in range(ANSWER):
            known = torch.cat([known, model(known)[:, :, -1:].argmax(-1)], -1)
        done.append(known[0, 0])
    return torch.stack(done)


def rows(quick: bool) -> list[Row]:
    lines, width, rounds = (4, 16, 1) if quick else (256, 128, 5)
    length = PROMPT + ANSWER
    model = Decoder(VOCAB, width, 1, 4, seeds=1, context=length)
    ids = torch.randint(VOCAB, (1, lines, length), generator=torch.Generator().manual_seed(1))
    answer = torch.arange(length) >= PROMPT
    ids[:, ::2] = greedy(model, ids, answer)[:, ::2]  # every other line is answered as greedily
    found = {}
    contestants = {
        "ours": lambda: found.update(ours=wrong(model, ids, answer)[0][0]),
        "one": lambda: found.update(one=(one_at_a_time(model, ids[0]) != ids[0]).any(-1)),
        "all": lambda: found.update(all=(greedy(model, ids, answer) != ids)[0].any(-1)),
    }
    seconds = interleaved(contestants, rounds)
    if not (torch.equal(found["ours"], found["one"]) and torch.equal(found["ours"], found["all"])):
        raise RuntimeError("teacher forcing and greedy decoding disagree on exact match")
    what = f"exact match of {lines} six-digit sums, L1 d{width}"
    return [
        faster(what, seconds["ours"], seconds["one"], "greedy, one at a time", target=12),
        faster(what, seconds["ours"], seconds["all"], "greedy, all at once"),
    ]
