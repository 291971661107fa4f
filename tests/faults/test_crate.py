"""Results travel as one file: the same on the other machine, or refused with nothing published."""

import hashlib
import json
import shutil
import stat
import zipfile
from pathlib import Path

import pytest
from fault_table import row
from staged import runs

from recount import attempts, cli, files, layout, registry, selection, stages
from recount.crate import reading, writing
from recount.typed import BadValue

ROOT = Path(__file__).resolve().parents[2]
PLACE = "results/laptop/other/slow"
NONE = "../../x"
METRICS = f"{PLACE}/runs/plain/metrics.parquet"


def plant(root: Path) -> None:
    import toy
    import trained_toy

    root.mkdir(exist_ok=True)
    for name in (*writing.CODE, "rules", "config"):
        there = ROOT / name
        shutil.copytree(there, root / name) if there.is_dir() else shutil.copy(there, root / name)
    trained_toy.plant(root, "slow")
    toy.plant(root, "toy")


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    """A project in which two papers ran, and its crate."""
    root = tmp_path_factory.mktemp("here")
    plant(root)
    for slug in ("slow", "toy"):
        paper = registry.load(root).papers[slug]
        place = layout.of(paper, "laptop", root / "results")
        runs(paper, "laptop", place)
        stages.judge(paper, "main", "laptop", root / "results", place.judgement("main"))
    choice = selection.choose(root, {"papers": "all"})
    counts = writing.pack(choice, root, root / "a.crate.zip")
    assert counts["papers"] == 2
    return root


@pytest.fixture
def there(tmp_path):
    """The same project on another machine, where nothing ran."""
    plant(tmp_path / "there")
    return tmp_path / "there"


def unpack(root: Path, path: Path, **more):
    return reading.unpack(path, registry.load(root), root / "results", **more)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(one.relative_to(folder)): one.read_bytes() for one in folder.rglob("*")
            if one.is_file()}  # fmt: skip


def test_what_ran_here_is_there_byte_for_byte_and_judged_the_same(here, there):
    told = unpack(there, here / "a.crate.zip")
    assert told["folders"] == ["results/laptop/other/slow", "results/laptop/other/toy"]
    assert told["log"] == "brought"
    want = contents(here / "results")
    left = {name for name in want if name.endswith(("trace.txt", "trained.json", ".lock"))}
    assert contents(there / "results") == {n: one for n, one in want.items() if n not in left}
    paper = registry.load(there).papers["slow"]
    again = stages.judge(paper, "main", "laptop", there / "results", there / "again.json")
    assert again == files.read_json(there / PLACE / "main.json")
    row("Results packed, carried and unpacked: the same bytes and verdict", 1, 1)


def test_the_views_are_rebuilt_there(here, there, monkeypatch):
    from recount.views import store

    (there / "Snakefile").touch()
    monkeypatch.setenv("RECOUNT_ROOT", str(there))
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    shutil.copytree(ROOT / "reports", there / "reports")
    assert cli.main(["unpack", str(here / "a.crate.zip")]) == 0
    with store.connect(there / "results/recount.duckdb") as database:
        query = "SELECT slug, outcome FROM verdicts WHERE source = 'run' ORDER BY slug"
        assert database.execute(query).fetchall() == [("slow", "reproduced"), ("toy", "reproduced")]
    assert "A toy that trains" in (there / PLACE / "report.html").read_text()
    assert (there / "results/laptop/index.html").exists()
    assert (there / "results/mlflow.db").exists()


def test_the_description_is_a_workflow_run_crate(here):
    with zipfile.ZipFile(here / "a.crate.zip") as archive:
        graph = json.loads(archive.read(writing.METADATA))["@graph"]
        names = set(archive.namelist()) - {writing.METADATA}
    found = {one["@id"]: one for one in graph}
    root, main = found["./"], found["Snakefile"]
    assert root["mainEntity"]["@id"] == "Snakefile"
    profiles = {one["@id"] for one in root["conformsTo"]}
    assert set(writing.PROFILES) < profiles and any("workflow-ro-crate" in one for one in profiles)
    assert {"name", "description", "license", "datePublished"} <= set(root)
    assert {"File", "SoftwareSourceCode", "ComputationalWorkflow"} == set(main["@type"])
    language = found[main["programmingLanguage"]["@id"]]
    assert language["name"] == "Snakemake" and language["version"] == "9.27.1"
    action = found["#run-slow"]
    assert action["@type"] == "CreateAction" and action["instrument"]["@id"] == "Snakefile"
    assert {one["@id"] for one in root["mentions"]} == {"#run-slow", "#run-toy"}
    assert "papers/other/slow/paper.yaml" in {one["@id"] for one in action["object"]}
    assert METRICS in {one["@id"] for one in action["result"]}
    assert action["actionStatus"]["@id"].endswith("CompletedActionStatus")
    article = found[action["about"]["@id"]]
    people = [found[one["@id"]]["name"] for one in article["author"]]
    assert people == ["Ada Example", "Bob Example"] and article["url"].endswith("2001.00002")
    described = {one["@id"] for one in graph if "File" in reading.kinds(one)}
    assert described == names == {one["@id"] for one in root["hasPart"]}
    for one in graph:
        if "File" in reading.kinds(one):
            assert len(one["sha256"]) == 64 and int(one["contentSize"]) >= 0
    links = {value["@id"] for one in graph for value in linked(one)}
    assert not [one for one in links if one not in found and not one.startswith("http")]


def linked(one: dict):
    for value in one.values():
        yield from (v for v in (value if isinstance(value, list) else [value])
                    if isinstance(v, dict) and "@id" in v)  # fmt: skip


def test_the_library_reads_the_crate(here, tmp_path):
    from rocrate.rocrate import ROCrate

    with zipfile.ZipFile(here / "a.crate.zip") as archive:
        archive.extractall(tmp_path / "crate")
    read = ROCrate(tmp_path / "crate")
    assert read.mainEntity.id == "Snakefile"
    assert len(read.get_by_type("CreateAction")) == 2


def test_models_may_stay_behind(here, there):
    choice = selection.choose(here, {"papers": "slow"})
    writing.pack(choice, here, there / "light.zip", models=False)
    unpack(there, there / "light.zip")
    assert not list(there.rglob("*.safetensors"))
    paper = registry.load(there).papers["slow"]
    assert stages.judge(paper, "main", "laptop", there / "results", there / "x")["outcome"]


def test_damaged_or_absent_results_are_not_packed(here, tmp_path):
    root = tmp_path / "copy"
    shutil.copytree(here, root)
    choice = selection.choose(root, {"papers": "all"})
    (root / METRICS).write_bytes((root / METRICS).read_bytes()[:-1])
    with pytest.raises(BadValue, match="differs from what evaluate.json recorded"):
        writing.pack(choice, root, root / "b.zip")
    shutil.rmtree(root / "results")
    with pytest.raises(BadValue, match="nothing ran"):
        writing.pack(choice, root, root / "b.zip")
    assert not (root / "b.zip").exists()


def test_results_that_are_there_stay_unless_replaced(here, there):
    unpack(there, here / "a.crate.zip")
    kept = contents(there / "results")
    own = there / PLACE / "main.json"
    own.write_text("{}\n")
    with pytest.raises(BadValue, match="--replace"):
        unpack(there, here / "a.crate.zip")
    assert own.read_text() == "{}\n"
    assert unpack(there, here / "a.crate.zip", replace=True)["log"] == "same"
    assert contents(there / "results") == kept


def test_two_attempts_logs_are_never_mixed(here, there):
    own = there / "results" / attempts.NAME
    own.parent.mkdir()
    own.write_text("")
    assert unpack(there, here / "a.crate.zip")["log"] == "left out"
    assert own.read_text() == ""


class Forger:
    """The good crate's members, to be changed, and written again with digests that fit."""

    def __init__(self, path: Path):
        with zipfile.ZipFile(path) as archive:
            self.members = {name: archive.read(name) for name in archive.namelist()}
        self.document = json.loads(self.members.pop(writing.METADATA))
        self.infos: dict[str, zipfile.ZipInfo] = {}
        self.fit = True

    def graph(self) -> list[dict]:
        return self.document["@graph"]

    def add(self, name: str, content: bytes) -> None:
        self.members[name] = content
        self.graph().append({"@id": name, "@type": "File", "sha256": ""})

    def write(self, out: Path) -> Path:
        for one in self.graph() if isinstance(self.graph(), list) else ():
            if self.fit and one["@id"] in self.members and one.get("sha256") != NONE:
                one["sha256"] = hashlib.sha256(self.members[one["@id"]]).hexdigest()
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr(writing.METADATA, json.dumps(self.document))
            for name, content in self.members.items():
                archive.writestr(self.infos.get(name, zipfile.ZipInfo(name)), content)
        return out


def renamed(name: str):
    def forge(one: Forger) -> None:
        one.add(name, b"PWNED")

    return forge


def linked_to(name: str):
    def forge(one: Forger) -> None:
        info = zipfile.ZipInfo(name)
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        one.infos[name] = info
        one.members[name] = b"/etc/passwd"

    return forge


def swapped(name: str, content: bytes, fit: bool = True):
    def forge(one: Forger) -> None:
        one.members[name], one.fit = content, fit

    return forge


def manifest_forged(one: Forger) -> None:
    """Metrics swapped, and the manifest says that this is right: the rows are no table."""
    one.members[METRICS] = b"PAR1PAR1"
    path = f"{PLACE}/runs/plain/evaluate.json"
    facts = json.loads(one.members[path])
    facts["files"]["metrics.parquet"] = hashlib.sha256(one.members[METRICS]).hexdigest()
    one.members[path] = json.dumps(facts).encode()


def undescribed(one: Forger) -> None:
    one.members[f"{PLACE}/runs/plain/curve.parquet"] = one.members.pop(METRICS)


def dropped(one: Forger) -> None:
    del one.members[f"{PLACE}/runs/plain/evaluate.json"]


def forgotten(one: Forger) -> None:
    dropped(one)
    gone = f"{PLACE}/runs/plain/evaluate.json"
    one.document["@graph"] = [each for each in one.graph() if each["@id"] != gone]


def pipe(one: Forger) -> None:
    info = zipfile.ZipInfo(METRICS)
    info.external_attr = (stat.S_IFIFO | 0o644) << 16
    one.infos[METRICS] = info


def no_digest(one: Forger) -> None:
    next(each for each in one.graph() if each["@id"] == METRICS)["sha256"] = NONE


def no_graph(one: Forger) -> None:
    one.document = {"@graph": {"a": [1]}}


HOSTILE = {
    "parent": renamed("../PWNED"),
    "inner parent": renamed(f"{PLACE}/../../../../PWNED"),
    "absolute": renamed("/tmp/PWNED"),
    "twice slash": renamed("results//PWNED"),
    "backslash": renamed("results\\..\\PWNED"),
    "drive": renamed("C:/PWNED"),
    "odd name": renamed("results/laptop/other/slow/PWNED;x"),
    "hidden": renamed("results/laptop/other/slow/.PWNED"),
    "code": renamed("workflow_scripts/recount/PWNED.py"),
    "hook": renamed(".git/hooks/PWNED"),
    "startup": renamed("sitecustomize.py"),
    "compiled": renamed("papers/other/slow/__pycache__/experiment.cpython-311.pyc"),
    "page": renamed(f"{PLACE}/report.html"),
    "database": renamed("results/recount.duckdb"),
    "evidence": renamed("papers/other/slow/evidence/laptop.json"),
    "lock": renamed(f"{PLACE}/runs/plain/hold.json"),
    "checkpoint": renamed(f"{PLACE}/runs/plain/checkpoints-0/fit/1.json"),
    "other paper": renamed("results/laptop/other/unknown/main.json"),
    "other lab": renamed("results/laptop/coding/slow/main.json"),
    "other arm": renamed(f"{PLACE}/runs/unknown/metrics.parquet"),
    "other scale": renamed("results/huge/other/slow/main.json"),
    "other claim": renamed(f"{PLACE}/unknown.json"),
    "deeper": renamed(f"{PLACE}/runs/plain/more/metrics.parquet"),
    "link": linked_to(METRICS),
    "link to a folder": linked_to(f"{PLACE}/data.npz"),
    "pipe": pipe,
    "flipped": swapped(METRICS, b"PAR1 flipped", fit=False),
    "swapped, described": swapped(METRICS, b"PAR1 swapped"),
    "manifest forged": manifest_forged,
    "pickle in a model": swapped(f"{PLACE}/runs/plain/model.safetensors", b"\x80\x04."),
    "verdict cut": swapped(f"{PLACE}/main.json", b'{"outcome": '),
    "verdict deep": swapped(f"{PLACE}/main.json", b"[" * 100_000),
    "manifest a list": swapped(f"{PLACE}/data.json", b"[]"),
    "log broken": swapped("results/attempts.jsonl", b'{"event": "started"}\n'),
    "undescribed": undescribed,
    "described, not there": dropped,
    "metrics without manifest": forgotten,
    "no digest": no_digest,
    "no graph": no_graph,
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_crate_is_refused_and_leaves_nothing(here, there, kind):
    forger = Forger(here / "a.crate.zip")
    HOSTILE[kind](forger)
    path = forger.write(there.parent / "evil.zip")
    before = contents(there.parent)
    with pytest.raises(BadValue, match="evil.zip"):
        unpack(there, path)
    assert contents(there.parent) == before
    assert not list((there / "results").glob(".unpack*"))
    row("Hostile crate: refused, nothing published", 1, 1)


def test_crates_that_are_no_whole_zip_are_refused(here, there, times):
    good = (here / "a.crate.zip").read_bytes()
    before = contents(there)
    changes = [b"", b"PK", b"no zip at all", good[:100], good[:-30], good[len(good) // 2 :]]
    step = len(good) // times(20, 100)
    for place in range(0, len(good), step):
        changes.append(good[:place] + bytes([good[place] ^ 16]) + good[place + 1 :])
        changes.append(good[:place])
    refused = 0
    path = there.parent / "evil.zip"
    for content in changes:
        path.write_bytes(content)
        try:
            unpack(there, path)
        except BadValue:
            refused += 1
            assert contents(there) == before
        else:  # a bit that no byte of any file depends on, such as a time in a header
            same = {n: one for n, one in contents(here / "results").items() if "trace" not in n}
            found = contents(there / "results")
            assert all(same[name] == one for name, one in found.items())
            shutil.rmtree(there / "results")
    row(
        "Crate flipped or cut anywhere: refused, or every byte as it was",
        len(changes),
        len(changes),
    )
    assert refused > len(changes) // 2


def test_what_is_too_large_is_refused_before_it_is_read(here, there, monkeypatch):
    for name, value, word in (
        ("MOST_FILES", 3, "at most"),
        ("LARGEST", 1000, "GiB"),
        ("LARGEST_METADATA", 100, "MiB"),
    ):
        monkeypatch.setattr(reading, name, value)
        with pytest.raises(BadValue, match=word):
            unpack(there, here / "a.crate.zip")
        monkeypatch.undo()
    bomb = Forger(here / "a.crate.zip")
    bomb.members[f"{PLACE}/data.npz"] = bytes(1 << 22)
    path = bomb.write(there.parent / "evil.zip")
    content = path.read_bytes().replace((1 << 22).to_bytes(4, "little"), (9).to_bytes(4, "little"))
    path.write_bytes(content)
    with pytest.raises(BadValue, match="evil.zip"):
        unpack(there, path)
    assert not (there / "results/laptop").exists()
    for odd in (there, there / "absent.zip"):
        with pytest.raises(BadValue, match="plain file"):
            unpack(there, odd)


def test_a_publication_that_fails_leaves_what_was_there(here, there, monkeypatch):
    unpack(there, here / "a.crate.zip")
    before = contents(there / "results")
    real, failed = Path.rename, []

    def rename(self, target):
        if not failed and ".unpack" in str(self) and "old-" not in str(self):
            failed.append(self)
            raise OSError(28, "No space left on device")
        return real(self, target)

    monkeypatch.setattr(Path, "rename", rename)
    with pytest.raises(OSError):
        unpack(there, here / "a.crate.zip", replace=True)
    monkeypatch.undo()
    assert failed and contents(there / "results") == before
