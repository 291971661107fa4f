from random import Random

import pytest
from exact_trials import run_at_smoke, smoke_run

from recount.kits.exact_math import proof_checker as checker
from recount.kits.exact_math import rewriting as rw
from recount.kits.exact_math import sketches as sk

SLUG, RULES = "draft_sketch_prove", rw.rules_of()


def test_a_sketch_reads_as_it_was_written():
    for word in ("", "abca", "dddddd"):
        assert sk.read(sk.formal(word, 6)) == word
    assert sk.read([sk.DRAFT, sk.AGAIN, sk.END]) is None


def understood(told):
    """The draft's word, by hand."""
    names = {number: letter for letter, numbers in sk.NAMES.items() for number in numbers}
    word = ""
    for one in filter(None, told):
        word += {sk.AGAIN: word[-1:], sk.BACK: word[-2:-1]}.get(one) or names[one]
    return word


@pytest.mark.parametrize("seed", range(5))
def test_a_draft_tells_its_word_and_a_slip_changes_one_letter(seed):
    draw = Random(seed)
    word = rw.random_word(draw, 8, "ab")
    told = sk.draft(draw, word, 10, slips=0.0)
    assert len(told) == 10 and understood(told) == word
    wrong = [understood(sk.draft(draw, word, 10, slips=1.0)) for _ in range(20)]
    apart = [sum(a != b for a, b in zip(one, word, strict=True)) for one in wrong]
    assert set(apart) == {0, 1}


def test_milestones_cut_a_proof_evenly():
    assert sk.milestones("abcdefg", 3) == ["c", "e"]
    assert sk.milestones("abcdefg", 1) == []


def test_what_does_not_match_lies_in_the_middle():
    assert sk.unmatched("abcd", "abcd") == 0
    assert sk.unmatched("abcd", "abbccd") == 2
    assert sk.unmatched("aaa", "aa") == 1
    assert sk.unmatched("abc", "adc") == 1


@pytest.mark.parametrize("seed", range(4))
def test_the_prover_proves_within_its_budget(seed):
    one = rw.theorem(Random(seed), 8, 4)
    words, spent = sk.prove(one.start, one.target, RULES, 8, 200)
    assert checker.certified(words, one.start, one.target, rw.EQUATIONS) and spent <= 200
    assert sk.prove(one.start, one.target + "a", RULES, 8, 5) == (None, 5)


def test_gaps_share_one_budget():
    one = rw.by_depth(Random(2), 8, (6,), 1)[0]
    way = rw.words_of(one.start, one.proof, RULES, 8)
    words, spent = sk.close(way, RULES, 8, 6)
    assert words == way and spent == 6
    assert sk.close(way, RULES, 8, 5) == (None, 5)
    assert sk.close([one.start, None, one.target], RULES, 8, 99)[0] is None


@pytest.fixture(scope="module")
def trial():
    bare, experiment, _ = smoke_run(SLUG, expansions=200)
    data = experiment.generate(bare)

    def level(name, metric):
        run = run_at_smoke(SLUG, experiment, name, expansions=200)
        return experiment.measure(run, data).frame().query(f"metric == '{metric}'").value

    return level


def test_controls_stand_where_they_must(trial):
    assert (trial("right", "as_told") == 1).all() and (trial("right", "success") == 1).all()
    assert (trial("alone", "as_told") == 0).all()
    assert (trial("detour", "certified") == 1).all()
    assert (trial("right", "cost") <= trial("alone", "cost")).all()


def test_a_prover_that_skips_is_found_out(trial, monkeypatch):
    monkeypatch.setattr(sk, "prove", lambda start, target, *_: ([start, target], 1))
    assert (trial("alone", "certified") == 0).all()
