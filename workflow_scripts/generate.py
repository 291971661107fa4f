"""Draws the data of one paper at one scale."""

from pathlib import Path

from recount import looks, registry, stages
from recount.logs import logged

wildcards, output = snakemake.wildcards, snakemake.output
paper = registry.paper_of(wildcards.lab, wildcards.slug)
paper = looks.narrowed(paper, wildcards.scale, wildcards.get("look"))
with logged(snakemake.log[0]):
    stages.generate(paper, wildcards.scale, Path(output.data), Path(output.manifest))
