"""Rebuilds the DuckDB view of all results."""

from pathlib import Path

from recount import registry
from recount.logs import logged
from recount.views import store

with logged(snakemake.log[0]):
    store.rebuild(registry.load(), Path("results"), Path(snakemake.output.database))
