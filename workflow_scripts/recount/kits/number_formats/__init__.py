"""Number formats: a format is a table of values; the rest is how numbers are rounded onto it.

`formats` has the tables and the rounding, `blocks` shares a scale over a block, `tensors` casts
torch tensors inside a forward or backward pass, `huffman` and `planes` compress what bits repeat,
`language` trains small decoders on local text.
"""

from recount.kits.number_formats import language
from recount.kits.number_formats.blocks import SCALES, block_cast
from recount.kits.number_formats.formats import (
    ROUNDINGS,
    Format,
    codebook,
    facts,
    integer,
    minifloat,
    nearest,
)
from recount.kits.number_formats.huffman import Huffman, entropy
from recount.kits.number_formats.planes import (
    PackedBF16,
    bf16_bits,
    pack,
    plane_entropies,
    planes,
    unpack,
)

VERSION = 1

__all__ = [
    "ROUNDINGS",
    "SCALES",
    "VERSION",
    "Format",
    "Huffman",
    "PackedBF16",
    "bf16_bits",
    "block_cast",
    "codebook",
    "entropy",
    "facts",
    "integer",
    "minifloat",
    "nearest",
    "language",
    "pack",
    "plane_entropies",
    "planes",
    "unpack",
]
