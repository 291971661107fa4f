"""BFloat16 weights as three bit planes, and DFloat11's lossless packing of them.

The exponents are coded by Huffman, sign and mantissa stay as they are. The size counts everything
that decoding needs: code lengths, 5 bits per chunk for its gap, 32 bits per 256 chunks for where
their output goes (Zhang et al. 2025, arXiv 2504.11651).
"""

from dataclasses import dataclass

import numpy as np
import torch

from recount.kits.number_formats.huffman import Huffman, Stream, entropy

CHUNKS_PER_BLOCK = 256


def bf16_bits(x: np.ndarray) -> np.ndarray:
    """The bfloat16 bit patterns (uint16) of float32 numbers, rounded to nearest even."""
    return torch.from_numpy(np.ascontiguousarray(x)).bfloat16().view(torch.uint16).numpy()


def bf16_values(bits: np.ndarray) -> np.ndarray:
    """float32 numbers of bfloat16 bit patterns; exact."""
    return (bits.astype(np.uint32) << 16).view(np.float32)


def planes(bits: np.ndarray) -> dict[str, np.ndarray]:
    """sign (0, 1), exponent (0-255) and mantissa (0-127) of bfloat16 bit patterns, flat uint8."""
    bits = bits.ravel()
    parts = {"sign": bits >> 15, "exponent": (bits >> 7) & 0xFF, "mantissa": bits & 0x7F}
    return {name: part.astype(np.uint8) for name, part in parts.items()}


def plane_entropies(bits: np.ndarray) -> dict[str, float]:
    """Entropy of each plane, in bits per weight; at most 1, 8 and 7."""
    return {name: entropy(np.bincount(part)) for name, part in planes(bits).items()}


@dataclass(frozen=True)
class PackedBF16:
    """`rest` holds sign and mantissa, a byte each; `shape` is that of the weights."""

    code: Huffman
    exponents: Stream
    rest: np.ndarray
    shape: tuple[int, ...]

    @property
    def bits(self) -> int:
        """All that decoding needs, in bits."""
        chunks = self.exponents.gaps.size
        blocks = -(-chunks // CHUNKS_PER_BLOCK)
        return (
            8 * (self.exponents.data.size + self.rest.size + self.code.lengths.size)
            + 5 * chunks
            + 32 * blocks
        )


def pack(bits: np.ndarray, limit: int = 32) -> PackedBF16:
    """Pack bfloat16 bit patterns (uint16, any shape); the exponents share one code."""
    parts = planes(bits)
    code = Huffman.of(np.bincount(parts["exponent"], minlength=256), limit)
    rest = (parts["sign"] << 7) | parts["mantissa"]
    return PackedBF16(code, code.encode(parts["exponent"]), rest, bits.shape)


def unpack(packed: PackedBF16) -> np.ndarray:
    """The bit patterns that were packed; nothing but the packed parts is read."""
    exponent = packed.code.decode(packed.exponents).astype(np.uint16)
    rest = packed.rest.astype(np.uint16)
    return (((rest >> 7) << 15) | (exponent << 7) | (rest & 0x7F)).reshape(packed.shape)
