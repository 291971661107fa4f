"""One environment, written three times: environment.yml, pyproject.toml and the lock agree."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]


def name(requirement: str) -> str:
    return re.split(r"[=<>\[; ]", requirement)[0].lower().replace("_", "-")


def lock() -> dict[str, str]:
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    return {name(line): line.split("==")[1] for line in lines if "==" in line}


def declared() -> dict[str, str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"].values()
    return {
        name(one): one.split("==")[1] for part in (project["dependencies"], *extras) for one in part
    }


def conda() -> dict[str, str]:
    parts = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    pip = next(part["pip"] for part in parts if isinstance(part, dict))
    return {name(one): one.split("==")[1] for one in pip if not one.startswith("-")}


def test_conda_users_get_what_pip_users_get():
    assert conda() == lock()


def test_every_declared_package_is_locked_at_that_version():
    locked = lock()
    assert {key: locked.get(key) for key in declared()} == declared()


def test_the_lock_pins_everything_and_names_no_place():
    for line in (ROOT / "requirements.lock").read_text().splitlines():
        assert re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.!+]+", line), line


@pytest.mark.parametrize("package", sorted(declared()))
def test_the_installed_version_is_the_locked_one(package):
    from importlib.metadata import version

    assert version(package).split("+")[0] == lock()[package]


def test_python_is_the_same_everywhere():
    parts = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert "python=3.11" in parts and project["requires-python"] == "==3.11.*"


def test_no_machine_path_or_registry_host_is_written_down():
    words = re.compile(r"/(work|root|home/\w+|opt)/|index-url|pythonhosted|pypi\.org")
    argv = ["git", "-C", str(ROOT), "ls-files", "-co", "--exclude-standard"]
    listed = subprocess.run(argv, capture_output=True, text=True, check=True).stdout.splitlines()
    assert len(listed) > 100
    for path in (ROOT / one for one in listed):
        if path.is_file() and path != Path(__file__) and path.suffix not in {".png", ".parquet"}:
            found = words.search(path.read_text(errors="replace"))
            assert not found, f"{path.relative_to(ROOT)}: {found and found[0]}"
