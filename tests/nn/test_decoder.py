"""Stacked decoders: seeds do not touch each other, the past does not see the future."""

import numpy as np
import pytest
import torch

from recount.nn.decode import greedy, wrong
from recount.nn.decoder import Decoder
from recount.nn.layers import Linear
from recount.typed import BadValue

KINDS = ["none", "learned", "sinusoidal", "rope", "alibi", "t5"]


def small(positions="learned", seeds=(11, 22), **more):
    sizes = {"vocab": 9, "width": 16, "layers": 2, "heads": 2, "context": 20} | more
    return Decoder(seeds=seeds, positions=positions, **sizes)


def some_ids(*shape):
    return torch.from_numpy(np.random.default_rng(5).integers(9, size=shape))


@pytest.mark.parametrize("kind", KINDS)
def test_a_stack_equals_its_seeds_alone(kind):
    ids = some_ids(2, 3, 7)
    together = small(kind)(ids)
    alone = [small(kind, seeds=(seed,))(ids[i : i + 1]) for i, seed in enumerate((11, 22))]
    assert torch.allclose(together, torch.cat(alone), atol=1e-5)
    assert not torch.allclose(alone[0], small(kind, seeds=(22,))(ids[:1]), atol=1e-3)


@pytest.mark.parametrize("kind", KINDS)
def test_no_token_sees_what_comes_after_it(kind):
    ids, model = some_ids(2, 3, 7), small(kind)
    changed = ids.clone()
    changed[:, :, 5:] = (ids[:, :, 5:] + 1) % 9
    before, after = model(ids), model(changed)
    assert torch.allclose(before[:, :, :5], after[:, :, :5], atol=1e-5)
    assert not torch.allclose(before[:, :, 5:], after[:, :, 5:], atol=1e-3)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "none"])
def test_positions_tell_order(kind):
    ids = some_ids(2, 3, 7)
    last = small(kind, layers=1)(ids)[:, :, -1]
    moved = torch.cat([ids[:, :, :-1].flip(-1), ids[:, :, -1:]], -1)
    assert not torch.allclose(last, small(kind, layers=1)(moved)[:, :, -1], atol=1e-4)


def test_without_positions_one_layer_sees_a_bag():
    ids, model = some_ids(2, 3, 7), small("none", layers=1)
    moved = torch.cat([ids[:, :, :-1].flip(-1), ids[:, :, -1:]], -1)
    assert torch.allclose(model(ids)[:, :, -1], model(moved)[:, :, -1], atol=1e-5)


@pytest.mark.parametrize("kind", ["rope", "alibi", "t5"])
def test_relative_positions_ignore_a_shift(kind):
    ids, model = some_ids(2, 3, 7), small(kind)
    far = model(ids, torch.arange(7) + 9)
    assert torch.allclose(model(ids), far, atol=1e-4)


@pytest.mark.parametrize("kind", ["learned", "sinusoidal", "rope", "alibi", "t5"])
@pytest.mark.parametrize("shape", [(7,), (2, 7), (2, 3, 7)])
def test_explicit_places_equal_the_default_ones(kind, shape):
    ids, model = some_ids(2, 3, 7), small(kind)
    assert torch.allclose(model(ids), model(ids, torch.arange(7).expand(shape)), atol=1e-5)


def test_a_prefix_mask_hides_what_it_says():
    ids, model = some_ids(2, 3, 7), small("none", causal=False)
    mask = torch.ones(7, 7, dtype=torch.bool)
    mask[:, 2] = False
    changed = ids.clone()
    changed[:, :, 2] = (ids[:, :, 2] + 1) % 9
    kept = [0, 1, 3, 4, 5, 6]
    assert torch.allclose(
        model(ids, mask=mask)[:, :, kept], model(changed, mask=mask)[:, :, kept], atol=1e-5
    )


@pytest.mark.parametrize("kind", KINDS)
def test_a_prefix_is_seen_whole_and_the_rest_stays_causal(kind):
    ids, model = some_ids(2, 3, 7), small(kind, prefix=4)
    before = model(ids)
    later, first = ids.clone(), ids.clone()
    later[:, :, 5] = (ids[:, :, 5] + 1) % 9
    first[:, :, 3] = (ids[:, :, 3] + 1) % 9
    assert torch.allclose(before[:, :, :5], model(later)[:, :, :5], atol=1e-5)
    assert not torch.allclose(before[:, :, 0], model(first)[:, :, 0], atol=1e-4)
    assert torch.allclose(before[:, :, 4:], model(ids, read=slice(4, 7)), atol=1e-5)


def test_arms_that_share_shapes_start_equal():
    one, other = dict(small("learned").named_parameters()), dict(small("t5").named_parameters())
    shared = [name for name in one if name in other]
    assert len(shared) > 20
    assert all(torch.equal(one[name], other[name]) for name in shared)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("causal", [True, False])
@pytest.mark.parametrize("read", [slice(4, 7), slice(3, None), slice(-3, -1), slice(2)])
def test_reading_a_slice_gives_those_logits(kind, causal, read):
    ids, model = some_ids(2, 3, 7), small(kind, causal=causal)
    assert torch.allclose(model(ids, read=read), model(ids)[:, :, read], atol=1e-5)


@pytest.mark.parametrize("seeds, bias", [(1, True), (1, False), (3, True), (3, False)])
def test_a_stacked_layer_is_one_product_per_seed(seeds, bias):
    layer = Linear(seeds, 40, 50, bias=bias)
    for value in layer.parameters():
        torch.nn.init.normal_(value)
    x = torch.randn(seeds, 8, 40)
    want = torch.einsum("sni,sio->sno", x, layer.weight)
    want = want + layer.bias[:, None] if bias else want
    assert torch.allclose(layer(x), want, atol=1e-4)


def test_an_id_outside_the_table_is_refused():
    with pytest.raises(BadValue, match="id 9 in a table of 9 rows"):
        small()(torch.full((2, 3, 7), 9))
    with pytest.raises(BadValue, match="table of 20 rows"):
        small()(some_ids(2, 3, 7), torch.arange(7) + 14)
    with pytest.raises(BadValue, match="multiple of heads"):
        small(heads=3)
    with pytest.raises(BadValue, match="unknown"):
        small("rotary")


@pytest.mark.parametrize("kind", ["learned", "alibi"])
def test_teacher_forcing_and_greedy_decoding_agree(kind):
    ids, model = some_ids(2, 40, 7), small(kind)
    answer = torch.zeros(7, dtype=torch.bool)
    answer[4:] = True
    ids = greedy(model, ids, answer)  # the model's own lines are right by definition ...
    ids[:, ::2, 5] = (ids[:, ::2, 5] + 1) % 9  # ... and every other one is spoilt
    faults, _ = wrong(model, ids, answer, chunk=100)
    decoded = (greedy(model, ids, answer) != ids).any(-1)
    assert torch.equal(faults, decoded)
    assert faults[:, ::2].all() and not faults[:, 1::2].any()
