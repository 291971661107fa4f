import numpy as np
import torch

from recount.experiment import Train
from recount.kits import tiny_lm as kit
from recount.nn.decoder import Decoder
from recount.run import Run
from recount.typed import typed


@typed()
class Arm:
    positions: str


def build(run, vocabulary):
    seeds = [run.number("init", seed) for seed in run.seeds]
    return Decoder(vocabulary, 16, 1, 2, seeds=seeds, positions=run.arm.positions)


def look(rows, data, model):
    rows.add("parameters", sum(p.numel() for p in model.parameters()))


STUDY = kit.study(arm=Arm, size=kit.Size, build=build, look=look)


def run_of(seeds=(3, 4), steps=60, **kwargs):
    size = kit.Size(
        width=16,
        layers=1,
        heads=2,
        context=16,
        batch=8,
        steps=steps,
        learning_rate=0.02,
        held_out=32,
    )
    arm = Arm(positions="rope")
    return Run(slug="t", scale="smoke", size=size, seeds=seeds, arm_name="a", arm=arm, **kwargs)


def test_a_study_learns_more_than_byte_frequencies():
    assert isinstance(STUDY, Train)
    run = run_of(steps=260)
    data = STUDY.generate(run)
    frame = STUDY.evaluate(run, data, STUDY.train(run, data).arrays).frame().set_index("metric")
    ids = data["held_out_ids"]
    share = np.bincount(ids) / len(ids)
    entropy = -np.sum(share[share > 0] * np.log2(share[share > 0]))
    assert (frame.value["bits_per_byte"] < entropy).all()
    assert (frame.value["in_distribution"] > share.max()).all()
    assert frame.value["fingerprint"].nunique() == 2
    assert frame.value["corpus_digest"].nunique() == 1
    assert frame.value["parameters"].gt(0).all()


def test_lines_are_paired_over_arms_and_differ_over_seeds_and_steps():
    data = STUDY.generate(run_of())
    first = kit.lines(run_of(), data, "train", "train", 4, 9, step=2)
    again = kit.lines(run_of(seeds=(4,)), data, "train", "train", 4, 9, step=2)
    later = kit.lines(run_of(), data, "train", "train", 4, 9, step=3)
    assert torch.equal(first[1:], again) and not torch.equal(first[0], first[1])
    assert not torch.equal(first, later)


def test_bits_of_even_logits_are_the_logarithm_of_the_vocabulary():
    wanted = torch.randint(8, (2, 3, 5))
    np.testing.assert_allclose(kit.bits(torch.zeros(2, 3, 5, 8), wanted), 3.0, rtol=1e-6)
    sure = 100.0 * torch.nn.functional.one_hot(wanted, 8)
    np.testing.assert_allclose(kit.bits(sure, wanted), 0.0, atol=1e-6)
