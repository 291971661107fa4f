"""`recount doctor`: is this machine ready? A line per check, green, yellow or red."""

import importlib.util
import json
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from recount import files, hashes, registry
from recount.typed import BadValue

STYLE = {"green": "green", "yellow": "yellow", "red": "bold red"}
WORDS = {"green": "ok", "yellow": "note", "red": "FAULT"}
GIB = 1024**3


@dataclass(frozen=True)
class Line:
    """One finding. `remedy` is empty where nothing needs to be done."""

    colour: str
    name: str
    found: str
    remedy: str = ""


def add(parser) -> None:
    parser.add_argument("--brief", action="store_true", help="only what needs attention")
    parser.add_argument("--slurm", action="store_true", help="the cluster: a short job everywhere")
    parser.add_argument("--profile", default="profiles/slurm", help="the cluster's profile")
    parser.add_argument("--wait", type=float, default=120, help="seconds to wait for such a job")


def run(args) -> int:
    """0 unless something is red."""
    from rich.console import Console
    from rich.markup import escape

    console = Console(highlight=False, soft_wrap=True)
    lines = []
    for line in findings(args, registry.root()):
        lines.append(line)
        if args.brief and line.colour == "green":
            continue
        word = f"[{STYLE[line.colour]}]{WORDS[line.colour]:5}[/{STYLE[line.colour]}]"
        console.print(f"{word} {line.name:10} {escape(line.found)}")
        if line.remedy:
            console.print(f"                 remedy: {escape(line.remedy)}")
    counts = {colour: sum(line.colour == colour for line in lines) for colour in STYLE}
    console.print(f"{counts['red']} faults, {counts['yellow']} notes, {counts['green']} fine.")
    return int(counts["red"] > 0)


def findings(args, root: Path) -> Iterator[Line]:
    """This machine's, or with --slurm the cluster's, as they come."""
    if args.slurm:
        from recount.cli import doctor_slurm

        yield from doctor_slurm.lines(root, args.profile, args.wait)
        return
    for check in CHECKS:
        yield from examined(check, root)


def examined(check: Callable[[Path], Iterator[Line]], root: Path) -> list[Line]:
    """A check that breaks is a finding too, never the end of the examination."""
    try:
        return list(check(root))
    except (OSError, subprocess.SubprocessError, ValueError, LookupError) as error:
        name = check.__name__.removeprefix("check_")
        return [Line("red", name, f"could not be examined: {error}", "mend this and ask again")]


def check_python(root: Path) -> Iterator[Line]:
    wanted = metadata.metadata("recount")["Requires-Python"] or ""
    version = ".".join(platform.python_version_tuple()[:2])
    found = f"{platform.python_implementation()} {platform.python_version()}"
    if wanted.startswith("==") and not wanted.startswith(f"=={version}"):
        remedy = f"the lock is for Python {wanted.strip('=.*')}: make env PYTHON=python3.11"
        yield Line("red", "python", found, remedy)
    else:
        yield Line("green", "python", found)


def check_torch(root: Path) -> Iterator[Line]:
    version = installed("torch")
    if version is None:
        yield Line("red", "torch", "missing", "make env")
        return
    build = version.partition("+")[2] or "default build"
    gpu = gpu_names()
    if gpu and build == "cpu":
        remedy = "for --scale gpu install a CUDA build: make env TORCH=torch==2.13.0"
        yield Line("yellow", "torch", f"{version}: a CPU build beside a GPU", remedy)
    else:
        yield Line("green", "torch", f"{version.partition('+')[0]} ({build})")


def check_gpu(root: Path) -> Iterator[Line]:
    names = gpu_names()
    text = ", ".join(names) if names else "none; the laptop scale needs none"
    yield Line("green", "gpu", text)


def gpu_names() -> list[str]:
    program = shutil.which("nvidia-smi")
    if program is None:
        return []
    query = [program, "--query-gpu=name,memory.total", "--format=csv,noheader"]
    done = subprocess.run(query, capture_output=True, text=True, timeout=10)
    return done.stdout.splitlines() if done.returncode == 0 else []


def check_cores(root: Path) -> Iterator[Line]:
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    if count < 2:
        yield Line("yellow", "cores", f"{count}", "expect twice the time that `recount plan` says")
    else:
        yield Line("green", "cores", f"{count}")


def check_memory(root: Path) -> Iterator[Line]:
    import psutil

    free = psutil.virtual_memory().available / GIB
    if free < 2:
        yield Line("yellow", "memory", f"{free:.1f} GiB free", "close programs or use --cores 1")
    else:
        yield Line("green", "memory", f"{free:.1f} GiB free")


def check_disk(root: Path) -> Iterator[Line]:
    free = shutil.disk_usage(root).free / GIB
    text = f"{free:.1f} GiB free"
    if free < 1:
        yield Line("red", "disk", text, "free some: recount clean --yes")
    elif free < 5:
        yield Line("yellow", "disk", text, "enough for the tour; free some before all papers")
    else:
        yield Line("green", "disk", text)


def check_git(root: Path) -> Iterator[Line]:
    if shutil.which("git") is None:
        remedy = "install git: `recount record` checks that the rule was committed before the run"
        yield Line("yellow", "git", "missing", remedy)
    elif not (root / ".git").exists():
        remedy = "clone the project to record evidence; running and verifying need no history"
        yield Line("yellow", "git", "this copy has no history", remedy)
    else:
        yield Line("green", "git", "here")


def check_results(root: Path) -> Iterator[Line]:
    """Writing, syncing and renaming must work where the results go."""
    probe = root / "results" / ".doctor"
    try:
        files.write_text(probe, "written by recount doctor\n")
        probe.unlink()
    except OSError as error:
        remedy = "make the folder results writable, or set RECOUNT_ROOT to a copy that is"
        yield Line("red", "results", f"cannot be written: {error.strerror}", remedy)
    else:
        yield Line("green", "results", "can be written")


def check_workflow(root: Path) -> Iterator[Line]:
    version = installed("snakemake")
    if version is None:
        yield Line("red", "snakemake", "missing", "make env")
    else:
        yield Line("green", "snakemake", version)
    locks = root / ".snakemake" / "locks"
    if locks.is_dir() and any(locks.iterdir()):
        remedy = "if none is: recount resume"
        yield Line("yellow", "lock", "the results are locked, by a run that is under way", remedy)


def check_slurm(root: Path) -> Iterator[Line]:
    if shutil.which("sbatch"):
        yield Line("green", "slurm", "here; recount doctor --slurm examines it")
    else:
        yield Line("green", "slurm", "none; only clusters need it")


def check_kernel(root: Path) -> Iterator[Line]:
    """The kernel in which papermill runs the report notebooks."""
    if importlib.util.find_spec("papermill") is None:
        yield Line("red", "papermill", "missing", "make env")
        return
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    try:
        spec = KernelSpecManager().get_kernel_spec("python3")
    except NoSuchKernel:
        remedy = f"{sys.executable} -m ipykernel install --sys-prefix"
        yield Line("red", "kernel", "no kernel python3 for papermill", remedy)
        return
    program = spec.argv[0]
    if program in ("python", "python3", "python3.11"):  # Jupyter takes the interpreter that asks
        program = sys.executable
    if shutil.which(program) is None and not Path(program).exists():
        remedy = f"{sys.executable} -m ipykernel install --sys-prefix"
        yield Line("red", "kernel", f"python3 starts {program}, which is not there", remedy)
    else:
        yield Line("green", "kernel", "python3, for papermill")


def check_browser(root: Path) -> Iterator[Line]:
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    found = [name for name in names if shutil.which(name)]
    if found:
        yield Line("green", "browser", found[0])
    else:
        text = "no Chromium; only the browser tests need one"
        yield Line("yellow", "browser", text, "make browser, or install chromium")


def check_lock(root: Path) -> Iterator[Line]:
    """What is installed against requirements.lock; torch may be any build of its version."""
    path = root / "requirements.lock"
    if not path.is_file():
        yield Line("red", "lock file", "requirements.lock is missing", "git checkout it")
        return
    locked = hashes.locked_versions(path)
    here = {name: installed(name) for name in locked}
    absent = sorted(name for name, version in here.items() if version is None)
    other = sorted(
        f"{name} {here[name]}, locked {version}"
        for name, version in locked.items()
        if here[name] is not None and here[name].partition("+")[0] != version.partition("+")[0]
    )
    needed = sorted(set(absent) & requirements())
    if needed:
        yield Line("red", "packages", f"missing: {shortened(needed)}", "make env")
    elif other:
        remedy = "make env; until then results may differ from the recorded ones"
        yield Line("yellow", "packages", shortened(other), remedy)
    elif absent:
        yield Line("yellow", "packages", f"missing: {shortened(absent)}", "make env")
    else:
        yield Line("green", "packages", f"all {len(locked)} as in requirements.lock")


def installed(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def requirements() -> set[str]:
    """What recount itself cannot do without, in lower case with dashes."""
    found = [one for one in metadata.requires("recount") or [] if "extra ==" not in one]
    names = (re.split(r"[^A-Za-z0-9._-]", one, maxsplit=1)[0] for one in found)
    return {re.sub(r"[-_.]+", "-", name).lower() for name in names}


def shortened(names: list[str], most: int = 5) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return "; ".join(names[:most]) + more


def check_editable(root: Path) -> Iterator[Line]:
    """The command must run the code of the project that it looks at."""
    source = Path(registry.__file__).resolve()
    origin = json.loads(metadata.distribution("recount").read_text("direct_url.json") or "{}")
    if source.is_relative_to(root) or not origin:
        yield Line("green", "code", "of this project")
    else:
        text = f"recount runs from {source.parent}, not from this project"
        yield Line("yellow", "code", text, "make env in this project")


def check_papers(root: Path) -> Iterator[Line]:
    try:
        found = registry.load(root)
    except BadValue as faults:
        lines = str(faults).splitlines()
        yield Line("red", "papers", shortened(lines, 3), "each line says what to write")
    else:
        yield Line("green", "papers", f"{len(found.papers)} built, {len(found.planned)} planned")


CHECKS = (
    check_python,
    check_lock,
    check_editable,
    check_torch,
    check_gpu,
    check_cores,
    check_memory,
    check_disk,
    check_git,
    check_results,
    check_papers,
    check_workflow,
    check_kernel,
    check_browser,
    check_slurm,
)
