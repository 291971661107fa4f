"""Makes one run of all looks that an arm was run for."""

from pathlib import Path

from recount import look_stages, registry
from recount.logs import logged

wildcards, decisions = snakemake.wildcards, [Path(one) for one in snakemake.input]
paper = registry.paper_of(wildcards.lab, wildcards.slug)
with logged(snakemake.log[0]):
    look_stages.gather(paper, wildcards.scale, wildcards.arm, decisions, Path("results"))
