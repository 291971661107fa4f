"""Formulas that make a Givens rotation from f and g, on any numbers that know + - * / and a root.

Each takes (f real, f imaginary, g real, g imaginary, root) and returns (c, s real, s imaginary,
r real, r imaginary), with c f + s g = r and -conj(s) f + c g = 0. They are the branches for numbers
far from overflow; LAPACK's scaling leaves such numbers alone.
"""

from collections.abc import Callable
from typing import Any

Entries = tuple[Any, Any, Any, Any, Any]


def squares(fr, fi, gr, gi):
    f2, g2 = fr * fr + fi * fi, gr * gr + gi * gi
    return f2, g2, f2 + g2


def times_conjugate(gr, gi, ar, ai):
    """conj(g) a."""
    return gr * ar + gi * ai, gr * ai - gi * ar


def lapack_3_9(fr, fi, gr, gi, root) -> Entries:
    """r first, by the root of 1 + |g|^2 / |f|^2; s = conj(g) r / h."""
    f2, g2, h2 = squares(fr, fi, gr, gi)
    longer = root(1 + g2 / f2)
    rr, ri = longer * fr, longer * fi
    return (1 / longer, *times_conjugate(gr, gi, rr / h2, ri / h2), rr, ri)


def lapack_3_10(fr, fi, gr, gi, root) -> Entries:
    """All by one reciprocal p of sqrt(|f|^2 h)."""
    f2, _, h2 = squares(fr, fi, gr, gi)
    p = 1 / root(f2 * h2)
    grown = h2 * p
    return (f2 * p, *times_conjugate(gr, gi, fr * p, fi * p), fr * grown, fi * grown)


def per_entry(fr, fi, gr, gi, root) -> Entries:
    """The paper's: few operations behind each entry, at the cost of a second root."""
    f2, _, h2 = squares(fr, fi, gr, gi)
    c = root(f2 / h2)
    d = root(f2 * h2)
    return (c, *times_conjugate(gr, gi, fr / d, fi / d), fr / c, fi / c)


class Traced:
    """A number that only knows which operations it took: `made` is the set of all of them."""

    def __init__(self, made: frozenset = frozenset()):
        self.made = made

    def combined(self, *others: Any) -> "Traced":
        made = self.made.union(*(one.made for one in others if isinstance(one, Traced)))
        return Traced(made | {object()})

    __add__ = __radd__ = __sub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = combined


def operations(formula: Callable) -> dict[str, int]:
    """Real additions, multiplications, divisions and roots behind each entry, and in all."""
    c, sr, si, rr, ri = formula(*(Traced() for _ in range(4)), Traced.combined)
    made = {"c": c.made, "s": sr.made | si.made, "r": rr.made | ri.made}
    return {name: len(one) for name, one in made.items()} | {
        "all": len(made["c"] | made["s"] | made["r"])
    }
