"""A typed higher-order language and its forward-mode macro, with derivatives of any order.

Terms: ("var", name), ("lam", name, body), ("app", f, a), ("num", fraction), ("op", name, parts...),
("pair", a, b), ("fst", t), ("snd", t), ("left", t), ("right", t), ("case", t, x, a, y, b),
("list", parts...), ("fold", f, start, list). An evaluator takes the meanings of "num" and "op", so
the same program runs on numbers, on sympy expressions and on jax arrays. `macro` rewrites a term
into a term: a real becomes a tuple of Taylor coefficients, all else keeps its shape.
Source: Huot, Staton and Vakar, Higher Order Automatic Differentiation of Higher Order Functions,
Logical Methods in Computer Science 18(1:41), 2022.
"""

from fractions import Fraction

REAL = "r"


def evaluated(term, env, operations):
    """The value: closures, tuples for pairs, ("left", v) for sums, lists for lists."""

    def value(term, env=env):
        return evaluated(term, env, operations)

    kind = term[0]
    if kind == "var":
        return env[term[1]]
    if kind == "lam":
        return lambda argument: value(term[2], env | {term[1]: argument})
    if kind == "app":
        return value(term[1])(value(term[2]))
    if kind == "num":
        return operations["num"](term[1])
    if kind == "op":
        return operations[term[1]](*map(value, term[2:]))
    if kind == "pair":
        return value(term[1]), value(term[2])
    if kind in ("fst", "snd"):
        return value(term[1])[kind == "snd"]
    if kind in ("left", "right"):
        return kind, value(term[1])
    if kind == "case":
        side, inner = value(term[1])
        name, body = term[2:4] if side == "left" else term[4:6]
        return value(body, env | {name: inner})
    if kind == "list":
        return [value(one) for one in term[1:]]
    function, total = value(term[1]), value(term[2])
    for one in value(term[3]):
        total = function(total)(one)
    return total


def num(number):
    return ("num", Fraction(number))


def var(name):
    return ("var", name)


def add(left, right):
    return ("op", "+", left, right)


def times(left, right):
    return ("op", "*", left, right)


def tupled(parts):
    """Nested pairs (a, (b, (c, d)))."""
    *front, last = parts
    for one in reversed(front):
        last = ("pair", one, last)
    return last


def part(term, place, order):
    """The coefficient number `place` of a tuple of order + 1."""
    for _ in range(place):
        term = ("snd", term)
    return term if place == order else ("fst", term)


def macro(term, order, rules=None):
    """The structure-preserving macro: only numbers and operations change."""
    rules = rules or RULES
    kind = term[0]
    if kind == "num":
        return tupled([term] + [num(0)] * order)
    if kind == "op":
        parts = [macro(one, order, rules) for one in term[2:]]
        return bound(parts, lambda names: tupled(rules[term[1]](names, order)))
    if kind == "var":
        return term
    if kind == "case":
        inner, one, other = (macro(term[place], order, rules) for place in (1, 3, 5))
        return ("case", inner, term[2], one, term[4], other)
    if kind == "lam":
        return ("lam", term[1], macro(term[2], order, rules))
    return (kind, *(macro(one, order, rules) for one in term[1:]))


def bound(parts, body):
    """let n0 = parts[0], n1 = ... in body, with names that no program uses."""
    names = [f"_{number}" for number in range(len(parts))]
    result = body([var(name) for name in names])
    for name in reversed(names):
        result = ("lam", name, result)
    for one in parts:
        result = ("app", result, one)
    return result


def sum_rule(names, order):
    left, right = names
    return [add(part(left, k, order), part(right, k, order)) for k in range(order + 1)]


def product_rule(names, order):
    """Leibniz, for coefficients that are derivatives divided by k!."""
    left, right = names
    found = []
    for k in range(order + 1):
        terms = [times(part(left, i, order), part(right, k - i, order)) for i in range(k + 1)]
        total = terms[0]
        for one in terms[1:]:
            total = add(total, one)
        found.append(total)
    return found


def sine_rule(names, order):
    return circular(names[0], order)[0]


def cosine_rule(names, order):
    return circular(names[0], order)[1]


def circular(name, order):
    """s' = c u' and c' = -s u', coefficient by coefficient."""
    base = part(name, 0, order)
    sines, cosines = [("op", "sin", base)], [("op", "cos", base)]
    for k in range(1, order + 1):
        up = num(0)
        down = num(0)
        for j in range(1, k + 1):
            step = times(num(Fraction(j, k)), part(name, j, order))
            up = add(up, times(step, cosines[k - j]))
            down = add(down, times(times(num(-1), step), sines[k - j]))
        sines.append(up)
        cosines.append(down)
    return sines, cosines


def exponential_rule(names, order):
    """e' = e u'."""
    found = [("op", "exp", part(names[0], 0, order))]
    for k in range(1, order + 1):
        total = num(0)
        for j in range(1, k + 1):
            step = times(num(Fraction(j, k)), part(names[0], j, order))
            total = add(total, times(step, found[k - j]))
        found.append(total)
    return found


RULES = {
    "+": sum_rule,
    "*": product_rule,
    "sin": sine_rule,
    "cos": cosine_rule,
    "exp": exponential_rule,
}


def cut_product_rule(names, order):
    """A planted fault: the right factor is taken to be constant."""
    left, right = names
    return [times(part(left, k, order), part(right, 0, order)) for k in range(order + 1)]


def unchained_sine_rule(names, order):
    """A planted fault: the derivative of the inside is forgotten."""
    base = part(names[0], 0, order)
    return [("op", "sin", base)] + [("op", "cos", base)] * order


PRODUCT_CUT = RULES | {"*": cut_product_rule}
CHAIN_LOST = RULES | {"sin": unchained_sine_rule}


def line(start, step, order):
    """The Taylor coefficients of start + t step as nested pairs."""
    rest = [start, step, *[start * 0] * (order - 1)]
    value = rest[order]
    for one in reversed(rest[:order]):
        value = (one, value)
    return value


def flat(value, order):
    """The coefficients in nested pairs as a list."""
    return [value] if order == 0 else [value[0], *flat(value[1], order - 1)]


def along_line(program, numbers, order, operations, rules):
    """The macro's Taylor coefficients of the program along (x + t dx, y + t dy)."""
    x, y, dx, dy = map(operations["num"], numbers)
    env = {"x": line(x, dx, order), "y": line(y, dy, order)}
    return flat(evaluated(macro(program, order, rules), env, operations), order)
