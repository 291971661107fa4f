"""A solver that learns from its own accepted answers, on families of puzzles it has never met.

A puzzle is a verifier and its inputs; a try is one expression of a small typed part of Python, run
on the inputs and shown to the verifier, likely ones first. At first the rules of the grammar are
equally likely but for the inputs, which weigh `copy` times as much; then the solver counts which
rules its accepted answers used, and where, against `prior` imagined uses. Families come in folds:
each fold is asked of a solver that learned from the others. Arms: no feedback; the same answers
with their rules exchanged at random, so that the grammar is as sharp but points elsewhere; and, to
see that feedback can help, families `met`, where folds part the puzzles of a family, so that it has
learned from others of the same. Every arm tries eight settings (copy, prior), fold against fold
within what it learns from, and takes the one that solves most there. Every accepted answer is run
again, from its text, by other code.
"""

from itertools import combinations, product
from typing import Literal

import numpy as np

from recount.experiment import Measure
from recount.kits.exact_math import expression_grammar as eg
from recount.kits.exact_math import puzzle_trials as pt
from recount.kits.exact_math import puzzles as pz
from recount.kits.exact_math import python_expressions as pe
from recount.kits.exact_math.puzzle_families import FAMILIES
from recount.run import Rows
from recount.typed import typed


@typed()
class Arm:
    feedback: Literal["own answers", "exchanged rules", "none"]
    copies: tuple[float, ...]
    priors: tuple[float, ...]
    asked: Literal["new", "met"] = "new"


@typed()
class Size:
    families: int
    folds: int
    puzzles: int  # of each family to learn from, and as many others to be asked
    tries: tuple[int, ...]
    tuned: int  # tries by which settings are compared
    rounds: int  # of learning from answers; the first answers come from the bare grammar


def drawn(run, seed):
    """Puzzles to learn from, as many others to be asked, and the fold of each of either."""
    size, rng = run.size, run.rng("puzzles", seed)
    families = run.rng("families", seed).permutation(len(FAMILIES))[: size.families]
    learning, asked = (
        [pz.drawn(FAMILIES[k], rng) for k in families for _ in range(size.puzzles)]
        for _ in range(2)
    )
    together = size.puzzles if run.arm.asked == "new" else 1
    return learning, asked, np.arange(len(asked)) // together % size.folds


class Solver:
    """One seed's solver in one arm: what it learns from, and the settings that it takes."""

    def __init__(self, run, seed):
        self.run, self.seed, self.most = run, seed, run.size.tries[-1]
        self.learning, self.asked, self.fold = drawn(run, seed)
        self.names = eg.exchange(pe.rules(), run.rng("exchange", seed))
        self.first = {copy: self.accepted(self.grammar(copy)) for copy in run.arm.copies}

    def grammar(self, copy, prior=1.0, answers=()):
        return eg.Likelihoods(answers, prior, dict.fromkeys(pe.INPUTS, copy))

    def accepted(self, grammar):
        """{place: its own answer} of the puzzles to learn from; empty without feedback."""
        if self.run.arm.feedback == "none":
            return {}
        found = pt.solved(self.learning, grammar, self.most, self.run.rng("ties", self.seed))
        return {place: one for place, (one, _) in found.items()}

    def taught(self, setting, answers, without):
        """The grammar after the answers to all folds but those `without`."""
        known = [one for place, one in answers.items() if self.fold[place] not in without]
        if self.run.arm.feedback == "exchanged rules":
            known = [eg.renamed(one, self.names) for one in known]
        return self.grammar(*setting, known)

    def settings(self):
        """For every fold left out: the first setting of those that solve most puzzles of other
        folds, each after learning from the rest."""
        folds, every = self.run.size.folds, list(product(self.run.arm.copies, self.run.arm.priors))
        right = np.zeros((len(every), folds))
        for number, setting in enumerate(every):
            for pair in combinations(range(folds), 2):
                grammar = self.taught(setting, self.first[setting[0]], pair)
                places = np.flatnonzero(np.isin(self.fold, pair))
                rng = self.run.rng("tuning", self.seed, int(places[0]))
                puzzles = [self.learning[place] for place in places]
                found = pt.solved(puzzles, grammar, self.run.size.tuned, rng)
                asked = self.fold[places[list(found)]]
                for left_out, other in (pair, pair[::-1]):
                    right[number, left_out] += (asked == other).sum()
        return [every[k] for k in right.argmax(0)]

    def solved(self):
        """[(puzzle, expression, tries)] of all folds asked, and the settings taken."""
        size, chosen, found = self.run.size, self.settings(), []
        for fold in range(size.folds):
            answers = self.first[chosen[fold][0]]
            for _ in range(size.rounds - 1):
                answers = self.again(chosen[fold], answers, fold)
            grammar = self.taught(chosen[fold], answers, [fold])
            puzzles = [self.asked[place] for place in np.flatnonzero(self.fold == fold)]
            rng = self.run.rng("test", self.seed, fold)
            right = pt.solved(puzzles, grammar, self.most, rng)
            found += [(puzzles[place], *one) for place, one in right.items()]
        return found, chosen

    def again(self, setting, answers, left_out):
        """What it accepts once it has learned from its answers, those to one fold left out."""
        known = [one for place, one in answers.items() if self.fold[place] != left_out]
        return self.accepted(self.grammar(*setting, known))


def measure(run, data):
    rows, found, chosen, hold = Rows(run), [], [], []
    for done, seed in enumerate(run.seeds):
        solver = Solver(run, seed)
        right, settings = solver.solved()
        found.append(right)
        chosen.append(np.log(settings).mean(0))
        hold.append(all(map(pt.answer_holds, solver.learning + solver.asked)))
        run.report(done + 1, len(run.seeds), f"{len(right)} puzzles solved")
    count = run.size.families * run.size.puzzles
    shares = {
        tries: np.array([sum(number <= tries for *_, number in one) / count for one in found])
        for tries in run.size.tries
    }
    for tries, share in shares.items():
        rows.add("solved", share, count, tries=tries)
    first, last = (shares[run.size.tries[k]] for k in (0, -1))
    rows.add("solved_at_once", np.where(last > 0, first / np.maximum(last, 1 / count), 1), count)
    rows.add("confirmed", [all(pt.confirmed(*one[:2]) for one in part) for part in found], count)
    rows.add("other_answer", [pt.share_unlike(one) for one in found], count)
    rows.add("answers_hold", hold, 2 * count)
    for name, column in zip(("copy", "prior"), np.exp(chosen).T, strict=True):
        rows.add(name, column, run.size.folds)
    rows.fingerprint([[number for *_, number in one] for one in found])
    return rows


experiment = Measure(arm=Arm, size=Size, measure=measure)
