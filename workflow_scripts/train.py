"""Trains one arm of one paper, all seeds together."""

from pathlib import Path

from recount import looks, registry, stages
from recount.logs import logged

wildcards = snakemake.wildcards
paper = registry.load_paper(registry.root() / "papers" / wildcards.lab / wildcards.slug)
paper = looks.narrowed(paper, wildcards.scale, wildcards.get("look"))
data, out = Path(snakemake.input.data), Path(snakemake.output.run)
with logged(snakemake.log[0]):
    stages.train(paper, wildcards.scale, wildcards.arm, data, out)
