"""Flipped bits, cut files, full disks and closed folders: noticed before use, nothing half made."""

import os
import random
import resource
import shutil
import signal
from pathlib import Path

import pytest
import trained_toy
from fault_table import count, row
from processes import apart

from recount import files, layout, ledger, registry, results, stages
from recount.logs import refused
from recount.typed import BadValue

ROOT = Path(__file__).resolve().parents[2]
ARM = "treated"


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A small trained paper with all its stages done, and recorded evidence of another."""
    root = tmp_path_factory.mktemp("finished")
    shutil.copy(ROOT / "requirements.lock", root)
    trained_toy.plant(root, "slow")
    recorded = ROOT / "papers/exact_math/kaprekar_3_digit"
    shutil.copytree(recorded, root / "papers/exact_math/kaprekar_3_digit")
    paper = registry.load(root).papers["slow"]
    place = layout.of(paper, "smoke", root / "results")
    stages.generate(paper, "smoke", place.data, place.data_manifest)
    for arm in paper.arms:
        stages.train(paper, "smoke", arm, place.data, place.run(arm))
        stages.evaluate(paper, "smoke", arm, place.data, place.run(arm), place.metrics(arm))
    stages.judge(paper, "main", "smoke", root / "results", place.judgement("main"))
    return root


class World:
    """The finished project again, with each kind of artefact and what notices that it changed."""

    def __init__(self, root: Path):
        self.root = root
        papers = registry.load(root).papers
        self.paper, self.recorded = papers["slow"], papers["kaprekar_3_digit"]
        self.place = layout.of(self.paper, "smoke", root / "results")
        run = self.place.run(ARM)
        rows, verdicts, calibration = layout.evidence(self.recorded, "laptop")
        self.kinds = {
            "data": (self.place.data, self.by_reading(lambda: stages.checked(self.place.data))),
            "data's manifest": (
                self.place.data_manifest,
                self.by_reading(lambda: stages.checked(self.place.data)),
            ),
            "model": (run.with_name("model.safetensors"), self.by_reading(self.arrays)),
            "training's manifest": (run, self.by_reading(self.arrays)),
            "curve": (run.with_name("curve.parquet"), self.in_views),
            "metrics": (self.place.metrics(ARM), self.by_reading(self.rows)),
            "metrics in views": (self.place.metrics(ARM), self.in_views),
            "evaluation's manifest": (self.place.evaluated(ARM), self.by_reading(self.rows)),
            "verdict": (self.place.judgement("main"), self.in_views),
            "recorded rows": (rows, self.in_ledger),
            "recorded verdicts": (verdicts, self.in_ledger),
            "calibration": (calibration, self.in_ledger),
        }

    def by_reading(self, read):
        def noticed() -> bool:
            try:
                read()
            except BadValue:
                return True
            return False

        return noticed

    def arrays(self):
        manifest = self.place.run(ARM)
        stages.verify_files(manifest, files.read_json(manifest))

    def rows(self):
        return stages.collected(self.paper, "smoke", self.root / "results")

    def in_views(self) -> bool:
        return any(one.problems for one in results.find(self.paper, self.root / "results"))

    def in_ledger(self) -> bool:
        return ledger.verify(self.recorded, "laptop").state == "damaged"


KINDS = (
    "data", "data's manifest", "model", "training's manifest", "curve", "metrics",
    "metrics in views", "evaluation's manifest", "verdict", "recorded rows", "recorded verdicts",
    "calibration",
)  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_a_flipped_bit_or_a_cut_end_is_noticed_before_use(finished, tmp_path, kind):
    shutil.copytree(finished, tmp_path / "root")
    path, noticed = World(tmp_path / "root").kinds[kind]
    content, chance = path.read_bytes(), random.Random(kind)
    assert not noticed()
    changes = []
    for _ in range(count(100, 10)):
        place, bit = chance.randrange(len(content)), chance.randrange(8)
        changes.append(content[:place] + bytes([content[place] ^ 1 << bit]) + content[place + 1 :])
    ends = [0, 1, len(content) - 1, *(chance.randrange(len(content)) for _ in range(count(20, 3)))]
    changes += [content[:end] for end in ends]
    right = 0
    for change in changes:
        path.write_bytes(change)
        right += noticed()
    row("A flipped bit or a cut end of any artefact: noticed before use", len(changes), right, kind)
    assert right == len(changes)
    path.write_bytes(content)
    assert not noticed()


def test_every_bit_of_a_sealed_file_counts(tmp_path):
    path = tmp_path / "one.json"
    files.write_sealed(path, {"a": 1, "text": "é", "z": [None, True, 0.5]})
    content = path.read_bytes()
    assert files.read_json(path) == {"a": 1, "text": "é", "z": [None, True, 0.5]}
    for place in range(len(content)):
        for bit in range(8):
            change = bytes([content[place] ^ 1 << bit])
            path.write_bytes(content[:place] + change + content[place + 1 :])
            with pytest.raises(BadValue, match="one.json"):
                files.read_json(path)
    for end in range(len(content)):
        path.write_bytes(content[:end])
        with pytest.raises(BadValue, match="one.json"):
            files.read_json(path)


def limited(size: int, work):
    """`work` where no file may grow beyond `size` bytes: what a full disk does to a writer."""

    def tried():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
        return work()

    return tried


def works(world: World):
    """Everything that writes, by name: what it does, and the files that it publishes."""
    from recount import reports
    from recount.views import store

    paper, place, out = world.paper, world.place, world.root / "out"
    there = layout.of(paper, "smoke", out)
    data = place.data
    manifest, run, metrics = there.data_manifest, there.run(ARM), there.metrics(ARM)
    model = run.with_name("model.safetensors")

    def measured():
        stages.evaluate(paper, "smoke", ARM, data, place.run(ARM), metrics)

    def judged():
        stages.judge(paper, "main", "smoke", world.root / "results", out / "main.json")

    def paged():
        shutil.copytree(place.folder, there.folder)
        return reports.render_paper(paper, "smoke", out)

    def collected():
        store.rebuild(registry.load(world.root), world.root / "results", out / "x.duckdb")

    return {
        "draw": (lambda: stages.generate(paper, "smoke", there.data, manifest), [manifest]),
        "train": (lambda: stages.train(paper, "smoke", ARM, data, run), [run, model]),
        "measure": (measured, [metrics]),
        "judge": (judged, [out / "main.json"]),
        "collect": (collected, [out / "x.duckdb"]),
        "page": (paged, [there.report]),
    }


SIZES = {"draw": 100, "train": 100, "measure": 100, "judge": 500, "collect": 5000, "page": 20_000}


@pytest.mark.parametrize("what", SIZES)
def test_a_full_disk_is_said_and_publishes_no_half_file(finished, tmp_path, what):
    shutil.copytree(finished, tmp_path / "root")
    world = World(tmp_path / "root")
    work, published = works(world)[what]
    sizes = [0, 1, SIZES[what]] * count(4, 1)
    for size in sizes:
        fine, answer = apart(limited(size, work))
        out = world.root / "out"
        right = not fine and not any(path.exists() for path in published)
        row("Disk full while a stage or view writes: said, nothing half there", 1, int(right), what)
        assert right, answer
        assert "OSError" in answer or "Error" in answer and "too large" in answer, answer
        left = [path.name for path in out.rglob(".*") if path.is_file()] if out.exists() else []
        assert left == [], left
        shutil.rmtree(out, ignore_errors=True)
    fine, answer = apart(work)
    assert fine and all(path.exists() for path in published), answer


def test_what_the_system_refuses_is_told_with_a_remedy():
    for number, word in ((28, "disk is full"), (27, "too large"), (30, "read-only"),
                         (13, "permission"), (122, "quota")):  # fmt: skip
        text = refused(OSError(number, os.strerror(number), "results/x"))
        assert text.startswith("results/x: ") and word in text


@pytest.mark.parametrize("what", ["draw", "train", "measure", "judge", "collect", "page"])
def test_a_folder_that_may_not_be_written_is_said(finished, tmp_path, what):
    shutil.copytree(finished, tmp_path / "root")
    world = World(tmp_path / "root")
    work, published = works(world)[what]
    out = world.root / "out"
    out.mkdir()
    out.chmod(0o555)
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o755)

    def closed():
        if os.getuid() == 0:
            os.setgid(65534)
            os.setuid(65534)
        return work()

    fine, answer = apart(closed)
    out.chmod(0o755)
    right = not fine and "PermissionError" in answer and not any(out.iterdir())
    row("Folder read-only: said, nothing there", 1, int(right), what)
    assert right, answer
