"""Imports all results into MLflow; what is there already is not imported again."""

from pathlib import Path

from recount import files, registry
from recount.logs import logged
from recount.views import tracking

with logged(snakemake.log[0]):
    imported = tracking.sync(registry.load(), Path("results"))
    files.write_json(Path(snakemake.output.imported), imported)
