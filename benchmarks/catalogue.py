"""Synthetic catalogues: projects with many planted papers, with or without their results.

The declarations and numbers are those of the tests' synthetic catalogue; nothing here is a result.
"""

import os
import shutil
import sys
from pathlib import Path
from unittest import mock

from recount import registry

PROJECT = Path(__file__).resolve().parents[1]
sys.path.append(str(PROJECT / "tests" / "fixtures"))

import synthetic  # noqa: E402

LABS = ("arithmetic", "exact_math", "number_formats", "tiny_lm", "vision_graph")
WORKFLOW = ("rules", "workflow", "workflow_scripts", "config", "profiles", "reports")


def plant(root: Path, papers: int, planned: int = 0) -> list[str]:
    """Declares trained papers with two arms below `root`, spread over labs; returns their slugs."""
    root.mkdir(parents=True, exist_ok=True)
    for name in ("Snakefile", "requirements.lock"):
        shutil.copy(PROJECT / name, root / name)
    text = synthetic.dumped(synthetic.declaration("A synthetic paper"))
    slugs = [f"paper_{number:04d}" for number in range(papers)]
    for number, slug in enumerate(slugs):
        folder = root / "papers" / LABS[number % len(LABS)] / slug
        folder.mkdir(parents=True)
        (folder / "paper.yaml").write_text(text.replace("A synthetic paper", f"Paper {number}"))
        (folder / "experiment.py").write_text(synthetic.EXPERIMENT)
    synthetic.plan(root, planned)
    return slugs


def with_results(root: Path, papers: int, planned: int = 0, seeds: int = synthetic.SEEDS):
    """A planted catalogue in which every paper ran: the files of one, linked for all the others."""
    plant(root, papers, planned)
    found = registry.load(root)
    first, *others = found.papers.values()
    with mock.patch.object(synthetic, "RAN", seeds):
        verdict = synthetic.judgement(first)
        folder = synthetic.ran(first, root, verdict, synthetic.rows(first))
    for paper in others:
        place = root / "results" / "laptop" / paper.lab / paper.slug
        shutil.copytree(folder, place, copy_function=os.link)
    return found


def with_workflow(root: Path, papers: int) -> list[str]:
    """A planted catalogue that Snakemake can plan; returns the slugs."""
    slugs = plant(root, papers)
    ignored = shutil.ignore_patterns("__pycache__", "*.egg-info")
    for name in WORKFLOW:
        shutil.copytree(PROJECT / name, root / name, ignore=ignored)
    return slugs
