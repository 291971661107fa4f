"""Controlling an attention head: a bound that holds, is nearly reached, and could have failed."""

import pytest
import torch
from paper_frames import frame_of, module_of, values_of

from recount.kits.exact_math import counter_examples
from recount.kits.exact_math.attention_control import aside, farthest, shortened


@pytest.fixture
def paper():
    return module_of("exact_math", "llm_control_theory")


def test_a_control_like_the_state_pushes_nothing_aside():
    one = torch.eye(2, dtype=torch.float64)
    state = torch.tensor([[1.0, 0.0]], dtype=torch.float64)
    assert float(aside(one, one, one, state, 0.5 * state)) == pytest.approx(0)
    other = torch.tensor([[0.0, 1.0]], dtype=torch.float64)
    known = 1 / (1 + torch.exp(torch.tensor(1 / 2**0.5, dtype=torch.float64)))
    assert float(aside(one, one, one, state, other)) == pytest.approx(float(known))


def test_the_bound_by_hand_and_the_cut_of_long_controls():
    one, state = torch.eye(4)[None].double(), torch.eye(4)[None, :1].double()
    bound = farthest(one, one, one, state, 3, 1.0)
    assert float(bound) == pytest.approx(3.0)
    assert shortened(torch.tensor([[3.0, 4.0], [0.3, 0.4]]), 1.0).norm(dim=1).tolist() == (
        pytest.approx([1.0, 0.5])
    )


def test_no_control_found_breaks_the_bound_and_half_the_exponent_is_broken(paper):
    frame = frame_of(paper, "aligned", widths=(2,))
    assert counter_examples(frame, "within_bound").empty
    assert counter_examples(frame, "agreement").empty
    assert not counter_examples(frame, "within_half_exponent").empty
    assert max(values_of(frame, "best_share_of_bound")) > 0.7


def test_a_wrong_gradient_direction_is_seen_by_the_slow_sum(paper, monkeypatch):
    right = paper.aside
    monkeypatch.setattr(paper, "aside", lambda *given: right(*given) * 0.999)
    frame = frame_of(paper, "random", widths=(2,), states=(1,), controls=(1,))
    assert not counter_examples(frame, "agreement").empty
