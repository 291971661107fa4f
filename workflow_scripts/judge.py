"""Judges one claim by its frozen rule."""

from pathlib import Path

from recount import registry, stages
from recount.logs import logged

params = snakemake.params
paper = registry.paper_of(params.lab, params.slug)
with logged(snakemake.log[0]):
    stages.judge(paper, params.claim, params.scale, Path("results"), Path(snakemake.output.verdict))
