"""Renders the pages of one lab, or of everything with the index, in one warm process."""

from pathlib import Path

from recount import registry, reports
from recount.logs import logged

scale, lab = snakemake.params.scale, snakemake.params.lab
with logged(snakemake.log[0]):
    reports.render_all(registry.load(), Path("results"), scale, lab=lab or None)
