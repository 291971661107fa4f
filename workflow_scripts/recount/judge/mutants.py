"""Exact claims have no chance in them; what is tried is whether every planted fault is caught.

In the truth that is planted every statement holds, but for those that the rule wants to fail, such
as negative controls. A mutant breaks one row of a statement that holds, or lets one that should
fail hold everywhere.
"""

import itertools
from dataclasses import dataclass, replace

import numpy as np

from recount.judge import expressions
from recount.judge.quantities import pairs
from recount.judge.table import ABSENT, Block, Table

MUTANTS = 128
ROWS = 200


@dataclass(frozen=True)
class Truth:
    """A table in which the claim is true; `fails`: the quantities that must not hold for that."""

    table: Table
    fails: tuple[str, ...]


def truth_of(rule, base: Table) -> Truth:
    """Every statement true, but the fewest that keep the rule from calling it reproduced.

    Where no choice of them makes it so, every statement is true, and the calibration says that the
    claim cannot come true.
    """
    names = [name for name, one in rule.claim.quantities.items() if one.take == "all"]
    for number in range(len(names) + 1):
        for fails in itertools.combinations(names, number):
            table = base
            for name in fails:
                table = everywhere(rule, table, name, 0.0)
            if rule.decide(table).outcome() == "reproduced":
                return Truth(table, fails)
    return Truth(base, ())


def everywhere(rule, table: Table, name: str, value: float, arms: tuple = ()) -> Table:
    """The table with one value in every row that a quantity looks at."""
    one, blocks = rule.claim.quantities[name], dict(table.blocks)
    for arm in arms or dict.fromkeys(arm for arm, _ in pairs(one)):
        keep, block = table.rows(one.metric, arm, one.at)
        values = np.where(keep & (block.counts != ABSENT), value, block.values)
        blocks[one.metric, arm] = replace(block, values=values)
    return replace(table, blocks=blocks)


def true_table(rule) -> Table:
    """A table in which every statement holds, for a claim whose rows are not there yet."""
    blocks = {}
    for one in rule.claim.quantities.values():
        if one.take != "all":
            continue
        for arm, _ in pairs(one):
            axes = {"row": np.arange(ROWS).astype(object)}
            axes |= {name: np.full(ROWS, value, dtype=object) for name, value in one.at.items()}
            if one.along:
                axes[one.along] = np.arange(1, ROWS + 1).astype(object)
            block = Block(axes, np.ones((1, 1, ROWS)), np.ones((1, ROWS), dtype=np.int64))
            known = blocks.get((one.metric, arm))
            blocks[one.metric, arm] = joined(known, block) if known else block
    return Table((0,), blocks)


def joined(one: Block, other: Block) -> Block:
    """The rows of both; an axis that one of them lacks is None there."""
    sizes = [block.values.shape[2] for block in (one, other)]
    axes = {
        name: np.concatenate(
            [
                block.axes.get(name, np.full(size, None, dtype=object))
                for block, size in zip((one, other), sizes, strict=True)
            ]
        )
        for name in {**one.axes, **other.axes}
    }
    values = np.concatenate([one.values, other.values], axis=2)
    return Block(axes, values, np.concatenate([one.counts, other.counts], axis=1))


@dataclass(frozen=True)
class Mutant:
    """One fault: `kind` is counter-example, odd value or lost row."""

    table: Table
    kind: str


def mutants(rule, truth: Truth, part: str, rng: np.random.Generator) -> list[Mutant]:
    """Faults, one each, in the quantities that one expression of the rule looks at."""
    looked = named(rule, part)
    places = [place for name in looked for place in places_of(rule, truth, name)]
    if not places:
        return []
    ends = [places[0], places[-1]]
    picked = ends + [places[i] for i in rng.integers(0, len(places), MUTANTS - len(ends))]
    return [mutant(rule, truth, place, number % 8) for number, place in enumerate(picked)]


def named(rule, part: str) -> list[str]:
    """The statements that an expression looks at, and those that it counts."""
    known = rule.claim.quantities
    found = expressions.quantities_of(rule.nodes[part], known)
    found |= {test for name in found for test in known[name].tests}
    return sorted(name for name in found if known[name].take == "all")


def places_of(rule, truth: Truth, name: str) -> list[tuple]:
    """(quantity, arm, unit, row) of every row; of a statement that fails, every arm."""
    one, places = rule.claim.quantities[name], []
    for arm, _ in pairs(one):
        if name in truth.fails:
            places.append((name, arm, None, None))
            continue
        keep, block = truth.table.rows(one.metric, arm, one.at)
        there = np.argwhere(keep & (block.counts != ABSENT))
        places += [(name, arm, *where) for where in there.tolist()]
    return places


def mutant(rule, truth: Truth, place: tuple, turn: int) -> Mutant:
    """Of eight faults in rows, six are counter-examples, one an odd value, one a lost row."""
    name, arm, unit, row = place
    if name in truth.fails:
        return Mutant(everywhere(rule, truth.table, name, 1.0, (arm,)), "counter-example")
    kinds = (("counter-example", 0.0), ("odd value", 0.5), ("lost row", np.nan))
    kind, value = kinds[max(0, turn - 5)]
    key = (rule.claim.quantities[name].metric, arm)
    block = truth.table.blocks[key]
    values = block.values.copy()
    values[:, unit, row] = value
    blocks = truth.table.blocks | {key: replace(block, values=values)}
    return Mutant(replace(truth.table, blocks=blocks), kind)


def exact_rates(rule, table: Table | None, rng: np.random.Generator) -> dict:
    """How often a mutant is called reproduced, the truth contradicted, and each found out.

    A fault in what `contradicted` looks at must be called contradicted, where need be together with
    faults in everything else that it looks at.
    """
    truth = truth_of(rule, true_table(rule) if table is None else holding(rule, table))
    spoilt = mutants(rule, truth, "reproduced", rng)
    refuting = mutants(rule, truth, "contradicted", rng)
    lost = [one for one in spoilt + refuting if one.kind == "lost row"]
    broken = [one for one in refuting if one.kind != "lost row"]
    found = outcome(rule, truth.table)
    accused = any(outcome(rule, one.table) == "contradicted" for one in lost)
    worst = outcome(rule, turned(rule, truth)) == "contradicted"
    return {
        "false_reproduced": share(outcome(rule, one.table) == "reproduced" for one in spoilt),
        "false_contradicted": float(found == "contradicted" or accused),
        "power": float(found == "reproduced"),
        "reversed": share(outcome(rule, one.table) == "contradicted" or worst for one in broken),
        "mutants": len(spoilt) + len(refuting),
    }


def turned(rule, truth: Truth) -> Table:
    """The truth with everything that `contradicted` looks at turned round."""
    table = truth.table
    for name in named(rule, "contradicted"):
        table = everywhere(rule, table, name, float(name in truth.fails))
    return table


def outcome(rule, table: Table) -> str:
    return rule.decide(table).outcome()


def share(flags) -> float:
    """The share that is true; 0 where there are none."""
    flags = list(flags)
    return sum(flags) / len(flags) if flags else 0.0


def holding(rule, table: Table) -> Table:
    """Pilot rows with every statement made true, whatever the pilots showed."""
    used = {
        (one.metric, arm)
        for one in rule.claim.quantities.values()
        if one.take == "all"
        for arm, _ in pairs(one)
    }
    made = {
        key: replace(block, values=np.ones_like(block.values)) if key in used else block
        for key, block in table.blocks.items()
    }
    return replace(table, blocks=made)
