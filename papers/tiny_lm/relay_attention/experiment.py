"""RelayAttention: one decoding step of a batch of requests that share a long system prompt.

The softmax over prompt and context together is a mix of the softmax over each alone, weighted by
the two sums of exponentials (kept as logarithms). The prompt part then has the same keys and values
for every request, so all requests' queries go through one matrix product that reads the prompt
once; the context part stays a small batched product. `copied` gives every request its own copy of
the prompt, as a plain cache does: the faster of torch's fused attention and two matrix products.
`shared` stores the prompt once and still reads it request by request.
"""

from functools import partial
from itertools import product

import numpy as np
import torch
from torch.nn import functional

from recount.experiment import Measure
from recount.kits.tiny_lm.attention import roundings
from recount.kits.tiny_lm.timing import interleaved
from recount.nn.loop import moved
from recount.run import Rows
from recount.typed import typed

PRECISIONS = {"float64": torch.float64, "float32": torch.float32}
ROUNDINGS = 64  # how many units of rounding an exact method may be off


@typed()
class Arm:
    key_heads: int
    queries_per_key: int  # heads that share one head of keys and values; 1: multi-head attention


@typed()
class Size:
    width: int  # of a head
    calls: int  # of which the fastest counts
    batches: tuple[int, ...]
    prompts: tuple[int, ...]
    context: int
    exact_prompts: tuple[int, ...]
    exact_contexts: tuple[int, ...]
    exact_spreads: tuple[float, ...]  # of the logits; the widest leaves the softmax all but one-hot


def part(query, key, value):
    """Attention over some of the keys, and the logarithm of its sum of exponentials."""
    logits = (query * query.shape[-1] ** -0.5) @ key.transpose(-1, -2)
    highest = logits.amax(-1, keepdim=True)
    weights = logits.sub_(highest).exp_()
    total = weights.sum(-1, keepdim=True)
    return weights @ value / total, highest + total.log()


def by_mass(one, other):
    return torch.sigmoid(one - other)


def even(one, other):  # the control: a mix that forgets how much of the softmax is in each part
    return torch.full_like(one, 0.5)


def relay(query, prompt, context, share=by_mass):
    """query (B, H, G, D); prompt, keys and values, (H, P, D); context (B, H, C, D)."""
    batch, heads, group, _ = query.shape
    folded = query.transpose(0, 1).reshape(heads, batch * group, -1)
    (first, one), (second, other) = part(folded, *prompt), part(query, *context)
    first, one = (x.view(heads, batch, group, -1).transpose(0, 1) for x in (first, one))
    return torch.lerp(second, first, share(one, other))


def shared(query, prompt, context):
    tokens, scale = prompt[0].shape[1], query.shape[-1] ** -0.5
    keys, values = ([head.expand(len(query), -1, -1) for head in part] for part in prompt)
    before = [torch.bmm(query[:, h], key.transpose(1, 2)) for h, key in enumerate(keys)]
    after = query @ context[0].transpose(-1, -2)
    weights = torch.softmax(torch.cat([torch.stack(before, 1), after], -1) * scale, -1)
    mixed = [torch.bmm(weights[:, h, :, :tokens], value) for h, value in enumerate(values)]
    return torch.stack(mixed, 1) + weights[..., tokens:] @ context[1]


def plain(query, keys, values):
    logits = query @ keys.transpose(-1, -2) * query.shape[-1] ** -0.5
    return torch.softmax(logits, -1) @ values


def drawn(rng, batch, arm, prompt, context, width, precision=torch.float32):
    """Queries, the prompt's keys and values, the contexts', and the two joined in a plain cache."""
    heads = arm.key_heads
    shapes = [(batch, heads, arm.queries_per_key, width), *[(heads, prompt, width)] * 2]
    shapes += [(batch, heads, context, width)] * 2
    query, *kept = (torch.from_numpy(rng.standard_normal(one)).to(precision) for one in shapes)
    cache = [torch.cat([p.expand(batch, *p.shape), c], 2) for p, c in zip(kept[:2], kept[2:])]
    return query, kept[:2], kept[2:], cache


def exactness(rows, run, size):
    settings = list(product(size.exact_prompts, size.exact_contexts, size.exact_spreads))
    for name, precision in PRECISIONS.items():
        off = {by_mass: [], even: []}
        for seed, (prompt, context, spread) in product(run.seeds, settings):
            sizes = (3, run.arm, prompt, context, size.width, precision)
            query, kept, contexts, cache = drawn(run.rng(f"{prompt}/{context}", seed), *sizes)
            query = query * spread
            for share, found in off.items():
                found.append(roundings(relay(query, kept, contexts, share), query, *cache))
        worst, caught = (np.reshape(off[share], (-1, len(settings))) for share in off)
        rows.add("roundings", worst.max(1), count=len(settings), dtype=name)
        rows.add("holds", worst.max(1) <= ROUNDINGS, count=1, dtype=name)
        rows.add("even_mix_caught", (caught > ROUNDINGS).all(1), count=1, dtype=name)


def speed(rows, run, size):
    orders = [run.rng("order", seed) for seed in run.seeds]
    for batch, prompt in product(size.batches, size.prompts):
        inputs = drawn(run.rng("speed"), batch, run.arm, prompt, size.context, size.width)
        query, kept, contexts, cache = (moved(one, run.device) for one in inputs)
        steps = {
            "relay": partial(relay, query, kept, contexts),
            "shared": partial(shared, query, kept, contexts),
            "plain": partial(plain, query, *cache),
            "fused": partial(functional.scaled_dot_product_attention, query, *cache),
        }
        seconds = interleaved(steps, orders, size.calls, run.device)
        seconds["copied"] = np.minimum(seconds.pop("plain"), seconds.pop("fused"))
        for name, values in seconds.items():
            axes = {"batch": batch, "prompt": prompt, "method": name}
            rows.add("seconds", values, **axes)
            rows.add("speedup", values / seconds["relay"], **axes)
        run.report(batch * prompt, max(size.batches) * max(size.prompts), f"batch {batch}")


def measure(run, data):
    rows = Rows(run)
    exactness(rows, run, run.size)
    speed(rows, run, run.size)
    return rows


experiment = Measure(arm=Arm, size=Size, measure=measure)
