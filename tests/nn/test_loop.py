"""The loop: seeds train as if alone, and a run that was stopped ends as if it never was."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from recount.nn.decoder import Decoder
from recount.nn.loop import Enough, Flat, Settings, Stopped, fit, restore, stacked
from recount.run import Run
from recount.typed import BadValue

SEEDS = (101, 202, 303)
STEPS = 8


class Killed(Exception):
    pass


def run_of(seeds=SEEDS, folder=None):
    return Run(slug="copying", scale="smoke", size=None, seeds=seeds, checkpoints=folder)


def train(run, die_at=None, model=None, steps=STEPS, **more):
    """A model that learns to repeat the token before."""
    seeds = len(run.seeds)
    model = model or Decoder(7, 16, 1, 2, seeds=run.seeds, context=6)

    def batch(step):
        if step == die_at:
            raise Killed
        return np.stack([run.rng("data", s, step).integers(7, size=(8, 6)) for s in run.seeds])

    def loss(model, ids):
        logits = model(ids)[:, :, 1:]
        each = F.cross_entropy(logits.flatten(0, 2), ids[:, :, :-1].flatten(), reduction="none")
        return each.view(seeds, -1).mean(1)

    more = {"lr": 0.003, "warmup": 2, "weight_decay": 0.1, "save_seconds": 0, "every": 2} | more
    return stacked(model) if steps == 0 else (fit(run, model, batch, loss, steps, **more), model)


def same(one, other):
    return (
        all(np.array_equal(one[name], other[name]) for name in one) and one.keys() == other.keys()
    )


def test_seeds_together_equal_seeds_alone():
    """Key biases are left out: no gradient reaches them but rounding, and they change no output."""
    curve, model = train(run_of(), steps=30)
    together = stacked(model)
    ids = torch.arange(18).view(1, 3, 6) % 7
    for row, seed in enumerate(SEEDS):
        alone_curve, alone = train(run_of((seed,)), steps=30)
        for name, value in stacked(alone).items():
            if name.endswith("key.bias"):
                continue
            one, other = value[0], together[name][row]
            np.testing.assert_allclose(one, other, atol=2e-4, err_msg=name)
        mine = curve["value"][curve["seed"] == seed]
        np.testing.assert_allclose(mine, alone_curve["value"], rtol=1e-4)
        logits = model(ids.expand(3, 3, 6))[row]
        torch.testing.assert_close(alone(ids)[0], logits, atol=1e-4, rtol=1e-3)


def test_a_seed_that_diverges_harms_no_other():
    model = Decoder(7, 16, 1, 2, seeds=SEEDS, context=6)
    model.head.weight.data[1] = torch.nan
    _, model = train(run_of(), model=model)
    _, clean = train(run_of())
    broken, whole = stacked(model), stacked(clean)
    assert np.isnan(broken["head.weight"][1]).all()
    assert all(np.array_equal(broken[n][[0, 2]], whole[n][[0, 2]]) for n in whole)


def test_clipping_is_per_seed():
    """A seed with a long gradient is shortened to 1 over all its parameters; its neighbour not."""
    model = torch.nn.Module()
    model.table = torch.nn.Parameter(torch.zeros(2, 3, 1))
    model.bias = torch.nn.Parameter(torch.zeros(2, 1))
    flat = Flat(model, 2, Settings(steps=1, weight_decay=0.1))
    assert len(flat.tensors) == 2
    model.table.grad = torch.tensor([[[3.0], [0.0], [0.0]], [[0.3], [0.0], [0.0]]])
    model.bias.grad = torch.tensor([[4.0], [0.4]])
    flat.step(0.0, clip=1.0)
    after = torch.cat([tensor.grad for tensor in flat.tensors], 1)
    want = torch.tensor([[0.6, 0.0, 0.0, 0.8], [0.3, 0.0, 0.0, 0.4]])
    torch.testing.assert_close(after, want, atol=1e-5, rtol=0)


def test_killed_before_any_step_ends_the_same(tmp_path):
    _, model = train(run_of())
    want, wanted_curve = stacked(model), train(run_of())[0]
    for step in range(STEPS):
        folder = tmp_path / str(step)
        with pytest.raises(Killed):
            train(run_of(folder=folder), die_at=step)
        curve, model = train(run_of(folder=folder))
        assert same(stacked(model), want), f"killed before step {step}"
        assert same(curve, wanted_curve), f"curve after a kill before step {step}"


def test_a_finished_fit_is_not_trained_again(tmp_path):
    _, model = train(run_of(folder=tmp_path))
    _, again = train(run_of(folder=tmp_path), die_at=STEPS - 1)
    assert same(stacked(model), stacked(again))


@pytest.mark.parametrize("damage", ["flip", "cut", "empty", "gone", "note"])
def test_a_damaged_checkpoint_gives_way_to_the_one_before(tmp_path, damage):
    _, model = train(run_of())
    with pytest.raises(Killed):
        train(run_of(folder=tmp_path), die_at=5)
    newest = sorted((tmp_path / "fit").glob("*.safetensors"))[-1]
    content = bytearray(newest.read_bytes())
    content[len(content) // 2] ^= 1
    if damage == "gone":
        newest.unlink()
    elif damage == "note":
        newest.with_suffix(".json").write_text("[")
    else:
        newest.write_bytes({"flip": content, "cut": content[:-9], "empty": b""}[damage])
    with pytest.raises(Killed):  # it goes on from step 4, so step 4 is asked for again
        train(run_of(folder=tmp_path), die_at=4)
    _, again = train(run_of(folder=tmp_path))
    assert same(stacked(model), stacked(again))


def test_another_run_s_checkpoint_is_not_taken(tmp_path):
    train(run_of(folder=tmp_path))
    _, model = train(run_of(folder=tmp_path), lr=0.001)
    assert same(stacked(model), stacked(train(run_of(), lr=0.001)[1]))


def test_told_to_stop_saves_raises_75_and_goes_on(tmp_path):
    _, model = train(run_of())
    run = run_of(folder=tmp_path)
    before = signal.getsignal(signal.SIGTERM)
    probe = {"at": 0}

    def told(model):
        probe["at"] += 1
        if probe["at"] == 2:
            os.kill(os.getpid(), signal.SIGUSR1)
        return {}

    with pytest.raises(Stopped) as stopped:
        train(run, probe=told, save_seconds=999)
    assert stopped.value.code == 75
    assert signal.getsignal(signal.SIGTERM) == before
    assert [p.name for p in (tmp_path / "fit").glob("*.json")] == ["000000000004.json"]
    assert same(stacked(train(run)[1]), stacked(model))


CHILD = """
import sys, pathlib, torch
sys.path.insert(0, {here!r})
torch.set_num_threads(1)
from test_loop import run_of, train
print("ready", flush=True)
train(run_of(folder=pathlib.Path({folder!r})), steps=100000, every=500)
"""


@pytest.mark.parametrize("number, code", [(signal.SIGKILL, -9), (signal.SIGTERM, 75)])
def test_a_killed_process_leaves_a_whole_checkpoint(tmp_path, number, code):
    here = str(Path(__file__).parent)
    text = CHILD.format(here=here, folder=str(tmp_path))
    child = subprocess.Popen([sys.executable, "-c", text], stdout=subprocess.PIPE)
    child.stdout.readline()
    deadline = time.monotonic() + 200
    while len(list(tmp_path.glob("fit/*.json"))) < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(0.05)
    child.send_signal(number)
    assert child.wait(20) == code
    child.stdout.close()
    reached = int(sorted(tmp_path.glob("fit/*.json"))[-1].stem)
    with pytest.raises(Killed):  # the very next step is asked for: nothing before it is redone
        train(run_of(folder=tmp_path), die_at=reached, steps=100000, every=500)
    steps = reached + 3
    want = stacked(unfinished(None, steps))
    assert same(stacked(unfinished(tmp_path, steps)), want)


def unfinished(folder, die_at):
    """The model of a 100,000-step run just before step `die_at`."""
    run = run_of(folder=folder)
    model = Decoder(7, 16, 1, 2, seeds=run.seeds, context=6)
    with pytest.raises(Killed):
        train(run, die_at=die_at, model=model, steps=100000, every=500)
    return model


def test_enough_stops_all_seeds_at_one_rule(tmp_path):
    levels = iter([0.9, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0])
    curve, _ = train(
        run_of(folder=tmp_path),
        every=1,
        probe=lambda model: {"exact_match": torch.tensor([1.0, next(levels), 1.0])},
        enough=Enough(times=3),
    )
    assert curve["step"].max() == 4


def test_the_curve_is_long_and_thin():
    curve, _ = train(run_of(), steps=450, every=1)
    assert set(curve) == {"seed", "step", "metric", "value"}
    assert len(curve["step"]) <= 200 * len(SEEDS) and curve["step"].max() == 450
    last = curve["value"][curve["step"] == 450]
    assert (last < 0.9 * curve["value"][: len(SEEDS)]).all()


def test_learning_rates():
    cosine = Settings(steps=110, lr=1.0, warmup=10, floor=0.1)
    assert [cosine.rate(0), cosine.rate(9), cosine.rate(10)] == [0.1, 1.0, 1.0]
    assert cosine.rate(60) == pytest.approx(0.55) and cosine.rate(110) == pytest.approx(0.1)
    assert Settings(steps=9, lr=0.5, schedule="constant").rate(8) == 0.5
    with pytest.raises(BadValue, match="schedule"):
        Settings(steps=9, schedule="linear")


def test_arrays_return_to_the_model():
    _, model = train(run_of())
    fresh = Decoder(7, 16, 1, 2, seeds=3, context=6)
    assert same(stacked(restore(fresh, stacked(model))), stacked(model))
    with pytest.raises(BadValue, match="head.weight"):
        restore(fresh, {n: v for n, v in stacked(model).items() if n != "head.weight"})


def test_parameters_without_seeds_are_refused():
    with pytest.raises(BadValue, match="axis 0 must be the 3 seeds"):
        train(run_of(), model=Decoder(7, 16, 1, 2, seeds=2, context=6))
