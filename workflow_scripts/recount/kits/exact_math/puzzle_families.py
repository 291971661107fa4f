"""The families of puzzles: numbers, texts and lists; some can be answered by no short expression.

`i0`, `i1` are numbers, `s0`, `s1` texts, `l0` a list of numbers; the ranges N, B, W and L say how
large they are. The right answers stand here for tests and controls; no solver sees them.
"""

from math import gcd, isqrt

from recount.kits.exact_math.puzzles import Family, hanoi, moves, subset, unlike

N, B, W, L = (2, 60), (100, 999), (3, 9), (4, 9, 1, 50)
NUMBERS = [
    Family("add", "int", {"i0": N, "i1": B}, lambda p, x: p.i0 + x == p.i1, lambda p: p.i1 - p.i0),
    Family("take", "int", {"i0": N, "i1": B}, lambda p, x: x - p.i0 == p.i1, lambda p: p.i1 + p.i0),
    Family(
        "half",
        "int",
        {"i0": N},
        lambda p, x: x + x == p.i0,
        lambda p: p.i0 // 2,
        lambda p: {"i0": 2 * p.i0},
    ),
    Family(
        "divide",
        "int",
        {"i0": N, "i1": N},
        lambda p, x: x * p.i0 == p.i1,
        lambda p: p.i1 // p.i0,
        lambda p: {"i0": p.i0, "i1": p.i0 * p.i1},
    ),
    Family(
        "root",
        "int",
        {"i0": B},
        lambda p, x: x > 0 and x * x == p.i0,
        lambda p: isqrt(p.i0),
        lambda p: {"i0": p.i0**2},
    ),
    Family(
        "multiple",
        "int",
        {"i0": N, "i1": N},
        lambda p, x: x % p.i0 == 0 and x > p.i1,
        lambda p: p.i0 * (p.i1 // p.i0 + 1),
    ),
    Family("between", "int", {"i0": N, "i1": B}, lambda p, x: p.i0 < x < p.i1, lambda p: 80),
    Family(
        "digits",
        "int",
        {"i0": (3, 9)},
        lambda p, x: x > 0 and len(str(x)) == p.i0,
        lambda p: int("5" * p.i0),
    ),
    Family(
        "largest",
        "int",
        {"l0": L},
        lambda p, x: x in p.l0 and all(y <= x for y in p.l0),
        lambda p: sorted(p.l0)[-1],
    ),
    Family(
        "smallest",
        "int",
        {"l0": L},
        lambda p, x: x in p.l0 and all(y >= x for y in p.l0),
        lambda p: sorted(p.l0)[0],
    ),
    Family("balance", "int", {"l0": L}, lambda p, x: sum([*p.l0, x]) == 0, lambda p: -sum(p.l0)),
    Family("last", "int", {"l0": L}, lambda p, x: x == p.l0[len(p.l0) - 1], lambda p: p.l0[-1]),
    Family(
        "where",
        "int",
        {"l0": L},
        lambda p, x: x >= 0 and p.l0[x] == max(p.l0),
        lambda p: p.l0.index(max(p.l0)),
    ),
    Family(
        "factor",
        "int",
        {"i0": N, "i1": N},
        lambda p, x: 1 < x < p.i0 and p.i0 % x == 0,
        lambda p: next(d for d in range(2, p.i0) if p.i0 % d == 0),
        lambda p: {"i0": p.i0 * p.i1},
    ),
    Family(
        "divisor",
        "int",
        {
            "i0": N,
            "i1": N,
        },
        lambda p, x: x == max(d for d in range(1, p.i0 + 1) if p.i0 % d == p.i1 % d == 0),
        lambda p: gcd(p.i0, p.i1),
    ),
    Family(
        "read",
        "int",
        {"i0": B},
        lambda p, x: str(x) == p.s0,
        lambda p: int(p.s0),
        lambda p: {"s0": str(p.i0)},
    ),
    Family(
        "bigger",
        "int",
        {"i0": N, "i1": N},
        lambda p, x: x > p.i0 and x > p.i1,
        lambda p: max(p.i0, p.i1) + 7,
    ),
    Family(
        "square",
        "int",
        {"i0": B},
        lambda p, x: x > p.i0 and isqrt(x) ** 2 == x,
        lambda p: (isqrt(p.i0) + 1) ** 2,
    ),
    Family(
        "range of",
        "int",
        {"l0": L},
        lambda p, x: x == max(p.l0) - min(p.l0),
        lambda p: sorted(p.l0)[-1] - sorted(p.l0)[0],
    ),
]
TEXTS = [
    Family(
        "suffix",
        "str",
        {"s0": W, "s1": W},
        lambda p, x: p.s0 + x == p.s1,
        lambda p: p.s1[len(p.s0) :],
        lambda p: {"s0": p.s0, "s1": p.s0 + p.s1},
    ),
    Family(
        "prefix",
        "str",
        {"s0": W, "s1": W},
        lambda p, x: x + p.s0 == p.s1,
        lambda p: p.s1[: -len(p.s0)],
        lambda p: {"s0": p.s0, "s1": p.s1 + p.s0},
    ),
    Family("mirror", "str", {"s0": W}, lambda p, x: x[::-1] == p.s0, lambda p: p.s0[::-1]),
    Family(
        "twice",
        "str",
        {"s0": W},
        lambda p, x: x + x == p.s0,
        lambda p: p.s0[: len(p.s0) // 2],
        lambda p: {"s0": p.s0 * 2},
    ),
    Family("long", "str", {"i0": N}, lambda p, x: len(x) == p.i0, lambda p: "z" * p.i0),
    Family(
        "letters",
        "str",
        {"i0": N, "i1": N},
        lambda p, x: x.count("a") == p.i0 and x.count("b") == p.i1,
        lambda p: "a" * p.i0 + "b" * p.i1,
    ),
    Family(
        "no pair",
        "str",
        {"i0": N},
        lambda p, x: x.count("a") == p.i0 and "aa" not in x,
        lambda p: "ab" * p.i0,
    ),
    Family(
        "alternate",
        "str",
        {"i0": N},
        lambda p, x: len(x) == p.i0 and unlike(x),
        lambda p: ("ab" * p.i0)[: p.i0],
    ),
    Family(
        "longer",
        "str",
        {"s0": W},
        lambda p, x: p.s0 in x and len(x) > len(p.s0),
        lambda p: p.s0 + "z",
    ),
    Family(
        "palindrome",
        "str",
        {"s0": W},
        lambda p, x: x == x[::-1] and p.s0 in x,
        lambda p: p.s0 + p.s0[::-1],
    ),
    Family(
        "both ends",
        "str",
        {"s0": W, "s1": W},
        lambda p, x: x.startswith(p.s0) and x.endswith(p.s1),
        lambda p: p.s0 + "z" + p.s1,
    ),
    Family("write", "str", {"i0": B}, lambda p, x: int(x) == p.i0, lambda p: str(p.i0)),
    Family("capital", "str", {"s0": W}, lambda p, x: x == p.s0.upper(), lambda p: p.s0.upper()),
    Family("middle", "str", {"s0": W}, lambda p, x: p.s0[0] + x == p.s0, lambda p: p.s0[1:]),
    Family(
        "numeral",
        "str",
        {"i0": N, "i1": B},
        lambda p, x: int(x) == p.i0 + p.i1,
        lambda p: str(p.i0 + p.i1),
    ),
    Family(
        "thrice",
        "str",
        {"s0": W, "i0": (3, 9)},
        lambda p, x: x.count(p.s0) == p.i0,
        lambda p: p.s0 * p.i0,
        lambda p: {"s0": "c" + "d" * len(p.s0), "i0": p.i0},
    ),
]
LISTS = [
    Family("sort", "list", {"l0": L}, lambda p, x: x == sorted(p.l0), lambda p: sorted(p.l0)),
    Family("turn", "list", {"l0": L}, lambda p, x: x[::-1] == p.l0, lambda p: p.l0[::-1]),
    Family(
        "distinct",
        "list",
        {"i0": N},
        lambda p, x: len(x) == len(set(x)) == p.i0,
        lambda p: [7 * k for k in range(p.i0)],
    ),
    Family("total", "list", {"i0": N}, lambda p, x: sum(x) == p.i0, lambda p: [1] * p.i0),
    Family(
        "many of total",
        "list",
        {"i0": N, "i1": B},
        lambda p, x: len(x) == p.i0 and sum(x) == p.i1,
        lambda p: [0] * (p.i0 - 1) + [p.i1],
    ),
    Family(
        "continue",
        "list",
        {"l0": L},
        lambda p, x: x[: len(p.l0)] == p.l0 and len(x) > len(p.l0),
        lambda p: [*p.l0, 1],
    ),
    Family(
        "zeros", "list", {"i0": N}, lambda p, x: len(x) == p.i0 and not any(x), lambda p: [0] * p.i0
    ),
    Family(
        "climb",
        "list",
        {"i0": N, "i1": N},
        lambda p, x: x[0] == p.i0 and len(x) == p.i1 and x == sorted(set(x)),
        lambda p: [p.i0 + 2 * k for k in range(p.i1)],
    ),
    Family(
        "subset",
        "list",
        {"l0": L},
        lambda p, x: set(x) <= set(p.l0) and sum(x) == p.i0,
        lambda p: subset(p.l0, p.i0),
        lambda p: {"l0": p.l0, "i0": sum(p.l0[1::2])},
    ),
    Family("spread", "list", {"i0": N}, lambda p, x: max(x) - min(x) == p.i0, lambda p: [0, p.i0]),
    Family(
        "colours",
        "list",
        {"i0": N},
        lambda p, x: len(x) >= p.i0 and set(x) <= {0, 1} and unlike(x),
        lambda p: [k % 2 for k in range(p.i0)],
    ),
    Family("hanoi", "list", {"i0": (2, 5)}, lambda p, x: hanoi(p.i0, x), lambda p: moves(p.i0)),
    Family(
        "descend",
        "list",
        {"l0": L},
        lambda p, x: sorted(x) == sorted(p.l0) and x == sorted(x, reverse=True),
        lambda p: sorted(p.l0, reverse=True),
    ),
    Family(
        "without first", "list", {"l0": L}, lambda p, x: [p.l0[0], *x] == p.l0, lambda p: p.l0[1:]
    ),
    Family(
        "double",
        "list",
        {"l0": L},
        lambda p, x: len(x) == 2 * len(p.l0) and sum(x) == 2 * sum(p.l0),
        lambda p: p.l0 * 2,
    ),
]
FAMILIES = [*NUMBERS, *TEXTS, *LISTS]
