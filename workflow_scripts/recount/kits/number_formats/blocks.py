"""Blocks that share a scale: absmax, power-of-two (MX) and rounded-to-a-format (NVFP4) scales."""

import numpy as np

from recount.kits.number_formats.formats import Format
from recount.typed import BadValue

SCALES = ("absmax", "power_of_two")


def block_cast(
    x,
    format: Format,
    block: int | None = None,
    scale: str | Format = "absmax",
    rounding: str = "even",
    draws=None,
) -> np.ndarray:
    """x (..., n) cast with one scale per `block` neighbours of the last axis; all of it if None.

    "absmax" maps a block's largest magnitude to the format's largest value. "power_of_two" is
    2**(floor(log2 absmax) - floor(log2 largest)), the rule of the OCP microscaling formats. A
    Format rounds the absmax scale to itself first, as NVFP4 does with E4M3. Casts saturate; a block
    of zeros stays zero. Raises BadValue if the last axis is no multiple of `block`.
    """
    x = np.asarray(x, dtype=np.float64)
    block = block or x.shape[-1]
    if x.shape[-1] % block:
        raise BadValue(f"block of {block} does not divide the last axis of {x.shape}; pad it")
    parts = x.reshape(*x.shape[:-1], -1, block)
    peak = np.abs(parts).max(axis=-1, keepdims=True)
    factor = _factor(peak, float(format.levels[-1]), scale)
    if draws is not None:
        draws = np.asarray(draws).reshape(parts.shape)
    return (format.cast(parts / factor, rounding, True, draws) * factor).reshape(x.shape)


def _factor(peak: np.ndarray, largest: float, scale: str | Format) -> np.ndarray:
    one = np.where(peak > 0, peak, largest)
    if isinstance(scale, Format):
        factor = scale.cast(one / largest, saturate=True)
        return np.where(factor > 0, factor, scale.levels[scale.levels > 0][0])
    if scale == "absmax":
        return one / largest
    if scale == "power_of_two":
        return np.exp2(np.floor(np.log2(one)) - np.floor(np.log2(largest)))
    raise BadValue(f"scale {scale!r}: use {', '.join(SCALES)} or a Format")
