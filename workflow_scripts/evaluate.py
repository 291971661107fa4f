"""Measures one arm of one paper."""

from pathlib import Path

from recount import looks, registry, stages
from recount.logs import logged

w, given = snakemake.wildcards, snakemake.input
paper = looks.narrowed(registry.paper_of(w.lab, w.slug), w.scale, w.get("look"))
data, out, *run = map(Path, (given.data, snakemake.output.metrics, *given.run))
with logged(snakemake.log[0]):
    stages.evaluate(paper, w.scale, w.arm, data, next(iter(run), None), out)
