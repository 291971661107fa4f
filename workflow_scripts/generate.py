"""Draws the data of one paper at one scale."""

from pathlib import Path

from recount import registry, stages
from recount.logs import logged

wildcards, output = snakemake.wildcards, snakemake.output
paper = registry.load_paper(registry.root() / "papers" / wildcards.lab / wildcards.slug)
with logged(snakemake.log[0]):
    stages.generate(paper, wildcards.scale, Path(output.data), Path(output.manifest))
