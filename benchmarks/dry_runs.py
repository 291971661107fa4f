"""What Snakemake needs to plan: the present catalogue, the whole one, one twice as large."""

import json
import statistics
import sys
import tempfile
from pathlib import Path

from benchmarks import CATALOGUE, catalogue
from benchmarks.table import Row, faster, within
from benchmarks.timing import child

SNAKEMAKE = [sys.executable, "-m", "snakemake", "--cores", "2", "--nocolor", "--quiet", "all", "-n"]
ALL = ["--config", "papers=all"]
BARE = """\
import json
from pathlib import Path

JOBS = json.loads(Path("jobs.json").read_text())


rule all:
    input:
        JOBS,


rule job:
    output:
        "done/{name}",
    shell:
        "touch {output}"
"""


def rows(quick: bool) -> list[Row]:
    sizes, times = ((2, 3), 1) if quick else ((CATALOGUE, 1000), 3)
    with tempfile.TemporaryDirectory() as folder:
        roots = [Path(folder) / str(size) for size in sizes]
        here = Path(folder) / "here"
        built = catalogue.present(here)
        slugs = [catalogue.with_workflow(root, size) for root, size in zip(roots, sizes)]
        bare = single_jobs(Path(folder) / "bare", 6 * sizes[0] + len(catalogue.LABS) + 4)
        present, one, whole, lone = turns(
            times,
            lambda: plan(here, *ALL),
            lambda: plan(roots[0], f"claim_{slugs[0][0]}"),
            lambda: plan(roots[0], *ALL),
            lambda: plan(bare),
        )
        larger = plan(roots[1], *ALL)
    what = f"dry run, {sizes[1]} papers in {larger:.3g} s, per paper"
    name = "Snakemake on as many jobs of one bare rule"
    return [
        within(f"dry run, the {built} papers built so far", present, 15),
        within(f"dry run, one claim of {sizes[0]} papers", one, 3),
        within(f"dry run, {sizes[0]} papers, 2 arms each", whole, 15),
        faster(f"dry run, {sizes[0]} papers, 2 arms each", whole, lone, name),
        faster(what, larger / sizes[1], whole / sizes[0], f"of {sizes[0]} papers"),
    ]


def turns(times: int, *contestants) -> list[float]:
    """Median seconds of commands that take turns."""
    taken = [[one() for one in contestants] for _ in range(times)]
    return [statistics.median(column) for column in zip(*taken, strict=True)]


def plan(root: Path, *arguments: str) -> float:
    """Processor seconds of a dry run in which everything is still to be made."""
    return child([*SNAKEMAKE, *arguments], cwd=root, RECOUNT_ROOT=str(root))


def single_jobs(root: Path, jobs: int) -> Path:
    root.mkdir()
    (root / "Snakefile").write_text(BARE)
    (root / "jobs.json").write_text(json.dumps([f"done/{job}" for job in range(jobs)]))
    return root
