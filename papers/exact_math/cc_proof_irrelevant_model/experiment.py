"""Does every well-typed term of the Calculus of Constructions denote a member of its type?

All well-typed terms up to a number of nodes are listed, in the empty context and in contexts with a
proposition, a proof of it, a boolean, or a predicate. Each is evaluated in every environment. In
Aczel's encoding a function is the set of pairs (x, z) with z in f(x), so a function into {{}} or
{} is {} again and a product of propositions is a proposition, however large its domain. The arm
`graph` takes pairs (x, f(x)) instead, and `unchecked` types an application without looking at its
argument: both must fail. The check is another model, which uses types to erase every proof.
"""

from typing import Literal

from recount.kits.exact_math import Exact, fact
from recount.kits.exact_math import constructions as cc
from recount.typed import typed

A, IMPLIES = ("var", 0), ("pi", ("var", 0), ("var", 1))
CONTEXTS = {
    "empty": (),
    "A:Prop": (cc.PROP,),
    "A:Prop p:A": (A, cc.PROP),
    "A:Prop f:A->A": (IMPLIES, cc.PROP),
    "x:Bool": (cc.BOOL,),
    "P:Bool->Prop": (("pi", cc.BOOL, cc.PROP),),
    "x:Bool A:Prop": (cc.PROP, cc.BOOL),
}


@typed()
class Arm:
    encoding: Literal["trace", "graph"]
    arguments: Literal["checked", "unchecked"]


@typed()
class Size:
    closed: int
    open: int
    elements: int


def cases(run):
    for name in CONTEXTS:
        most = run.size.open if name != "empty" else run.size.closed
        for nodes in range(1, most + 1, 2):
            yield {"context": name, "nodes": nodes}


def judgements(run, case):
    checked = run.arm.arguments == "checked"
    return cc.judgements(case["nodes"], CONTEXTS[case["context"]], checked)


def value(run, term, env):
    """The denotation, or None where it has more elements than are listed."""
    try:
        return cc.evaluated(term, env, run.arm.encoding, run.size.elements)
    except cc.TooLarge:
        return None


def find(run, case):
    """Sizes of closed types and truths of closed propositions, in the order of the list."""
    if case["context"] != "empty" or run.arm.arguments != "checked":
        return {}
    listed = [term for term, kind in judgements(run, case) if cc.normal(kind) in cc.SORTS]
    values = [value(run, term, ()) for term in listed]
    return {"elements": [-1 if one is None else len(one) for one in values]}


def check(run, case):
    if case["context"] != "empty" or run.arm.encoding != "trace" or run.arm.arguments != "checked":
        return None
    return {"elements": [erased_size(run, t, k) for t, k in judgements(run, case) if sort(k)]}


def sort(kind):
    return cc.normal(kind) in cc.SORTS


def erased_size(run, term, kind):
    try:
        return len(cc.erased(term, most=run.size.elements))
    except cc.TooLarge:
        return -1


def facts(run, case, found):
    context = CONTEXTS[case["context"]]
    listed = judgements(run, case)
    failures = {"sound": [], "prop_is_small": [], "conversion": [], "one_proof": []}
    counts = dict.fromkeys(failures, 0)
    large = 0
    for env in cc.environments(context, run.arm.encoding):
        for term, kind in listed:
            for law, holds in laws(run, context, term, kind, env):
                large += law == "too large"
                if law != "too large":
                    counts[law] += 1
                    failures[law] += [] if holds else [cc.written(term, names(context))]
    for law, wrong in failures.items():
        if counts[law]:
            yield fact(law, not wrong, counts[law], first=wrong[0] if wrong else "none")
    yield fact("too_large", large, len(listed))
    if not context:
        proofs = [term for term, kind in listed if cc.normal(kind) == cc.FALSITY]
        yield fact("falsity_has_no_proof", not proofs, len(listed))
        yield fact("falsity_is_empty", value(run, cc.FALSITY, ()) == cc.EMPTY)


def names(context):
    return tuple(f"y{number}" for number in reversed(range(len(context))))


def laws(run, context, term, kind, env):
    """(law, whether it holds) of one judgement in one environment."""
    own = value(run, term, env)
    if own is None:
        yield "too large", True
        return
    reduced = cc.normal(term) if run.arm.arguments == "checked" else term
    if reduced != term:
        yield "conversion", value(run, reduced, env) == own
    if cc.normal(kind) == cc.TYPE:
        return
    of_kind = value(run, kind, env)
    if of_kind is None:
        yield "too large", True
        return
    yield "sound", own in of_kind
    if cc.normal(kind) == cc.PROP:
        yield "prop_is_small", own in cc.TRUTHS
    elif run.arm.arguments == "checked" and cc.is_proof_type(context, kind):
        yield "one_proof", own == cc.EMPTY


def sums(run, rows):
    for law in ("sound", "prop_is_small"):
        seen = [row["value"] for row in rows.rows if row["metric"] == law]
        rows.add(f"{law}_fails_somewhere", 0 in seen, len(seen))


experiment = Exact(arm=Arm, size=Size, cases=cases, find=find, check=check, facts=facts, whole=sums)
