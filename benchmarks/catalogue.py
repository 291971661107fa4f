"""Synthetic catalogues: projects with many planted papers, with or without their results.

The declarations and numbers are those of the tests' synthetic catalogue; nothing here is a result.
"""

import contextlib
import os
import shutil
import sys
from pathlib import Path
from unittest import mock

from recount import registry
from recount.typed import BadValue

PROJECT = Path(__file__).resolve().parents[1]
sys.path.append(str(PROJECT / "tests" / "fixtures"))

import synthetic  # noqa: E402
import toy  # noqa: E402

LABS = ("arithmetic", "exact_math", "number_formats", "tiny_lm", "vision_graph")
WORKFLOW = ("rules", "workflow", "workflow_scripts", "config", "profiles", "reports")


def frame(root: Path) -> None:
    root.mkdir(parents=True, exist_ok=True)
    for name in ("Snakefile", "requirements.lock", "environment.yml"):
        shutil.copy(PROJECT / name, root / name)


def plant(root: Path, papers: int, planned: int = 0) -> list[str]:
    """Declares trained papers with two arms below `root`, spread over labs; returns their slugs."""
    frame(root)
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
    copy_workflow(root)
    return slugs


def with_toys(root: Path, papers: int) -> None:
    """A whole project with small papers that can run."""
    frame(root)
    copy_workflow(root)
    for number in range(papers):
        toy.plant(root, f"toy_{number}")


def copy_workflow(root: Path) -> None:
    ignored = shutil.ignore_patterns("__pycache__", "*.egg-info")
    for name in WORKFLOW:
        shutil.copytree(PROJECT / name, root / name, ignore=ignored)


def present(root: Path) -> int:
    """A copy of the project without its results; returns how many papers it has.

    A paper that is being written, so that it does not load, is left out.
    """
    frame(root)
    copy_workflow(root)
    for paper in built():
        place = root / "papers" / paper.lab / paper.slug
        shutil.copytree(paper.folder, place, ignore=shutil.ignore_patterns("__pycache__"))
    return len(built())


def built() -> list:
    """The project's papers, as far as they load."""
    papers = []
    for folder in sorted((PROJECT / "papers").glob("*/*/paper.yaml")):
        with contextlib.suppress(BadValue):
            papers.append(registry.load_paper(folder.parent, PROJECT))
    return papers
