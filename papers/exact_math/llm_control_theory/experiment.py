"""How far can k control tokens push one output of a self-attention head to the side?

With the state alone, output i is y = sum_j e_j v_j / g over the state's tokens, e_j = exp(q k_j /
sqrt(d)). A control token adds its own e and v above and its e below, so the part of the new output
at right angles to y is at most k b, b = exp(a) / g sigma_v M_u with a = sigma_q sigma_k M_u M_x /
sqrt(d): M_u and M_x bound the lengths of tokens, sigma are largest singular values, g is the sum of
the e. Gradient ascent looks for controls that push farther, in random heads and in `aligned` ones,
made so that everything works together; the best found is recomputed with 40 digits. Against half
the exponent the same search must succeed.
"""

from functools import cache
from typing import Literal

import numpy as np
import torch
from mpmath import mp

from recount.kits.exact_math import Exact, fact
from recount.kits.exact_math.attention_control import aside, farthest, shortened
from recount.typed import typed

LONGEST = 1.5


@typed()
class Arm:
    heads: Literal["random", "aligned"]


@typed()
class Size:
    widths: tuple[int, ...]
    states: tuple[int, ...]
    controls: tuple[int, ...]
    heads: int
    starts: int
    steps: int
    tight: float


def cases(run):
    size = run.size
    return [
        {"width": d, "state": m, "controls": k}
        for d in size.widths
        for m in size.states
        for k in size.controls
    ]


def heads(run, case):
    """Query, key, value matrices (H, d, d) and state tokens (H, M, d) of length at most 1.5."""
    d, m, count = case["width"], case["state"], run.size.heads
    rng = run.rng(f"heads {d} {m} {case['controls']}")
    if run.arm.heads == "random":
        matrices = rng.normal(size=(3, count, d, d)) * rng.uniform(0.2, 1.5, (3, count, 1, 1))
        state = rng.normal(size=(count, m, d))
        lengths = np.linalg.norm(state, axis=2, keepdims=True)
        state *= LONGEST / lengths * rng.uniform(0.5, 1, (count, m, 1))
        return [torch.tensor(one) for one in (*matrices / np.sqrt(d), state)]
    strength = rng.uniform(0.7, 1.2, (count, 1, 1)) * d**0.25 * np.eye(d)
    swap, same = np.eye(d)[:, [1, 0, *range(2, d)]], np.tile(np.eye(d), (count, 1, 1))
    state = LONGEST * np.tile(np.eye(d)[0], (count, m, 1))
    return [torch.tensor(one) for one in (strength, strength @ swap, same, state)]


@cache
def search(run, width, state, controls):
    """The best controls found (H, k, d) by gradient ascent from several starts, and how far."""
    head = heads(run, {"width": width, "state": state, "controls": controls})
    shape = (run.size.starts, run.size.heads, controls, width)
    drawn = run.rng(f"starts {shape}").normal(size=shape)
    tokens = torch.tensor(drawn, requires_grad=True)
    climb = torch.optim.Adam([tokens], lr=0.1)
    for _ in range(run.size.steps):
        climb.zero_grad()
        (-aside(*head, shortened(tokens, LONGEST))).sum().backward()
        climb.step()
    with torch.no_grad():
        found = shortened(tokens, LONGEST)
        far = aside(*head, found)
        best = far.argmax(0)
        each = torch.arange(run.size.heads)
        return found[best, each], far[best, each], head


def find(run, case):
    _, far, head = search(run, **case)
    ratio = far / farthest(*head, case["controls"], LONGEST)
    half = far / farthest(*head, case["controls"], LONGEST, 0.5)
    return {
        "ratio": ratio.numpy(),
        "half": half.numpy(),
        "first": float(far[0]),
    }


def check(run, case):
    """The first head's best controls once more, sum by sum and with 40 digits."""
    found, _, head = search(run, **case)
    tokens, head = found[0].numpy(), [one[0].numpy() for one in head]
    with mp.workdps(40):
        query, key, value, state, tokens = (mp.matrix(one.tolist()) for one in (*head, tokens))
        asked, root = state[0, :] * query, mp.sqrt(case["width"])

        def summed(rows):
            weights = [mp.exp((asked * (rows[i, :] * key).T)[0] / root) for i in range(rows.rows)]
            terms = [weights[i] * (rows[i, :] * value) for i in range(rows.rows)]
            return sum(weights), sum(terms[1:], terms[0])

        (below, seen), (more, added) = summed(state), summed(tokens)
        given, alone = (seen + added) / (below + more), seen / below
        along = (given * alone.T)[0] / (alone * alone.T)[0]
        return {"first": float(mp.norm(given - along * alone))}


def facts(run, case, found):
    best = float(found["ratio"].max())
    yield fact("best_share_of_bound", best, run.size.heads)
    yield fact("within_bound", best <= 1 + 1e-9, run.size.heads)
    yield fact("within_half_exponent", found["half"].max() <= 1 + 1e-9, run.size.heads)


def tightest(run, rows):
    best = max(row["value"] for row in rows.rows if row["metric"] == "best_share_of_bound")
    rows.add("bound_is_near", float(best >= run.size.tight))


experiment = Exact(
    arm=Arm,
    size=Size,
    cases=cases,
    find=find,
    check=check,
    facts=facts,
    tolerance=1e-9,
    whole=tightest,
)
