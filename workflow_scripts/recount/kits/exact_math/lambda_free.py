"""Terms of lambda-free higher-order logic, their unification, and three term orders.

A term is ("c", name, type), ("v", name, type) or ("@", function, argument); a type is "i" or a pair
(argument, result). Variables may be applied and symbols may lack arguments; there is no lambda.
An order `greater(s, t)` is a function of two terms.
Sources: Bentkamp, Blanchette, Cruanes and Waldmann (arXiv 2005.02094); Blanchette, Waldmann and
Wand, A lambda-free higher-order recursive path order (2017); Becker, Blanchette, Waldmann and
Wand, A transfinite Knuth-Bendix order for lambda-free higher-order terms (2017).
"""

from collections import Counter
from functools import cache


def symbol(name, kind="i"):
    return ("c", name, kind)


def variable(name, kind="i"):
    return ("v", name, kind)


def applied(head, *arguments):
    for one in arguments:
        head = ("@", head, one)
    return head


@cache
def kind_of(term):
    return kind_of(term[1])[1] if term[0] == "@" else term[2]


@cache
def spine(term):
    """(head, arguments), the head a symbol or a variable."""
    arguments = []
    while term[0] == "@":
        arguments.append(term[2])
        term = term[1]
    return term, tuple(reversed(arguments))


@cache
def variables(term):
    """Every occurrence of a variable, in order."""
    if term[0] == "@":
        return variables(term[1]) + variables(term[2])
    return (term,) if term[0] == "v" else ()


@cache
def size(term):
    return size(term[1]) + size(term[2]) if term[0] == "@" else 1


def substituted(term, env):
    if not env or term[0] == "c":
        return term
    if term[0] == "v":
        return substituted(env[term], env) if term in env else term
    return ("@", substituted(term[1], env), substituted(term[2], env))


def unified(left, right, env=None):
    """The most general unifier beyond env, as a dict that may need repeated lookup, or None."""
    env, todo = dict(env or {}), [(left, right)]
    while todo:
        left, right = (walked(one, env) for one in todo.pop())
        if left == right:
            continue
        if kind_of(left) != kind_of(right):
            return None
        if left[0] != "v" and right[0] == "v":
            left, right = right, left
        if left[0] == "v":
            if left in variables(substituted(right, env)):
                return None
            env[left] = right
        elif left[0] == right[0] == "@":
            todo += [(left[1], right[1]), (left[2], right[2])]
        else:
            return None
    return env


def walked(term, env):
    while term in env:
        term = env[term]
    return term


def matched(pattern, term, env):
    """The env that makes the pattern the term, its variables only, or None."""
    if pattern[0] == "v":
        if pattern in env:
            return env if env[pattern] == term else None
        return env | {pattern: term} if kind_of(pattern) == kind_of(term) else None
    if pattern[0] == "c":
        return env if pattern == term else None
    if term[0] != "@":
        return None
    env = matched(pattern[1], term[1], env)
    return None if env is None else matched(pattern[2], term[2], env)


def green(term, path=()):
    """Yields (path, subterm): the term and, below it, its arguments; a path is of argument numbers.

    A prefix f a of f a b is no green subterm.
    """
    yield path, term
    for number, one in enumerate(spine(term)[1]):
        yield from green(one, (*path, number))


def everywhere(term, path=()):
    """The same for the applicative encoding, where prefixes are subterms: 1 and 2 of an "@"."""
    yield path, term
    if term[0] == "@":
        for side in (1, 2):
            yield from everywhere(term[side], (*path, -side))


def put(term, path, new):
    """The term with `new` at a path of either kind."""
    if not path:
        return new
    first, *rest = path
    if first < 0:
        inner = put(term[-first], rest, new)
        return ("@", inner, term[2]) if first == -1 else ("@", term[1], inner)
    head, arguments = spine(term)
    inner = put(arguments[first], rest, new)
    return applied(head, *arguments[:first], inner, *arguments[first + 1 :])


def path_order(precedence):
    """The lambda-free lexicographic path order; later in the precedence is greater.

    It keeps green contexts but not arguments: s > t does not always give s u > t u.
    """
    rank = {name: place for place, name in enumerate(precedence)}

    @cache
    def greater(s, t):
        (head, args), (other, others) = spine(s), spine(t)
        if any(one == t or greater(one, t) for one in args):
            return True
        if not all(greater(s, one) for one in others):
            return False
        if head == other:
            return longer(args, others)
        return head[0] == other[0] == "c" and rank[head[1]] > rank[other[1]]

    def longer(args, others):
        for one, two in zip(args, others, strict=False):
            if one != two:
                return greater(one, two)
        return len(args) > len(others)

    return greater


def weight_order(precedence):
    """The lambda-free Knuth-Bendix order, all weights 1; ties by length, then left."""
    rank = {name: place for place, name in enumerate(precedence)}

    @cache
    def greater(s, t):
        if s == t or Counter(variables(t)) - Counter(variables(s)):
            return False
        if size(s) != size(t):
            return size(s) > size(t)
        (head, args), (other, others) = spine(s), spine(t)
        if head != other:
            return head[0] == other[0] == "c" and rank[head[1]] > rank[other[1]]
        if len(args) != len(others):
            return len(args) > len(others)
        first = next((pair for pair in zip(args, others, strict=True) if pair[0] != pair[1]), None)
        return first is not None and greater(*first)

    return greater


def encoded_order(precedence):
    """The first-order lexicographic path order on the applicative encoding; "@" is least."""
    rank = {name: place for place, name in enumerate(precedence)}

    @cache
    def greater(s, t):
        if s[0] == "v" or s == t:
            return False
        if s[0] == "@":
            if any(one == t or greater(one, t) for one in s[1:]):
                return True
            if t[0] != "@" or not (greater(s, t[1]) and greater(s, t[2])):
                return False
            return greater(s[1], t[1]) or (s[1] == t[1] and greater(s[2], t[2]))
        if t[0] == "@":
            return greater(s, t[1]) and greater(s, t[2])
        return t[0] == "c" and rank[s[1]] > rank[t[1]]

    return greater
