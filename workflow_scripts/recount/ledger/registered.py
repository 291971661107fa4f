"""What was registered in a commit: the design and the rules that its own files declare.

The files of the commit are laid out in a temporary folder and hashed by the code of today. Where
that gives another hash than the recorded one, the commit's own code is asked, since the way of
hashing may have changed; it stands in the same history and was reviewed like it.
"""

import io
import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

from recount import hashes, looks, registry
from recount.ledger.gitlog import Repository
from recount.typed import BadValue

PACKAGE = "workflow_scripts/recount"
VERSIONED = ("stages.py", "nn/__init__.py", "data/__init__.py", "judge/__init__.py")
ASK = """\
import json, sys
from pathlib import Path
from recount import hashes, looks, registry
base, scale = Path(sys.argv[1]), sys.argv[3]
paper = registry.load_paper(base / sys.argv[2], base)
rules = {name: hashes.rule_hash(paper, name, scale) for name in paper.claims}
print(json.dumps({"design": hashes.design_hash(paper, scale), "rules": rules}))
"""


class Registrations:
    """Papers as they stood in commits; `folder` is an empty one for files of theirs."""

    def __init__(self, repository: Repository, folder: Path):
        self.repository, self.folder = repository, folder
        self.papers: dict[tuple[str, str], Any] = {}

    def prefetch(self, wanted: list[tuple[str, str]]) -> None:
        """Reads what (commit, place) pairs need in one go."""
        self.repository.prefetch(
            f"{commit}:{name}" for commit, place in wanted for name in self.needs(place)
        )

    def needs(self, place: str) -> list[str]:
        kit = f"kits/{Path(place).parent.name}/__init__.py"
        code = [f"{PACKAGE}/{name}" for name in (*VERSIONED, kit)]
        return [*code, "requirements.lock", f"{place}/paper.yaml", f"{place}/experiment.py"]

    def paper(self, commit: str, place: str):
        """The paper at papers/<lab>/<slug> of a commit: None where there is none, a text where it
        cannot be read by the code of today."""
        key = commit, place
        if key not in self.papers:
            base = self.folder / commit[:16]
            for name in self.needs(place):
                content = self.repository.blob(f"{commit}:{name}")
                if content is not None:
                    (base / name).parent.mkdir(parents=True, exist_ok=True)
                    (base / name).write_bytes(content)
            self.papers[key] = loaded(base / place, base)
        return self.papers[key]

    def hashes_at(
        self, commit: str, place: str, scale: str, judge: int | None
    ) -> dict[str, Any] | None:
        """{"design", "rules", "version", "seeds"} by the code of today; None without a paper."""
        paper = self.paper(commit, place)
        if paper is None or isinstance(paper, str) or scale not in paper.scales:
            return None
        source = self.folder / commit[:16] / PACKAGE
        try:
            design = hashes.design_hash(paper, scale, source)
        except BadValue:
            design = None
        rules = {name: hashes.rule_hash(paper, name, scale, judge) for name in paper.claims}
        seeds = looks.of(paper, scale) or [paper.scales[scale].seeds]
        return {"design": design, "rules": rules, "version": paper.version, "seeds": seeds}

    def asked(self, commit: str, place: str, scale: str) -> dict[str, Any] | None:
        """{"design", "rules"} by the code of the commit; None where it has no answer."""
        base = self.folder / f"{commit[:16]}_whole"
        if not base.exists():
            base.mkdir()
            archive = subprocess.run(
                ["git", "-C", str(self.repository.root), "archive", commit], capture_output=True
            )
            if archive.returncode == 0:
                unpack(archive.stdout, base)
        clean = {key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ}
        done = subprocess.run(
            [sys.executable, "-c", ASK, str(base), place, scale],
            env=clean | {"PYTHONPATH": str(base / "workflow_scripts"), "PYTHONSAFEPATH": "1"},
            cwd=base,
            capture_output=True,
            text=True,
            timeout=120,
        )
        return json.loads(done.stdout) if done.returncode == 0 else None


def unpack(archive: bytes, base: Path) -> None:
    """The regular files of a tar archive, and nothing outside `base`."""
    with tarfile.open(fileobj=io.BytesIO(archive)) as content:
        for one in filter(tarfile.TarInfo.isfile, content):
            place = (base / one.name).resolve()
            if place.is_relative_to(base.resolve()):
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(content.extractfile(one).read())


def loaded(folder: Path, base: Path):
    if not (folder / "paper.yaml").is_file():
        return None
    try:
        return registry.load_paper(folder, base)
    except BadValue as error:
        return str(error)
