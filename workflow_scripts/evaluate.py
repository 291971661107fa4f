"""Measures one arm of one paper."""

from pathlib import Path

from recount import looks, registry, stages
from recount.logs import logged

wildcards = snakemake.wildcards
paper = registry.load_paper(registry.root() / "papers" / wildcards.lab / wildcards.slug)
paper = looks.narrowed(paper, wildcards.scale, wildcards.get("look"))
data, out = Path(snakemake.input.data), Path(snakemake.output.metrics)
trained = Path(snakemake.input.run[0]) if snakemake.input.run else None
with logged(snakemake.log[0]):
    stages.evaluate(paper, wildcards.scale, wildcards.arm, data, trained, out)
