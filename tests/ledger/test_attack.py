"""The recorded papers under attack: every changed byte is found and named; verdicts travel."""

import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from recount import files, layout, ledger, registry
from recount.ledger import verifying

ROOT = Path(__file__).resolve().parents[2]
CHANGES = 1000
ENDINGS = ("json", "parquet", "calibration.json")
FEW = 6  # papers that are judged on every machine
JUDGE_ALL = """\
import hashlib, sys
from pathlib import Path
import pandas as pd
from recount import files, layout, registry
from recount.ledger import verifying
papers = registry.load(Path(sys.argv[1])).papers
for paper in map(papers.get, sys.argv[2:]):
    rows, entry, rates = layout.evidence(paper, "laptop")
    if entry.exists():
        known = files.read_json(rates) if rates.exists() else {}
        states = files.read_json(entry)["states"]
        judged = verifying.judgements(paper, "laptop", pd.read_parquet(rows), states, known)
        print(paper.slug, hashlib.sha256(files.json_bytes(judged)).hexdigest())
"""
MACHINES = {
    "one thread": {"OMP_NUM_THREADS": "1", "PYTHONHASHSEED": "1"},
    "two threads": {"OMP_NUM_THREADS": "2", "PYTHONHASHSEED": "2"},
    "an old processor": {
        "OPENBLAS_CORETYPE": "Prescott",
        "NPY_DISABLE_CPU_FEATURES": "AVX2 FMA3 AVX512F AVX512CD AVX512_SKX",
        "PYTHONHASHSEED": "3",
        "TZ": "Asia/Tokyo",
    },
}


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """Every recorded paper in a copy of the project, where it may be damaged."""
    base = tmp_path_factory.mktemp("recorded")
    shutil.copytree(ROOT / "papers", base / "papers")
    shutil.copy(ROOT / "requirements.lock", base)
    papers = registry.load(base).papers.values()
    return [paper for paper in papers if layout.evidence(paper, "laptop")[1].exists()]


def parts(paper):
    """The files of a paper's evidence that it has."""
    known = (*layout.evidence(paper, "laptop"), layout.attempts(paper, "laptop"))
    return [path for path in known if path.exists()]


def whole(recorded):
    """Two papers with all files that evidence can have, calibrations among them."""
    return [paper for paper in recorded if layout.evidence(paper, "laptop")[2].exists()][:2]


def changed(content: bytes, chance: random.Random) -> bytes:
    """One byte becomes any other one."""
    place = chance.randrange(len(content))
    other = (content[place] + chance.randrange(1, 256)) % 256
    return content[:place] + bytes([other]) + content[place + 1 :]


def test_a_thousand_changed_bytes_are_all_found_and_named(recorded):
    chance, missed = random.Random(20), []
    places = [(paper, path) for paper in recorded for path in parts(paper)]
    assert {path.name for _, path in places} >= {f"laptop.{end}" for end in ENDINGS}
    for number in range(CHANGES):
        paper, path = places[number % len(places)]
        content = path.read_bytes()
        path.write_bytes(changed(content, chance))
        check = ledger.verify(paper, "laptop")
        path.write_bytes(content)
        if check.state != "damaged" or not check.detail.startswith(f"{path.name}: "):
            missed.append((path, check))
    assert not missed


def test_what_was_left_out_put_in_or_swapped_is_found_and_named(recorded):
    paper, other = whole(recorded)
    for path, twin in zip(parts(paper), parts(other), strict=False):
        content = path.read_bytes()
        odd = (content[:-1], content + b"\n", b"", b"[]\n", b"null\n", b"[" * 9000)
        for damage in (*odd, twin.read_bytes()):
            path.write_bytes(damage)
            check = ledger.verify(paper, "laptop")
            assert check.state == "damaged" and path.name in check.detail, damage[:40]
        path.unlink()
        check = ledger.verify(paper, "laptop")
        assert check.state == "damaged" and path.name in check.detail
        path.write_bytes(content)


def test_evidence_of_another_paper_is_found_though_it_is_whole(recorded):
    paper, other = whole(recorded)
    kept = {path: path.read_bytes() for path in parts(paper)}
    for path, twin in zip(kept, parts(other), strict=False):
        path.write_bytes(twin.read_bytes())
    check = ledger.verify(paper, "laptop")
    for path, content in kept.items():
        path.write_bytes(content)
    assert check.state == "damaged" and f"of {other.slug}" in check.detail


def test_a_number_that_no_float_holds_is_damage_and_no_crash(recorded):
    path = layout.evidence(recorded[0], "laptop")[1]
    content = path.read_bytes()
    path.write_bytes(content.replace(b'"alpha": 0.05', b'"alpha": 1e999', 1))
    assert path.read_bytes() != content
    check = ledger.verify(recorded[0], "laptop")
    path.write_bytes(content)
    assert check.state == "damaged"


def test_a_verdict_that_was_changed_and_sealed_again_does_not_follow_from_its_rows(recorded):
    current = next(one for one in recorded if ledger.verify(one, "laptop").state == "ok")
    path = layout.evidence(current, "laptop")[1]
    content = path.read_bytes()
    entry = json.loads(content)
    name, judgement = next(iter(entry["judgements"].items()))
    judgement["outcome"] = {"reproduced": "contradicted"}.get(judgement["outcome"], "reproduced")
    entry["seal"] = verifying.seal({key: one for key, one in entry.items() if key != "seal"})
    files.write_json(path, entry)
    check = ledger.verify(current, "laptop")
    path.write_bytes(content)
    assert check.state == "damaged" and name in check.detail


def test_machines_threads_and_hash_seeds_judge_to_the_same_bytes(recorded):
    small = sorted(recorded, key=lambda one: layout.evidence(one, "laptop")[0].stat().st_size)
    few = [paper.slug for paper in small[:: max(1, len(small) // FEW)][:FEW]]
    clean = {key: one for key, one in os.environ.items() if key != "OMP_NUM_THREADS"}
    found = {}
    for name, setting in MACHINES.items():
        done = subprocess.run(
            [sys.executable, "-c", JUDGE_ALL, str(ROOT), *few],
            capture_output=True,
            text=True,
            check=True,
            env=clean | {key: one for key, one in setting.items()},
        )
        found[name] = done.stdout.splitlines()
    assert len(found["one thread"]) == FEW
    assert found["two threads"] == found["one thread"]
    assert found["an old processor"] == found["one thread"]


SHAPES = {
    "no judgement": lambda entry: entry["judgements"].update(main=None),
    "a list of judgements": lambda entry: entry.update(judgements=[1]),
    "no version": lambda entry: entry.update(registration=3),
    "odd manifests": lambda entry: entry.update(manifests={"a": 1}, attempts={"file": None}),
    "a deep one": lambda entry: entry.update(states={"a": {"b": [[[{}]]]}}),
    "no digest": lambda entry: entry.update(rows={"sha": 1}),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_evidence_of_another_shape_is_damage_and_no_crash(recorded, shape):
    paper = recorded[0]
    path = layout.evidence(paper, "laptop")[1]
    content = path.read_bytes()
    entry = json.loads(content)
    SHAPES[shape](entry)
    del entry["seal"]
    files.write_json(path, entry | {"seal": verifying.seal(entry)})
    check = ledger.verify(paper, "laptop")
    path.write_bytes(content)
    assert check.state == "damaged"
