"""Sequence models: formal languages as tasks, hand-built encoders, and lengths never trained on."""

from recount.kits.sequence_models.encoder import Block, Head, encode, layer_norm, stacked_heads
from recount.kits.sequence_models.languages import First, Language, Parity, every_string, mark
from recount.kits.sequence_models.lengths import (
    add_by_length,
    add_exactness,
    bits_of_surprise,
    in_parts,
)

VERSION = 1

__all__ = [
    "VERSION",
    "Block",
    "First",
    "Head",
    "Language",
    "Parity",
    "add_by_length",
    "add_exactness",
    "bits_of_surprise",
    "encode",
    "every_string",
    "in_parts",
    "layer_norm",
    "mark",
    "stacked_heads",
]
