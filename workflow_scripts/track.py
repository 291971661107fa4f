"""Imports all results into MLflow, but those of the smoke scale alone where it is what ran."""

from pathlib import Path

from recount import files, registry
from recount.logs import logged
from recount.views import tracking

with logged(snakemake.log[0]):
    scale = "smoke" if snakemake.params.scale == "smoke" else None
    imported = tracking.sync(registry.load(), Path("results"), scale=scale)
    files.write_json(Path(snakemake.output.imported), imported)
