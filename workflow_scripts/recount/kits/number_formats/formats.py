"""A number format as a value: its decode table, and rounding of real numbers onto that table.

A table entry per code makes every format alike: minifloats of any split, integers, code books,
tapered formats. Rounding is a search in the sorted values, exact because inputs and values are
float64 and a midpoint of two neighbours is exact for every format of 16 bits or fewer.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from recount.typed import BadValue

ROUNDINGS = ("even", "away", "zero", "stochastic")


@dataclass(frozen=True, kw_only=True, eq=False)
class Format:
    """`values[code]` is what a code stands for (float64; inf and nan where the format has them).

    `beyond` is the value that would follow the largest one. A number that rounds to it overflows:
    to infinity where there is one, else to nan, and to the largest value where `beyond` is None,
    where there is neither, or where `saturate=True` is asked for.
    """

    name: str
    values: np.ndarray
    beyond: float | None = None

    def __post_init__(self):
        if np.unique(self.levels).size < 2:
            raise BadValue(f"format {self.name}: fewer than two finite values; check its table")

    @property
    def bits(self) -> int:
        return int(np.ceil(np.log2(self.values.size)))

    @cached_property
    def _order(self) -> np.ndarray:
        """Codes of the finite values in rising order; of codes with one value, the lowest."""
        codes = np.flatnonzero(np.isfinite(self.values))
        return codes[np.unique(self.values[codes], return_index=True)[1]]

    @cached_property
    def levels(self) -> np.ndarray:
        """The finite values, rising, each once."""
        return self.values[self._order]

    def _code_of(self, test) -> int | None:
        found = np.flatnonzero(test)
        return int(found[0]) if found.size else None

    @cached_property
    def codes(self) -> dict[str, int | None]:
        """Codes of the special values; None where the format has no such value."""
        zero, sign = self.values == 0, np.signbit(self.values)
        return {
            "nan": self._code_of(np.isnan(self.values)),
            "+inf": self._code_of(self.values == np.inf),
            "-inf": self._code_of(self.values == -np.inf),
            "+0": self._code_of(zero & ~sign),
            "-0": self._code_of(zero & sign),
        }

    def thresholds(self, rounding: str = "even", dtype: type = np.float64) -> np.ndarray:
        """Level i is taken by x exactly if thresholds[i - 1] <= x < thresholds[i].

        The first and last entries are where overflow begins. `dtype` is the type of x: a tie that
        goes down has its threshold at the number that follows the midpoint in that type.
        """
        step = self.beyond if self.beyond is not None else np.inf
        levels = np.concatenate([[-step], self.levels, [step]])
        low, high = levels[:-1], levels[1:]
        if rounding == "zero":
            cut = np.where(high > 0, high, low)
            up = high > 0
        elif rounding in ("even", "away"):
            cut = low / 2 + high / 2
            rank = np.arange(levels.size) - int(np.argmin(np.abs(levels)))
            up = rank[1:] % 2 == 0 if rounding == "even" else cut >= 0
        else:
            raise BadValue(f"rounding {rounding!r}: use one of {', '.join(ROUNDINGS[:3])} here")
        cut = cut.astype(dtype)
        return np.where(up, cut, np.nextafter(cut, np.array(np.inf, dtype)))

    def encode(self, x, rounding: str = "even", saturate: bool = False, draws=None) -> np.ndarray:
        """Codes (of x's shape) of the numbers x; "stochastic" needs `draws` in [0, 1) of x's shape.

        Raises BadValue for a nan where the format has none.
        """
        x = np.asarray(x, dtype=np.float64)
        if rounding == "stochastic":
            place = self._stochastic(x, draws)
        else:
            place = np.searchsorted(self.thresholds(rounding), x, side="right")
        order = self._order
        code = order[np.clip(place - 1, 0, order.size - 1)]
        if self.codes["-0"] is not None:
            code = np.where((self.values[code] == 0) & np.signbit(x), self.codes["-0"], code)
        if not saturate:
            code = np.where(place == 0, self._overflow("-inf", order[0]), code)
            code = np.where(place > order.size, self._overflow("+inf", order[-1]), code)
            for side in ("+inf", "-inf"):
                if self.codes[side] is not None:
                    code = np.where(x == float(side), self.codes[side], code)
        return self._nans(x, code).astype(np.uint8 if self.bits <= 8 else np.uint16)

    def _overflow(self, side: str, largest: int) -> int:
        kinds = [self.codes[side], self.codes["nan"], largest]
        return next(code for code in kinds if code is not None)

    def _nans(self, x: np.ndarray, code: np.ndarray) -> np.ndarray:
        where = np.isnan(x)
        if where.any() and self.codes["nan"] is None:
            raise BadValue(f"format {self.name} has no nan; remove the nan from the input")
        return np.where(where, self.codes["nan"] or 0, code)

    def _stochastic(self, x: np.ndarray, draws) -> np.ndarray:
        """Up with probability (x - low) / (high - low): the mean of many casts is x."""
        if draws is None or np.shape(draws) != x.shape:
            raise BadValue(f"stochastic rounding needs draws in [0, 1) of shape {x.shape}")
        step = self.beyond if self.beyond is not None else np.inf
        levels = np.concatenate([[-step], self.levels, [step]])
        low = np.clip(np.searchsorted(levels, x, side="right") - 1, 0, levels.size - 2)
        width = levels[low + 1] - levels[low]
        share = np.where(np.isfinite(width), (x - levels[low]) / width, levels[low] == -step)
        return low + (np.asarray(draws) < share)

    def decode(self, codes) -> np.ndarray:
        return self.values[np.asarray(codes)]

    def cast(self, x, rounding: str = "even", saturate: bool = False, draws=None) -> np.ndarray:
        """x rounded to the format and back, float64."""
        return self.decode(self.encode(x, rounding, saturate, draws))


def minifloat(
    name: str, exponent: int, mantissa: int, bias: int | None = None, specials: str = "ieee"
) -> Format:
    """A sign bit, `exponent` bits e and `mantissa` bits m, with gradual underflow.

    The value is 2**(e - bias) * 1.m, or 2**(1 - bias) * 0.m where e = 0; the bias is
    2**(exponent - 1) - 1 unless given. `specials`: "ieee" gives the top exponent to inf and nan;
    "fn" only its last code, to nan; "fnuz" has nan at the place of -0; "finite" has none.
    E4M3 and E5M2 of Micikevicius et al. (2022) are (4, 3, specials="fn") and (5, 2).
    """
    if specials not in ("ieee", "fn", "fnuz", "finite"):
        raise BadValue(f"format {name}: specials {specials!r}; use ieee, fn, fnuz or finite")
    bias = 2 ** (exponent - 1) - 1 if bias is None else bias
    code = np.arange(2 ** (exponent + mantissa))
    e, m = code >> mantissa, (code & (2**mantissa - 1)) / 2**mantissa
    plain = np.where(e == 0, np.ldexp(m, 1 - bias), np.ldexp(1 + m, e - bias))
    half = plain.copy()
    if specials == "ieee":
        half[e == 2**exponent - 1] = np.nan
        half[(e == 2**exponent - 1) & (m == 0)] = np.inf
    elif specials == "fn":
        half[-1] = np.nan
    values = np.concatenate([half, -half])
    if specials == "fnuz":
        values[code.size] = np.nan
    top = int(np.flatnonzero(np.isfinite(half))[-1])
    step = np.ldexp(1.0, max(int(e[top]), 1) - bias - mantissa)
    beyond = None if specials == "finite" else float(plain[top] + step)
    return Format(name=name, values=values, beyond=beyond)


def integer(name: str, bits: int, symmetric: bool = True) -> Format:
    """Two's complement integers; `symmetric` leaves the most negative one out."""
    code = np.arange(2**bits)
    values = np.where(code < 2 ** (bits - 1), code, code - 2**bits).astype(np.float64)
    if symmetric:
        values = np.delete(values, 2 ** (bits - 1))
    return Format(name=name, values=values)


def codebook(name: str, values) -> Format:
    """Any list of values, in the order of their codes (nf4, learned code books)."""
    return Format(name=name, values=np.asarray(values, dtype=np.float64))


def facts(format: Format) -> dict[str, int]:
    """What can be counted in a table: special values, binades (powers of two with a value), and how
    many finite codes stand for a value that a lower code has too."""
    values = format.values
    finite = values[np.isfinite(values)]
    binades = np.unique(np.frexp(np.abs(finite[finite != 0]))[1]) - 1
    return {
        "nans": int(np.isnan(values).sum()),
        "infinities": int(np.isinf(values).sum()),
        "zeros": int((values == 0).sum()),
        "shared_values": int(finite.size - format.levels.size),
        "binades": int(binades.size),
        "lowest": int(binades[0]),
        "highest": int(binades[-1]),
    }


def nearest(x, format: Format) -> np.ndarray:
    """The value nearest to each x, ties away from zero, by looking at every value of the table.

    Slow, and shares no line with `Format.encode`: it is there to check encoders. Numbers nearer to
    `beyond`, or as near, than to the largest value become infinite.
    """
    x = np.asarray(x, dtype=np.float64)
    finite = np.where(np.isfinite(x), x, 0).ravel()
    values = format.values[np.isfinite(format.values)]
    if format.beyond is not None:
        values = np.concatenate([values, [format.beyond, -format.beyond]])
    values = values[np.argsort(-np.abs(values), kind="stable")]
    found = np.empty(x.size)
    for start in range(0, x.size, 4096):
        part = finite[start : start + 4096]
        found[start : start + 4096] = values[np.abs(part[:, None] - values).argmin(axis=1)]
    found = found.reshape(x.shape)
    edge = np.inf if format.beyond is None else format.beyond
    far = (np.abs(found) >= edge) | ~np.isfinite(x)
    return np.where(np.isnan(x), np.nan, np.where(far, np.copysign(np.inf, x), found))
