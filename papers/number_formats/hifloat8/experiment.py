"""HiFloat8 (HiF8): one byte whose exponent field grows with the exponent, at the mantissa's cost.

After the sign a prefix code, the dot field, gives the bits of the exponent: 11, 10, 01 stand for 4,
3, 2 bits, 001 for one, 0001 for none; what is left is mantissa. The exponent is a sign and a
magnitude whose leading one is not stored, so that no exponent has two codes. 0000 marks denormals:
their three bits are an exponent, -22 to -16, but 000 is zero, or nan with the sign set. The two
codes of the largest magnitude are the infinities. Halves are rounded away from zero.
"""

import math
from typing import Literal

import numpy as np

from recount.experiment import Measure
from recount.kits.number_formats import Format, facts, minifloat, nearest
from recount.run import Rows
from recount.typed import typed

DOT = {"11": 4, "10": 3, "01": 2, "001": 1, "0001": 0}
LOWEST, HIGHEST = -22, 15
INFINITY, NAN = 0b01101111, 0b10000000


@typed()
class Arm:
    format: Literal["hifloat8", "fp16", "e4m3", "e5m2"]
    stated: dict[str, int]


@typed()
class Size:
    stride: int  # every so manieth of the 65,536 FP16 numbers is rounded


def fields(code):
    """Sign, exponent, mantissa and its width; the exponent is None for a denormal."""
    bits = f"{code:08b}"
    dot = next((dot for dot in DOT if bits[1:].startswith(dot)), None)
    if dot is None:
        return bits[0], None, int(bits[5:], 2), 3
    rest = bits[1 + len(dot) :]
    field, mantissa = rest[: DOT[dot]], rest[DOT[dot] :]
    size = int("1" + field[1:], 2) if field else 0
    return bits[0], -size if field[:1] == "1" else size, int(mantissa, 2), len(mantissa)


def decode(code):
    sign, exponent, mantissa, width = fields(code)
    one = -1.0 if sign == "1" else 1.0
    if exponent is None:
        return one * 2.0 ** (mantissa - 23) if mantissa else (0.0 if one > 0 else math.nan)
    infinite = code & 0x7F == INFINITY
    return one * (math.inf if infinite else 2.0**exponent * (1 + mantissa / 2**width))


def mantissa_width(exponent):
    return max(3 - max(abs(exponent).bit_length() - 2, 0), 0)


def encode(x):
    """By carrying on the first discarded bit; never looks at the table of values."""
    if math.isnan(x):
        return NAN
    side, size = (128 if x < 0 else 0), abs(x)
    if size < 1.5 * 2.0**HIGHEST:
        exponent = max(math.frexp(size)[1] - 1, LOWEST)
        unit = 2.0 ** (exponent - mantissa_width(exponent))
        size = math.floor(size / unit + 0.5) * unit
    if size == 0:
        return 0
    exponent = math.frexp(size)[1] - 1
    if size >= 1.5 * 2.0**HIGHEST:
        return side | INFINITY
    if abs(exponent) > HIGHEST:
        return side | (exponent + 23)
    width = mantissa_width(exponent)
    field = f"{exponent < 0:d}{abs(exponent):b}"
    field = field[0] + field[2:] if exponent else ""
    dot = next(dot for dot, bits in DOT.items() if bits == len(field))
    return side | int(f"{dot}{field}{int((size / 2.0**exponent - 1) * 2**width):0{width}b}", 2)


HIF8 = Format(name="hif8", values=np.array([*map(decode, range(256))]), beyond=1.5 * 2.0**HIGHEST)
FORMATS = {
    "hifloat8": HIF8,
    "fp16": minifloat("fp16", 5, 10),
    "e4m3": minifloat("e4m3", 4, 3, specials="fn"),
    "e5m2": minifloat("e5m2", 5, 2),
}


def hif8_facts():
    """What can be counted in the fields of the codes, and codes that a round trip changes."""
    parts = [fields(code)[1:] for code in range(256)]
    widths = {exponent: width for exponent, _, width in parts if exponent is not None}
    found = {f"exponents_{w}_bit": list(widths.values()).count(w) for w in (1, 2, 3)}
    extra = {mantissa - 23 for exponent, mantissa, _ in parts if exponent is None and mantissa}
    wrong = sum(encode(decode(code)) != code for code in range(256))
    more = {"normal_binades": len(widths), "extra_binades": len(extra - set(widths))}
    return found | more | {"codes_changed": wrong}


def rounding(rows, stride):
    """Each FP16 number against the nearest value, searched for exhaustively; a row per binade."""
    codes = np.arange(0, 65536, stride, dtype=np.uint16)
    numbers = codes.view(np.float16).astype(float)
    got = np.array([decode(encode(x)) for x in numbers])
    right = (got == nearest(numbers, HIF8)) | (np.isnan(got) & np.isnan(numbers))
    for part in np.unique(codes >> 10):
        inside = codes >> 10 == part
        wrong = codes[inside & ~right]
        first = {"fp16": f"{wrong[0]:016b}"} if wrong.size else {}
        rows.add("holds", not wrong.size, int(inside.sum()), check=f"round {part:06b}", **first)


def measure(run, data):
    rows, format = Rows(run), FORMATS[run.arm.format]
    own = run.arm.format == "hifloat8"
    found = facts(format) | (hif8_facts() if own else {})
    for name, stated in run.arm.stated.items():
        rows.add("holds", found[name] == stated, format.values.size, check=name)
        rows.add("found", found[name], check=name)
    if own:
        rounding(rows, run.size.stride)
    return rows


experiment = Measure(arm=Arm, size=Size, measure=measure)
