"""The stages as plain functions from paths to paths: generate, train, evaluate, judge.

The workflow, the command line, the tests and a machine without Snakemake all call these. Each
leaves a manifest beside its files: hashes, seeds, device, commit, seconds, and `state`:

    done      it worked
    not_run   it cannot be done here (no checkpoint, missing package); `reason` says why
    failed    the experiment raised; `reason` holds the exception, `trace` its last lines

A failed run is a state with its reason, never a missing row, so judging and reports never wait for
perfection. What is wrong in a declaration, or on the disk, raises instead.
"""

import importlib.metadata
import shutil
import time
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from recount import attempts, files, hashes, hold, layout, looks, once, provenance
from recount.experiment import Learned, Measure, NotRun, Train, custom_judge, load
from recount.progress import Progress
from recount.run import KEY_COLUMNS, Run
from recount.typed import BadValue, build

STAGE_VERSION = 1
CURVE_COLUMNS = {"seed": "int64", "step": "int64", "metric": "str", "value": "float64"}


def generate(paper, scale: str, out: Path, manifest: Path, stream: str = "verdict") -> None:
    """Draws the data that all arms share into `out` (.npz). Checks every arm and size first.

    A network that all arms share is data too: its training has checkpoints like any other.
    """
    experiment = load(paper.folder)
    check_values(paper, experiment)
    with hold.held(out.parent) as holding:
        if not (holding.waited and is_there(paper, scale, manifest)):
            generate_held(paper, scale, experiment, out, manifest, stream, holding)


def generate_held(
    paper, scale: str, experiment, out: Path, manifest: Path, stream: str, holding: hold.Hold
) -> None:
    checkpoints = layout.checkpoints(out, hashes.design_hash(paper, scale))
    forget(out.parent, but=checkpoints)
    run = make_run(paper, experiment, scale, checkpoints=checkpoints, stream=stream)
    state = attempt(paper, scale, lambda: missing_packages(paper) or experiment.generate(run))
    arrays = state.pop("result") or {}
    holding.keep()
    files.write_arrays(out, arrays)
    state["files"] = {out.name: files.sha256(out)}
    files.write_sealed(manifest, state)
    forget(out.parent)


def train(paper, scale: str, arm: str, data: Path, out: Path, stream: str = "verdict") -> None:
    """Trains one arm, all seeds together, into the folder of `out` (run.json)."""
    with hold.held(out.parent) as holding:
        whole = partial(is_there, paper, scale)
        if not (holding.waited and whole(out) or once.restored(out, data, whole)):
            train_held(paper, scale, arm, data, out, stream, holding)
            once.remember(out)


def train_held(paper, scale, arm, data: Path, out: Path, stream: str, holding: hold.Hold) -> None:
    experiment = load(paper.folder)
    state = inherited(data)
    if state is None:
        progress = Progress(out.with_name("progress.json"), arm)
        checkpoints = layout.checkpoints(out, hashes.design_hash(paper, scale))
        forget(out.parent, but=checkpoints)
        run = make_run(paper, experiment, scale, arm, progress, checkpoints, stream)
        begun = attempts.start(layout.results_of(out), paper, scale, arm, "train", stream)
        state = attempt(paper, scale, lambda: experiment.train(run, checked(data)), run)
        learned = state.pop("result")
        holding.keep()
        state["files"] = keep(learned, out.parent) if learned else {}
        state |= begun.end(state)
        progress.close()
    files.write_sealed(out, state | {"arm": arm, "inputs": {data.name: files.sha256(data)}})
    forget(out.parent)


def forget(folder: Path, but: Path | None = None) -> None:
    """Removes the checkpoints of a run, save those of the design that is trained now."""
    for old in folder.glob("checkpoints*"):
        if old != but:
            shutil.rmtree(old, ignore_errors=True)


def evaluate(
    paper,
    scale: str,
    arm: str,
    data: Path,
    trained: Path | None,
    out: Path,
    stream: str = "verdict",
) -> None:
    """Measures one arm into `out` (metrics.parquet), with evaluate.json beside it."""
    with hold.held(out.parent) as holding:
        if not (holding.waited and is_there(paper, scale, out.with_name("evaluate.json"))):
            evaluate_held(paper, scale, arm, data, trained, out, stream, holding)


def evaluate_held(
    paper,
    scale: str,
    arm: str,
    data: Path,
    trained: Path | None,
    out: Path,
    stream: str,
    holding: hold.Hold,
) -> None:
    experiment = load(paper.folder)
    state = inherited(data) or (unusable(trained) if trained else None)
    frame = pd.DataFrame(columns=KEY_COLUMNS)
    if state is None:
        progress = Progress(out.with_name("progress.json"), arm)
        run = make_run(paper, experiment, scale, arm, progress, stream=stream)
        begun = attempts.start(layout.results_of(out), paper, scale, arm, "evaluate", stream)
        state = attempt(paper, scale, lambda: rows_of(experiment, run, data, trained), run)
        rows = state.pop("result")
        frame = frame if rows is None else rows.frame()
        state |= begun.end(state, frame)
        progress.close()
    holding.keep()
    files.write_parquet(out, frame)
    state |= {"arm": arm, "files": {out.name: files.sha256(out)}}
    files.write_sealed(out.with_name("evaluate.json"), state)


def fail(paper, scale: str, arm: str, out: Path, reason: str) -> None:
    """The result of a run whose job died: no rows, and the reason, so that its claims are judged.
    A run in this state counts as still to do."""
    state: dict[str, Any] = {"state": "failed", "reason": reason, "trace": None}
    files.write_parquet(out, pd.DataFrame(columns=KEY_COLUMNS))
    state |= {"arm": arm, "files": {out.name: files.sha256(out)}}
    files.write_sealed(out.with_name("evaluate.json"), state | stamp(paper, scale, None, 0.0, 0.0))


def judge(paper, claim: str, scale: str, results: Path, out: Path) -> dict[str, Any]:
    """Judges one claim from its paper's metrics by the frozen rule; always writes a verdict."""
    from recount import judge as judging

    frame, states = collected(paper, scale, results)
    path = layout.evidence(paper, scale)[2]
    calibration = files.read_json(path).get(claim) if path.exists() else None
    judgement = judging.judge(paper, claim, scale, frame, states, calibration)
    files.write_sealed(out, judgement)
    return judgement


def collected(paper, scale: str, results: Path) -> tuple[pd.DataFrame, dict[str, Any]]:
    """All metric rows of a paper at a scale, and each arm's state. Raises on damaged files."""
    place = layout.of(paper, scale, results)
    design = hashes.design_hash(paper, scale)
    frames, states = [], {}
    for arm in paper.arms:
        state = files.read_json(place.evaluated(arm))
        if state["design"] != design:
            raise BadValue(
                f"{place.evaluated(arm)}: made under another registration of {paper.slug} "
                f"(design {state['design'][:8]}, now {design[:8]}); run `recount run {paper.slug}`"
            )
        verify_files(place.evaluated(arm), state)
        frames.append(files.read_table(place.metrics(arm)))
        states[arm] = {key: state.get(key) for key in ("state", "reason", "seconds")}
        if place.run(arm).exists():
            states[arm]["seconds"] += files.read_json(place.run(arm))["seconds"]
    filled = [frame for frame in frames if len(frame)]
    return pd.concat(filled, ignore_index=True) if filled else frames[0], states


def make_run(
    paper,
    experiment: Measure | Train,
    scale: str,
    arm: str = "",
    report: Callable[[int, int, str], None] = lambda done, total, note: None,
    checkpoints: Path | None = None,
    stream: str = "verdict",
) -> Run:
    declared = paper.scales[scale]
    where = f"{paper.folder / 'paper.yaml'}"
    return Run(
        slug=paper.slug,
        scale=scale,
        size=build(experiment.size, declared.size, f"{where}: scales.{scale}.size"),
        seeds=looks.seeds(paper, scale, stream),
        arm_name=arm,
        arm=build(experiment.arm, paper.arms[arm], f"{where}: arms.{arm}") if arm else None,
        device=device(declared.device),
        checkpoints=checkpoints,
        report=report,
    )


def device(wanted: str) -> str:
    """ "cuda" where a GPU was asked for and is there; else "cpu"."""
    if wanted != "gpu":
        return "cpu"
    from recount.nn.device import found

    return found()


def check_values(paper, experiment: Measure | Train) -> None:
    """Every arm and size must fit the experiment's types. Raises BadValue with all faults."""
    faults = []
    where = paper.folder / "paper.yaml"
    tried = [(experiment.arm, value, f"{where}: arms.{name}") for name, value in paper.arms.items()]
    tried += [
        (experiment.size, scale.size, f"{where}: scales.{name}.size")
        for name, scale in paper.scales.items()
    ]
    for kind, value, place in tried:
        try:
            build(kind, value, place)
        except BadValue as error:
            faults.append(str(error))
    if any(claim.judge == "custom" for claim in paper.claims.values()):
        custom_judge(paper.folder)
    wanted = "measure" if isinstance(experiment, Measure) else "train"
    if paper.kind != wanted:
        faults.append(f"{where}: kind: {paper.kind}, but experiment.py is a {wanted} study")
    if faults:
        raise BadValue("\n".join(faults))


def missing_packages(paper) -> None:
    """Looks for distributions, since a package may be imported by another name (z3_solver, z3)."""
    for package in paper.needs:
        try:
            importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            remedy = "pip install -r requirements.lock"
            raise NotRun(f"missing package {package}: {remedy}") from None


def attempt(paper, scale: str, work: Callable[[], Any], run: Run | None = None) -> dict[str, Any]:
    """Runs `work`; its result or its failure becomes the manifest of the stage."""
    begun, spent = time.perf_counter(), time.process_time()
    state: dict[str, Any] = {"state": "done", "reason": None, "trace": None, "result": None}
    try:
        state["result"] = work()
    except NotRun as error:
        state |= {"state": "not_run", "reason": str(error)}
    except (BadValue, OSError):
        raise
    except Exception as error:
        lines = traceback.format_exc().splitlines()[-20:]
        reason = f"{type(error).__name__}: {error}"
        state |= {"state": "failed", "reason": reason, "trace": "\n".join(lines)}
    return state | stamp(
        paper, scale, run, time.perf_counter() - begun, time.process_time() - spent
    )


def stamp(paper, scale: str, run: Run | None, seconds: float, cpu: float) -> dict[str, Any]:
    """The provenance part of a manifest. Times are wall and processor seconds."""
    root = paper.folder.parent.parent.parent
    return {
        "slug": paper.slug,
        "lab": paper.lab,
        "scale": scale,
        "design": hashes.design_hash(paper, scale),
        "rules": {name: hashes.rule_hash(paper, name, scale) for name in paper.claims},
        "seeds": list(run.seeds) if run else [],
        "device": run.device if run else "cpu",
        "seconds": round(seconds, 3),
        "cpu_seconds": round(cpu, 3),
        "fingerprint": provenance.fingerprint(),
        **provenance.job(),
        **provenance.commit(root, paper.folder),
    }


def is_there(paper, scale: str, manifest: Path) -> bool:
    """Whether the execution that was waited for has left a whole result of this registration."""
    if not manifest.exists():
        return False
    state = files.read_json(manifest)
    if state["state"] != "done" or state["design"] != hashes.design_hash(paper, scale):
        return False
    verify_files(manifest, state)
    return True


def rows_of(experiment, run: Run, data: Path, trained: Path | None):
    arrays = checked(data)
    if isinstance(experiment, Measure):
        return experiment.measure(run, arrays)
    verify_files(trained, files.read_json(trained))
    model = files.read_tensors(trained.with_name("model.safetensors"))
    return experiment.evaluate(run, arrays, model)


def keep(learned: Learned, folder: Path) -> dict[str, str]:
    """Writes the trained arrays and the curve; returns their hashes by file name."""
    from safetensors.numpy import save

    model, curve = folder / "model.safetensors", folder / "curve.parquet"
    files.write_bytes(model, save(learned.arrays))
    frame = pd.DataFrame(learned.curve, columns=list(CURVE_COLUMNS)).astype(CURVE_COLUMNS)
    files.write_parquet(curve, frame)
    return {path.name: files.sha256(path) for path in (model, curve)}


def checked(data: Path) -> dict[str, Any]:
    """The arrays of data.npz, once its bytes agree with its manifest."""
    manifest = data.with_suffix(".json")
    verify_files(manifest, files.read_json(manifest))
    return files.read_arrays(data)


def verify_files(manifest: Path, state: dict[str, Any]) -> None:
    """Raises BadValue when a file that the manifest lists is absent or has other bytes."""
    for name, digest in state["files"].items():
        path = manifest.with_name(name)
        if not path.exists() or files.sha256(path) != digest:
            raise BadValue(
                f"{path}: differs from what {manifest.name} recorded (damaged, truncated or "
                f"swapped); delete {manifest} and run again"
            )


def inherited(data: Path) -> dict[str, Any] | None:
    return unusable(data.with_suffix(".json"))


def unusable(manifest: Path) -> dict[str, Any] | None:
    """The state to pass on when an earlier stage did not end as `done`; None when it did."""
    state = files.read_json(manifest)
    return None if state["state"] == "done" else state | {"files": {}, "seconds": 0.0}
