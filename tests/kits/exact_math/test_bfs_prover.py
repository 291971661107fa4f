import pytest
from exact_trials import PAPERS, loaded

from recount import registry
from recount.kits.exact_math import proof_checker as checker
from recount.kits.exact_math import proof_search
from recount.run import Run
from recount.typed import build

SLUG = "bfs_prover"


@pytest.fixture(scope="module")
def trial():
    experiment, module = loaded(SLUG)
    paper = registry.load_paper(PAPERS / SLUG)
    size = build(experiment.size, paper.scales["smoke"].size, "size")
    data = experiment.generate(Run(slug=SLUG, scale="smoke", size=size, seeds=(1, 2)))

    def frame(name):
        arm = build(experiment.arm, paper.arms[name], name)
        run = Run(slug=SLUG, scale="smoke", size=size, seeds=(1, 2), arm_name=name, arm=arm)
        return experiment.measure(run, data).frame()

    return frame, data, size


def test_goals_are_true_and_the_last_are_not(trial):
    _, data, size = trial
    for pairs in data["goals"].astype(str).tolist():
        truth = [checker.true(*pair) for pair in pairs]
        assert truth == [True] * (len(pairs) - size.untrue) + [False] * size.untrue


def test_budgets_and_depths_add_up(trial):
    frame = trial[0]("half")
    rows = frame[(frame.metric == "success") & (frame.seed == 1)]
    late = rows[rows.expansions == 8]
    deep, parts = late[late.goals == "deep"].value.item(), late[late.depth >= 4].value
    assert deep == pytest.approx(parts.mean())
    early = rows[rows.expansions == 2].set_index("goals").value
    assert early["all"] <= late.set_index("goals").value["all"]


def test_arms_search_differently(trial):
    prints = [
        trial[0](name).query("metric == 'fingerprint'").value.sum() for name in ("uniform", "beam")
    ]
    assert len(set(prints)) == 2


def test_a_kernel_that_errs_is_found_out(trial, monkeypatch):
    frame = trial[0]
    assert (frame("uniform").query("metric == 'certified'").value == 1).all()
    monkeypatch.setattr(proof_search.Tree, "grown", cheating)
    assert (frame("uniform").query("metric == 'certified'").value == 0).all()


def cheating(tree, node, proposed, longest):
    tree.used += 1
    tree.proof = [node.word, tree.goal.target]
    return iter(())


def test_seeds_have_goals_of_their_own(trial):
    first, second = trial[1]["goals"]
    assert (first != second).any()
