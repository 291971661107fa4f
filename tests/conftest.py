"""Toy projects: a copy of the workflow with one small paper whose truth we choose."""

import shutil
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "fixtures"))

from toy import plant  # noqa: E402


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A whole project in a temporary folder: the real workflow, and the toy paper `toy`."""
    root = tmp_path / "project"
    root.mkdir()
    for name in ("Snakefile", "requirements.lock", "environment.yml"):
        shutil.copy(ROOT / name, root / name)
    ignore = shutil.ignore_patterns("__pycache__", "*.egg-info")
    for name in ("rules", "workflow", "workflow_scripts", "config", "profiles", "reports"):
        shutil.copytree(ROOT / name, root / name, ignore=ignore)
    plant(root, "toy")
    monkeypatch.setenv("RECOUNT_ROOT", str(root))
    monkeypatch.chdir(root)
    return root
