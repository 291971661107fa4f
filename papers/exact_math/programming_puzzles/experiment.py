"""A solver that learns from its own accepted answers, on families of puzzles it has never met.

A puzzle is a verifier and its inputs; a try is one expression of a small typed part of Python, run
on the inputs and shown to the verifier. Tries go from likely to unlikely. At first all rules of the
grammar are equally likely; after each round the solver counts which rules its accepted answers to
the training families used, and where. It is then tried on other families. Arms: no feedback, and
feedback from the same answers with their rules exchanged at random, so that the grammar is as
sharp but points elsewhere. Every accepted answer is run again, from its text, by other code.
"""

from itertools import groupby
from typing import Literal

import numpy as np

from recount.experiment import Measure
from recount.kits.exact_math import expression_grammar as eg
from recount.kits.exact_math import puzzles as pz
from recount.kits.exact_math import python_expressions as pe
from recount.kits.exact_math.puzzle_families import FAMILIES
from recount.run import Rows
from recount.typed import typed

NOTHING = {"int": -1, "str": "", "list": []}


@typed()
class Arm:
    feedback: Literal["own answers", "exchanged rules", "none"]


@typed()
class Size:
    families: int  # for training, and as many others for the test; at most half of all
    puzzles: int  # of each family
    tries: tuple[int, ...]
    rounds: int
    prior: float


def drawn(run, seed):
    """(training puzzles, test puzzles): no family is in both."""
    order = run.rng("families", seed).permutation(len(FAMILIES))
    count, rng = run.size.families, run.rng("puzzles", seed)
    taken = [[FAMILIES[k] for k in order[:count]], [FAMILIES[k] for k in order[-count:]]]
    return [[pz.drawn(one, rng) for one in half for _ in range(run.size.puzzles)] for half in taken]


def signature(puzzle):
    return puzzle.signature


def solved(puzzles, likelihoods, most, rng):
    """[(puzzle, expression, tries)]: the first accepted try of every puzzle that has one."""
    found = []
    for (kind, *inputs), alike in groupby(sorted(puzzles, key=signature), signature):
        listed = eg.Enumeration(pe.rules(tuple(inputs)), likelihoods).first(kind, most, rng)
        for puzzle in alike:
            known = {}
            for number, one in enumerate(listed, 1):
                answer = pe.value(one, puzzle.inputs, known)
                if answer is not None and puzzle.accepts(answer):
                    found.append((puzzle, one, number))
                    break
    return found


def trained(run, seed, puzzles):
    """The likelihoods after all rounds; the share of training puzzles solved in each."""
    likelihoods, shares = eg.Likelihoods(prior=run.size.prior), []
    if run.arm.feedback == "none":
        return likelihoods, shares
    names = eg.exchange(pe.rules(), run.rng("exchange", seed))
    for number in range(run.size.rounds):
        found = solved(puzzles, likelihoods, run.size.tries[-1], run.rng("ties", seed, number))
        shares.append(len(found) / len(puzzles))
        likelihoods = eg.Likelihoods((one for _, one, _ in found), run.size.prior)
    if run.arm.feedback == "exchanged rules":
        exchanged = (eg.renamed(one, names) for _, one, _ in found)
        likelihoods = eg.Likelihoods(exchanged, run.size.prior)
    return likelihoods, shares


def confirmed(puzzle, expression):
    """Whether the text of the expression, run by the other interpreter, is accepted too."""
    return puzzle.accepts(pe.value_of_text(pe.text(expression), puzzle.inputs))


def measure(run, data):
    rows, found, training = Rows(run), [], []
    for done, seed in enumerate(run.seeds):
        learning, held_out = drawn(run, seed)
        likelihoods, shares = trained(run, seed, learning)
        found.append(solved(held_out, likelihoods, run.size.tries[-1], run.rng("test", seed)))
        training.append(shares)
        run.report(done + 1, len(run.seeds), f"{len(found[-1])} of {len(held_out)}")
    count = run.size.families * run.size.puzzles
    solved_by = {
        tries: np.array([sum(number <= tries for _, _, number in one) / count for one in found])
        for tries in run.size.tries
    }
    for tries, shares in solved_by.items():
        rows.add("solved", shares, count, tries=tries)
    first, last = (solved_by[run.size.tries[k]] for k in (0, -1))
    rows.add("solved_at_once", np.where(last > 0, first / np.maximum(last, 1 / count), 1), count)
    rows.add("confirmed", [all(confirmed(*pair[:2]) for pair in one) for one in found], count)
    rows.add("other_answer", [share_unlike(one) for one in found], count)
    rows.add("answers_hold", [all_answers_hold(run, seed) for seed in run.seeds], 2 * count)
    for number, shares in enumerate(zip(*training, strict=True), 1):
        rows.add("solved_in_training", shares, count, round=number)
    rows.fingerprint([[number for _, _, number in one] for one in found])
    return rows


def share_unlike(found):
    """How many accepted answers are others than those that the families' author had in mind."""
    unlike = [pe.value(one, puzzle.inputs, {}) != puzzle.answer() for puzzle, one, _ in found]
    return sum(unlike) / max(1, len(unlike))


def all_answers_hold(run, seed):
    """Whether every verifier accepts the known answer and refuses nothing at all as an answer."""
    puzzles = [one for half in drawn(run, seed) for one in half]
    return all(
        one.accepts(one.answer()) and not one.accepts(NOTHING[one.family.kind]) for one in puzzles
    )


experiment = Measure(arm=Arm, size=Size, measure=measure)
