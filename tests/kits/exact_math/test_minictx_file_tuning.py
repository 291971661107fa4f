from dataclasses import dataclass, replace

import numpy as np
import pytest
from exact_trials import smoke_run

from recount.kits.exact_math import definition_files as files_of
from recount.kits.exact_math import proof_checker as checker
from recount.kits.exact_math import rewriting as rw
from recount.kits.exact_math.proof_search import accepted, planted
from recount.kits.exact_math.tactic_model import VOCABULARY

SLUG = "minictx_file_tuning"


def run_of(arm="file"):
    return smoke_run(SLUG, arm)


def test_every_second_theorem_needs_its_file():
    run, _, module = run_of()
    theorems, texts = module.drawn(run, 1, "goals", 8, fewest=2)
    for at, (one, text) in enumerate(zip(theorems, texts, strict=True)):
        words = rw.words_of(one.start, one.proof, rw.rules_of(one.local), run.size.longest)
        real = [pair for pair in one.local if pair != rw.ABSENT]
        assert len(real) == 3
        assert checker.certified(words, one.start, one.target, rw.EQUATIONS, real)
        assert bool(set(one.start) & set(rw.LOCAL)) == (at % 2 == 0)
        assert not set(one.target) & set(rw.LOCAL)
        assert not any(a in one.start and b in one.target for a, b in real)
        assert sorted(f"{a}={b}" for a, b in real) == sorted(text.split())


def test_a_tactic_that_names_another_meaning_is_refused():
    run, _, module = run_of()
    one = module.drawn(run, 3, "goals", 1)[0][0]
    fits = [rule for rule, pair in enumerate(rw.rules_of(one.local)) if pair != rw.ABSENT]
    assert len(fits) == files_of.THEORY + 6 and len(rw.rules_of(one.local)) == files_of.RULES


def test_a_proof_under_another_file_is_found_out():
    run, _, module = run_of()
    theorems, _ = module.drawn(run, 1, "goals", 6, fewest=2)
    refused = 0
    for one, other in zip(theorems[0::2], theorems[2::2], strict=False):
        tree = planted([rw.Theorem(one.start, one.target, (), other.local)])[0]
        tree.proof = rw.words_of(one.start, one.proof, rw.rules_of(one.local), run.size.longest)
        refused += not accepted(tree)
    assert refused == 2


def test_a_definition_is_one_token_of_its_own():
    run, _, module = run_of()
    place = module.layout(run)
    bare = place.line("ab", "ba")
    told = [place.line("ab", "ba", entry) for entry in files_of.ENTRIES]
    assert {one[place.context :] for one in told} == {bare[place.context :]}
    assert not any(bare[: place.context]) and {len(one) for one in told} == {place.length}
    assert len({one[0] for one in told}) == len(files_of.ENTRIES)
    assert min(one[0] for one in told) >= VOCABULARY and max(max(one) for one in told) < place.rules


@pytest.mark.parametrize("arm", ["file", "state", "other", "fixed"])
def test_arms_differ_in_what_they_read_and_in_whose_theorems(arm):
    run, experiment, module = run_of(arm)
    data = experiment.generate(run)
    lines, tactics, owner = module.library(run, data)
    own = data["lines_one" if arm == "fixed" else "lines_many"]
    place = module.layout(run).context
    assert (lines[:, place:] == own[:, place:]).all() and len(lines) == len(tactics) == len(owner)
    same = (lines[:, :place] == own[:, :place]).all(1).mean()
    assert {"file": same == 1, "other": same < 0.2}.get(arm, same == 0)
    texts = ["p=ab", "p=bd"]
    read = {"file": texts, "other": texts[::-1]}
    assert module.read(run, texts) == read.get(arm, ["", ""])


def test_the_fixed_theorems_of_a_seed_share_one_file():
    run, _, module = run_of("fixed")
    texts = [
        text
        for stream in ("library", "goals")
        for text in module.drawn(run, 1, stream, 10, files="one")[1]
    ]
    assert len(set(texts)) == 1
    assert module.drawn(run, 2, "goals", 1, files="one")[1] != texts[:1]


def test_no_library_has_a_file_of_the_test():
    run, _, module = run_of()
    known, new = (
        {frozenset(text.split()) for text in module.drawn(run, 1, stream, 60)[1]}
        for stream in ("library", "goals")
    )
    assert len(known) > 50 and len(new) > 50 and not known & new


def test_meanings_differ_in_what_they_permute_and_not_in_length_or_parity():
    values = [checker.value(word, checker.meanings()) for word in files_of.MEANINGS]
    assert len(set(values)) == len(values) == 12
    assert {len(word) for word in files_of.MEANINGS} == {3}


@dataclass
class Reader:
    """Knows the file by heart, or only that letters have meanings."""

    module: object
    place: object
    reads: bool

    def asked(self, lines):
        scores = np.zeros((*lines.shape[:2], (self.place.longest + 1) * files_of.RULES))
        for seed, part in enumerate(lines):
            for at, line in enumerate(part):
                told = [token - VOCABULARY for token in line[: self.place.context]]
                for known in told if self.reads else range(len(files_of.ENTRIES)):
                    scores[seed, at, files_of.THEORY + 2 * known :: files_of.RULES] = 1
        return scores


def test_reading_shows_where_letters_are_replaced_and_its_lack_shows_too():
    run, _, module = run_of()
    parts = [module.drawn(run, seed, "held out", 10) for seed in run.seeds]
    wrong = [(theorems, module.shifted(texts)) for theorems, texts in parts]
    tactics = module.examples(module.layout(run), *parts[0])[1]
    assert module.unfolding(tactics).sum() >= 5
    width = 3 * (run.size.longest + 1)
    run = replace(run, size=replace(run.size, tactics=width))
    for reads in (True, False):
        policy = Reader(module, module.layout(run), reads)
        own, other = (module.tried(run, policy, one, 5, module.unfolding) for one in (parts, wrong))
        assert (own == 1).all()
        assert (other < 1).all() if reads else (other == own).all()


def test_the_smallest_run_fills_every_row():
    run, experiment, _ = run_of()
    data = experiment.generate(run)
    frame = experiment.evaluate(run, data, experiment.train(run, data).arrays).frame()
    assert (frame.metric == "reads").sum() == 2
    assert (frame[frame.metric == "certified"].value == 1).all()
    assert set(frame[frame.metric == "success"].goals) == {"dependent", "free"}
    assert np.isfinite(frame.value).all()
