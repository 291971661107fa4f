"""Small discrete probabilistic loops with a bound of their expected value, and how to prove it.

All states are finite and the guard is a test on one variable. `bound` is at least the true value
everywhere; `depth` is the least k for which k-induction proves it. `liberal` loops have a bound
from below of the probability to end well or never.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from recount.kits.exact_math.expectations import choose, table


@dataclass(frozen=True)
class Loop:
    domain: dict
    guard: Callable
    body: tuple
    after: Callable
    bound: Callable
    depth: int = 1


def put(name, value):
    return ("set", name, value)


def up(name, by=1):
    return put(name, lambda state: state[name] + by)


def fixed(number):
    return lambda state: number


def walk(share, top, after, bound, cost=0):
    """x goes up with a chance and else down, until it is 0 or the top."""
    inside = table("x", [0] + [1] * (top - 1) + [0])
    step = ("seq", ("tick", cost), ("coin", fixed(share), up("x"), up("x", -1)))
    return Loop({"x": (0, top)}, lambda s: inside(s) == 1, step, after, bound)


def ladder(chances, cost, after, bound, top):
    """x goes from top to 0; one step down from x has the chance chances[x]."""
    step = ("seq", ("tick", cost), ("coin", table("x", chances), up("x", -1), ("skip",)))
    return Loop({"x": (0, top)}, lambda s: s["x"] > 0, step, after, bound)


def phases(count, bound):
    """One coin every `count` rounds ends the loop; each round costs 1."""
    toss = ("coin", fixed(Fraction(1, 2)), put("run", fixed(0)), ("skip",))
    last = ("seq", put("s", fixed(0)), toss)
    step = ("seq", ("tick", 1), ("if", lambda s: s["s"] >= count - 1, last, up("s")))
    domain = {"run": (0, 1), "s": (0, count - 1)}
    value = lambda s: choose(s["run"] == 1, bound, 0)  # noqa: E731
    return Loop(domain, lambda s: s["run"] == 1, step, fixed(0), value, depth=count)


def von_neumann():
    """Two tosses of a biased coin until they differ; the first is the result."""
    third = fixed(Fraction(1, 3))
    heads = ("coin", third, ("skip",), ("seq", put("run", fixed(0)), put("bit", fixed(1))))
    tails = ("coin", third, ("seq", put("run", fixed(0)), put("bit", fixed(0))), ("skip",))
    half = lambda s: choose(s["run"] == 1, Fraction(1, 2), s["bit"])  # noqa: E731
    domain = {"run": (0, 1), "bit": (0, 1)}
    step = ("coin", third, heads, tails)
    return Loop(domain, lambda s: s["run"] == 1, step, lambda s: s["bit"], half)


def retransmission(packets, tries):
    """Packets are sent in turn, each lost with chance 1/10; `tries` losses in a row are the end."""
    lost = Fraction(1, 10)
    sent = ("seq", up("left", -1), put("lost", fixed(0)))
    step = ("coin", fixed(lost), up("lost"), sent)
    domain = {"left": (0, packets), "lost": (0, tries)}
    running = lambda s: choose(s["lost"] == tries, 0, s["left"]) > 0  # noqa: E731

    def bound(state):
        """The union bound: each packet fails with chance lost^tries, this one with less left."""
        rest = lost**tries * (state["left"] - 1)
        own = table("lost", [lost ** (tries - n) for n in range(tries + 1)])(state)
        return choose(state["lost"] == tries, 1, choose(state["left"] == 0, 0, rest + own))

    return Loop(domain, running, step, lambda s: choose(s["lost"] == tries, 1, 0), bound)


def at_top(top):
    return lambda s: choose(s["x"] == top, 1, 0)


HALF, THIRD = Fraction(1, 2), Fraction(1, 3)
COUPONS = [0] + [Fraction(k, 5) for k in range(1, 6)]
HARMONIC = [sum((Fraction(5, j) for j in range(1, k + 1)), Fraction(0)) for k in range(6)]
RUIN = [Fraction(2**x - 1, 2**6 - 1) for x in range(7)]

LOOPS = {
    "fair ruin": walk(HALF, 6, at_top(6), lambda s: s["x"] * Fraction(1, 6)),
    "biased ruin": walk(THIRD, 6, at_top(6), table("x", RUIN)),
    "biased ruin, loose": walk(THIRD, 6, at_top(6), lambda s: s["x"] * Fraction(1, 6)),
    "time to ruin": walk(HALF, 6, fixed(0), table("x", [x * (6 - x) for x in range(7)]), 1),
    "time with drift": walk(THIRD, 5, fixed(0), lambda s: s["x"] * 3, 1),
    "geometric": ladder([0, HALF], 1, fixed(0), lambda s: s["x"] * 2, 1),
    "two heads": ladder([0, HALF, HALF], 1, fixed(0), lambda s: s["x"] * 2, 2),
    "coupons": ladder(COUPONS, 1, fixed(0), table("x", HARMONIC), 5),
    "coupons, loose": ladder(COUPONS, 1, fixed(0), lambda s: s["x"] * 5, 5),
    "von Neumann": von_neumann(),
    "retransmission": retransmission(3, 2),
    "two phases": phases(2, 4),
    "three phases": phases(3, 6),
}
