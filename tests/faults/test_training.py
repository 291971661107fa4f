"""Every paper that trains survives a stop before any step, with the same bits in the end.

A paper trains through `nn.loop.fit` or not at all; so each is stopped before its k-th step for
every k of a small run, and what the resumed training leaves is compared with an undisturbed one.
"""

import ast
import dataclasses
import json
import os
import shutil
import signal
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from fault_table import count, row

from recount import experiment, files, layout, registry, stages
from recount.nn import loop
from recount.run import verdict_seeds
from recount.typed import build

ROOT = Path(__file__).resolve().parents[2]
PAPERS = {slug: one for slug, one in registry.load(ROOT).papers.items() if one.kind == "train"}
STEPS = 3


class Killed(BaseException):
    """Stands for a power cut: nothing between two steps may catch it."""


@pytest.fixture
def stopped(monkeypatch):
    """`stopped(k)`: the k-th step from now on raises; None lets all pass. Counts the steps."""
    real, state = loop.Flat.step, {"left": None, "taken": 0}

    def step(self, *arguments):
        if state["left"] == 0:
            raise Killed
        state["taken"] += 1
        state["left"] = None if state["left"] is None else state["left"] - 1
        return real(self, *arguments)

    def begin(left):
        state.update(left=left, taken=0)
        return state

    monkeypatch.setattr(loop.Flat, "step", step)
    monkeypatch.setitem(loop.fit.__kwdefaults__, "save_seconds", 0.0)
    return begin


def trained(paper, stopped):
    """(arm, experiment, run, data, what it learns, steps) of the first arm that learns something;
    in a full round of all."""
    left = count(len(paper.arms), 1)
    for arm in paper.arms:
        study, run, data = made(paper, None, arm)
        state = stopped(None)
        try:
            whole = study.train(run, data)
        except experiment.NotRun:
            continue
        if state["taken"] and left:
            left -= 1
            yield arm, study, run, data, whole, state["taken"]


def made(paper, folder: Path | None, arm: str):
    """The experiment, a small run of one arm, and the data."""
    study = experiment.load(paper.folder)
    declared = paper.scales["smoke"].size
    small = declared | {"steps": STEPS} if isinstance(declared.get("steps"), int) else declared
    seeds = verdict_seeds(paper.slug, "smoke", 1, 2, "pilot")
    size = build(study.size, small, "size")
    common = dict(slug=paper.slug, scale="smoke", size=size, seeds=seeds)
    data = study.generate(stages.Run(**common))
    value = build(study.arm, paper.arms[arm], "arm")
    return study, stages.Run(**common, arm_name=arm, arm=value, checkpoints=folder), data


def same(one, other) -> bool:
    """Bit for bit: arrays and curves, in their order."""
    return all(
        list(a) == list(b)
        and all(
            np.asarray(a[name]).tobytes() == np.asarray(b[name]).tobytes()
            and np.shape(a[name]) == np.shape(b[name])
            for name in a
        )
        for a, b in ((one.arrays, other.arrays), (one.curve, other.curve))
    )


@pytest.mark.parametrize("slug", PAPERS)
def test_stopped_before_any_step_a_paper_ends_with_the_same_bits(slug, tmp_path, stopped):
    tried = 0
    for arm, study, run, data, whole, steps in trained(PAPERS[slug], stopped):
        for step in range(steps):
            folder = tmp_path / arm / str(step)
            resumed = dataclasses.replace(run, checkpoints=folder)
            stopped(step)
            with pytest.raises(Killed):
                study.train(resumed, data)
            state = stopped(None)
            again = study.train(resumed, data)
            fine = same(again, whole) and state["taken"] == steps - step
            row("Training killed before any step: the same bits", 1, int(fine), "every paper")
            assert fine, (arm, step, state["taken"])
            tried += 1
    assert tried >= 2


@pytest.mark.parametrize("slug", PAPERS)
def test_a_spoilt_checkpoint_of_a_paper_gives_way_and_the_bits_are_the_same(
    slug, tmp_path, stopped
):
    """The newest is damaged: the one before is taken. All are: it starts again."""
    _, study, run, data, whole, _ = next(trained(PAPERS[slug], stopped))
    for damage in DAMAGES:
        for reach in ("newest", "all"):
            folder = tmp_path / f"{damage}-{reach}"
            resumed = dataclasses.replace(run, checkpoints=folder)
            stopped(2)
            with pytest.raises(Killed):
                study.train(resumed, data)
            notes = sorted(folder.rglob("*.json"))
            assert len(notes) == 2
            for note in notes[-1:] if reach == "newest" else notes:
                DAMAGES[damage](note.with_suffix(".safetensors"), note)
            state = stopped(None)
            again = study.train(resumed, data)
            fine = same(again, whole)
            row("Checkpoint flipped, cut, swapped or lost: noticed, the same bits", 1, int(fine))
            assert fine, (damage, reach)
            assert state["taken"] > 0


def flip(tensors: Path, note: Path) -> None:
    content = bytearray(tensors.read_bytes())
    content[len(content) * 2 // 3] ^= 4
    tensors.write_bytes(content)


def foreign(tensors: Path, note: Path) -> None:
    """A checkpoint that is whole, says that it is ours, and holds something else."""
    import safetensors.torch

    content = safetensors.torch.save({"weights.0": torch.zeros(1)})
    tensors.write_bytes(content)
    facts = json.loads(note.read_text())
    note.write_text(json.dumps(facts | {"sha256": loop.checkpoint.digest(content)}))


DAMAGES = {
    "flip": flip,
    "cut": lambda tensors, note: os.truncate(tensors, tensors.stat().st_size - 7),
    "lost": lambda tensors, note: tensors.unlink(),
    "note": lambda tensors, note: note.write_text("{"),
    "foreign": foreign,
}


def test_all_training_goes_through_the_loop():
    """No optimiser and no backward pass but the loop's, so that all of it can be resumed.

    Papers that only measure may climb a slope for seconds; what they find is not trained further.
    """
    own = ROOT / "workflow_scripts" / "recount" / "nn" / "loop.py"
    trained = [one.folder for one in registry.load(ROOT).papers.values() if one.kind == "train"]
    sources = [*(ROOT / "workflow_scripts").rglob("*.py"), *(f / "experiment.py" for f in trained)]
    found = [path for path in sources if path != own and walks(path)]
    assert walks(own) and found == []


def walks(path: Path) -> list[str]:
    calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    names = [ast.unparse(one.func) for one in calls]
    return [
        name
        for name, call in zip(names, calls)
        if name.endswith(".backward") and not call.args or ".optim." in name
    ]


MEASURED = {slug: one for slug, one in registry.load(ROOT).papers.items() if one.kind == "measure"}


def calls(slug: str) -> dict[str, set[str]]:
    """function -> what it calls, in the experiment of a paper."""
    tree = ast.parse((MEASURED[slug].folder / "experiment.py").read_text())
    return {
        one.name: {ast.unparse(n.func) for n in ast.walk(one) if isinstance(n, ast.Call)}
        for one in tree.body
        if isinstance(one, ast.FunctionDef)
    }


def trains(slug: str, name: str) -> bool:
    """Whether a function of the experiment trains, by itself or by one that it calls."""
    known, seen, left = calls(slug), set(), {name}
    while left:
        one = left.pop()
        seen.add(one)
        left |= (known.get(one, set()) & set(known)) - seen
    made = set().union(*(known.get(one, set()) for one in seen))
    return any(one.split(".")[-1] in ("fit", "fit_nodes", "study") for one in made)


@pytest.mark.parametrize("slug", MEASURED)
def test_a_paper_that_only_measures_trains_nothing(slug):
    """Its job has no checkpoints, so it must not need the loop; drawing the data has some."""
    assert not any(trains(slug, name) for name in ("measure", "find", "check", "facts", "whole"))


SHARED = [slug for slug in MEASURED if trains(slug, "generate")]


@pytest.mark.parametrize("slug", SHARED)
def test_a_network_that_all_arms_share_is_resumed_too(slug, tmp_path, stopped, monkeypatch):
    """Killed before any step, drawing the data again ends with the same bits and no step twice."""
    paper = MEASURED[slug]
    small = paper.scales["smoke"].size | {"steps": STEPS}
    smoke = paper.scales["smoke"].model_copy(update={"size": small})
    few = paper.model_copy(update={"scales": paper.scales | {"smoke": smoke}})

    def drawn(place: Path) -> bytes:
        stages.generate(few, "smoke", place / "data.npz", place / "data.json", "pilot")
        assert not [*place.glob("checkpoints*")]
        return (place / "data.npz").read_bytes()

    state = stopped(None)
    whole = drawn(tmp_path / "whole")
    assert state["taken"] == STEPS
    for step in range(STEPS):
        stopped(step)
        with pytest.raises(Killed):
            drawn(tmp_path / str(step))
        state = stopped(None)
        fine = drawn(tmp_path / str(step)) == whole and state["taken"] == STEPS - step
        row("Training killed before any step: the same bits", 1, int(fine), "every paper")
        assert fine, (step, state["taken"])


def test_some_paper_shares_a_trained_network():
    assert "bfs_prover" in SHARED


class Job:
    """A job in a process of its own, forked so that it starts at once."""

    def __init__(self, work, pause: str = "0"):
        self.number = os.fork()
        if self.number == 0:
            code = 1
            try:
                os.environ["TOY_PAUSE"] = pause
                work()
                code = 0
            except SystemExit as end:
                code = end.code
            finally:
                os._exit(code)

    def tell(self, number: int) -> None:
        os.kill(self.number, number)

    def wait(self) -> int:
        return os.waitstatus_to_exitcode(os.waitpid(self.number, 0)[1])


def stage(root: Path, draw: bool = False, pause: str = "0") -> Job:
    def work() -> None:
        paper = registry.load(root).papers["slow"]
        place = layout.of(paper, "laptop", root / "results")
        if draw:
            stages.generate(paper, "laptop", place.data, place.data_manifest)
        stages.train(paper, "laptop", "treated", place.data, place.run("treated"))

    return Job(work, pause)


def planted(tmp_path: Path):
    import trained_toy

    shutil.copy(ROOT / "requirements.lock", tmp_path)
    trained_toy.plant(tmp_path, "slow")
    paper = registry.load(tmp_path).papers["slow"]
    return layout.of(paper, "laptop", tmp_path / "results")


def wait(until, seconds: float = 400) -> None:
    deadline = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def bits(place) -> list[str]:
    run = place.run("treated")
    return [files.sha256(run.with_name(name)) for name in ("model.safetensors", "curve.parquet")]


def test_told_to_stop_a_job_saves_leaves_no_lock_and_goes_on(tmp_path):
    """SIGTERM and SIGUSR1 during training: exit 75; SIGKILL: nothing said. Then the same bits."""
    place = planted(tmp_path)
    assert stage(tmp_path, draw=True).wait() == 0
    want = bits(place)
    run = place.run("treated")
    folder, trace = run.parent, run.with_name("trace.txt")
    for told in [signal.SIGTERM, signal.SIGUSR1, signal.SIGKILL] * count(10, 1):
        for path in folder.glob("*"):
            path.unlink()
        job = stage(tmp_path, pause="0.02")
        wait(lambda: seen(trace))
        job.tell(told)
        code = job.wait()
        assert not run.exists() and len(list(folder.glob("checkpoints-*"))) <= 1
        if told != signal.SIGKILL:
            assert code == 75 and not (folder / "hold.json").exists()
            assert list(folder.glob("checkpoints-*/fit/*.json"))
        before = trace.read_text().count("\n")
        assert stage(tmp_path).wait() == 0
        after = trace.read_text().count("\n")
        redone = after - 60 if told != signal.SIGKILL else 0
        fine = bits(place) == want and redone == 0 and after > before
        name = f"Training told to stop by {told.name}: the same bits, no step lost"
        row(name, 1, int(fine), asked=10)
        assert fine
        left = {path.name for path in folder.iterdir()}
        assert left == {"run.json", "model.safetensors", "curve.parquet", "trace.txt"}


def test_a_checkpoint_of_older_code_is_never_resumed(tmp_path):
    place = planted(tmp_path)
    run, paper_code = place.run("treated"), tmp_path / "papers/other/slow/experiment.py"
    stage(tmp_path, draw=True).wait()
    run.unlink()
    job = stage(tmp_path, pause="0.02")
    trace = run.parent / "trace.txt"
    trace.unlink()
    wait(lambda: seen(trace))
    job.tell(signal.SIGTERM)
    job.wait()
    (old,) = run.parent.glob("checkpoints-*")
    text = paper_code.read_text()
    paper_code.write_text(text.replace("value[:, 0] - wanted) ** 2", "value[:, 0] - wanted) ** 4"))
    trace.unlink()
    assert stage(tmp_path, draw=True).wait() == 0
    assert trace.read_text().count("\n") == 60
    assert not old.exists() and not list(run.parent.glob("checkpoints*"))


def seen(trace: Path) -> bool:
    return trace.exists() and trace.read_text().count("\n") > 5
