"""Recount: every claim, counted again. The library knows no Snakemake; stages.py is the way in."""

__version__ = "0.1.0"
