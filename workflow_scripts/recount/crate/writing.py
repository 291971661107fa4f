"""Results as one file that travels: a Workflow Run RO-Crate, zipped.

It holds what ran of the chosen papers at one scale (manifests, metrics, curves, models, verdicts),
the workflow and the papers' own files, and `ro-crate-metadata.json`, which names each file with its
SHA-256, the run of each paper as an action (what went in, what came out, by which software), and
who wrote the paper. Profiles: Process Run Crate and Workflow Run Crate 0.5, Workflow RO-Crate 1.1.
"""

import json
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from recount import attempts, files, layout, provenance
from recount.typed import BadValue

METADATA = "ro-crate-metadata.json"
PROFILES = {
    "https://w3id.org/ro/wfrun/process/0.5": "Process Run Crate",
    "https://w3id.org/ro/wfrun/workflow/0.5": "Workflow Run Crate",
}
CODE = ("Snakefile", "requirements.lock", "LICENSE", "CITATION.cff")
LICENSE = "https://spdx.org/licenses/MIT"
KINDS = {
    ".json": "application/json",
    ".parquet": "application/vnd.apache.parquet",
    ".npz": "application/zip",
    ".safetensors": "application/octet-stream",
    ".py": "text/x-python",
    ".yaml": "application/yaml",
}


def pack(choice, root: Path, out: Path, models: bool = True) -> dict[str, int]:
    """Writes the crate of the chosen papers; returns how many papers and files it holds.

    Raises BadValue when nothing ran, or when a file differs from what its manifest recorded.
    """
    found = [
        (paper, list(outputs(paper, choice.scale, root / "results", models)))
        for paper in choice.selected.values()
    ]
    found = [(paper, paths) for paper, paths in found if paths]
    if not found:
        raise BadValue(f"nothing ran at {choice.scale} scale here; `recount run` first")
    described = Described(root, choice.scale, models)
    for paper, paths in found:
        described.run_of(paper, paths)
    log = root / "results" / attempts.NAME
    if log.exists():
        described.file(log, "The attempts log: every started run, in a chain of hashes")
    with files.whole(out) as temporary:
        described.write(temporary)
    return {"papers": len(found), "files": len(described.sources)}


def outputs(paper, scale: str, results: Path, models: bool) -> Iterator[Path]:
    """The files of a paper's finished runs, each checked against its manifest."""
    place = layout.of(paper, scale, results)
    manifests = [place.data_manifest]
    for arm in paper.arms:
        manifests += [place.run(arm), place.evaluated(arm)]
    for manifest in manifests:
        if manifest.exists():
            yield manifest
            yield from recorded(manifest, models)
    yield from (path for path in map(place.judgement, paper.claims) if path.exists())


def recorded(manifest: Path, models: bool) -> Iterator[Path]:
    """What a manifest lists. A model may be gone (`recount clean`), or stay behind."""
    for name, digest in files.read_json(manifest)["files"].items():
        path = manifest.with_name(name)
        left = name == "model.safetensors" and (not models or not path.exists())
        if not left and (not path.exists() or files.sha256(path) != digest):
            raise BadValue(f"{path}: differs from what {manifest.name} recorded; run again")
        if not left:
            yield path


class Described:
    """The crate while it is made: its description, and where the bytes of each file come from."""

    def __init__(self, root: Path, scale: str, models: bool):
        from rocrate.rocrate import ROCrate

        self.root, self.scale, self.models = root, scale, models
        self.crate = ROCrate()
        self.sources: dict[str, Path] = {}
        self.crate.name = f"Recount: results at {scale} scale"
        self.crate.description = (
            "Verdicts on claims of research papers, with the rows they follow from."
        )
        self.crate.license = LICENSE
        self.workflow()
        self.software = [self.program("Snakemake", "snakemake"), self.program("PyTorch", "torch")]
        profiles = [self.profile(*one) for one in PROFILES.items()]
        self.crate.root_dataset.append_to("conformsTo", profiles)

    def workflow(self) -> None:
        """The workflow file as the main entity, with the rest of the rules as its parts."""
        path = self.root / "Snakefile"
        main = self.crate.add_workflow(
            path, "Snakefile", main=True, lang="snakemake",
            lang_version=provenance.version("snakemake"),
        )  # fmt: skip
        self.told(main, path)
        main["version"] = provenance.version("recount")
        main["license"] = LICENSE
        maker = self.entity("#maintainers", "Organization", {"name": "The Recount maintainers"})
        main["creator"] = maker
        parts = [self.root / name for name in CODE[1:]] + sorted(self.root.glob("rules/*.smk"))
        main["hasPart"] = [self.file(one, "Part of the workflow") for one in parts if one.exists()]
        self.main = main

    def run_of(self, paper, paths: list[Path]) -> None:
        """The run of one paper as an action: its two files go in, its results come out."""
        folder = paper.folder
        paper_files = [folder / "paper.yaml", folder / "experiment.py"]
        inputs = [self.file(one, f"{paper.slug}: what is claimed and tried") for one in paper_files]
        made = [self.file(one, f"{paper.slug} at {self.scale} scale") for one in paths]
        stages = [one for one in paths if one.name in ("run.json", "evaluate.json")]
        manifests = [files.read_json(one) for one in stages]
        facts = {
            "name": f"{paper.slug} at {self.scale} scale",
            "object": inputs,
            "result": made,
            "endTime": ended(paths),
            "actionStatus": {"@id": f"http://schema.org/{status(manifests)}"},
            "instrument": self.main,
            "about": self.article(paper),
        }
        reasons = [one["reason"] for one in manifests if one.get("reason")]
        if reasons:
            facts["error"] = reasons[0]
        commits = {one["commit"] for one in manifests if one.get("commit")}
        if commits:
            facts["description"] = f"Made by commit {', '.join(sorted(commits))}"
        action = self.entity(f"#run-{paper.slug}", "CreateAction", facts)
        self.crate.root_dataset.append_to("mentions", action)

    def article(self, paper):
        """The paper that the claim is from, with its authors."""
        people = [
            self.entity(f"#author-{paper.slug}-{place}", "Person", {"name": name})
            for place, name in enumerate(paper.authors)
        ]
        address = f"https://arxiv.org/abs/{paper.arxiv}" if paper.arxiv else None
        address = address or (f"https://doi.org/{paper.doi}" if paper.doi else paper.url)
        facts = {"name": paper.title, "author": people, "datePublished": str(paper.year)}
        return self.entity(f"#paper-{paper.slug}", "ScholarlyArticle", facts | {"url": address})

    def file(self, path: Path, what: str):
        """A file under its path in the project, with size, kind and SHA-256."""
        name = path.relative_to(self.root).as_posix()
        if name in self.sources:
            return self.crate.dereference(name)
        entity = self.crate.add_file(path, name, properties={"name": what})
        self.told(entity, path)
        return entity

    def told(self, entity, path: Path) -> None:
        entity["sha256"] = files.sha256(path)
        entity["contentSize"] = str(path.stat().st_size)
        if path.suffix in KINDS:
            entity["encodingFormat"] = KINDS[path.suffix]
        self.sources[path.relative_to(self.root).as_posix()] = path

    def program(self, name: str, package: str):
        facts = {"name": name, "softwareVersion": provenance.version(package) or "unknown"}
        return self.entity(f"#{package}", "SoftwareApplication", facts)

    def profile(self, address: str, name: str):
        facts = {"name": name, "version": address.rpartition("/")[2]}
        return self.entity(address, "CreativeWork", facts)

    def entity(self, identifier: str, kind: str, facts: dict[str, Any]):
        from rocrate.model.contextentity import ContextEntity

        properties = {"@type": kind}
        made = self.crate.add(ContextEntity(self.crate, identifier, properties=properties))
        for key, value in facts.items():
            if value is not None:
                made[key] = value
        return made

    def write(self, out: Path) -> None:
        """The zip, its description first; every file is stored under its path in the project."""
        self.main["softwareRequirements"] = self.software
        text = json.dumps(self.crate.metadata.generate(), indent=1, ensure_ascii=False)
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
            archive.writestr(METADATA, text)
            for name, path in self.sources.items():
                archive.write(path, name)


def ended(paths: list[Path]) -> str:
    last = max(path.stat().st_mtime for path in paths)
    return datetime.fromtimestamp(last, UTC).isoformat(timespec="seconds")


def status(manifests: list[dict[str, Any]]) -> str:
    failed = any(one["state"] == "failed" for one in manifests)
    return "FailedActionStatus" if failed else "CompletedActionStatus"
