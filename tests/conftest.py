"""Toy projects: a copy of the workflow with one small paper whose truth we choose."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

PAPER = """\
title: "A toy whose effect is known"
authors: [Ada Example, Bob Example]
year: 2020
arxiv: "2001.00001"
code: null
level: scaled
fidelity: 1
kind: measure
reported: {{gain: 1.0, aggregate: mean, seeds: 8}}
limits: A toy that exists to test the machinery and says nothing about any paper.
arms:
  treated: {{effect: {effect}}}
  plain: {{effect: 0.0}}
metrics:
  score: {{range: [null, null]}}
scales:
  smoke: {{seeds: 2, minutes: 1, size: {{noise: 0.2}}}}
  laptop: {{seeds: 8, minutes: 1, size: {{noise: 0.2}}}}
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
"""A score with a known effect and normal noise; each arm has noise of its own."""

import numpy as np

from recount.experiment import Measure
from recount.run import Rows
from recount.typed import typed


@typed()
class Arm:
    effect: float


@typed()
class Size:
    noise: float


def measure(run, data):
    rows = Rows(run)
    shared = np.array([run.rng("shared", seed).normal() for seed in run.seeds])
    own = np.array([run.rng(run.arm_name, seed).normal() for seed in run.seeds])
    rows.add("score", run.arm.effect + shared + run.size.noise * own)
    rows.fingerprint(own)
    return rows


experiment = Measure(arm=Arm, size=Size, measure=measure)
'''


def plant(root: Path, slug: str, effect: float = 1.0, experiment: str = EXPERIMENT) -> Path:
    """Writes a toy paper into the lab `other` of a toy project."""
    folder = root / "papers" / "other" / slug
    folder.mkdir(parents=True)
    (folder / "paper.yaml").write_text(PAPER.format(effect=effect))
    (folder / "experiment.py").write_text(experiment)
    return folder


def git(root: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
    done = subprocess.run(
        ["git", "-C", str(root), *identity, *arguments], check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A whole project in a temporary folder: the real workflow, and the toy paper `toy`."""
    root = tmp_path / "project"
    root.mkdir()
    for name in ("Snakefile", "requirements.lock"):
        shutil.copy(ROOT / name, root / name)
    ignore = shutil.ignore_patterns("__pycache__", "*.egg-info")
    for name in ("rules", "workflow", "workflow_scripts", "config", "profiles", "reports"):
        shutil.copytree(ROOT / name, root / name, ignore=ignore)
    plant(root, "toy")
    monkeypatch.setenv("RECOUNT_ROOT", str(root))
    monkeypatch.chdir(root)
    return root
