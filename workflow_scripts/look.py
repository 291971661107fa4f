"""Judges the seeds up to a look: which claims are open still?"""

from pathlib import Path

from recount import look_stages, registry
from recount.logs import logged

wildcards = snakemake.wildcards
paper = registry.paper_of(wildcards.lab, wildcards.slug)
with logged(snakemake.log[0]):
    look_stages.decide(paper, wildcards.scale, int(wildcards.look), Path("results"))
