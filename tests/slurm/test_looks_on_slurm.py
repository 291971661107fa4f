"""Seeds in looks on a real SLURM: each look's runs are jobs, and the verdict is that of here."""

import random

import pytest
import trained_toy
from cluster import wait_for
from conftest import alone, fresh, hurry, judge_slow, recount, trace, undisturbed, verdict
from fault_table import attempt, count

ARMS = ("treated", "plain")
RUN = ("slow", "--scale", "laptop", "--yes")
PROFILE = ("--profile", "profiles/slurm")
PLAIN = "laptop: {seeds: 8,"
LOOKED = "laptop: {seeds: 12, looks: [5, 8, 12],"
NOISE = "    goal += [run.rng(f'chance {run.arm_name}', s).normal() / 4 for s in run.seeds]\n"


@pytest.fixture
def vague(project, cluster):
    """The toy that trains, with an effect for which five seeds are too few; runs may be packed."""
    folder = trained_toy.plant(project)
    told = (folder / "paper.yaml").read_text().replace(PLAIN, LOOKED)
    (folder / "paper.yaml").write_text(told.replace("{effect: 1.0}", "{effect: 0.9}"))
    code = (folder / "experiment.py").read_text()
    (folder / "experiment.py").write_text(code.replace("    trace =", f"{NOISE}    trace ="))
    hurry(project, packed=True)
    return project


def trained_once(project, want: dict) -> None:
    """Every run of every look that was needed, and of no other."""
    folder = project / "results/laptop/other/slow"
    needed = [look for look in (5, 8, 12) if look <= want["sequential"]["ran"]]
    assert {path.name for path in folder.glob("look-*")} == {f"look-{look}" for look in needed}
    for look in needed:
        for arm in ARMS:
            alone(trace(project, arm, look=f"look-{look}"), times=1)


def test_looks_end_in_the_verdict_of_here(vague, cluster, tmp_path):
    want = undisturbed(vague, tmp_path / "here")
    assert want["sequential"]["ran"] == 8, "the toy is to need two looks"
    before = len(cluster.jobs())
    judge_slow(vague).wait()
    assert verdict(vague) == want
    trained_once(vague, want)
    runs = 5 * len(list(vague.glob("results/laptop/other/slow/look-*")))
    assert len(cluster.jobs()) - before == runs


def test_a_driver_killed_between_looks_is_resumed(vague, tmp_path):
    """At once when the first look was found too short, or while the second is under way."""
    name = "driver SIGKILLed between two looks, then `recount resume`: verdict and runs as if not"
    want, chance = undisturbed(vague, tmp_path / "here"), random.Random(14)
    decision = vague / "results/laptop/other/slow/look-5/decision.json"
    for number in range(count(3, 1)):
        fresh(vague)
        with attempt(name, 3, "slurm"):
            driver = recount(vague, "run", *RUN, *PROFILE, pause=0.2)
            wait_for(decision.exists, 600, driver.log.read_text, pause=0.1)
            assert driver.lives(number * chance.uniform(0, 8))
            driver.kill()
            recount(vague, "resume", *RUN, pause=0.2).wait()
            assert verdict(vague) == want
            trained_once(vague, want)
