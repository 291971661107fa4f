import pytest
from exact_trials import run_at_smoke, smoke_run

from recount.kits.exact_math import proof_checker as checker
from recount.kits.exact_math import proof_search

SLUG = "bfs_prover"


@pytest.fixture(scope="module")
def trial():
    bare, experiment, _ = smoke_run(SLUG)
    data, size = experiment.generate(bare), bare.size

    def frame(name):
        return experiment.measure(run_at_smoke(SLUG, experiment, name), data).frame()

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
