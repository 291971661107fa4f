"""Trains one arm of one paper, all seeds together."""

from pathlib import Path

from recount import looks, registry, stages
from recount.logs import logged

w = snakemake.wildcards
paper = looks.narrowed(registry.paper_of(w.lab, w.slug), w.scale, w.get("look"))
data, out = Path(snakemake.input.data), Path(snakemake.output.run)
with logged(snakemake.log[0]):
    stages.train(paper, w.scale, w.arm, data, out)
