"""Toeplitz+Hankel determinants of two symbols: what do the norms of the polynomials tend to?

The norm of degree n is D_{n+1} / D_n with D_n = det(phi_{j-k} + w_{j+k}). For phi without winding
the inverse of its Toeplitz operator is known, so D_n divided by the n-th power of phi's geometric
mean tends to Szego's constant times a Fredholm determinant, and the norms to that mean.
Determinants of balls are compared with both, with Basor and Ehrhardt's constant where both symbols
are the same, and norms with those of solved orthogonality. Phi with a winding is the control. The
jump matrices of the Riemann-Hilbert problems of all offsets are carried into that of (1, 1).
"""

from flint import arb, fmpq

from recount.kits.exact_math import Exact, fact
from recount.kits.exact_math import toeplitz_hankel as th
from recount.typed import typed

FLOOR = 1e-80  # far above the rounding of 400 bits
POINTS = [fmpq(2, 3), fmpq(-5, 7), fmpq(3, 2)]


@typed()
class Arm:
    winding: int  # of the Toeplitz symbol


@typed()
class Size:
    pairs: int
    orders: tuple[int, int, int]  # each twice the one before
    half_line: int  # where the Fredholm determinant is cut off
    offsets: int
    digits: int


def cases(run):
    listed = [{"kind": "pair", "number": number} for number in range(run.size.pairs)]
    if run.arm.winding == 0:
        offsets = range(-run.size.offsets, run.size.offsets + 1)
        listed += [{"kind": "jump", "r": r, "s": s} for r in offsets for s in offsets]
    return listed


def symbols(run, case):
    rng = run.rng("symbols", step=case["number"])
    return th.drawn(rng, run.arm.winding), th.drawn(rng, 1)


def find(run, case):
    if case["kind"] == "jump":
        return {}
    first = run.size.orders[0]
    one, two = th.determinants(*symbols(run, case), [first, first + 1])
    return {"norm": float(two / one)}


def check(run, case):
    if case["kind"] == "jump":
        return None
    return {"norm": float(th.norm_by_polynomial(*symbols(run, case), run.size.orders[0]))}


def facts(run, case, found):
    if case["kind"] == "jump":
        yield from about_jump(run, case["r"], case["s"])
        return
    phi, w = symbols(run, case)
    orders, small, mean = run.size.orders, 10.0**-run.size.digits, arb(phi.scale)
    found = th.determinants(phi, w, [n + one for n in orders for one in (0, 1)])
    errors = [th.distance(found[k + 1] / found[k], mean) for k in (0, 2, 4)]
    for order, error in zip(orders, errors, strict=True):
        yield fact("error", error, order=order)
    yield fact("norms_settle", errors[-1] < small)
    if run.arm.winding == 0:
        pairs = zip(errors, errors[1:], strict=False)
        yield fact(
            "errors_fall_geometrically", all(late < max(early**1.5, FLOOR) for early, late in pairs)
        )
        yield from about_constants(run, phi, w, found[4], small)


def about_constants(run, phi, w, last, small):
    """Of two symbols, of one and the same, and of none: the last two are known theorems."""
    order, mean = run.size.orders[-1], arb(phi.scale) ** run.size.orders[-1]
    szego, hankel = th.szego_constant(phi), th.hankel_constant(phi, w, run.size.half_line)
    yield fact("constant", float(szego * hankel))
    yield fact("constant_agrees", th.distance(last, mean * szego * hankel) < small)
    alone = th.determinants(phi, None, [order])[0]
    same = th.determinants(phi, phi, [order], 0, 1)[0]
    known = th.same_symbol_constant(phi)
    cut = szego * th.hankel_constant(phi, phi, run.size.half_line, 1)
    good = th.distance(alone, mean * szego) < small and th.distance(same, mean * known) < small
    yield fact("known_cases_agree", good and th.distance(cut, known) < small)


def about_jump(run, r, s):
    values = {name: fmpq(k + 2, 7) for k, name in enumerate(("phi", "w", "phi tilde", "w tilde"))}
    connected, told = True, False
    for z in POINTS:
        wanted = th.jump(1, 1, z, values)
        rows = th.jump(r, s, z, values)
        connected &= th.moved(rows, z, (0, r - s, 1 - s, r - 1)) == wanted
        told |= th.moved(rows, z, (0, r - s, 1 - s, r)) != wanted
    yield fact("offset_connected", connected, len(POINTS))
    yield fact("wrong_power_seen", told, len(POINTS))


def whole(run, rows):
    settled = [row["value"] for row in rows.rows if row["metric"] == "norms_settle"]
    rows.add("never_settles", float(not any(settled)), len(settled))


experiment = Exact(
    arm=Arm,
    size=Size,
    cases=cases,
    find=find,
    facts=facts,
    check=check,
    tolerance=1e-9,
    whole=whole,
)
