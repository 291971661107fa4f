"""Numbers as people read them."""

import math
from collections.abc import Sequence


def number(value: float | None, digits: int = 3) -> str:
    """Three significant digits, thousands set apart, a true minus sign."""
    if value is None:
        return "–"
    if not math.isfinite(value):
        return "∞" if value > 0 else "−∞" if value < 0 else "no number"
    size = abs(value)
    if size and (size >= 1e6 or size < 1e-3):
        mantissa, exponent = f"{value:.2e}".split("e")
        text = f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}"
    elif size >= 1000:
        text = f"{value:,.0f}".replace(",", "\N{NARROW NO-BREAK SPACE}")
    else:
        text = f"{value:.{digits}g}"
    return text.replace("-", "\N{MINUS SIGN}")


def apart(values: Sequence[float | None]) -> int:
    """Significant digits, three to six, that keep values from looking equal that are not."""
    finite = {value for value in values if value is not None and math.isfinite(value)}
    enough = (d for d in range(3, 6) if len({number(v, d) for v in finite}) == len(finite))
    return next(enough, 6)


def labels(marks: Sequence[float]) -> list[str]:
    """Ticks with as many decimals as tell them apart."""
    steps = [b - a for a, b in zip(marks, marks[1:])]
    step = min(steps, default=0.0)
    plain = [number(mark) for mark in marks]
    if len(set(plain)) == len(plain) and not any("e" in one for one in plain):
        return plain
    if not step or not 1e-9 < step < 1e9 or max(map(abs, marks)) >= 1e9:
        return plain
    decimals = max(0, math.ceil(-math.log10(step) - 1e-9))
    decimals += round(step * 10**decimals, 6) % 1 != 0
    return [f"{mark:.{decimals}f}".replace("-", "\N{MINUS SIGN}") for mark in marks]


def whole(value: int) -> str:
    """A count with its thousands set apart."""
    return f"{value:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")
