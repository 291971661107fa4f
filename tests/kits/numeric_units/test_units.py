"""The units against their definitions, written out one output at a time."""

import numpy as np
import pytest
import torch

from recount.kits import numeric_units as kit
from recount.kits.numeric_units.units import nac_spread
from recount.nn.layers import draw

S, B, INPUTS, OUTPUTS = 3, 5, 4, 2


def filled(make, seeds=(1, 2, 3)):
    unit = make(len(seeds), INPUTS, OUTPUTS)
    draw(unit, seeds)
    return unit


def inputs(low=-2.0):
    rng = np.random.default_rng(0)
    return torch.from_numpy(rng.uniform(low, 3, (S, B, INPUTS)).astype(np.float32))


def one_by_one(formula, x, weight):
    out = torch.empty(S, B, OUTPUTS)
    for s in range(S):
        for b in range(B):
            for o in range(OUTPUTS):
                out[s, b, o] = formula(x[s, b], weight[s, :, o])
    return out


def total(x, w):
    return (x * w).sum()


def logs(x, w):
    return torch.prod((x.abs() + 1e-7) ** w)


def chosen(x, w):
    return torch.prod(w * x + 1 - w)


@pytest.mark.parametrize(
    ("make", "formula"),
    [
        (kit.NAC, total),
        (lambda *shape: kit.NAC(*shape, times=True), logs),
        (kit.NAU, total),
        (kit.NMU, chosen),
    ],
)
def test_units_follow_their_definitions(make, formula):
    unit, x = filled(make), inputs()
    torch.testing.assert_close(
        unit(x), one_by_one(formula, x, unit.weights()), rtol=2e-5, atol=1e-5
    )


def test_nalu_gates_between_its_two_paths():
    unit, x = filled(kit.NALU), inputs()
    gate = torch.sigmoid(torch.einsum("sbi,sio->sbo", x, unit.gate))
    w = torch.tanh(unit.w) * torch.sigmoid(unit.m)
    wanted = gate * one_by_one(total, x, w) + (1 - gate) * one_by_one(logs, x, w)
    torch.testing.assert_close(unit(x), wanted, rtol=2e-5, atol=1e-5)


@pytest.mark.parametrize(("make", "low"), [(kit.NAU, -1.0), (kit.NMU, 0.0)])
def test_weights_return_to_their_range(make, low):
    unit = filled(make)
    with torch.no_grad():
        unit.w.mul_(0).add_(torch.linspace(-3, 3, unit.w.numel()).view_as(unit.w))
    unit(inputs())
    assert unit.w.min() == low and unit.w.max() == 1


def test_initial_weights_have_the_published_laws():
    wide = [(unit, unit.weights().detach()) for unit in (big(kit.NAU), big(kit.NMU), big(kit.NAC))]
    nau, nmu, nac = (weight for _, weight in wide)
    limit = (6 / 600) ** 0.5
    assert nau.abs().max() <= limit and nau.abs().max() > 0.99 * limit
    assert nmu.min() >= 0.25 and nmu.max() <= 0.75 and abs(float(nmu.mean()) - 0.5) < 0.01
    assert abs(float(nac.var()) / (2 / 600) - 1) < 0.03
    assert abs(float(nac.mean())) < 0.002


def big(make):
    unit = make(1, 300, 300)
    draw(unit, [7])
    return unit


def test_the_spread_of_nac_gives_the_variance_asked_for():
    for fan in (5, 20, 300):
        r, rng = nac_spread(fan), np.random.default_rng(0)
        w, m = rng.uniform(-r, r, (2, 400_000))
        found = np.tanh(w) / (1 + np.exp(-m))
        assert abs(found.var() * fan / 2 - 1) < 0.02


def test_multiplication_passes_negative_inputs_and_drops_unselected_ones():
    x = torch.tensor([[[-3.0, 5.0, 2.0, 7.0]]])
    weight = torch.tensor([[[1.0], [0.0], [1.0], [0.0]]])
    assert kit.multiply(x, weight).item() == -6
    assert kit.multiply_logs(x, weight).item() == pytest.approx(6, rel=1e-5)


def test_sparsity_is_zero_for_whole_weights_and_largest_half_way():
    whole = torch.tensor([[-1.0, 0.0, 1.0]]).view(1, 3, 1)
    assert kit.sparsity_error(whole).item() == 0
    assert kit.sparsity_error(whole * 0.5).item() == 0.5
    unit = kit.NAU(1, 3, 1)
    with torch.no_grad():
        unit.w.copy_(whole * 0.5)
    assert unit.sparsity().item() == pytest.approx(1 / 3)
    network = kit.Network(unit, kit.NMU(1, 1, 1))
    assert network.sparsity_error().item() == 0.5


def test_seeds_do_not_mix():
    unit, x = filled(kit.NMU), inputs()
    unit(x)[1].sum().backward()
    assert unit.w.grad[1].abs().sum() > 0
    assert unit.w.grad[[0, 2]].abs().sum() == 0
