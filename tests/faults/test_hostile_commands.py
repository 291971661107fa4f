"""Hostile texts where a command, a target, a setting or a variable is expected: nothing runs."""

import ast
import os
import re
from pathlib import Path

import pytest
from fault_table import row
from payloads import LOOKALIKES, SHELL

from recount import cli, provenance, registry, selection
from recount.cluster import slurm
from recount.kits.llm_eval import checkpoints
from recount.typed import BadValue

ROOT = Path(__file__).resolve().parents[2]
SAYABLE = [text for text in SHELL if "\0" not in text]  # no command line or variable holds NUL
COMMANDS = [
    ("show",),
    ("why",),
    ("run", "--yes"),
    ("plan",),
    ("status",),
    ("verify",),
    ("record",),
    ("calibrate",),
    ("pilot",),
    ("clean", "--yes"),
    ("new-paper", "other"),
]
FLAGS = [
    ("why", "toy", "--scale"),
    ("run", "toy", "--yes", "--scale"),
    ("plan", "toy", "--scale"),
    ("status", "toy", "--scale"),
    ("record", "toy", "--scale"),
    ("pilot", "toy", "--scale"),
    ("clean", "toy", "--scale"),
    ("run", "toy", "--yes", "--profile"),
    ("new-paper",),
    ("list", "--lab"),
    ("init-site",),
    ("init-site", "site", "--account"),
    ("init-site", "site", "--cpu"),
    ("init-site", "site", "--gpu"),
    ("init-site", "site", "--dialect"),
    ("init-site", "site", "--longest"),
]


def listing(root: Path) -> set[str]:
    return {str(path) for path in root.rglob("*") if "__pycache__" not in path.parts}


@pytest.mark.parametrize("start", [*COMMANDS, *FLAGS], ids=" ".join)
def test_commands_refuse_hostile_names_and_values(project, monkeypatch, capsys, start):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(project.parent / "xdg"))
    (project / "papers" / "planned.yaml").write_text("[]\n")
    before, right = listing(project.parent), 0
    for payload in SAYABLE:
        rest = [payload, "toy"] if start == ("new-paper",) else [payload]
        try:
            code = cli.main([*start, *rest])
        except SystemExit as end:  # argparse takes what begins with - for a flag
            code = end.code
        said = capsys.readouterr().err
        assert code == 2, (start, payload, said)
        assert said.strip() and "Traceback" not in said, (start, payload, said)
        right += 1
    row("Hostile text as a command's argument: refused, nothing runs", len(SAYABLE), right)
    assert listing(project.parent) == before


def test_the_configuration_refuses_hostile_values(project):
    def refused(config):
        with pytest.raises(BadValue, match="config|papers"):
            selection.choose(project, config)

    odd = [1, None, 1.5, True, [["toy"]], [None], {"toy": 1}, [{"toy": 1}], b"toy"]
    for payload in [*SHELL, *LOOKALIKES]:
        for config in (
            {"papers": payload},
            {"papers": [payload]},
            {"papers": ["toy", payload]},
            {"scale": payload},
            {payload: "toy"},
            {"checkpoints": {payload: ["folder"]}},
        ):
            refused(config)
    for value in odd:
        refused({"papers": value})
        refused({"scale": value})
        refused({"checkpoints": {"toy": value}} if value else {"checkpoints": {"toy": 1}})
    for text in ("a:b", "a=b", "a\nb", "a\0b", ""):
        refused({"checkpoints": {"toy": [text]}})
    for value in ([], ["x"], "x", 1):
        refused({"checkpoints": value or "no map"})
    assert selection.choose(project, {"papers": "toy", "checkpoints": {"toy": ["a b"]}})


@pytest.fixture(scope="module")
def rules(tmp_path_factory):
    """The rules of the whole project, as Snakemake knows them."""
    from snakemake.api import SnakemakeApi
    from snakemake.settings.types import ConfigSettings, OutputSettings, ResourceSettings

    there = {
        "resource_settings": ResourceSettings(cores=1),
        "config_settings": ConfigSettings(config={"papers": "all"}),
        "snakefile": ROOT / "Snakefile",
        "workdir": tmp_path_factory.mktemp("work"),
    }
    before = Path.cwd(), os.environ.get("RECOUNT_ROOT")
    with SnakemakeApi(OutputSettings()) as api:
        found = list(api.workflow(**there)._workflow.rules)
    os.chdir(before[0])
    if before[1] is None:
        os.environ.pop("RECOUNT_ROOT", None)
    return found


def test_no_rule_makes_a_hostile_target(rules):
    paper = next(iter(registry.load(ROOT).papers.values()))
    good = ["results", "laptop", paper.lab, paper.slug, "runs", next(iter(paper.arms))]
    ends = {4: ["data.npz", "main.json"], 6: ["metrics.parquet"]}

    def makers(parts: list[str]) -> list[str]:
        return [rule.name for rule in rules if rule.is_producer("/".join(parts))]

    assert all(makers([*good[:length], end]) for length, more in ends.items() for end in more)
    tried = right = 0
    for payload in SHELL:
        for place in range(6):
            for length, more in ends.items():
                for spoilt in (payload, f"{good[place]}{payload}"):
                    parts = [*good[:place], spoilt, *good[place + 1 :]][:length]
                    if spoilt in parts:
                        tried += 1
                        right += not any(makers([*parts, end]) for end in more)
    row("Hostile text in a target's path: no rule makes it", tried, right)
    assert right == tried >= 40 * 6


def test_rules_call_scripts_and_never_a_shell():
    for path in (ROOT / "Snakefile", *(ROOT / "rules").glob("*.smk")):
        text = path.read_text()
        assert not re.search(r"^\s*(shell|run|params\.\w+\s*=\s*eval)\s*:", text, re.MULTILINE), (
            path
        )


FORBIDDEN_CALLS = {"eval", "exec", "compile", "__import__", "system", "popen", "execfile"}
FORBIDDEN_MODULES = {"pickle", "cloudpickle", "joblib", "dill", "shelve", "marshal"}


def dangers(path: Path) -> list[str]:
    """Calls that make code of text, or let a shell read it; imports that run what they read."""
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [one.name for one in node.names] + [getattr(node, "module", None) or ""]
            found += [name for name in names if name.split(".")[0] in FORBIDDEN_MODULES]
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            plain = isinstance(node.func, ast.Name) or name in ("system", "popen")
            if name in FORBIDDEN_CALLS and plain:
                found.append(name)
            for key in node.keywords:
                value = getattr(key.value, "value", None)
                if (key.arg, value) in (("shell", True), ("allow_pickle", True)):
                    found.append(f"{key.arg}=True")
                if (key.arg, value) in (("weights_only", False), ("trust_remote_code", True)):
                    found.append(f"{key.arg}={value}")
            if name == "load" and ast.unparse(node.func) == "torch.load":
                found.append("torch.load")
            if ast.unparse(node.func) in ("yaml.load", "yaml.unsafe_load", "yaml.full_load"):
                found.append(ast.unparse(node.func))
    return found


def test_no_code_makes_code_of_text(tmp_path):
    evil = tmp_path / "evil.py"
    evil.write_text("import pickle\neval('1')\nrun('x', shell=True)\nos.system('x')\ntorch.load(p)")
    assert len(dangers(evil)) == 5
    places = ("workflow_scripts", "papers", "reports", "rules", "benchmarks")
    sources = [path for place in places for path in (ROOT / place).rglob("*.py")]
    assert len(sources) > 100
    assert {str(path): dangers(path) for path in sources if dangers(path)} == {}


def test_variables_from_outside_are_text_and_nothing_more(project, monkeypatch):
    before = listing(project)
    for payload in SAYABLE:
        monkeypatch.setenv(checkpoints.VARIABLE, payload)
        with pytest.raises(BadValue, match=checkpoints.VARIABLE):
            for entry in payload.split(os.pathsep):
                monkeypatch.setenv(checkpoints.VARIABLE, entry.partition("=")[0] or "x")
                checkpoints.configured("toy")
        monkeypatch.setenv(checkpoints.VARIABLE, f"toy={payload.replace(os.pathsep, '')}")
        with pytest.raises(BadValue, match="config.json"):
            checkpoints.configured("toy")
        for name in ("SLURM_JOB_ID", "SLURM_ARRAY_TASK_ID", "SLURMD_NODENAME"):
            monkeypatch.setenv(name, payload)
        told = provenance.job()
        assert payload in told["job"] and told["node"] == payload
        monkeypatch.setenv("RECOUNT_ROOT", payload)
        if not registry.is_folder(Path(payload) / "papers"):
            with pytest.raises(BadValue, match="RECOUNT_ROOT"):
                registry.root()
        monkeypatch.setenv("OMP_NUM_THREADS", payload)
        provenance.fingerprint.cache_clear()
        assert provenance.fingerprint()["threads"] == 0
    provenance.fingerprint.cache_clear()
    assert listing(project) == before


def test_what_the_scheduler_says_is_text(project, monkeypatch):
    """A job's name, comment or folder is anybody's text: it selects nothing and runs nothing."""
    lines = [f"1|RUNNING|{one}|n1|{one}|{one}" for one in SAYABLE if "\n" not in one]
    monkeypatch.setattr(slurm, "ask", lambda *argv, **more: "\n".join(lines))
    assert slurm.ours(project) == []
