"""Exact claims have no chance in them; what is tried is whether every planted fault is caught."""

from dataclasses import replace

import numpy as np

from recount.judge import expressions
from recount.judge.quantities import pairs
from recount.judge.table import ABSENT, Block, Table

MUTANTS = 128
ROWS = 200


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
            blocks[one.metric, arm] = joined(known, block) if known and one.at else block
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


def mutants(rule, table: Table, rng: np.random.Generator):
    """(table with one row broken, what was broken): a counter-example, a lost row, an odd value."""
    deciding = set()
    for part in ("reproduced", "contradicted"):
        deciding |= expressions.quantities_of(rule.nodes[part], rule.claim.quantities)
    for name in list(deciding):
        deciding |= set(rule.claim.quantities[name].tests)
    places = []
    for name in sorted(deciding):
        one = rule.claim.quantities[name]
        if one.take == "all":
            for arm, _ in pairs(one):
                keep, block = table.rows(one.metric, arm, one.at)
                there = np.argwhere(keep & (block.counts != ABSENT))
                places += [((one.metric, arm), *where) for where in there.tolist()]
    ends = [places[0], places[-1]]
    picked = ends + [places[i] for i in rng.integers(0, len(places), MUTANTS - len(ends))]
    for number, (key, unit, place) in enumerate(picked):
        kind, value = (("counter-example", 0.0), ("odd value", 0.5), ("lost row", np.nan))[
            0 if number % 8 < 6 else number % 8 - 5
        ]
        block = table.blocks[key]
        values = block.values.copy()
        values[:, unit, place] = value
        yield replace(table, blocks=table.blocks | {key: replace(block, values=values)}), kind


def exact_rates(rule, table: Table | None, rng: np.random.Generator) -> dict:
    """How often a mutant is called reproduced, the truth contradicted, and each found out."""
    base = true_table(rule) if table is None else holding(rule, table)
    outcomes = {"counter-example": [], "odd value": [], "lost row": []}
    for mutant, kind in mutants(rule, base, rng):
        outcomes[kind].append(rule.decide(mutant).outcome())
    truth = rule.decide(base).outcome()
    broken = outcomes["counter-example"] + outcomes["odd value"]
    every = broken + outcomes["lost row"]
    return {
        "false_reproduced": every.count("reproduced") / len(every),
        "false_contradicted": float(
            truth == "contradicted" or "contradicted" in outcomes["lost row"]
        ),
        "power": float(truth == "reproduced"),
        "reversed": broken.count("contradicted") / len(broken),
        "mutants": len(every),
    }


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
