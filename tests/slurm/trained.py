"""A toy that trains: small, resumable, as slow as a test wants, and it writes down when it ran.

The pause comes from the environment, so that it belongs to no design: a slow disturbed run and a
quick undisturbed one must end in the same verdict.
"""

from pathlib import Path

PAPER = """\
title: "A toy that trains"
authors: [Ada Example, Bob Example]
year: 2020
arxiv: "2001.00002"
code: null
level: scaled
fidelity: 1
reported: {{gain: 1.0, aggregate: mean, seeds: 8}}
limits: A toy that exists to test the machinery and says nothing about any paper.
arms:
{arms}
metrics:
  score: {{range: [null, null]}}
scales:
  smoke: {{seeds: 2, minutes: 1, size: {{steps: 5}}}}
  laptop: {{seeds: 8, minutes: 1, size: {{steps: 60}}}}
  gpu: {{seeds: 8, minutes: 1, device: gpu, size: {{steps: 60}}}}
claims:
  main:
    statement: The treated arm scores one point more than the plain arm, on average over seeds.
    quantities:
      gain: {{take: gap, metric: score, arm: treated, minus: plain, scale: linear}}
    valid: automatic
    reproduced: gain.low > 0.5
    contradicted: gain.high < 0.5
    effect: {{gain: 1.0}}
    margin: half
"""

EXPERIMENT = '''\
"""Each seed learns one number near its arm's effect; the score is that number."""

import os
import time

import numpy as np
import torch

from recount.experiment import Learned, Train
from recount.nn import loop
from recount.run import Rows
from recount.typed import typed


@typed()
class Arm:
    effect: float


@typed()
class Size:
    steps: int


class Number(torch.nn.Module):
    def __init__(self, seeds):
        super().__init__()
        self.value = torch.nn.Parameter(torch.zeros(seeds, 1))


def train(run, data):
    model = Number(len(run.seeds))
    goal = run.arm.effect + np.array([run.rng("goal", seed).normal() for seed in run.seeds])
    trace = run.checkpoints.parent / "trace.txt"

    def batch(step):
        time.sleep(float(os.environ.get("TOY_PAUSE", "0")))
        with trace.open("a") as lines:
            gpu = os.environ.get("CUDA_VISIBLE_DEVICES", "none")
            node, job = os.environ.get("SLURMD_NODENAME"), os.environ.get("SLURM_JOB_ID")
            lines.write(f"{os.getpid()} {step} {time.time()} {node} {job} {gpu}\\n")
        noise = [run.rng("noise", seed, step).normal() / 10 for seed in run.seeds]
        return torch.tensor(goal + np.array(noise), dtype=torch.float32)

    def loss(model, wanted):
        return (model.value[:, 0] - wanted) ** 2

    settings = {"lr": 0.2, "schedule": "constant", "save_seconds": 2.0}
    curve = loop.fit(run, model, batch, loss, run.size.steps, **settings)
    return Learned(loop.stacked(model), curve)


def evaluate(run, data, arrays):
    rows = Rows(run)
    rows.add("score", arrays["value"][:, 0])
    rows.add("in_distribution", 1.0, count=100)
    rows.fingerprint(arrays["value"])
    return rows


experiment = Train(arm=Arm, size=Size, train=train, evaluate=evaluate)
'''


def plant(root: Path, slug: str = "slow", plain: int = 1) -> Path:
    """Writes the toy into the lab `other`; `plain` arms without effect beside the treated one."""
    names = ["plain", *(f"plain{n}" for n in range(2, plain + 1))]
    arms = "\n".join(
        [
            "  treated: {effect: 1.0}",
            *(f"  {n}: {{effect: {i / 100}}}" for i, n in enumerate(names)),
        ]
    )
    folder = root / "papers" / "other" / slug
    folder.mkdir(parents=True)
    (folder / "paper.yaml").write_text(PAPER.format(arms=arms))
    (folder / "experiment.py").write_text(EXPERIMENT)
    return folder
