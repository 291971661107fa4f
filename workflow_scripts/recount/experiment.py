"""An experiment is a value: functions composed, no subclass tower.

`Measure` computes its metrics at once; no train job exists for it. `Train` learns, keeps arrays,
and is evaluated in a later job. A kit's own `Study(...)` returns one of the two. Every function
takes the Run first, and `data`, the named arrays that generate made for all arms together.
"""

import functools
import importlib.util
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.machinery import SourceFileLoader
from pathlib import Path
from typing import Any

import numpy as np

from recount.run import Rows, Run
from recount.typed import BadValue

Arrays = dict[str, np.ndarray]


class NotRun(Exception):
    """Raised by an experiment that cannot be done here (no checkpoint, no data), with the reason.

    It is a state, not a fault: the claim ends as `not_run` and shows the reason.
    """


def no_data(run: Run) -> Arrays:
    return {}


@dataclass(frozen=True)
class Learned:
    """What training leaves: arrays stacked over seeds (axis 0), and a curve in long form.

    `curve` columns, each a 1-d array: seed, step, metric (text), value.
    """

    arrays: Arrays
    curve: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Measure:
    """`measure(run, data) -> Rows`; `arm` and `size` are the types of paper.yaml's values."""

    arm: type
    size: type
    measure: Callable[[Run, Arrays], Rows]
    generate: Callable[[Run], Arrays] = no_data


@dataclass(frozen=True, kw_only=True)
class Train:
    """`train(run, data) -> Learned`, then `evaluate(run, data, arrays) -> Rows`."""

    arm: type
    size: type
    train: Callable[[Run, Arrays], Learned]
    evaluate: Callable[[Run, Arrays, Arrays], Rows]
    generate: Callable[[Run], Arrays] = no_data


class FromSource(SourceFileLoader):
    """Runs the file itself, never a compiled copy in __pycache__ that says something else."""

    def get_code(self, fullname: str):
        return self.source_to_code(self.get_data(self.path), self.path)


def load(folder: Path) -> Measure | Train:
    """The `experiment` of papers/<lab>/<slug>/experiment.py."""
    source = folder / "experiment.py"
    name = f"papers.{folder.parent.name}.{folder.name}.experiment"
    spec = importlib.util.spec_from_loader(name, FromSource(name, str(source)))
    if spec is None or not source.is_file():
        raise BadValue(f"{source}: missing; a paper is paper.yaml and experiment.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    if not isinstance(getattr(module, "experiment", None), (Measure, Train)):
        raise BadValue(f"{source}: must end with `experiment = ...`, a Measure or a Train")
    return module.experiment


@functools.lru_cache(maxsize=64)
def _custom_judge(folder: Path, stamp: tuple[int, int]) -> tuple[Callable[..., str], type]:
    experiment = load(folder)
    module = sys.modules[f"papers.{folder.parent.name}.{folder.name}.experiment"]
    function = getattr(module, "judge", None)
    if not callable(function):
        raise BadValue(
            f"{folder / 'experiment.py'}: has no judge(metrics, size), which a claim with "
            "`judge: custom` needs; write it, or delete that line"
        )
    return function, experiment.size


def custom_judge(folder: Path) -> tuple[Callable[..., str], type]:
    """The function `judge(metrics, size)` of experiment.py and the type of its size."""
    source = folder / "experiment.py"
    if not source.is_file():
        raise BadValue(f"{source}: missing; a paper is paper.yaml and experiment.py")
    stat = source.stat()
    return _custom_judge(folder, (stat.st_mtime_ns, stat.st_size))
