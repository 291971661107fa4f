"""Finds and loads the papers: papers/<lab>/<slug>/paper.yaml into typed values, all faults at once.

Every job of the workflow reads the registry, so nothing here imports torch. A bad file stops
everything, and the message names file, line, field and remedy of each fault.
"""

import difflib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from recount.declaration import strict_yaml
from recount.declaration.checks import cross_check
from recount.declaration.faults import faults_of
from recount.declaration.schema import LABS, Claim, Paper, Planned, Quantity, Scale
from recount.declaration.strict_yaml import Document
from recount.hashes import design_hash, locked_versions, rule_hash
from recount.typed import BadValue

__all__ = [
    "LABS",
    "Claim",
    "Paper",
    "Planned",
    "Quantity",
    "Registry",
    "Scale",
    "check",
    "design_hash",
    "load",
    "load_paper",
    "root",
    "rule_hash",
]
PLANNED_BYTES = 512 * 1024
FILL_IN = "FILL IN"


@dataclass(frozen=True)
class Registry:
    """All built papers by slug, sorted, and the planned ones, sorted."""

    root: Path
    papers: dict[str, Paper]
    planned: list[Planned]


def root() -> Path:
    """The project's folder: RECOUNT_ROOT, or the nearest one upwards with Snakefile and papers."""
    named = os.environ.get("RECOUNT_ROOT")
    if named:
        if not is_folder(Path(named) / "papers"):
            raise BadValue(f"RECOUNT_ROOT={named}: has no folder papers; name the project's folder")
        return Path(named).resolve()
    here = Path.cwd().resolve()
    for folder in (here, *here.parents):
        if (folder / "Snakefile").is_file() and (folder / "papers").is_dir():
            return folder
    source = Path(__file__).resolve().parents[2]
    if (source / "papers").is_dir():
        return source
    raise BadValue(f"{here}: no project here; go to the folder with Snakefile, or set RECOUNT_ROOT")


def is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        return False


def load(base: Path | None = None, lint: bool = False) -> Registry:
    """Every paper and every plan, or one BadValue that lists all faults.

    `lint` also checks the text of the rules' expressions, as `check` does.
    """
    base = (base or root()).resolve()
    faults: list[str] = []
    papers: dict[str, Paper] = {}
    for folder in paper_folders(base, faults):
        try:
            paper = load_paper(folder, base)
        except BadValue as fault:
            faults.append(str(fault))
            continue
        if paper.slug in papers:
            other = papers[paper.slug].folder.relative_to(base)
            faults.append(f"{shown(folder, base)}: the slug stands in {other} too; rename one")
        papers[paper.slug] = paper
    faults += rule_names(papers)
    faults += unpinned(papers, base)
    planned = load_planned(base, papers, faults)
    if not papers and not faults:
        faults.append(f"{base / 'papers'}: holds no paper; add papers/<lab>/<slug>/paper.yaml")
    if lint:
        faults += [text for paper in papers.values() for text in check(paper)]
    if faults:
        raise BadValue("\n".join(faults))
    return Registry(base, dict(sorted(papers.items())), planned)


def unpinned(papers: dict[str, Paper], base: Path) -> Iterator[str]:
    """Packages are needed by the name under which the lock pins them, which is in the design."""
    lock = base / "requirements.lock"
    pinned = locked_versions(lock) if lock.exists() else {}
    for paper in papers.values():
        for name in paper.needs:
            if name.replace("_", "-") not in pinned:
                near = difflib.get_close_matches(name, [one.replace("-", "_") for one in pinned])
                hint = f"; did you mean {near[0]}?" if near else "; pin it there"
                yield (
                    f"papers/{paper.lab}/{paper.slug}/paper.yaml: needs: {name} is no package of "
                    f"requirements.lock{hint}"
                )


def rule_names(papers: dict[str, Paper]) -> Iterator[str]:
    """A claim's rule is claim_<slug>_<claim>, so a paper may not be called as another's claim."""
    for slug, paper in papers.items():
        for claim in paper.claims:
            if claim != "main" and f"{slug}_{claim}" in papers:
                where = f"papers/{paper.lab}/{slug}/paper.yaml"
                yield (
                    f"{where}: claims.{claim}: its rule claim_{slug}_{claim} is that of the paper "
                    f"{slug}_{claim}; rename the claim"
                )


def paper_folders(base: Path, faults: list[str]) -> list[Path]:
    """papers/<lab>/<slug>, sorted. A folder that is no paper is a fault, never passed over."""
    folders = []
    for lab in sorted((base / "papers").glob("[!._]*")):
        if not lab.is_dir():
            if lab.name not in ("planned.yaml", "withdrawn.yaml"):
                faults.append(
                    f"{shown(lab, base)}: only labs, audits, planned.yaml and withdrawn.yaml "
                    "belong here; move it"
                )
        elif lab.name == "audits" and not lab.is_symlink():
            continue
        elif lab.is_symlink() or lab.name not in LABS:
            faults.append(f"{shown(lab, base)}: is no lab; the labs are {', '.join(LABS)}")
        else:
            folders += [one for one in lab.glob("[!._]*") if not is_left_over(one)]
    return sorted(folders)


def is_left_over(folder: Path) -> bool:
    """A folder of nothing but compiled files, as switching branches leaves behind."""
    return folder.is_dir() and all(one.name == "__pycache__" for one in folder.iterdir())


def load_paper(folder: Path, base: Path | None = None) -> Paper:
    """One paper from its folder. Raises BadValue with all its faults."""
    base = base or folder.parents[2]
    if folder.is_symlink() or not folder.resolve().is_relative_to(base.resolve()):
        raise BadValue(f"{shown(folder, base)}: is a symbolic link; put the folder itself there")
    for name in ("paper.yaml", "experiment.py"):
        if (folder / name).is_symlink() or not (folder / name).is_file():
            raise BadValue(
                f"{shown(folder / name, base)}: is missing or no plain file; a paper is a folder "
                "with paper.yaml and experiment.py"
            )
    name_faults(folder, base)
    strangers(folder, base)
    name = shown(folder / "paper.yaml", base)
    paper, open_places = declared(strict_yaml.read(folder / "paper.yaml", name), name, folder)
    if open_places := [*open_places, *unfinished_code(folder, base)]:
        raise BadValue("\n".join(open_places))
    return paper


@lru_cache(maxsize=1024)
def declared(text: str, source: str, folder: Path) -> tuple[Paper | None, list[str]]:
    """The paper that a text declares, and every value of it that says FILL IN; then it is None.
    `source` is the file's name in messages."""
    document = strict_yaml.parse(text, source)
    places = unfinished(document)
    return (None if places else paper_from(document, folder)), places


def paper_of(lab: str, slug: str) -> Paper:
    """The paper in papers/<lab>/<slug> of this project. Raises BadValue with all its faults."""
    return load_paper(root() / "papers" / lab / slug)


def unfinished(document: Document) -> list[str]:
    """Every value that still says FILL IN, as `recount new-paper` left it."""
    return [
        written(document, path, value)
        for path, value in texts(document.value)
        if value.startswith(FILL_IN)
    ]


def unfinished_code(folder: Path, base: Path) -> list[str]:
    path = folder / "experiment.py"
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    return [
        f"{shown(path, base)}:{number}: {line[line.index(FILL_IN) :]}"
        for number, line in enumerate(lines, 1)
        if FILL_IN in line
    ]


def texts(value: Any, path: tuple = ()) -> Iterator[tuple[tuple, str]]:
    """All texts in a value of YAML, with their paths."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict | list):
        for key, one in value.items() if isinstance(value, dict) else enumerate(value):
            yield from texts(one, (*path, key))


def strangers(folder: Path, base: Path) -> None:
    """A paper is two files and its evidence; anything else would escape the design hash."""
    for path in sorted(folder.iterdir()):
        known = path.name in ("paper.yaml", "experiment.py", "evidence", "__pycache__")
        if not known and not path.name.startswith("."):
            raise BadValue(
                f"{shown(path, base)}: belongs to no paper; put shared code into the lab's kit, "
                "make data in generate, or delete it"
            )
        if path.is_symlink():
            raise BadValue(f"{shown(path, base)}: is a symbolic link; put the folder itself there")
        if path.name == "evidence":
            evidence_faults(path, base)


def evidence_faults(folder: Path, base: Path) -> None:
    """Evidence is plain files in a plain folder: a link or a pipe would lead or hold readers."""
    for path in sorted(folder.iterdir()) if folder.is_dir() else [folder]:
        if path.is_symlink() or not path.is_file():
            raise BadValue(f"{shown(path, base)}: is no plain file; delete it and record again")


def name_faults(folder: Path, base: Path) -> None:
    try:
        Planned(slug=folder.name, lab=folder.parent.name, level="exact", title="-", claim="-")
    except ValidationError as error:
        _, text = faults_of(error, Planned)[0]
        raise BadValue(f"{shown(folder, base)}: {text}; rename the folder") from None


def paper_from(document: Document, folder: Path) -> Paper:
    """A typed paper from what stands in its file. `folder` gives slug and lab."""
    try:
        paper = Paper.model_validate(document.value)
    except ValidationError as error:
        faults = faults_of(error, Paper)
    else:
        paper._folder = folder
        faults = cross_check(paper)
    if faults:
        raise BadValue("\n".join(written(document, path, text) for path, text in faults))
    return paper


def written(document: Document, path: tuple, text: str) -> str:
    return f"{document.where(path)}: {strict_yaml.named(path)}{text}"


def load_planned(base: Path, papers: dict[str, Paper], faults: list[str]) -> list[Planned]:
    """papers/planned.yaml; none planned where the file does not exist."""
    path = base / "papers" / "planned.yaml"
    if not path.exists() and not path.is_symlink():
        return []
    try:
        document = strict_yaml.load(path, shown(path, base), PLANNED_BYTES)
    except BadValue as fault:
        faults.append(str(fault))
        return []
    if not isinstance(document.value, list):
        faults.append(f"{document.where(())}: is no list; write one line `- {{slug: ...}}` a paper")
        return []
    planned: dict[str, Planned] = {}
    for place, entry in enumerate(document.value):
        try:
            one = Planned.model_validate(entry)
        except ValidationError as error:
            found = faults_of(error, Planned)
            faults += [written(document, (place, *path), text) for path, text in found]
            continue
        if one.slug in papers or one.slug in planned:
            why = "is built" if one.slug in papers else "is planned twice"
            text = f"{one.slug} {why}; delete this line"
            faults.append(written(document, (place,), text))
        planned[one.slug] = one
    return [planned[slug] for slug in sorted(planned)]


def check(paper: Paper) -> list[str]:
    """Faults of a paper's rule expressions, found by the judge's linter."""
    from recount.judge import lint

    return [
        f"{shown(paper.folder / 'paper.yaml', paper.folder.parents[2])}: {text}"
        for text in lint(paper)
    ]


def shown(path: Path, base: Path) -> str:
    """A path as messages show it: from the project's folder, with odd characters escaped."""
    text = str(path.relative_to(base)) if path.is_relative_to(base) else str(path)
    return text if text.isprintable() else ascii(text)[1:-1]
