"""`recount init-site`: writes the profile of one cluster: account, partitions, GPUs, longest job.

Asks for what was not given, where there is a terminal. The profile lies where Snakemake looks for a
user's profiles, outside the project, because accounts and partitions are a site's own affair.
"""

import difflib
import re
import shutil
import sys
from pathlib import Path

import yaml

from recount import files, registry
from recount.cli.profiles import user_profiles
from recount.cli.screen import console
from recount.cluster import packing, site, slurm
from recount.typed import BadValue

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
LIMIT = re.compile(r"(?:(\d{1,3})-)?(?:(\d{1,4}):)?(\d{1,5})(?::(\d{2}))?")
ASKED = {
    "account": "account to charge (empty: none)",
    "cpu": "partition for CPU jobs (empty: the site's default)",
    "gpu": "partition for GPU jobs (empty: no GPUs)",
    "dialect": "how a GPU is asked for: gpu (--gpus=1) or gres (--gres=gpu:1)",
    "longest": "longest job that the site grants, in minutes or as D-HH:MM",
}
USUAL = {"account": "", "cpu": "", "gpu": "", "dialect": "gpu", "longest": "1440"}
TOP = """\
# Written by `recount init-site`; edit it as you like.
#   recount doctor --slurm --profile {name}
#   recount run tour --profile {name}
"""


def add(parser) -> None:
    parser.add_argument("name", nargs="?", default="recount-site", help="name of the profile")
    for key, text in ASKED.items():
        parser.add_argument(f"--{key}", help=text)
    parser.add_argument("--folder", type=Path, help="write here, not among your profiles")
    parser.add_argument("--force", action="store_true", help="replace a profile of that name")


def run(args) -> int:
    """Writes profile.yaml and partitions.yaml, and prints their folder."""
    name = checked("name", args.name)
    folder = (args.folder or user_profiles() / name).resolve()
    if (folder / "profile.yaml").exists() and not args.force:
        raise BadValue(f"{folder}: holds a profile already; say --force to replace it")
    told = {key: answer(key, getattr(args, key)) for key in ASKED}
    account, cpu, gpu = (checked(key, told[key]) for key in ("account", "cpu", "gpu"))
    for key, partition in (("cpu", cpu), ("gpu", gpu)):
        known_partition(key, partition)
    longest = minutes(told["longest"])
    base = site.read(registry.root() / "profiles/slurm")
    profile = base | {"default-resources": resources(account, told["dialect"], longest)}
    profile.pop("group-components", None)
    if packs := packing.components(longest):
        profile["group-components"] = [f"{name}={count}" for name, count in packs.items()]
    limits = partitions(cpu, gpu, longest)
    if limits:
        profile["slurm-partition-config"] = str(folder / "partitions.yaml")
        files.write_text(folder / "partitions.yaml", dumped({"partitions": limits}))
    files.write_text(folder / "profile.yaml", TOP.format(name=name) + dumped(profile))
    known = args.folder or name
    console().print(f"wrote {folder}", soft_wrap=True)
    console().print(f"next:  recount doctor --slurm --profile {known}", soft_wrap=True)
    return 0


def answer(key: str, given: str | None) -> str:
    """The flag, or what is typed at the terminal, or the usual value."""
    if given is not None or not sys.stdin.isatty():
        return USUAL[key] if given is None else given
    usual = f" [{USUAL[key]}]" if USUAL[key] else ""
    return input(f"{ASKED[key]}{usual}: ").strip() or USUAL[key]


def checked(key: str, text: str) -> str:
    if text and not NAME.fullmatch(text):
        raise BadValue(f"--{key}: {text!r}: letters, digits, _ . - only, 64 at most")
    return text


def known_partition(key: str, name: str) -> None:
    """Asks SLURM, where it is; elsewhere the profile may be written for another machine."""
    if not name or not shutil.which("sinfo"):
        return
    known = slurm.ask("sinfo", "--noheader", "--format=%R").split()
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(sorted(set(known)))}"
        raise BadValue(f"--{key}: no partition {name!r}; {hint}")


def minutes(text: str) -> int:
    """Minutes from `1440`, `24:00:00`, `1-00:00` or `1-00`, as SLURM writes time limits."""
    found = LIMIT.fullmatch(text)
    if not found:
        raise BadValue(f"--longest: {text!r}: minutes such as 1440, or a limit such as 2-00:00")
    parts = [int(part) for part in re.split("[-:]", text)]
    if "-" in text:
        days, hours, rest = parts[0], parts[1], parts[2] if len(parts) > 2 else 0
        total = days * 1440 + hours * 60 + rest
    elif len(parts) == 3:
        total = parts[0] * 60 + parts[1]
    else:
        total = parts[0]
    if total < 1:
        raise BadValue(f"--longest: {text!r}: at least a minute")
    return total


def resources(account: str, dialect: str, longest: int) -> dict[str, str | int]:
    """Default resources. The account is quoted twice: Snakemake evaluates such text."""
    found: dict[str, str | int] = {"gpu_dialect": dialect, "longest": longest}
    site.of(found)
    return found | ({"slurm_account": f"'{account}'"} if account else {})


def partitions(cpu: str, gpu: str, longest: int) -> dict[str, dict[str, int]]:
    """Limits by which the executor picks a partition; empty leaves it to the site's default."""
    found = {}
    if cpu:
        found[cpu] = {"max_runtime": longest}
    if gpu:
        found[gpu] = {"max_runtime": longest, "max_gpu": 8}
    return found


def dumped(value: dict) -> str:
    return yaml.safe_dump(value, sort_keys=False)
