"""Rebuilds the DuckDB view of all results."""

from pathlib import Path

from recount import registry, store
from recount.logs import logged

with logged(snakemake.log[0]):
    store.rebuild(registry.load(), Path("results"), Path(snakemake.output.database))
