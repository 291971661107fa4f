"""The text computer against the plain interpreter, a known machine, and faults between them."""

import pytest
from exact_trials import failed, frame_of, loaded

from recount.kits.exact_math import turing

SLUG = "memory_augmented_universal"


def test_the_universal_machine_has_29_rules_and_halts_in_j_alone():
    rules = turing.rules_of(turing.U15_2)
    assert len(rules) == 29 and ("J", 1) not in rules
    assert {state for state, _ in rules} == {after for *_, after in rules.values()}


def test_the_busy_beaver_of_four_states_is_as_long_as_known():
    *_, (_, _, ones) = passed = list(turing.run(turing.rules_of(turing.BEAVER_4), {}, steps=500))
    assert len(passed) == 107 and len(ones) == 12


def test_the_text_function_reads_any_conditional():
    _, module = loaded(SLUG)
    assert module.answered("if a is a then x else y") == "x"
    assert module.answered("if a is b then x else y") == "y"


@pytest.mark.parametrize("arm", ["memory", "beaver"])
@pytest.mark.parametrize("fault", ["none", "answer", "sum", "rule"])
def test_a_fault_is_seen(monkeypatch, arm, fault):
    experiment, module = loaded(SLUG)
    if fault == "answer":
        monkeypatch.setattr(module, "answered", lambda text: module.CHOICE.match(text).groups()[2])
    if fault == "sum":
        monkeypatch.setattr(module.Memory, "name", lambda self, text: text.replace("@place", "0"))
    if fault == "rule":
        made = module.instructions
        monkeypatch.setattr(
            module, "instructions", lambda table: made(table.replace("1L", "1R", 1))
        )
    assert failed(frame_of(SLUG, experiment, arm), "step_for_step") == (fault != "none")


def test_bounded_or_no_memory_goes_wrong():
    experiment, _ = loaded(SLUG)
    assert not failed(frame_of(SLUG, experiment, "bounded"), "goes_wrong")
    assert not failed(frame_of(SLUG, experiment, "emptied"), "repeats")
