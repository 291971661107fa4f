"""Draws the data of one paper at one scale."""

from pathlib import Path

from snakemake.script import snakemake

from recount import registry, stages
from recount.logs import logged

paper = registry.load_paper(
    registry.root() / "papers" / snakemake.wildcards.lab / snakemake.wildcards.slug
)
with logged(snakemake.log[0]):
    stages.generate(
        paper,
        snakemake.wildcards.scale,
        Path(snakemake.output.data),
        Path(snakemake.output.manifest),
    )
