"""The Calculus of Constructions with booleans: a type checker, and two finite models.

Terms, with de Bruijn indices: ("prop",), ("type",), ("var", i), ("pi", A, B), ("lam", A, b),
("app", f, a), ("bool",), ("true",), ("false",), ("if", A, t, f, b) whose A lives under one more
boolean variable. `evaluated` gives hereditarily finite sets: functions are traces, the pairs (x, z)
with z in f(x), after Aczel; a proposition is {} or {{}}. `erased` is a second model, which looks at
types to know what is a proof. Source of the first: Lee and Werner, arXiv 1111.0123.
"""

from functools import cache
from itertools import product

PROP, TYPE, BOOL, TRUE, FALSE = ("prop",), ("type",), ("bool",), ("true",), ("false",)
SORTS = (PROP, TYPE)
BINDERS = {"pi": (0, 1), "lam": (0, 1), "app": (0, 0), "if": (1, 0, 0, 0)}
FALSITY = ("pi", PROP, ("var", 0))


class IllTyped(Exception):
    """The term has no type in the context."""


class TooLarge(Exception):
    """A set of functions has more elements than the model is willing to list."""


def mapped(term, change, depth=0):
    """The term with change(index, depth) in place of each variable."""
    if term[0] == "var":
        return change(term[1], depth)
    deeper = BINDERS.get(term[0], ())
    parts = (mapped(t, change, depth + d) for t, d in zip(term[1:], deeper, strict=True))
    return (term[0], *parts)


def shifted(term, by):
    return mapped(term, lambda i, depth: ("var", i + by if i >= depth else i))


def substituted(body, value):
    """The body of a binder with a value for its variable."""

    def change(i, depth):
        if i == depth:
            return shifted(value, depth)
        return ("var", i - 1 if i > depth else i)

    return mapped(body, change)


@cache
def normal(term):
    """The beta-iota normal form of a typed term."""
    if term[0] not in BINDERS:
        return term
    parts = tuple(normal(one) for one in term[1:])
    if term[0] == "app" and parts[0][0] == "lam":
        return normal(substituted(parts[0][2], parts[1]))
    if term[0] == "if" and parts[3] in (TRUE, FALSE):
        return parts[1] if parts[3] == TRUE else parts[2]
    return (term[0], *parts)


@cache
def inferred(context, term, arguments_checked=True):
    """The type in a context (a tuple of types, the innermost first). Raises IllTyped."""

    def infer(term, context=context):
        return inferred(context, term, arguments_checked)

    kind = term[0]
    if kind in ("prop", "bool"):
        return TYPE
    if kind in ("true", "false"):
        return BOOL
    if kind == "var":
        return shifted(context[term[1]], term[1] + 1)
    if kind == "pi":
        sorted_by(infer(term[1]))
        return sorted_by(infer(term[2], (term[1], *context)))
    if kind == "lam":
        sorted_by(infer(term[1]))
        inner = (term[1], *context)
        body = infer(term[2], inner)
        sorted_by(infer(body, inner))
        return ("pi", term[1], body)
    if kind == "app":
        function, argument = normal(infer(term[1])), infer(term[2])
        if function[0] != "pi":
            raise IllTyped
        if arguments_checked and normal(argument) != normal(function[1]):
            raise IllTyped
        return substituted(function[2], term[2])
    if kind == "if":
        return of_branches(term, infer, context)
    raise IllTyped


def sorted_by(kind):
    if normal(kind) not in SORTS:
        raise IllTyped
    return normal(kind)


def of_branches(term, infer, context):
    _, motive, yes, no, test = term
    sorted_by(infer(motive, (BOOL, *context)))
    wanted = [substituted(motive, TRUE), substituted(motive, FALSE), BOOL]
    for part, kind in zip((yes, no, test), wanted, strict=True):
        if normal(infer(part)) != normal(kind):
            raise IllTyped
    return substituted(motive, test)


@cache
def judgements(size, context=(), arguments_checked=True):
    """All (term, type) with so many nodes that are well typed in the context.

    Parts of a well-typed term are well typed, so only those are put together.
    """

    def typed(term):
        try:
            return [(term, inferred(context, term, arguments_checked))]
        except IllTyped:
            return []

    def parts(size, *bound):
        return [term for term, _ in judgements(size, (*bound, *context), arguments_checked)]

    if size == 1:
        names = [("var", i) for i in range(len(context))]
        return [found for one in (PROP, BOOL, TRUE, FALSE, *names) for found in typed(one)]
    found = []
    for first, second in splits(size - 1, 2):
        for left in parts(first):
            found += [one for right in parts(second) for one in typed(("app", left, right))]
            if is_sorted(context, left, arguments_checked):
                for body in parts(second, left):
                    found += typed(("pi", left, body)) + typed(("lam", left, body))
    for sizes in splits(size - 1, 4):
        motives = parts(sizes[0], BOOL)
        rest = [parts(one) for one in sizes[1:]]
        found += [one for part in product(motives, *rest) for one in typed(("if", *part))]
    return found


def is_sorted(context, term, arguments_checked):
    return normal(inferred(context, term, arguments_checked)) in SORTS


def splits(total, parts):
    if parts == 1:
        return [(total,)] if total > 0 else []
    return [
        (first, *rest) for first in range(1, total) for rest in splits(total - first, parts - 1)
    ]


EMPTY = frozenset()
TRUTHS = frozenset({EMPTY, frozenset({EMPTY})})


def evaluated(term, env, encoding="trace", most=2000):
    """The set that a term denotes; env holds a set for each variable, the innermost first."""

    def value(term, env=env):
        return evaluated(term, env, encoding, most)

    kind = term[0]
    if kind in ("prop", "bool"):
        return TRUTHS
    if kind in ("true", "false"):
        return frozenset({EMPTY}) if kind == "true" else EMPTY
    if kind == "var":
        return env[term[1]]
    if kind == "app":
        function, argument = value(term[1]), value(term[2])
        found = [z for x, z in function if x == argument]
        if encoding == "trace":
            return frozenset(found)
        return found[0] if len(found) == 1 else EMPTY
    if kind == "if":
        return value(term[2]) if value(term[4]) else value(term[3])
    domain = sorted(value(term[1]), key=repr)
    if kind == "lam":
        return encoded([(x, value(term[2], (x, *env))) for x in domain], encoding)
    ranges = [sorted(value(term[2], (x, *env)), key=repr) for x in domain]
    limited([len(one) for one in ranges], most)
    choices = product(*ranges)
    return frozenset(encoded(zip(domain, one, strict=True), encoding) for one in choices)


def encoded(graph, encoding):
    if encoding == "trace":
        return frozenset((x, z) for x, y in graph for z in y)
    return frozenset(graph)


def limited(sizes, most):
    total = 1
    for one in sizes:
        total *= one
    if total > most:
        raise TooLarge


def environments(context, encoding="trace"):
    """All environments of a context, as tuples with the innermost first."""
    if not context:
        return [()]
    outer = environments(context[1:], encoding)
    return [
        (x, *env) for env in outer for x in sorted(evaluated(context[0], env, encoding), key=repr)
    ]


def erased(term, context=(), env=(), most=2000):
    """The second model: a type is a tuple of its elements, a proof is None, a function a tuple."""

    def value(term, context=context, env=env):
        return erased(term, context, env, most)

    kind = term[0]
    if kind == "var":
        return env[term[1]]
    if kind == "prop":
        return ((), (None,))
    if kind in ("true", "false", "bool"):
        return {"true": 1, "false": 0, "bool": (0, 1)}[kind]
    own = inferred(context, term)
    if is_proof_type(context, own):
        return None
    if kind == "app":
        domain = value(normal(inferred(context, term[1]))[1])
        return value(term[1])[domain.index(value(term[2]))]
    if kind == "if":
        return value(term[2]) if value(term[4]) else value(term[3])
    inner = (term[1], *context)
    results = [value(term[2], inner, (x, *env)) for x in value(term[1])]
    if kind == "lam":
        return tuple(results)
    if normal(own) == PROP:
        return (None,) if all(results) else ()
    limited([len(one) for one in results], most)
    return tuple(product(*results))


def is_proof_type(context, kind):
    return normal(kind) != TYPE and normal(inferred(context, kind)) == PROP


def written(term, names=()):
    """The term as text, with x0, x1, ... for its variables."""
    if term[0] == "var":
        return names[term[1]] if term[1] < len(names) else f"free{term[1]}"
    if term[0] in ("pi", "lam"):
        name = f"x{len(names)}"
        sign = "\\" if term[0] == "lam" else ""
        inner = written(term[2], (name, *names))
        return f"({sign}{name}:{written(term[1], names)}. {inner})"
    if term[0] == "app":
        return f"({written(term[1], names)} {written(term[2], names)})"
    if term[0] == "if":
        parts = [written(one, names) for one in term[2:]]
        return f"(if {parts[2]} then {parts[0]} else {parts[1]})"
    return term[0].capitalize() if term[0] in ("prop", "type", "bool") else term[0]
