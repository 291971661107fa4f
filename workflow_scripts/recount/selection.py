"""Which papers at which scale: config/config.yaml checked, and the values that the rules need.

Rules may hold values only, so everything a rule asks for is answered here, by name.
"""

import difflib
import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recount import files, hashes, layout, looks, registry
from recount.cluster import packing
from recount.typed import BadValue

KEYS = ("scale", "papers", "checkpoints")
NONE = "(?!)"
SCALES = ("smoke", "laptop", "gpu", "paper")


@dataclass(frozen=True)
class Choice:
    """All built papers, the ones that are selected, and the scale."""

    root: Path
    scale: str
    papers: dict[str, Any]
    selected: dict[str, Any]
    folders: dict[str, list[str]]

    def design(self, slug: str, scale: str) -> str:
        return hashes.design_hash(self.papers[slug], scale)

    def rule(self, paper, claim: str) -> str:
        """The frozen rule and the wording that is printed with its verdict."""
        return hashes.rule_hash(paper, claim, self.scale) + self.wording_of(paper)

    def rule_name(self, paper, claim: str) -> str:
        return f"claim_{paper.slug}" if claim == "main" else f"claim_{paper.slug}_{claim}"

    def limit(self, stage: str, w, settings) -> int:
        """Minutes to ask for: a packed run is one of many in its job, another has its own."""
        paper = self.papers[w.slug]
        if self.group(w, settings):
            return packing.limits(paper, w.scale)[stage]
        return 30 if stage == "generate" else packing.alone(paper, w.scale)

    def group(self, w, settings) -> str | None:
        """The group of a run, where Snakemake's group settings name the groups of a profile."""
        packs = settings.group_components if settings and not self.looks(w.slug) else {}
        return packing.group(self.papers[w.slug], w.scale, packs)

    def apart(self) -> tuple[str, str]:
        """The papers that stay where Snakemake runs, and the others, as wildcard constraints."""
        plain = {slug: one for slug, one in self.papers.items() if not self.looks(slug)}
        here = [slug for slug, one in plain.items() if packing.stays_here(one, self.scale)]
        away = [slug for slug in plain if slug not in here]
        return "|".join(here) or NONE, "|".join(away) or NONE

    def looks(self, slug: str) -> list[int]:
        return looks.of(self.papers[slug], self.scale)

    def in_looks(self) -> str:
        """The papers that are run in looks, as a wildcard constraint."""
        return "|".join(slug for slug in self.papers if self.looks(slug)) or NONE

    def at_once(self) -> str:
        """The papers whose seeds all run at once, as a wildcard constraint."""
        return "|".join(slug for slug in self.papers if not self.looks(slug)) or NONE

    def rows_up_to(self, slug: str, look: str) -> list[str]:
        """The tables of rows of all arms of a look, and the decision of the look before it."""
        paper, numbers = self.papers[slug], self.looks(slug)
        place = layout.of(paper, self.scale, Path("results"), int(look))
        earlier = numbers[: numbers.index(int(look))][-1:] if int(look) in numbers else []
        before = [layout.of(paper, self.scale, Path("results"), one).decision for one in earlier]
        return [str(one) for one in (*before, *map(place.metrics, paper.arms))]

    def rules(self, slug: str) -> list[str]:
        paper = self.papers[slug]
        return [hashes.rule_hash(paper, claim, self.scale) for claim in paper.claims]

    def still_open(self, decision: str) -> bool:
        return bool(files.read_json(Path(decision))["open"])

    def gpus(self, slug: str, scale: str) -> int:
        return int(self.papers[slug].scales[scale].device == "gpu")

    def long(self) -> list[str]:
        """The papers, as lab/slug, whose runs are worth a start-up of their own."""
        papers = [one for one in self.papers.values() if not packing.short(one, self.scale)]
        return [f"{one.lab}/{one.slug}" for one in papers]

    def warmed(self) -> dict[str, Any]:
        """What the warm process is told: packages that some selected paper needs, torch where one
        trains; the papers, as lab/slug, and the scale."""
        papers = self.selected.values()
        trains = {"torch" for paper in papers if paper.kind != "measure"}
        needs = sorted(trains.union(*(paper.needs for paper in papers)))
        names = [f"{paper.lab}/{paper.slug}" for paper in papers]
        return {"needs": needs, "papers": names, "scale": self.scale}

    def checkpoints(self, slug: str) -> list[str]:
        return self.folders.get(slug, [])

    def checkpoint_variable(self) -> str:
        """`paper=folder` of every configured checkpoint, as jobs read it from their environment."""
        named = [f"{slug}={one}" for slug, folders in self.folders.items() for one in folders]
        return os.pathsep.join(named)

    def trained(self, scale: str, lab: str, slug: str, arm: str, look: str = "0") -> list[str]:
        """The input that evaluate waits for: nothing where the paper only measures."""
        if self.papers[slug].kind == "measure":
            return []
        return [str(layout.Layout(Path("results"), scale, lab, slug, int(look)).run(arm))]

    def metrics(self, paper) -> list[str]:
        place = layout.of(paper, self.scale, Path("results"))
        return [str(place.metrics(arm)) for arm in paper.arms]

    def states(self, paper) -> list[str]:
        place = layout.of(paper, self.scale, Path("results"))
        return [str(place.evaluated(arm)) for arm in paper.arms]

    def calibration(self, paper) -> list[str]:
        path = layout.evidence(paper, self.scale)[2]
        return [str(path)] if path.exists() else []

    def verdicts(self, lab: str | None = None) -> list[str]:
        """The verdict files of the selected papers, or of every built paper of one lab."""
        papers = self.selected.values() if lab is None else self.papers.values()
        return [
            str(layout.of(paper, self.scale, Path("results")).judgement(claim))
            for paper in papers
            if lab in (None, paper.lab)
            for claim in paper.claims
        ]

    def labs(self) -> list[str]:
        return sorted({paper.lab for paper in self.papers.values()})

    def wording(self, lab: str | None = None) -> str:
        papers = [paper for paper in self.papers.values() if lab in (None, paper.lab)]
        return hashlib.sha256("".join(map(self.wording_of, papers)).encode()).hexdigest()[:16]

    def wording_of(self, paper) -> str:
        words = paper.model_dump(mode="json", exclude={"folder"})
        return hashlib.sha256(json.dumps(words, sort_keys=True).encode()).hexdigest()[:16]


def choose(root: Path, config: Mapping[str, Any]) -> Choice:
    """Reads the registry and the configuration. Raises BadValue naming key, value and remedy."""
    where = "config"
    for key in config:
        if key not in KEYS:
            raise BadValue(f"{where}: unknown key {key!r}; {suggestion(key, KEYS)}")
    scale = config.get("scale", "laptop")
    if scale not in SCALES:
        raise BadValue(f"{where}: scale: {scale!r}; {suggestion(str(scale), SCALES)}")
    papers = registry.load(root).papers
    selected = select(papers, config.get("papers", "tour"), scale)
    folders = config.get("checkpoints") or {}
    checkpoint_faults(folders, papers)
    return Choice(root, scale, with_scale(papers, scale), selected, dict(folders))


def checkpoint_faults(folders: Any, papers: Mapping[str, Any]) -> None:
    """Raises BadValue unless it maps papers to lists of folders that a variable can hold."""
    where = "config: checkpoints"
    if not isinstance(folders, Mapping):
        raise BadValue(f"{where}: {folders!r:.80}; write a map, paper: [folder]")
    for slug, named in folders.items():
        if slug not in papers:
            raise BadValue(f"{where}: {slug!r}; {suggestion(slug, papers)}")
        if not isinstance(named, list) or not all(isinstance(one, str) and one for one in named):
            raise BadValue(f"{where}: {slug}: {named!r:.80}; write a list of folders")
        for one in named:
            if not one.isprintable() or {os.pathsep, "="} & set(one):
                raise BadValue(f"{where}: {slug}: {one!r:.80}; no {os.pathsep} nor = in its name")


def select(papers: Mapping[str, Any], wanted: str | Iterable[str], scale: str) -> dict[str, Any]:
    """`tour`, `all`, a lab, a slug, or a list (or comma list) of these; papers with the scale."""
    names = wanted.replace(",", " ").split() if isinstance(wanted, str) else wanted
    if not isinstance(names, list | tuple) or not all(isinstance(one, str) for one in names):
        raise BadValue(f"config: papers: {wanted!r:.80}; write tour, all, or names in a list")
    chosen = named(papers, names)
    missing = [slug for slug in chosen if scale not in chosen[slug].scales]
    if missing and set(names) & set(missing):
        raise BadValue(f"config: scale: {missing[0]} declares no scale {scale!r}")
    return with_scale(chosen, scale)


def named(papers: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """The papers that the names stand for, sorted by slug. Raises BadValue with a suggestion."""
    chosen: set[str] = set()
    for name in names:
        found = {slug for slug, paper in papers.items() if matches(paper, str(name))}
        if not found and name != "tour":
            known = [*papers, *{paper.lab for paper in papers.values()}, "tour", "all"]
            raise BadValue(f"papers: nothing is called {name!r}; {nearest(name, known)}")
        chosen |= found
    if not chosen and "tour" not in names:
        raise BadValue("papers: none chosen; write tour, all, a lab or a paper")
    return {slug: papers[slug] for slug in sorted(chosen)}


def matches(paper, name: str) -> bool:
    return name in ("all", paper.lab, paper.slug) or (name == "tour" and paper.tour)


def with_scale(papers: Mapping[str, Any], scale: str) -> dict[str, Any]:
    return {slug: paper for slug, paper in papers.items() if scale in paper.scales}


def suggestion(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(str(name), list(known), n=1, cutoff=0.5)
    if near:
        return f"did you mean {near[0]!r}?"
    names = sorted(known)
    return f"known: {', '.join(names[:12])}{', ...' if len(names) > 12 else ''}"


def nearest(name: str, known: Iterable[str]) -> str:
    """The nearest of many names first, two more at most, and the command that lists them all."""
    first, *others = difflib.get_close_matches(str(name), sorted(known), n=3, cutoff=0.5) or [None]
    every = "`recount list` names them all"
    if first is None:
        return every
    also = f" Near are {' and '.join(map(repr, others))} too;" if others else ""
    return f"did you mean {first!r}?{also} {every}"
