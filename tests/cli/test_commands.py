"""The command line: quick, without tracebacks, with a remedy in every refusal."""

import ast
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from toy import plant

from recount import cli, files, layout, registry
from recount.cli import COMMANDS, doctor, verdicts
from recount.cli.sentences import sentence
from recount.declaration.schema import Quantity

ROOT = Path(__file__).resolve().parents[2]
PLANNED = """\
# Plans.
- {slug: a_first, lab: coding, level: exact, title: "First: a title", claim: "It is first."}
- {slug: b_second, lab: other, level: scaled, title: "Second", claim: "It is \\"second\\" to none."}
- {slug: c_third, lab: coding, level: data, title: "Third", claim: "It is third."}
"""


@pytest.fixture
def planned(project):
    (project / "papers" / "planned.yaml").write_text(PLANNED)
    return project


def answer(capsys, *argv) -> tuple[int, str, str]:
    code = cli.main([str(word) for word in argv])
    shown = capsys.readouterr()
    return code, shown.out, shown.err


def test_every_command_is_there_and_keeps_torch_out():
    for name, (path, line) in COMMANDS.items():
        module, _ = cli.command(name)
        assert callable(module.add)
        assert callable(module.run)
        assert len(line) < 80
        source = Path(module.__file__).read_text(encoding="utf-8")
        found = {
            alias.name.split(".")[0]
            for node in ast.walk(ast.parse(source))
            if isinstance(node, ast.Import)
            for alias in node.names
        }
        assert not found & {"torch", "snakemake", "duckdb", "mlflow"}, path


def test_smoke_says_that_all_ran_and_never_a_verdict():
    done, failed = {"state": "done"}, {"state": "failed"}
    seen = {"scale": "smoke", "words": "not run", "runs": {"a": done, "b": done}}
    assert verdicts.printed(seen) == "ran, not judged"
    assert verdicts.printed(seen | {"runs": {"a": done, "b": failed}}) == "not run"
    assert verdicts.printed(seen | {"scale": "laptop", "words": "reproduced"}) == "reproduced"


@pytest.mark.parametrize(
    "words", [[], ["list"], ["show", "toy"], ["schema", "--check"], ["plan", "--help"]]
)
def test_an_answer_loads_none_of_the_large_libraries(project, words):
    shutil.copytree(ROOT / "docs", project / "docs", dirs_exist_ok=True)
    code = (
        "import sys; from recount.cli import main; code = main(sys.argv[1:]);"
        "assert not {'torch', 'snakemake', 'duckdb', 'mlflow'} & set(sys.modules); sys.exit(code)"
    )
    command = [sys.executable, "-c", code, *words]
    done = subprocess.run(command, capture_output=True, text=True, cwd=project)
    assert done.returncode == 0, done.stderr


def test_a_wrong_command_gets_a_suggestion(capsys):
    code, out, err = answer(capsys, "lst")
    assert (code, out) == (2, "")
    assert err == "recount lst: no such command; did you mean 'list'?\n"


def test_a_bad_paper_is_a_message_and_no_traceback(project, capsys):
    path = project / "papers" / "other" / "toy" / "paper.yaml"
    path.write_text(path.read_text().replace("margin: half", "margin: haf"))
    code, _, err = answer(capsys, "list")
    assert code == 2
    assert "papers/other/toy/paper.yaml:" in err
    assert "did you mean 'half'?" in err
    assert "Traceback" not in err


@pytest.mark.parametrize("cores", ["-1", "0", "two", "1.5", "99999"])
def test_cores_are_a_number_from_one_on(project, capsys, cores):
    with pytest.raises(SystemExit) as end:
        cli.main(["run", "toy", "--scale", "smoke", f"--cores={cores}"])
    assert end.value.code == 2 and "write 1 to 9999" in capsys.readouterr().err
    assert not (project / "results").exists()


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        (["list", "--lab", "codin"], "did you mean 'coding'?"),
        (["list", "--verdict", "reproducd"], "did you mean 'reproduced'?"),
        (["list", "--scale", "smoke"], "known: paper, gpu, laptop"),
        (["show", "toyy"], "did you mean 'toy'?"),
        (["show", "qqqqqqqq"], "`recount list` names them all"),
        (["new-paper", "codin", "a_first"], "did you mean 'coding'?"),
        (["new-paper", "coding", "a_frst"], "did you mean 'a_first'?"),
        (["new-paper", "coding", "zzzzzzz"], "add its line to papers/planned.yaml first"),
        (["new-paper", "coding", "b_second"], "planned for the lab other"),
    ],
)
def test_refusals_name_a_remedy(planned, capsys, words, remedy):
    code, _, err = answer(capsys, *words)
    assert code == 2
    assert remedy in err


@pytest.mark.parametrize(
    "command", ["run", "confirm", "record", "calibrate", "pilot", "plan", "verify", "show", "why"]
)
def test_a_wrong_name_gets_the_nearest_first_and_never_the_whole_list(project, capsys, command):
    for number in range(20):
        plant(project, f"a_paper_{number}")
    code, _, err = answer(capsys, command, "a_papr_7")
    assert code == 2 and "did you mean 'a_paper_7'?" in err
    assert "`recount list` names them all" in err and err.count("a_paper_") == 3
    code, _, err = answer(capsys, command, "zzzzzzzz")
    assert code == 2 and "`recount list` names them all" in err and "a_paper" not in err


def test_list_filters_and_counts(planned, capsys):
    rows = json.loads(answer(capsys, "list", "--json")[1])
    assert {row["slug"] for row in rows} == {"toy", "a_first", "b_second", "c_third"}
    rows = json.loads(answer(capsys, "list", "--json", "--lab", "coding", "--level", "data")[1])
    assert [row["slug"] for row in rows] == ["c_third"]
    rows = json.loads(answer(capsys, "list", "--json", "--built")[1])
    assert [(row["slug"], row["outcome"]) for row in rows] == [("toy", "not_run")]
    assert "1 built, 3 planned." in answer(capsys, "list")[1]
    assert "It is third." in answer(capsys, "list", "--planned")[1]


def judgement(outcome: str, words: str) -> dict:
    quantity = {"point": 1.25, "low": 0.75, "high": None, "unbounded": ["high"]}
    return {
        "outcome": outcome,
        "words": words,
        "grades": ["calibrated"],
        "reason": "[bold]as it is[/bold]",
        "quantities": {"gain": quantity},
    }


def test_recorded_evidence_goes_before_what_was_made_here(planned, capsys):
    paper = registry.load(planned).papers["toy"]
    here = layout.of(paper, "laptop", planned / "results").judgement("main")
    files.write_json(here, judgement("inconclusive", "undecided"))
    row = json.loads(answer(capsys, "list", "--json", "--built")[1])[0]
    assert (row["words"], row["source"], row["scale"]) == ("undecided", "run", "laptop")
    recorded = {"judgements": {"main": judgement("reproduced", "seen at small scale")}}
    files.write_json(layout.evidence(paper, "laptop")[1], recorded)
    row = json.loads(answer(capsys, "list", "--json", "--verdict", "reproduced")[1])[0]
    assert (row["words"], row["source"]) == ("seen at small scale", "evidence")
    assert row["grades"] == ["calibrated"]


def test_show_tells_claim_rule_size_and_finding_as_they_are_written(planned, capsys):
    paper = registry.load(planned).papers["toy"]
    here = layout.of(paper, "laptop", planned / "results").judgement("main")
    files.write_json(here, judgement("inconclusive", "undecided"))
    code, out, _ = answer(capsys, "show", "toy", "--lint")
    assert code == 0
    for part in (
        "arXiv:2001.00001",
        "reproduced: gain.low > 0.5",
        "gain: the mean over seeds of score for treated minus plain, paired",
        registry.rule_hash(paper, "main", "laptop")[:12],
        "treated: {effect: 1.0}",
        "laptop: 8 seeds",
        "gain: 1.25, 0.75 to no bound",
        "[bold]as it is[/bold]",
        "the linter accepts every rule",
    ):
        assert part in out
    assert "planned, not built yet" in answer(capsys, "show", "b_second")[1]


def test_show_says_what_the_linter_refuses(planned, capsys):
    path = planned / "papers" / "other" / "toy" / "paper.yaml"
    path.write_text(path.read_text().replace("gain.low > 0.5", "gain.high > 0.5"))
    code, out, _ = answer(capsys, "show", "toy", "--lint")
    assert code == 1
    assert "refused papers/other/toy/paper.yaml: claims.main" in out


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"take": "mean", "metric": "error", "arm": "a"}, "the mean over seeds of error for a"),
        (
            {"take": "ratio", "metric": "seconds", "arm": "a", "over": "b", "at": {"n": 8}},
            "the mean over seeds of seconds for a divided by b, paired, at n = 8",
        ),
        (
            {"take": "slope", "metric": "error", "along": "n", "arm": "a", "scale": "log"},
            "the slope of error along n for a, mean over seeds, on the log scale",
        ),
        (
            {"take": "reach", "metric": "accuracy", "along": "n", "level": 0.9, "over": ["a", "b"]},
            "the last n up to which accuracy stays at least 0.9, for each of a, b; 2 quantities, "
            "one each, and all must hold",
        ),
        (
            {"take": "rate", "metric": "success", "arm": "a", "minus": "b"},
            "the share of seeds whose success is at least 1, for a minus b, paired",
        ),
        ({"take": "all", "metric": "holds", "arm": "a"}, "whether holds is 1 in every case of a"),
        (
            {"take": "count", "tests": ["one", "two"], "above": 0.1},
            "how many of one, two lie surely above 0.1",
        ),
    ],
)
def test_quantities_read_as_sentences(project, keys, said):
    paper = registry.load(project).papers["toy"]
    assert sentence(paper, paper.claims["main"], Quantity.model_validate(keys)) == said


def test_a_new_paper_says_what_to_fill_in_and_passes_only_then(planned, capsys):
    code, out, _ = answer(capsys, "new-paper", "other", "b_second")
    assert code == 0
    assert "papers/other/b_second/paper.yaml:" in out
    assert "papers/other/b_second/experiment.py:1: FILL IN: the mechanism" in out
    text = (planned / "papers" / "planned.yaml").read_text()
    assert text == "".join(
        line for line in PLANNED.splitlines(keepends=True) if "b_second" not in line
    )
    code, _, err = answer(capsys, "list")
    assert code == 2
    assert "b_second/paper.yaml:4: year: FILL IN: year of the first version" in err
    fill_in(planned / "papers" / "other" / "b_second")
    code, out, _ = answer(capsys, "show", "b_second")
    assert code == 0
    assert 'It is "second" to none.' in out


WRITTEN = {
    "every author": '"Ada Example"',
    "year": "2020",
    "the id": '"2001.00002"',
    "owner/name": "null",
    "1 to 3": "1",
    "mean, median": "mean",
    "one honest": "It says nothing beyond these few items.",
    "the paper's own": "new",
    "an honest": "old",
    "seconds": "3",
    "minutes": "30",
    "for instance gain.low": "gain.low > 0.1",
    "for instance gain.high": "gain.high < 0.1",
    "what the paper": "0.2",
}


def fill_in(folder: Path) -> None:
    """What a person would write, at every place of it."""
    text = (folder / "paper.yaml").read_text()
    for said, value in WRITTEN.items():
        text, count = re.subn(f'"FILL IN: {said}[^"]*"', value, text)
        assert count == 1, said
    (folder / "paper.yaml").write_text(text)
    code = folder / "experiment.py"
    code.write_text(code.read_text().replace("FILL IN: ", ""))


def test_a_paper_is_not_begun_twice(planned, capsys):
    answer(capsys, "new-paper", "other", "b_second")
    (planned / "papers" / "planned.yaml").write_text(PLANNED)
    code, _, err = answer(capsys, "new-paper", "other", "b_second")
    assert code == 2
    assert "is there already" in err


def test_the_schema_is_written_and_checked(planned, capsys):
    assert answer(capsys, "schema", "--check")[0] == 1
    assert answer(capsys, "schema", "--write")[0] == 0
    assert answer(capsys, "schema", "--check")[:2] == (0, "fresh\n")
    assert json.loads(answer(capsys, "schema")[1])["title"] == "paper.yaml"


def test_the_doctor_finds_what_is_wrong_and_says_what_to_do(planned, capsys):
    lock = planned / "requirements.lock"
    lock.write_text(lock.read_text().replace("\nrich==", "\nrich==9"))
    path = planned / "papers" / "other" / "toy" / "paper.yaml"
    path.write_text(path.read_text().replace("margin: half", "margin: haf"))
    (planned / ".snakemake" / "locks").mkdir(parents=True)
    (planned / ".snakemake" / "locks" / "0.input.lock").touch()
    code, out, _ = answer(capsys, "doctor")
    assert code == 1
    for part in ("rich 15", "did you mean 'half'?", "if none is: recount resume", "1 faults"):
        assert part in out
    brief = answer(capsys, "doctor", "--brief")[1]
    assert "python" not in brief.split("remedy")[0]
    assert not (planned / "results" / ".doctor").exists()


def test_the_doctor_sees_a_folder_that_cannot_be_written(planned, monkeypatch):
    def refuse(path, content):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(files, "write_text", refuse)
    line = doctor.examined(doctor.check_results, planned)[0]
    assert line.colour == "red"
    assert "RECOUNT_ROOT" in line.remedy


def test_a_check_that_breaks_is_a_finding(planned, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: (_ for _ in ()).throw(OSError("gone")))
    assert doctor.examined(doctor.check_disk, planned)[0].colour == "red"


def test_interruption_ends_without_a_traceback(planned, monkeypatch, capsys):
    def interrupted(args):
        raise KeyboardInterrupt

    monkeypatch.setattr("recount.cli.listing.run", interrupted)
    assert answer(capsys, "list")[0] == 130


def test_output_into_a_closed_pipe_is_no_error(planned):
    command = f"{sys.executable} -m recount.cli list --json --planned | head -c 5"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, cwd=planned)
    assert done.returncode == 0
    assert "Traceback" not in done.stderr
