"""A line y = m x is bent to a y^3 + y = m x, and the curve is written as a continued fraction.

y = m x / (1 + a y y), and y is replaced by the whole again and again. `both`: every y, which leaves
a fraction of m x and a alone. `one`: one of the two y below stays as the value of the depth before,
so each depth is a fraction with the one coefficient a y m x, summed by its quadratic. Both start
from the line. By theory `both` swings between two values, the roots of y^2 - m x y + 1/a, as soon
as a (m x)^2 > 4, and `one` never swings: the check computes these limits at 50 digits.
"""

from fractions import Fraction
from math import sqrt
from typing import Literal

from mpmath import mp

from recount.kits.exact_math import Exact, fact
from recount.typed import typed


@typed()
class Arm:
    replaced: Literal["both", "one"]


@typed()
class Size:
    decades: int
    near_bound: tuple[float, ...]
    depth: int
    shown: int
    close: float


def cases(run):
    wide = run.size.decades
    grid = [(10.0**i, 10.0 ** (j / 2)) for i in range(-wide, wide + 1) for j in range(-4, 7)]
    near = [(1.0, line) for line in run.size.near_bound]
    return [{"a": a, "line": sign * line} for a, line in grid + near for sign in (1, -1)]


def deeper(replaced, a, line, y):
    """The value one depth on; `line` is m x."""
    if replaced == "both":
        return line / (1 + a * y * y)
    return 2 * line / (1 + sqrt(1 + 4 * a * y * line))


def find(run, case):
    """The last two values, the larger first: equal where the fraction converges."""
    a, line = case["a"], case["line"]
    before, y = 0.0, line
    for _ in range(run.size.depth):
        after = deeper(run.arm.replaced, a, line, y)
        if after in (y, before):
            before, y = y, after
            break
        before, y = y, after
    high, low = sorted((before, y), key=abs, reverse=True)
    return {"high": high / line, "low": low / line}


def check(run, case):
    with mp.workdps(50):
        a, line = mp.mpf(case["a"]), mp.mpf(case["line"])
        swing = line**2 - 4 / a
        if run.arm.replaced == "both" and swing > 0:
            high = (1 + mp.sqrt(swing) / abs(line)) / 2
            return {"high": float(high), "low": float(1 / (a * line**2) / high)}
        share = float(root(a, line) / line)
        return {"high": share, "low": share}


def root(a, line):
    """The one real solution, by Newton's method from above, where the cubic is convex."""
    y = min(abs(line), mp.cbrt(abs(line) / a))
    while True:
        step = (a * y**3 + y - abs(line)) / (3 * a * y**2 + 1)
        y -= step
        if abs(step) < mp.mpf(10) ** -45 * y:
            return y * mp.sign(line)


def facts(run, case, found):
    a, line = case["a"], case["line"]
    inside = a * line**2 < 4
    with mp.workdps(50):
        share = float(root(mp.mpf(a), mp.mpf(line)) / line)
    near = all(abs(one / share - 1) < run.size.close for one in found.values())
    yield fact("converges", near)
    yield fact("converges_inside" if inside else "swings_outside", near == inside)
    yield fact("bounded", certified(a, line, share))
    if a == 1 and line > 0 and line in run.size.near_bound:
        y = line
        for depth in range(1, run.size.shown + 1):
            y = deeper(run.arm.replaced, a, line, y)
            yield fact("relative_error", abs(y / line / share - 1), depth=depth)


def certified(a, line, share):
    """In rationals: the cubic changes sign around the solution, which is below both bounds."""
    bent, line = Fraction(a), Fraction(line)
    low, high = (Fraction(share) * line * (1 + Fraction(side, 10**12)) for side in (-1, 1))
    signs = [(bent * y**3 + y - line) * line for y in (low, high)]
    return signs[0] < 0 < signs[1] and low**2 < line**2 and bent * abs(low) ** 3 < abs(line)


experiment = Exact(
    arm=Arm, size=Size, cases=cases, find=find, check=check, facts=facts, tolerance=1e-8
)
